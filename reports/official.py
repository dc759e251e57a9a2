"""Official form 1 巡查检查台账 out of filed rows: one unit and those below it, one window, one book."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.db.models import QuerySet

from agencies.models import Agency
from agencies.models.units import COUNTY_WIDE
from core.errors import DomainError
from ledgers.columns import ANSWERS, OFFICIAL_KEYS, official_texts
from ledgers.models import Entry, Sheet, Signature
from ledgers.official.writer import PatrolBook, write_patrol_book
from ledgers.states import SheetStatus
from minewatch.lib.clock import local_date, now
from minewatch.lib.paper import settle
from minewatch.lib.periods import Window

FIELDS = ("sheet_id", "agency_id", *OFFICIAL_KEYS, *(f"{key}_text" for key in ANSWERS))
STEPS = (Signature.Step.FILLER, Signature.Step.DEPUTY, Signature.Step.HEAD)
UNSIGNED = (SheetStatus.DRAFT, SheetStatus.RETURNED)
ROWS_LIMIT = 20_000
A_MONTH = dt.timedelta(days=31)


def patrol_book(agency: Agency, window: Window, rows: QuerySet[Entry]) -> PatrolBook:
    """The rows of `agency` and below as one book, by day and numbered from 1.

    填写时间 is the sheet's where all rows stand on one and the window is a month that is over, else the
    last day of the window, today at the latest, so that the file reads back;
    names are printed where one chain has signed for all rows, else the lines stay open for a pen.
    """
    found = list(rows.order_by("patrolled_on", "id").values(*FIELDS)[: ROWS_LIMIT + 1])
    if len(found) > ROWS_LIMIT:
        raise DomainError(f"这一期超过{ROWS_LIMIT}条，请缩短期间或按下级单位分别导出。", field="period")
    sheets = Sheet.objects.filter(pk__in={row["sheet_id"] for row in found}).prefetch_related("signatures")
    own = [sheet for sheet in sheets if sheet.agency_id == agency.pk]
    alone = len(own) == len(sheets)
    days = {sheet.filled_on for sheet in own if alone}
    last = min(local_date(window.end - dt.timedelta(microseconds=1)), local_date(now()))
    if window.end - window.start > A_MONTH or window.end > now():
        days = set()  # a paper's day would be read back as that month's only, or as not over yet
    return PatrolBook(
        county=agency.county.name,
        unit_name=agency.name,
        filled_on=(days.pop() if len(days) == 1 else None) or last,
        rows=[official_texts({**row, "seq": number}) for number, row in enumerate(found, 1)],
        signatures=_signatures(own) if alone else ("", "", ""),
    )


def books_of(
    agency: Agency, window: Window, rows: QuerySet[Entry], *, split: bool = False
) -> list[PatrolBook]:
    """What an office expects under that name: a county's book merged on one sheet, or `split`;
    below the county a sheet per unit, the unit's own first, so that every row reads back to its owner.
    """
    if agency.kind in COUNTY_WIDE and not split:
        return [patrol_book(agency, window, rows)]
    return split_books(agency, window, rows) or [patrol_book(agency, window, rows)]


def split_books(agency: Agency, window: Window, rows: QuerySet[Entry]) -> list[PatrolBook]:
    """One sheet per unit that filed rows, in the order of their codes; what an office staples together."""
    units = Agency.objects.filter(pk__in=rows.order_by().values("agency_id")).select_related("division")
    return [patrol_book(unit, window, rows.filter(agency=unit)) for unit in units]


def sheet_book(sheet: Sheet, rows: QuerySet[Entry]) -> PatrolBook:
    """One sheet as it stands on paper."""
    found = rows.values(*FIELDS)
    return PatrolBook(
        county=sheet.agency.county.name,
        unit_name=sheet.agency.name,
        filled_on=sheet.filled_on or sheet.last_day,
        rows=[official_texts({**row, "seq": number}) for number, row in enumerate(found, 1)],
        signatures=_signatures([sheet]),
    )


def workbook(books: Iterable[PatrolBook], at: dt.datetime | None = None) -> bytes:
    """The .xlsx of these books, without traces of who made it where."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_patrol_book(path, list(books))
        return settle(path.read_bytes(), at or now())


def _signatures(sheets: list[Sheet]) -> tuple[str, str, str]:
    """Names of filler, deputy and head; open where the sheets differ or have not been signed."""
    lines = {_names(sheet) for sheet in sheets}
    return lines.pop() if len(lines) == 1 else ("", "", "")


def _names(sheet: Sheet) -> tuple[str, str, str]:
    if sheet.status in UNSIGNED:
        return "", "", ""
    names = {
        row.step: f"{row.name}（代签）" if row.acting else row.name
        for row in sheet.signatures.all()
        if row.round == sheet.round
    }
    filler, deputy, head = (names.get(step, "") for step in STEPS)
    return filler, deputy, head
