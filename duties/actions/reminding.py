"""催办 by the clock: what has reached a rung is noted once, then each person hears of it in one digest.

Two steps, so that no write is long and no kill loses anything: rungs are noted in small transactions
(`climb`), then one transaction writes the digests and marks what they tell (`duties.actions.digests`).
A sweep that died in between is finished by the next one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from agencies.models import Agency, Division
from core import audit
from duties import board, calendars, ladder
from duties.actions.digests import tell
from duties.models import Clock, Duty, QuietHours, Reminder, Rung
from minewatch.lib.clock import now

BATCH = 1000


@dataclass(frozen=True)
class Swept:
    """What one sweep did: duties at a new rung, told to whoever holds them, told higher up; digests sent."""

    due: int = 0
    reminded: int = 0
    escalated: int = 0
    digests: int = 0


def sweep(at: dt.datetime | None = None) -> Swept:
    """Remind of every open, dated duty that has reached a rung by `at` (default now). Any number at once:
    each rung of each due instant is told once.

    Of several rungs reached at once – a late start, an outage – only the highest tells, but it tells whoever
    any of them goes to. In quiet hours only urgent rungs and limits counted in hours tell; the rest comes in
    one digest when they end.
    """
    at = at or now()
    due = sum(climb(county, at) for county in ladder.counties())
    told = tell(at)
    swept = Swept(due, told.reminded, told.escalated, told.digests)
    if swept.due or swept.digests:
        audit.record(
            "duty.reminded",
            actor=None,
            facts={
                "due": swept.due,
                "reminded": swept.reminded,
                "escalated": swept.escalated,
                "digests": swept.digests,
            },
        )
    return swept


def climb(county: Division, at: dt.datetime) -> int:
    """Note the rungs that duties of `county` have reached by `at`. Returns how many are to be told."""
    calendar = calendars.calendar()
    held = ladder.is_quiet(QuietHours.objects.filter(county=county).first(), at, calendar)
    rungs = list(Rung.objects.filter(county=county, is_active=True).order_by("-offset_hours", "-pk"))
    count, after = 0, None
    for n, rung in enumerate(rungs):
        rows = _waiting(county, rung, at).filter(ladder.reached(rung.offset_hours, at, calendar))
        waits = held and not rung.urgent
        if waits:
            rows = rows.filter(clock__unit=Clock.Unit.HOURS)
        if after is not None:
            rows = rows.filter(due_at__gt=after)
        below = [one for one in rungs[n + 1 :] if one.offset_hours < rung.offset_hours]
        count += _note(rung, below, rows, at)
        if not waits and not rung.kinds:
            # whatever is due by then stands on this rung, so the lower ones need not look at it again
            after = at - dt.timedelta(hours=rung.offset_hours)
    return count


def _waiting(county: Division, rung: Rung, at: dt.datetime) -> QuerySet[Duty]:
    """Open duties that somebody can do now, whose clock runs, not given this rung for their due yet."""
    units = Agency.objects.filter(division__code__startswith=county.code)
    given = Reminder.objects.filter(duty=OuterRef("pk"), due_at=OuterRef("due_at"))
    rows = board.actionable(Duty.objects.all(), at).filter(agency__in=units.values("pk"), stopped=False)
    if rung.kinds:
        rows = rows.filter(kind__in=rung.kinds)
    higher = given.filter(rung__offset_hours__gt=rung.offset_hours)
    return rows.filter(~Exists(given.filter(rung=rung))).annotate(passed=Exists(higher))


def _note(rung: Rung, below: list[Rung], rows: QuerySet[Duty], at: dt.datetime) -> int:
    """Write the reminders, those of the rungs below as passed; so is one whose duty stands higher already."""
    found = list(rows.order_by().values_list("pk", "due_at", "kind", "passed"))
    for start in range(0, len(found), BATCH):
        part = found[start : start + BATCH]
        there = _there([pk for pk, *_ in part], below)
        made = []
        for pk, due_at, kind, passed in part:
            lower = [
                one
                for one in below
                if (not one.kinds or kind in one.kinds) and (pk, one.pk, due_at) not in there
            ]
            to = [] if passed or not lower else together([rung, *lower])
            made.append(Reminder(duty_id=pk, rung=rung, due_at=due_at, at=at, skipped=passed, to=to))
            made += [Reminder(duty_id=pk, rung=one, due_at=due_at, at=at, skipped=True) for one in lower]
        with transaction.atomic():
            Reminder.objects.bulk_create(made, ignore_conflicts=True)
    return sum(not passed for *_, passed in found)


def _there(duties: list[int], rungs: list[Rung]) -> set[tuple[int, int, dt.datetime]]:
    """(duty, rung, due instant) of what was given or passed before: its people are not told again."""
    if not rungs:
        return set()
    rows = Reminder.objects.filter(duty__in=duties, rung__in=[one.pk for one in rungs])
    return set(rows.values_list("duty_id", "rung_id", "due_at"))


def together(rungs: list[Rung]) -> list[str]:
    """Whom several rungs go to, each once."""
    return list(dict.fromkeys(to for one in rungs for to in one.to))


def given(duty: Duty) -> QuerySet[Reminder]:
    """Reminders of one duty that were told, newest first."""
    return duty.reminders.filter(~Q(told_at=None), skipped=False).select_related("rung").order_by("-at")


__all__ = ["Swept", "climb", "given", "sweep"]
