"""Where a row goes: the open sheet of its unit and period, and its nth occurrence on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Q

from core import audit
from core.errors import Conflict
from core.workflow import bump
from ledgers.models import Entry, Sheet
from ledgers.states import SheetStatus
from minewatch.lib.periods import Period

if TYPE_CHECKING:
    from agencies.models import Agency, Member

T = TypeVar("T")
OPEN = (SheetStatus.DRAFT, SheetStatus.RETURNED)
TRIES = 4
CHUNK = 5000


class Closed(Exception):
    """The sheet went on its way between the look and the write."""


def settled(act: Callable[[], T]) -> T:
    """Run `act` as a whole; again when a twin opened the sheet, closed it or took an nth first."""
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return act()
        except (IntegrityError, Closed):
            continue
    with transaction.atomic():
        return act()


def take_sheet(agency: Agency, period: Period, member: Member | None) -> Sheet:
    """The open sheet of the unit and period, its version raised so that nobody signs past this row.

    A sheet on its way to signature or signed takes no row: the next supplement n + 1 does (补报).
    Raises Closed or IntegrityError when a twin was quicker; see `settled`.
    """
    sheet, next_number = newest_open(agency, period)
    if sheet is None:
        return new_sheet(agency, period, member, next_number)
    if not touch(sheet):
        raise Closed
    return sheet


def touch(sheet: Sheet) -> bool:
    """Raise the version of a sheet that is still open; False when it is not."""
    try:
        bump(sheet, *OPEN)
    except Conflict:
        return False
    if sheet.zero_report:
        Sheet.objects.filter(pk=sheet.pk).update(zero_report=False)
        sheet.zero_report = False
    return True


def newest_open(agency: Agency, period: Period) -> tuple[Sheet | None, int]:
    """The newest open sheet of the unit and period, and the number of the one after all there are.

    Both from one statement: between two of them a twin's commit could fall, whose open sheet would then be
    taken for a closed one and a supplement opened beside it.
    """
    sheets = list(Sheet.objects.filter(agency=agency, period=period.key).order_by("number"))
    still_open = [sheet for sheet in sheets if sheet.status in OPEN]
    return (still_open[-1] if still_open else None), (sheets[-1].number + 1 if sheets else 1)


def new_sheet(agency: Agency, period: Period, member: Member | None, number: int) -> Sheet:
    """Open sheet `number`: 1 is the period's first, a higher one a supplement.

    Raises IntegrityError when a twin opened it first.
    """
    sheet = Sheet.objects.create(
        agency=agency,
        period=period.key,
        first_day=period.first,
        last_day=period.last,
        number=number,
    )
    audit.record(
        "sheet.opened",
        actor=member,
        agency=agency,
        subject=sheet,
        facts={"period": period.key, "number": sheet.number},
    )
    return sheet


class Paper:
    """The rows of one unit and period that are there already, to tell known rows and to count twins.

    A filed row answers for one incoming row with the same columns: first the one of the same day, then
    one that only bears the day of its sheet; a row without a day of its own takes any. A corrected row
    still answers for the words it was filed with; a withdrawn one answers for nothing.
    """

    def __init__(
        self, agency: Agency, period: str, identities: Iterable[str], *, days: Period | None = None
    ) -> None:
        """`days`: only rows patrolled within them answer."""
        self.days = days
        self.there: dict[str, list[Entry]] = {}
        self.taken: dict[str, set[int]] = {}
        wanted = sorted(set(identities))
        for start in range(0, len(wanted), CHUNK):
            self._load(agency, period, wanted[start : start + CHUNK])

    def _load(self, agency: Agency, period: str, identities: Sequence[str]) -> None:
        rows = (
            Entry.objects.filter(agency=agency, period=period, identity__in=identities)
            .filter(Q(voided_at__isnull=True) | Q(superseded_by__isnull=False))
            .only("pk", "identity", "nth", "patrolled_on", "precision", "voided_at")
            .order_by("nth", "pk")
        )
        if self.days is not None:
            rows = rows.filter(patrolled_on__range=(self.days.first, self.days.last))
        for entry in rows:
            self.there.setdefault(entry.identity, []).append(entry)
            if entry.voided_at is None:
                self.taken.setdefault(entry.identity, set()).add(entry.nth)

    def known(self, identity: str, row: object) -> Entry | None:
        """The filed row that an incoming one repeats; it answers once."""
        there = self.there.get(identity)
        if not there:
            return None
        own_day = row.precision != Entry.Precision.SHEET
        ranked = [entry for entry in there if not own_day or entry.patrolled_on == row.patrolled_on]
        if own_day:
            ranked += [entry for entry in there if entry.precision == Entry.Precision.SHEET]
        if not ranked:
            return None
        there.remove(ranked[0])
        return ranked[0]

    def nth(self, identity: str) -> int:
        """The smallest free occurrence number; taken by asking."""
        taken = self.taken.setdefault(identity, set())
        n = 1
        while n in taken:
            n += 1
        taken.add(n)
        return n
