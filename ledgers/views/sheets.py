"""Sheets 巡查台账: the list, the record with its rows and legal moves, comments, scan."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.views.pages import fresh_token, token_of
from core.errors import Conflict, DomainError
from core.files import files_of
from core.models import StoredFile
from core.paging import keyset
from core.registry import doors_of
from core.templatetags.mw import zh_date
from core.web import MemberRequest, business, seen_version
from duties.models import Duty
from ledgers.actions import sheets
from ledgers.actions.filers import filing_posts, guard_filing, may_file, units_to_file_for
from ledgers.actions.places import OPEN
from ledgers.actions.rows import own_period
from ledgers.actions.signing import Choice, choices
from ledgers.actions.steps import title_of
from ledgers.columns import OFFICIAL
from ledgers.filters import SheetFilter
from ledgers.models import Entry, Sheet
from ledgers.states import SheetStatus
from ledgers.views.filing import home_unit
from ledgers.views.pages import LEDGERS, filtered, steps
from minewatch.lib.clock import now
from minewatch.lib.periods import parse_period

HEAD = [
    {"label": "台账"},
    {"label": "单位"},
    {"label": "记录", "unit": "条", "num": True},
    {"label": "状态"},
    {"label": "填写时间"},
    {"label": "签批时间"},
]
TAGS = {SheetStatus.SIGNED: "done", SheetStatus.RETURNED: "refused"}
DONE = {
    "submit": "已提交，等待分管领导审核。",
    "submit_short": "已提交，等待主要负责人签批。",
    "zero": "零报告已提交。",
    "review": "已审核通过，等待主要负责人签批。",
    "sign": "已签批。",
    "countersign": "已会签。",
    "return": "已退回填表人。",
}
ONE_GESTURE = dt.timedelta(seconds=2)  # a remark sent with a move is written beside it
RETURNS = ("return_by_deputy", "return_by_head")


def visible(request: MemberRequest) -> Any:
    """Sheets the member may read."""
    return Sheet.objects.visible_to(request.user).select_related("agency__division", "agency__parent", "scan")


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Sheets, latest period first."""
    chosen = SheetFilter(request.GET, queryset=visible(request), request=request)
    found, page = keyset(chosen.rows, ("-first_day", "-id"), request)
    live = Count("entries", filter=Q(entries__voided_at__isnull=True))
    counted = dict(Sheet.objects.filter(pk__in=[s.pk for s in found]).annotate(n=live).values_list("pk", "n"))
    context = {
        "title": "巡查台账",
        "lead": "村每周、乡镇每月、县级部门每季度各一份；签批后新增的记录进入补报。",
        "actions": _actions(request),
        "count": chosen.rows.count(),
        "unit_word": "份",
        "head": HEAD,
        "rows": [_row(sheet, counted.get(sheet.pk, 0)) for sheet in found],
        "page": page,
        "empty": {"text": "没有符合条件的台账。填报第一条巡查记录时自动建立。"},
        **filtered(request, chosen),
    }
    return render(request, "patterns/list.html", context)


def _actions(request: MemberRequest) -> list[dict[str, Any]]:
    files = bool(filing_posts(request.user))
    filing = [
        {"label": "填巡查记录", "url": reverse("ledgers:entry_new"), "primary": True},
        {"label": "批量填报", "url": reverse("ledgers:grid")},
        {"label": "表格导入", "url": reverse("ledgers:uploads")},
        {"label": "零报告", "url": reverse("ledgers:sheet_open")},
    ]
    rest = [
        {"label": "巡查记录", "url": reverse("ledgers:entries")},
        {"label": "监管对象", "url": reverse("ledgers:sites")},
        {"label": "特殊情况报告", "url": reverse("ledgers:special")},
        {"label": "空白表打印", "url": reverse("ledgers:sheet_blank")},
    ]
    return (filing if files else []) + rest + doors_of("ledgers")


def _row(sheet: Sheet, count: int) -> dict[str, Any]:
    state = {"text": sheet.get_status_display(), "tag": TAGS.get(sheet.status, "open")}
    zero = "0（零报告）" if sheet.zero_report else str(count)
    signed = zh_date(sheet.signed_at) if sheet.signed_at else ""
    texts = (period_words(sheet), sheet.agency.label, zero)
    return {
        "url": reverse("ledgers:sheet", args=[sheet.pk]),
        "cells": [
            *({"text": text} for text in texts),
            state,
            {"text": zh_date(sheet.filled_on)},
            {"text": signed},
        ],
    }


def period_words(sheet: Sheet) -> str:
    """2022年9月（补报第2份）"""
    more = f"（补报第{sheet.number}份）" if sheet.number > 1 else ""
    return f"{parse_period(sheet.period).label}{more}"


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """The record."""
    return _page(request, get_object_or_404(visible(request), pk=pk))


