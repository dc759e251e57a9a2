"""REST of patrol rows: the columns, filters and actions of the pages; session sign-in; errors as JSON."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import DomainError, Missing
from core.paging import keyset
from core.web import client_token
from ledgers.actions.entries import file_entry
from ledgers.actions.filers import units_to_file_for
from ledgers.actions.refs import load_refs, sites_for
from ledgers.actions.rows import EntryRow, place_of
from ledgers.columns import COLUMNS, parse_row
from ledgers.filters import EntryFilter, totals
from ledgers.models import Entry, Site

SIZE, MOST = 50, 500


@api_view(["GET", "POST"])
def entries(request: Request) -> Response:
    """GET: {count, totals, next, results} with the parameters of ledgers.filters, `size` and `after`.

    POST {agency, token?, site?, <column key>: text …} → 201 the row; 400 {message, problems [{row, column,
    message}]}. The same token again gives the same row.
    """
    _guard(request)
    return _list(request) if request.method == "GET" else _file(request)


@api_view(["GET"])
def entry(request: Request, pk: int) -> Response:
    """One row."""
    _guard(request)
    rows = Entry.objects.visible_to(request.user).select_related("agency", "site", "sheet")
    return Response(as_json(get_object_or_404(rows, pk=pk)))


def _guard(request: Request) -> None:
    """The administrator and the auditor find nothing here."""
    if not request.user.is_business:
        raise Missing


def _list(request: Request) -> Response:
    rows = Entry.objects.visible_to(request.user).select_related("agency", "site", "sheet")
    chosen = EntryFilter(request.query_params, queryset=rows, request=request)
    if not chosen.is_valid():
        problems = [
            {"row": None, "column": name, "message": str(error)}
            for name, errors in chosen.form.errors.items()
            for error in errors
        ]
        return Response({"message": "查询条件无法识别。", "problems": problems}, status=400)
    found, page = keyset(chosen.rows, ("-patrolled_on", "-id"), request, size=_size(request))
    sums = totals(chosen.rows)
    return Response(
        {
            "count": sums.pop("count"),
            "totals": sums,
            "next": page["next_url"] or None,
            "results": [as_json(row) for row in found],
        }
    )


def _size(request: Request) -> int:
    text = request.query_params.get("size", "")
    return min(max(int(text), 1), MOST) if text.isascii() and text.isdigit() and len(text) < 9 else SIZE


def _file(request: Request) -> Response:
    data = request.data if isinstance(request.data, dict) else {}
    unit = units_to_file_for(request.user).filter(code=str(data.get("agency", ""))).first()
    if unit is None:
        raise Missing("没有找到这个填报单位。")
    texts = {
        column.key: str(data[column.key]) for column in COLUMNS if data.get(column.key) not in (None, "")
    }
    site = _site(data.get("site"), unit)
    if site is not None:
        texts.setdefault("location", place_of(site))
    parsed = parse_row(texts, load_refs(unit))
    if parsed.refused:
        return _refused([p for p in parsed.problems if p.level == "error"])
    try:
        row = EntryRow.of(parsed.facts, site=site)
        filed = file_entry(
            member=request.user,
            agency=unit,
            row=row,
            source=Entry.Source.API,
            token=client_token(data.get("token")),
        )
    except DomainError as error:
        if error.status != 400:
            raise
        problem = {"row": 1, "column": error.field, "message": error.message}
        return Response({"message": error.message, "problems": [problem]}, status=400)
    return Response(as_json(filed), status=201)


def _site(value: Any, unit: Any) -> Site | None:
    if value in (None, ""):
        return None
    text = str(value)
    rows = sites_for(unit).select_related("agency__division", "village__division", "division")
    found = rows.filter(pk=text).first() if text.isascii() and text.isdigit() and len(text) < 19 else None
    if found is None:
        raise DomainError("没有找到这个监管对象。", field="site")
    return found


def _refused(problems: list[Any]) -> Response:
    told = [
        {"row": 1, "column": p.column, "message": f"{p.message}。{p.mend}。" if p.mend else f"{p.message}。"}
        for p in problems
    ]
    return Response({"message": told[0]["message"], "problems": told}, status=400)


def as_json(row: Entry) -> dict[str, Any]:
    """A row as its columns, with what the paper shows under `texts`."""
    facts: dict[str, Any] = {
        "id": row.pk,
        "url": reverse("ledgers:entry", args=[row.pk]),
        "agency": row.agency.code,
    }
    for column in COLUMNS:
        if column.key == "point":
            continue
        facts[column.key] = getattr(row, column.key)
    texts = {
        c.key: c.display(getattr(row, c.key), getattr(row, f"{c.key}_text", ""))
        for c in COLUMNS
        if c.official
    }
    return facts | {
        "patrolled_on": row.patrolled_on,
        "period": row.period,
        "sheet": row.sheet_id,
        "site": row.site_id,
        "source": row.source,
        "late_entry": row.late_entry,
        "filed_for": row.filed_for,
        "recorded_at": row.recorded_at,
        "voided_at": row.voided_at,
        "texts": texts,
    }
