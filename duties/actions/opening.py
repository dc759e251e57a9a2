"""Opening what rules owe: ahead of time, once, with what was missed caught up (补生成)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction

from core.models import Heartbeat
from duties import calendars
from duties.actions.telling import tell, told
from duties.counting import recount, stale
from duties.models import Duty, DutyRule
from duties.rules import Owed, expand
from duties.words import ONE_DAY
from minewatch.lib.clock import local_date, now
from minewatch.lib.periods import BadPeriod, parse_period
from minewatch.lib.windows import Occurrence

if TYPE_CHECKING:
    from agencies.models import Agency

AHEAD = dt.timedelta(days=14)
#: Occurrences before a rule was loaded are opened as 历史 this far back; older ones are computed when asked.
HISTORY = dt.timedelta(days=92)
#: The longest window (a quarter, its report ten days later) begins no earlier than this before its due day.
LONGEST = dt.timedelta(days=400)
#: A gap between two openings longer than this was an outage.
OUTAGE = dt.timedelta(hours=1)
OPENED = "duties.opened"
BATCH = 2000


def open_ahead(at: dt.datetime | None = None, *, afresh: bool = False) -> int:
    """Open every occurrence whose window has begun or begins within 14 days. Returns how many.

    Any number of schedulers at once open each occurrence once: the heartbeat row is taken first and holds
    the others off, and the key is unique. What was not opened when its window began is marked 补生成.
    `afresh` (rules have just been loaded) looks at everything again and marks nothing.
    """
    at = at or now()
    calendar = calendars.calendar()
    with transaction.atomic():
        last = _take_turn(at)
        if afresh:
            last = None
        fresh: list[Duty] = []
        for rule in DutyRule.objects.select_related("county", "owner"):
            first = _scan_from(rule, last)
            rows = expand(
                rule,
                first,
                local_date(at + LONGEST),
                calendar=calendar,
                when=lambda found: _opens_at(found) <= at,
            )
            fresh += _missing(list(rows), last, at)
        _store(fresh)
        told(recount(stale()))
    return len(fresh)


def ensure(*, proof_kind: str, agency: Agency, period: str) -> Duty | None:
    """The duty of `agency` for `proof_kind` and `period` ("2022-W38", "2022-09"), opened if need be.

    None when no rule of the county owes it. For papers of windows that were never opened.
    """
    there = Duty.objects.filter(agency=agency, proof_kind=proof_kind, period=period).first()
    if there is not None:
        return there
    for rule in DutyRule.objects.filter(proof_kind=proof_kind).select_related("county", "owner"):
        for owed in _around(rule, agency, period):
            with transaction.atomic():
                Duty.objects.bulk_create([owed.duty()], ignore_conflicts=True)
                duty = Duty.objects.get(key=owed.key)
                tell("duty.opened", [duty.pk])
            return duty
    return None


def _around(rule: DutyRule, agency: Agency, period: str) -> Iterable[Owed]:
    try:
        asked = parse_period(period)
    except BadPeriod:
        return []
    days = asked.first - 40 * ONE_DAY, asked.last + 100 * ONE_DAY
    return (
        owed
        for owed in expand(rule, *days, when=lambda found: found.key == asked.key)
        if owed.agency.pk == agency.pk
    )


def _take_turn(at: dt.datetime) -> dt.datetime | None:
    """Note this opening; the UPDATE makes concurrent ones wait. Gives the time of the last one."""
    row, made = Heartbeat.objects.get_or_create(name=OPENED, defaults={"at": at})
    if made:
        return None
    Heartbeat.objects.filter(pk=row.pk).update(name=OPENED)
    row.refresh_from_db()
    Heartbeat.objects.filter(pk=row.pk, at__lt=at).update(at=at)
    return row.at


def _scan_from(rule: DutyRule, last: dt.datetime | None) -> dt.date:
    """First due day to look at: a new rule from its history on, else from the last opening on."""
    if last is None or rule.loaded_at > last - OUTAGE:
        return max(rule.valid_from, local_date(rule.loaded_at - HISTORY))
    return max(rule.valid_from, local_date(last) - ONE_DAY)


def _opens_at(found: Occurrence) -> dt.datetime:
    """When it is to be opened: two weeks before its window begins, so that a short outage misses nothing."""
    return min(found.due_at, found.window.start) - AHEAD


def _missing(rows: list[Owed], last: dt.datetime | None, at: dt.datetime) -> list[Duty]:
    """Unsaved duties of those rows that are not stored yet."""
    keys = [owed.key for owed in rows]
    there: set[str] = set()
    for start in range(0, len(keys), BATCH):
        there |= set(Duty.objects.filter(key__in=keys[start : start + BATCH]).values_list("key", flat=True))
    outage = last is not None and at - last > OUTAGE
    found = []
    for owed in rows:
        if owed.key not in there:
            duty = owed.duty()
            owed_since = max(owed.occurrence.window.start, owed.rule.loaded_at)
            duty.catch_up = outage and not duty.history and owed_since < at - OUTAGE
            found.append(duty)
    return found


def _store(fresh: list[Duty]) -> None:
    """Insert, audit as one act, and count the proofs that are there already."""
    if not fresh:
        return
    Duty.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)
    ids: list[int] = []
    for start in range(0, len(fresh), BATCH):
        keys = [duty.key for duty in fresh[start : start + BATCH]]
        ids += Duty.objects.filter(key__in=keys).values_list("pk", flat=True)
    tell("duty.opened", ids)
    for start in range(0, len(ids), BATCH):
        told(recount(Duty.objects.filter(pk__in=ids[start : start + BATCH])))