def _page(request: MemberRequest, sheet: Sheet, *, failed: DomainError | None = None) -> HttpResponse:
    """The record, after a refused act with what was typed still in it."""
    options = choices(request.user, sheet)
    rows = _rows(sheet, request)
    returning = next((c for c in options if c.allowed and c.move.name in RETURNS), None)
    context = {
        "title": title_of(sheet),
        "crumbs": [LEDGERS],
        "sheet": sheet,
        "state": {"words": sheet.get_status_display(), "css": f"tag-{TAGS.get(sheet.status, 'open')}"},
        "holder": _holder(sheet),
        "duty": _duty(sheet),
        "rows": rows,
        "columns": OFFICIAL,
        "buttons": _buttons(sheet, options, bool(rows)),
        "missing": [{"label": c.move.label, "reason": c.reason} for c in _told(options)],
        "returning": returning,
        "version": sheet.version,
        "client_token": fresh_token(request),
        "timeline": _timeline(sheet),
        "prints": _prints(sheet),
        "may_fill": sheet.status in OPEN and may_file(request.user, sheet.agency),
        "may_scan": sheet.status == SheetStatus.SIGNED and may_file(request.user, sheet.agency),
        "may_comment": may_file(request.user, sheet.agency) or any(c.allowed for c in options),
        "scans": files_of(sheet, StoredFile.Kind.SCAN),
        "signatures": signature_line(sheet),
        "failed": failed,
        "typed": {name: request.POST.get(name, "") if failed else "" for name in ("reason", "text")},
    }
    return render(request, "ledgers/sheet.html", context, status=failed.status if failed else 200)


def _rows(sheet: Sheet, request: MemberRequest) -> list[dict[str, Any]]:
    """The rows on the paper with their ten texts, remarks, and what became of them since."""
    said: dict[int, list[Any]] = {}
    for row in sheet.comments.filter(entry__isnull=False).select_related("member"):
        said.setdefault(row.entry_id, []).append(row)
    found = []
    for number, entry in enumerate(sheets.rows_of(sheet).select_related("superseded_by"), 1):
        after = "" if entry.voided_at is None else "已更正" if hasattr(entry, "superseded_by") else "已撤回"
        texts = [
            column.display(getattr(entry, column.key), getattr(entry, f"{column.key}_text", ""))
            for column in OFFICIAL
        ]
        texts[0] = texts[0] or str(number)
        found.append(
            {
                "entry": entry,
                "texts": texts,
                "comments": said.get(entry.pk, []),
                "after": after,
                "bad": "yes" in (entry.illegal, entry.beyond, entry.irregular),
                "typed": request.POST.get(f"row-{entry.pk}", ""),
            }
        )
    return found


