"""The one write behind every inlet: rows become entries on their sheets, with tally, proofs and leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from duties.actions import prove_many
from ledgers.actions import leads, tally
from ledgers.actions.places import Paper, take_sheet
from ledgers.actions.refs import unit_code
from ledgers.actions.rows import EntryRow, is_late, period_for
from ledgers.models import Entry, Sheet
from ledgers.official.judge import identity
from minewatch.lib.clock import midnight, now

if TYPE_CHECKING:
    from agencies.models import Agency, Member
    from core.models import Upload
    from ledgers.models import Lead

BATCH = 1000
PATROL = "patrol"


@dataclass(frozen=True)
class Filing:
    """Who files rows how: the facts that all rows of one act share."""

    member: Member | None
    agency: Agency
    source: str
    filed_for: bool = False
    upload: Upload | None = None
    repeats: bool = False  # equal rows are patrols of their own (phone, API), never known ones


@dataclass(frozen=True)
class Filed:
    """What became of the rows, in their order: the entry of each, and which were there before."""

    entries: tuple[Entry, ...]
    known: frozenset[int]
    sheets: tuple[Sheet, ...]
    leads: tuple[Lead, ...]

    @property
    def added(self) -> tuple[Entry, ...]:
        """The entries this act wrote."""
        return tuple(entry for place, entry in enumerate(self.entries) if place not in self.known)


def write(filing: Filing, rows: Sequence[EntryRow]) -> Filed:
    """Write judged rows set-based, inside the caller's transaction (`places.settled`)."""
    at = now()
    periods = [period_for(filing.agency, row) for row in rows]
    code = unit_code(filing.agency)
    entries: list[Entry | None] = [None] * len(rows)
    known: set[int] = set()
    sheets = []
    # sorted: two batches over the same periods take their sheets in one order
    for period in sorted(set(periods), key=lambda period: period.key):
        places = [n for n, own in enumerate(periods) if own == period]
        marks = {n: identity(code, period.key, rows[n].facts()) for n in places}
        # first, so that a twin batch waits here and then sees what this one has written
        sheet = take_sheet(filing.agency, period, filing.member)
        paper = Paper(filing.agency, period.key, marks.values())
        sheets.append(sheet)
        for n in places:
            twin = None if filing.repeats else paper.known(marks[n], rows[n])
            if twin is not None:
                entries[n] = twin
                known.add(n)
                continue
            entries[n] = _entry(filing, sheet, rows[n], marks[n], paper.nth(marks[n]), at)
    fresh = [entry for n, entry in enumerate(entries) if n not in known]
    Entry.objects.bulk_create(fresh, batch_size=BATCH)
    for sheet in sheets:
        _date(sheet, [entry for entry in fresh if entry.sheet_id == sheet.pk])
    tally.apply(new=fresh)
    prove_many((PATROL, entry.agency, proved_at(entry), entry) for entry in fresh)
    raised = leads.raise_for([entry for entry in fresh if entry.illegal == "yes"], member=filing.member)
    return Filed(tuple(entries), frozenset(known), tuple(sheets), tuple(raised))


def _entry(filing: Filing, sheet: Sheet, row: EntryRow, mark: str, nth: int, at: dt.datetime) -> Entry:
    return Entry(
        agency=filing.agency,
        sheet=sheet,
        site=row.site,
        period=sheet.period,
        identity=mark,
        nth=nth,
        **row.facts(),
        source=filing.source,
        late_entry=is_late(row.patrolled_on, at.date()),
        filed_by=filing.member,
        filed_for=filing.filed_for,
        recorded_at=at,
        upload=filing.upload,
    )


def _date(sheet: Sheet, rows: Sequence[Entry]) -> None:
    """A sheet whose rows all come from one paper takes over that paper's 填写时间."""
    paper = all(row.precision == Entry.Precision.SHEET for row in rows)
    days = {row.patrolled_on for row in rows}
    if paper and len(days) == 1 and sheet.filled_on is None:
        sheet.filled_on = days.pop()
        Sheet.objects.filter(pk=sheet.pk, filled_on__isnull=True).update(filled_on=sheet.filled_on)


def proved_at(entry: Entry) -> dt.datetime:
    """The instant under which a row proves a patrol."""
    return entry.patrolled_at or midnight(entry.patrolled_on)
