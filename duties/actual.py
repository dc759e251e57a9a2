"""What one unit owes in a span of days: stored rows as they are, the rest computed and not written."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from agencies.models import Agency
from duties import calendars
from duties.models import Campaign, Duty, DutyRule, Proof
from duties.rules import Owed, expand, live_rules, shown_window
from duties.spans import Covered
from minewatch.lib.clock import SHANGHAI, midnight, now
from minewatch.lib.windows import Occurrence

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Row:
    """One duty, stored or not; instants are aware, Asia/Shanghai."""

    key: str
    rule: str | None
    kind: str
    owner: str
    recipient: str | None
    window_start: dt.datetime | None
    window_end: dt.datetime | None
    due_at: dt.datetime
    status: str
    late: bool


def owed_between(agencies: Iterable[Agency], first: dt.date, last: dt.date) -> list[Row]:
    """Everything `agencies` owe with a due day in [first, last], by due time and key."""
    units = {agency.pk for agency in agencies}
    mine = Duty.objects.filter(agency__in=units)
    return _rows(mine, live_rules(), first, last, lambda item: item.agency.pk in units)


def owed_in_campaign(campaign: Campaign, first: dt.date, last: dt.date) -> list[Row]:
    """Everything that the tasks of `campaign` ask of anyone with a due day in [first, last]."""
    mine = Duty.objects.filter(campaign=campaign)
    return _rows(mine, live_rules().filter(task__campaign=campaign), first, last)


def _rows(
    duties: QuerySet[Duty],
    rules: QuerySet[DutyRule],
    first: dt.date,
    last: dt.date,
    wanted: Callable[[Owed], bool] = lambda item: True,
) -> list[Row]:
    """Stored duties due in the span, and what the rules owe besides."""
    calendar = calendars.calendar()
    owed = {
        item.key: item
        for rule in rules
        for item in expand(rule, first, last, calendar=calendar)
        if wanted(item)
    }
    stored = duties.filter(due_at__gte=midnight(first), due_at__lt=midnight(last + ONE_DAY)).select_related(
        "agency", "recipient", "rule"
    )
    at = now()
    rows = {duty.key: _row(duty, owed.get(duty.key), at) for duty in stored}
    fresh = [item for key, item in owed.items() if key not in rows]
    elsewhere = _keys_there([item.key for item in fresh])
    fresh = _standing([item for item in fresh if item.key not in elsewhere], at)
    done = _done(fresh)
    for item in fresh:
        duty = item.duty()
        duty.done, duty.first_done_at = done[item.key]
        duty.status = Duty.Status.FULFILLED if duty.done >= duty.needed else Duty.Status.OPEN
        rows[item.key] = _row(duty, item, at)
    return sorted(rows.values(), key=lambda row: (row.due_at, row.key))


def _standing(fresh: list[Owed], at: dt.datetime) -> list[Owed]:
    """Without what a changed schedule would ask for a time gone by: there the stored duties are the truth.

    Of a campaign with an end the whole history is stored; of other rules the older part is computed here.
    """
    whole = {item.rule.pk for item in fresh if item.rule.task and item.rule.task.campaign.ends_on}
    covered = Covered.of(whole) if whole else Covered()
    return [item for item in fresh if item.rule.pk not in whole or not covered.has(item.duty(), at)]


def _keys_there(keys: list[str]) -> set[str]:
    """Stored rows whose due day was moved out of the span."""
    found: set[str] = set()
    for start in range(0, len(keys), 2000):
        found |= set(Duty.objects.filter(key__in=keys[start : start + 2000]).values_list("key", flat=True))
    return found


def _done(fresh: list[Owed]) -> dict[str, tuple[int, dt.datetime | None]]:
    """key → (proofs in the window, when it was done); a report without its row has no paper yet."""
    windowed = [item for item in fresh if item.kind != Duty.Kind.REPORT]
    times = _times(windowed)
    found: dict[str, tuple[int, dt.datetime | None]] = {item.key: (0, None) for item in fresh}
    for item in windowed:
        inside = times[item.agency.pk, item.proof_kind]
        window = item.occurrence.window
        first, end = bisect_left(inside, window.start), bisect_left(inside, window.end)
        if end > first:
            enough = min(first + item.rule.needed, end) - 1
            found[item.key] = end - first, inside[enough]
    return found


def _times(items: list[Owed]) -> dict[tuple[int, str], list[dt.datetime]]:
    """(unit, kind) → instants of live proofs, ascending, over the windows of `items`."""
    times: dict[tuple[int, str], list[dt.datetime]] = defaultdict(list)
    if not items:
        return times
    live = Proof.objects.filter(
        retracted_at__isnull=True,
        agency__in={item.agency.pk for item in items},
        kind__in={item.proof_kind for item in items},
        at__gte=min(item.occurrence.window.start for item in items),
        at__lt=max(item.occurrence.window.end for item in items),
    )
    for agency_id, kind, at in live.order_by("at").values_list("agency_id", "kind", "at"):
        times[agency_id, kind].append(at)
    return times


def _row(duty: Duty, item: Owed | None, at: dt.datetime) -> Row:
    occurrence: Occurrence | None = item.occurrence if item else None
    start, end = shown_window(duty, occurrence)
    return Row(
        key=duty.key,
        rule=duty.rule.key if duty.rule else None,
        kind=duty.kind,
        owner=duty.agency.code,
        recipient=duty.recipient.code if duty.recipient else None,
        window_start=_local(start),
        window_end=_local(end),
        due_at=duty.due_at.astimezone(SHANGHAI),
        status=str(duty.status),
        late=duty.late(at),
    )


def _local(at: dt.datetime | None) -> dt.datetime | None:
    return at.astimezone(SHANGHAI) if at else None
