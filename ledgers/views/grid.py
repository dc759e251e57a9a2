"""批量填报 on an office PC: a grid, a block pasted from a spreadsheet, or plain fields without scripts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from agencies.models import Agency
from agencies.views.pages import fresh_token
from core.errors import DomainError, Missing
from core.models import Upload
from core.web import MemberRequest, body_json, business, client_token
from ledgers.actions.filers import units_to_file_for
from ledgers.actions.grid import GridRow, file_grid
from ledgers.actions.refs import load_refs
from ledgers.actions.rows import EntryRow, place_of
from ledgers.columns import BY_KEY, OFFICIAL, Refs, parse_row
from ledgers.models import Entry, Site
from ledgers.views.filing import home_unit, sites_of
from ledgers.views.pages import LEDGERS
from minewatch.lib.clock import now

KEYS = tuple(column.key for column in OFFICIAL if column.key != "seq") + ("patrolled_at", "night", "people")
WIDTHS = {
    "location": "w-long",
    "measures": "w-long",
    "remark": "w-long",
    "night": "w-short",
    "people": "w-short",
}
NONE = {"illegal": "否", "beyond": "否", "irregular": "否", "measures": "无异常"}
LABELS = {"patrolled_at": "巡查时间"}
SHOWN_AT = {"lon": "location", "lat": "location", "point": "location", "patrolled_on": "patrolled_at"}
LONGEST = 2000


def columns() -> list[dict[str, Any]]:
    """Context of parts/grid.html."""
    return [
        {
            "name": key,
            "label": BY_KEY[key].label,
            "unit": BY_KEY[key].unit,
            "options": list(BY_KEY[key].choices) if key != "night" else ["是", "否"],
            "width": WIDTHS.get(key, ""),
            "optional": not BY_KEY[key].required,
        }
        for key in KEYS
    ]


@dataclass
class Sent:
    """A sent grid: for which unit and day, the lines as typed, and what was read of them."""

    unit: Agency
    lines: list[tuple[int, dict[str, str]]]
    day: str = ""
    good: list[GridRow] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    refs: Refs | None = None


@require_http_methods(["GET", "POST"])
@business
def grid(request: MemberRequest) -> HttpResponse:
    """The page; posted as a plain form where there are no scripts."""
    units = units_to_file_for(request.user)
    unit = home_unit(request, units)
    if request.method == "GET":
        return _page(request, units, unit, _assigned(request, unit))
    sent = _read(units, request.POST, _plain_lines(request.POST))
    try:
        upload = _file(request, sent, request.POST)
    except DomainError as error:
        if error.status != 400:
            raise
        return _page(request, units, sent.unit, [texts for _, texts in sent.lines], sent, error)
    return redirect(_landing(request, upload))


@require_POST
@business
def save(request: MemberRequest) -> JsonResponse:
    """JSON {token, version, sheet {agency, day, paste}, rows [{row, column: text}], good_only?} → {url}."""
    data = body_json(request)
    about = data.get("sheet") if isinstance(data.get("sheet"), dict) else {}
    sent = _read(units_to_file_for(request.user), about, _json_lines(data.get("rows"), about))
    try:
        upload = _file(request, sent, {**about, **data})
    except DomainError as error:
        if error.status != 400:
            raise
        return JsonResponse({"message": error.message, "problems": sent.problems}, status=400)
    return JsonResponse({"url": _landing(request, upload)})


def _read(units: Any, about: Mapping[str, Any], lines: Iterable[tuple[int, dict[str, str]]]) -> Sent:
    """Judge every line by the column table; refs are loaded once."""
    unit = next((unit for unit in units if unit.code == str(about.get("agency", ""))), None)
    if unit is None:
        raise Missing("没有找到这个填报单位。")
    sent = Sent(unit, list(lines), str(about.get("day", ""))[:10], refs=load_refs(unit))
    sites = {site.pk: site for site in Site.objects.filter(pk__in=[ref.id for ref in sent.refs.sites])}
    for number, texts in sent.lines:
        own = texts if texts.get("patrolled_at") else {**texts, "patrolled_at": sent.day}
        parsed = parse_row({key: own.get(key, "") for key in KEYS}, sent.refs)
        problems = [problem for problem in parsed.problems if problem.level == "error"]
        if not problems and not parsed.facts.get("patrolled_on"):
            sent.problems.append(
                _problem(
                    number, "patrolled_at", "巡查时间未填写。请填写本行的巡查时间，或在表的上方选择巡查日期。"
                )
            )
            continue
        for problem in problems:
            words = f"{problem.message}。{problem.mend}。" if problem.mend else f"{problem.message}。"
            sent.problems.append(_problem(number, SHOWN_AT.get(problem.column, problem.column), words))
        if not problems:
            named = sent.refs.site_in(parsed.facts["location"])
            site = sites.get(named.id) if named else None
            sent.good.append(GridRow(number, texts, EntryRow.of(parsed.facts, site=site)))
    return sent


def _problem(number: int, column: str, message: str) -> dict[str, Any]:
    return {"row": number, "column": column if column in KEYS else KEYS[0], "message": message}


def _file(request: MemberRequest, sent: Sent, data: Mapping[str, Any]) -> Upload:
    """All rows, or the good ones only where that was chosen. Raises DomainError when rows are bad."""
    bad = len({problem["row"] for problem in sent.problems})
    if bad and not data.get("good_only"):
        raise DomainError(f"有{bad}行需要修改，没有存入。可改正后再提交，或只提交无误的行。")
    return file_grid(
        member=request.user,
        agency=sent.unit,
        rows=sent.good,
        refs=sent.refs,
        refused=bad,
        token=client_token(data.get("token")),
    )


def _json_lines(rows: Any, about: Mapping[str, Any]) -> Iterable[tuple[int, dict[str, str]]]:
    for place, row in enumerate(rows if isinstance(rows, list) else [], 1):
        if isinstance(row, dict):
            number = row.get("row")
            texts = {key: str(row.get(key) or "").strip()[:LONGEST] for key in KEYS}
            yield (number if isinstance(number, int) and 0 < number < 10**6 else place), texts
    yield from _pasted(str(about.get("paste") or ""), len(rows) if isinstance(rows, list) else 0)


def _plain_lines(data: Mapping[str, str]) -> list[tuple[int, dict[str, str]]]:
    """rows-<n>-<name> of the form without scripts, wholly empty lines left out, then the pasted block."""
    found: dict[int, dict[str, str]] = {}
    for name, value in data.items():
        head, _, key = name.removeprefix("rows-").partition("-")
        if name.startswith("rows-") and head.isascii() and head.isdigit() and len(head) < 6 and key in KEYS:
            found.setdefault(int(head), {})[key] = value.strip()[:LONGEST]
    lines = [(number, texts) for number, texts in sorted(found.items()) if any(texts.values())]
    return [*lines, *_pasted(data.get("paste", ""), max(found, default=0))]


def _pasted(block: str, start: int) -> Iterable[tuple[int, dict[str, str]]]:
    """Lines copied from a spreadsheet: the columns of the grid, or those of form 1 with 序号 in front."""
    for line in block.replace("\r\n", "\n").split("\n"):
        cells = [cell.strip()[:LONGEST] for cell in line.split("\t")]
        if not any(cells) or BY_KEY["location"].label in cells:
            continue
        keys = ("seq", *KEYS) if len(cells) > 1 and (cells[0].isdigit() or not cells[0]) else KEYS
        start += 1
        yield start, {key: text for key, text in zip(keys, cells, strict=False) if key != "seq"}


def _landing(request: MemberRequest, upload: Upload) -> str:
    """Where the rows are now, with what became of them."""
    words = f"已存入{upload.rows_added}行。"
    words += f"{upload.rows_known}行以前已经存入，没有重复添加。" if upload.rows_known else ""
    words += f"{upload.rows_refused}行有误，没有存入。" if upload.rows_refused else ""
    messages.success(request, words)
    sheets = list(
        Entry.objects.filter(upload=upload).order_by().values_list("sheet_id", flat=True).distinct()[:2]
    )
    if len(sheets) == 1:
        return reverse("ledgers:sheet", args=sheets)
    return f"{reverse('ledgers:entries')}?upload={upload.pk}"


def _assigned(request: MemberRequest, unit: Agency) -> list[dict[str, str]]:
    """`?sites=1`: a line for each site of the unit's grid, place and mineral filled, answers open."""
    if not request.GET.get("sites"):
        return []
    rows = sites_of(units_to_file_for(request.user), unit).filter(seen=False)
    mine = rows.filter(village=unit) if unit.kind == "village" else rows.filter(agency=unit)
    return [{"location": place_of(site), "mineral": site.mineral} for site in mine[:200]]


def _page(
    request: MemberRequest,
    units: Any,
    unit: Agency,
    rows: list[dict[str, str]],
    sent: Sent | None = None,
    error: DomainError | None = None,
) -> HttpResponse:
    context = {
        "title": "批量填报",
        "crumbs": [LEDGERS],
        "units": units,
        "unit": unit,
        "day": sent.day if sent else _today(),
        "columns": columns(),
        "rows": rows,
        "blank_rows": max(10, len(rows) + 5),
        "none": NONE,
        "save_url": reverse("ledgers:grid_save"),
        "client_token": fresh_token(request),
        "draft": {"key": "grid"},
        "problems": _told(sent, error) if error else [],
    }
    return render(request, "ledgers/grid.html", context, status=400 if error else 200)


def _told(sent: Sent | None, error: DomainError) -> list[dict[str, str]]:
    """The problems of a form without scripts, each with its line and column."""
    told = [{"message": error.message}]
    for problem in sent.problems if sent else []:
        label = f"第{problem['row']}行{BY_KEY[problem['column']].label}"
        told.append({"label": label, "message": problem["message"], "href": f"#cell-{problem['row']}"})
    return told


def _today() -> str:
    day: dt.date = now().date()
    return day.isoformat()