def _buttons(sheet: Sheet, options: list[Choice], has_rows: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for choice in options:
        name = choice.move.name
        if not choice.allowed or name in RETURNS:
            continue
        if name in ("submit", "submit_short") and not has_rows:
            url = reverse("ledgers:sheet_zero", args=[sheet.pk])
            found.append({"label": "零报告", "url": url, "method": "get", "primary": True})
            continue
        url = reverse("ledgers:sheet_move", args=[sheet.pk, name])
        button: dict[str, Any] = {"label": choice.move.label, "url": url, "method": "post", "primary": True}
        if name in ("review", "sign", "countersign"):
            button["ask"] = "意见"
        found.append(button)
    return found


def _told(options: list[Choice]) -> list[Choice]:
    """Missing moves worth telling: one return is enough."""
    told = [choice for choice in options if not choice.allowed]
    names = {choice.move.name for choice in options if choice.allowed}
    return [c for c in told if not (c.move.name in RETURNS and names & set(RETURNS))]


def _holder(sheet: Sheet) -> str:
    if sheet.status in OPEN:
        return f"{sheet.agency.label}填表人"
    duty = _duty(sheet)
    return f"{duty.agency.label}{duty.get_role_display()}" if duty else ""


def _duty(sheet: Sheet) -> Duty | None:
    steps_of = Duty.objects.open().filter(subject_kind="ledgers.sheet", subject_id=str(sheet.pk))
    return steps_of.select_related("agency").order_by("-id").first()


def _prints(sheet: Sheet) -> list[dict[str, str]]:
    return [
        {"label": "打印", "url": reverse("ledgers:sheet_print", args=[sheet.pk])},
        {"label": "下载官方表格", "url": reverse("ledgers:sheet_xlsx", args=[sheet.pk])},
    ]


def _timeline(sheet: Sheet) -> list[dict[str, Any]]:
    """Acts and remarks in one stream, oldest first."""
    acts = steps("ledgers.sheet", sheet.pk, without=("sheet.commented",))
    for step in acts:
        step["kind"] = {"sheet.returned": "refused", "sheet.signed": "done"}.get(step["verb"], "")
    remarks = []
    for row in sheet.comments.filter(entry__isnull=True).select_related("member__agency"):
        who = row.member.label
        beside = [s for s in acts if s["who"] == who and abs(s["at"] - row.at) < ONE_GESTURE]
        if beside:
            beside[0]["text"] = row.text
        else:
            remarks.append({"at": row.at, "who": who, "words": "意见", "text": row.text})
    return sorted([*acts, *remarks], key=lambda step: step["at"])


def signature_line(sheet: Sheet) -> list[dict[str, str]]:
    """填表人, 分管领导, 主要负责人 of the latest round, as they print."""
    last = {row.step: row for row in sheet.signatures.filter(round=sheet.round).select_related("member")}
    if sheet.status in OPEN:
        last = {}
    line = []
    for step, label in (("filler", "填表人"), ("deputy", "分管领导"), ("head", "主要负责人")):
        row = last.get(step)
        name = ""
        if row is not None:
            other = row.member.agency_id != sheet.agency_id
            name = (
                f"{row.name}（{'代签' if row.acting else '会签'}）"
                if row.acting or (other and step == "head")
                else row.name
            )
        line.append({"label": label, "name": name})
    return line


@require_POST
@business
def move(request: MemberRequest, pk: int, name: str) -> HttpResponse:
    """One move of the table; a refused one gives the page back with the typed text."""
    sheet = get_object_or_404(visible(request), pk=pk)
    text = request.POST.get("reason", "")
    try:
        facts = {
            "sheet": sheet,
            "member": request.user,
            "expected_version": seen_version(request),
            "token": token_of(request),
        }
        if name in ("submit", "submit_short"):
            sheets.submit(**facts)
        elif name == "zero":
            sheets.zero_report(**facts)
        elif name == "return":
            sheets.return_sheet(**facts, reason=text, comments=_remarks(request))
        elif name in ("review", "sign", "countersign"):
            getattr(sheets, name)(**facts, text=text)
        else:
            raise Http404
    except (Conflict, DomainError) as error:
        if error.status == 404:
            raise
        sheet.refresh_from_db()
        return _page(request, sheet, failed=error)
    messages.success(request, DONE[name])
    return redirect("ledgers:sheet", pk)


def _remarks(request: MemberRequest) -> dict[int, str]:
    """row-<entry id> → text."""
    found = {}
    for key, value in request.POST.items():
        number = key.removeprefix("row-")
        if key.startswith("row-") and number.isascii() and number.isdigit() and len(number) < 19:
            found[int(number)] = value
    return found


@require_GET
@business
def zero(request: MemberRequest, pk: int) -> HttpResponse:
    """Say that an empty sheet is meant to be empty."""
    sheet = get_object_or_404(visible(request), pk=pk)
    context = {
        "title": "零报告",
        "crumbs": [LEDGERS, {"label": title_of(sheet), "url": reverse("ledgers:sheet", args=[pk])}],
        "sheet": sheet,
        "version": sheet.version,
        "client_token": fresh_token(request),
    }
    return render(request, "ledgers/sheet_zero.html", context)


@require_POST
@business
def comment(request: MemberRequest, pk: int) -> HttpResponse:
    """A remark on the sheet, or on a row when `entry` is named."""
    sheet = get_object_or_404(visible(request), pk=pk)
    chosen = request.POST.get("entry", "")
    entry = None
    if chosen:
        known = chosen.isascii() and chosen.isdigit() and len(chosen) < 19
        entry = get_object_or_404(Entry, pk=chosen if known else 0, sheet=sheet)
    try:
        text = request.POST.get("text", "")
        sheets.comment(sheet=sheet, member=request.user, text=text, entry=entry, token=token_of(request))
    except DomainError as error:
        return _page(request, sheet, failed=error)
    messages.success(request, "意见已保存。")
    return redirect("ledgers:sheet", pk)


@require_POST
@business
def scan(request: MemberRequest, pk: int) -> HttpResponse:
    """Keep the scan of the sealed paper."""
    sheet = get_object_or_404(visible(request), pk=pk)
    upload = request.FILES.get("file")
    guard_filing(request.user, sheet.agency)
    try:
        if upload is None:
            raise DomainError("请选择盖章扫描件。", field="file")
        sheets.attach_scan(sheet=sheet, member=request.user, upload=upload, token=token_of(request))
    except DomainError as error:
        return _page(request, sheet, failed=error)
    messages.success(request, "盖章扫描件已保存。")
    return redirect("ledgers:sheet", pk)


@require_http_methods(["GET", "POST"])
@business
def open_now(request: MemberRequest) -> HttpResponse:
    """Open the sheet of a unit and period; for a period in which nothing was filed, to report zero."""
    units = units_to_file_for(request.user)
    unit = home_unit(request, units)
    chosen = request.POST.get("agency") or request.GET.get("agency") or unit.code
    period = request.POST.get("period") or own_period(unit, now().date()).key
    context = {
        "title": "零报告",
        "crumbs": [LEDGERS],
        "units": units,
        "chosen": chosen,
        "period": period,
        "problems": [],
    }
    if request.method == "GET":
        return render(request, "ledgers/sheet_open.html", context)
    unit = get_object_or_404(units, code=chosen)
    try:
        span = request.POST.get("period") or own_period(unit, now().date())
        sheet = sheets.open_sheet(agency=unit, period=span, member=request.user)
    except DomainError as error:
        context["problems"] = [{"label": "期间", "message": error.message, "href": "#open-period"}]
        return render(request, "ledgers/sheet_open.html", context, status=error.status)
    return redirect("ledgers:sheet", sheet.pk)
