"""Opening what rules owe: ahead of time, once, with what was missed caught up (补生成)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction

from core.models import Heartbeat
from duties import calendars
from duties.actions.realigning import Moved, Realigned, realign
from duties.actions.storing import store, stored
from duties.actions.telling import tell, told
from duties.counting import recount, stale
from duties.models import Campaign, Duty, DutyRule, Task
from duties.rules import Owed, expand, live_rules, undated
from duties.spans import OUTAGE, Covered, opens_at, scan_from, scan_to
from duties.words import ONE_DAY
from minewatch.lib.clock import now
from minewatch.lib.periods import BadPeriod, parse_period

if TYPE_CHECKING:
    from agencies.models import Agency

__all__ = ["Moved", "Realigned", "ensure", "open_ahead", "realign"]

OPENED = "duties.opened"
WITHOUT_DAY = (Task.Deadline.IMPOSSIBLE, Task.Deadline.NONE)


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
        for rule in live_rules():
            rows = expand(
                rule,
                scan_from(rule, last),
                scan_to(rule, at),
                calendar=calendar,
                when=lambda found: opens_at(found) <= at,
            )
            fresh += _missing(list(rows), last, at)
        fresh += _without_day()
        store(fresh)
        told(recount(stale()))
    return len(fresh)


def ensure(*, proof_kind: str, agency: Agency, period: str) -> Duty | None:
    """The duty of `agency` for `proof_kind` and `period` ("2022-W38", "2022-09"), opened if need be.

    None when no rule of the county owes it. For papers of windows that were never opened.
    """
    there = Duty.objects.filter(agency=agency, proof_kind=proof_kind, period=period).first()
    if there is not None:
        return there
    for rule in live_rules().filter(proof_kind=proof_kind):
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


def _missing(rows: list[Owed], last: dt.datetime | None, at: dt.datetime) -> list[Duty]:
    """Unsaved duties of those rows that are not stored yet."""
    there = stored([owed.key for owed in rows])
    outage = last is not None and at - last > OUTAGE
    fresh = [owed for owed in rows if owed.key not in there]
    past = {owed.rule.pk for owed in fresh if owed.occurrence.due_at < at}
    covered = Covered.of(past) if past else Covered()
    found = []
    for owed in fresh:
        duty = owed.duty()
        if not covered.has(duty, at):
            owed_since = max(owed.occurrence.window.start, owed.rule.loaded_at)
            duty.catch_up = outage and not duty.history and owed_since < at - OUTAGE
            found.append(duty)
    return found


def _without_day() -> list[Duty]:
    """Unsaved duties of things to be done once on a day that nobody knows (yet)."""
    tasks = Task.objects.filter(
        deadline__in=WITHOUT_DAY, dropped_at__isnull=True, campaign__status=Campaign.Status.RUNNING
    )
    found = [
        duty
        for task in tasks.select_related("campaign__county", "recipient").prefetch_related(
            "parties__agency__division"
        )
        for duty in undated(task)
    ]
    there = stored([duty.key for duty in found])
    return [duty for duty in found if duty.key not in there]
