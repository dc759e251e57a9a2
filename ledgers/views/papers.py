"""The official layout: a sheet to print, the blank form, and form 1 as a workbook."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from core import audit
from core.files import XLSX
from core.web import MemberRequest, business
from ledgers.actions.sheets import rows_of
from ledgers.actions.steps import title_of
from ledgers.columns import official_texts
from ledgers.models import Sheet
from ledgers.official import PatrolBook, write_patrol_book
from ledgers.official.layout import BLANK_ROWS, LABELS, NOTES, TITLE
from ledgers.views.sheets import signature_line, visible
from minewatch.lib.clock import now


def texts_of(sheet: Sheet) -> list[list[str]]:
    """The ten texts of each row on the paper; rows without a 序号 are numbered in their order."""
    found = []
    for number, entry in enumerate(rows_of(sheet), 1):
        texts = official_texts(vars(entry))
        texts[0] = texts[0] or str(number)
        found.append(texts)
    return found


@require_GET
@business
def printed(request: MemberRequest, pk: int) -> HttpResponse:
    """The sheet as it is printed and sealed."""
    sheet = get_object_or_404(visible(request), pk=pk)
    rows = texts_of(sheet)
    return _paper(request, sheet.agency, rows, filled_on=sheet.filled_on, sheet=sheet)


@require_GET
@business
def blank(request: MemberRequest) -> HttpResponse:
    """The empty form of one's unit, for a pen."""
    return _paper(request, request.user.agency, [], blank_rows=12)


def _paper(
    request: MemberRequest, agency: Any, rows: list, *, blank_rows: int = BLANK_ROWS, **more: Any
) -> HttpResponse:
    sheet = more.get("sheet")
    line = (
        signature_line(sheet)
        if sheet
        else [{"label": n, "name": ""} for n in ("填表人", "分管领导", "主要负责人")]
    )
    if sheet:
        audit.record(
            "export.made", actor=request.user, subject=sheet, facts={"form": "patrol", "as": "print"}
        )
    context = {
        "paper_title": TITLE.format(county=agency.county.name),
        "agency": agency,
        "labels": LABELS,
        "rows": rows,
        "blanks": [""] * (0 if rows else blank_rows),
        "line": line,
        "notes": NOTES,
        "mark": f"{request.user.name} {now():%Y-%m-%d %H:%M}",
        "zero": bool(sheet and sheet.zero_report and not rows),
        **more,
    }
    return render(request, "ledgers/sheet_print.html", context)


@require_GET
@business
def workbook(request: MemberRequest, pk: int) -> HttpResponse:
    """Form 1 to the cell."""
    sheet = get_object_or_404(visible(request), pk=pk)
    names = tuple(signer["name"] for signer in signature_line(sheet))
    book = PatrolBook(sheet.agency.county.name, sheet.agency.name, sheet.filled_on, texts_of(sheet), names)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_patrol_book(path, [book])
        data = path.read_bytes()
    audit.record("export.made", actor=request.user, subject=sheet, facts={"form": "patrol", "as": "xlsx"})
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title_of(sheet))}.xlsx"
    return response
