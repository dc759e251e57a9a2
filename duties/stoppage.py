"""A limit that stood still or was given more time: how much, and the words for it.

Counting. The due date is `amount` plus all extensions, in the clock's own unit, plus what it stood still.
A clock of days loses nothing but whole days: the day of the stop does not run, the day on which it runs on
does; so from 10 to 15 September five calendar days are added, or as many working days as lie in between. A
clock of months gains days too, after its months. A clock of hours adds the very time. The day (and instant)
from which the limit is counted never ran, so a stop counts from the day after it at the earliest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from duties.models import Clock, ClockExtension, ClockStop, Duty
from duties.words import ONE_DAY, instant_words
from minewatch.lib.clock import local_date
from minewatch.lib.workdays import Calendar


@dataclass(frozen=True)
class Changes:
    """The stops and extensions of one duty since its limit began to run."""

    stops: tuple[ClockStop, ...] = ()
    extensions: tuple[ClockExtension, ...] = ()

    @classmethod
    def of(cls, duty: Duty) -> Changes:
        """Those of the present count; what belonged to an earlier opening of the same step is past."""
        since = duty.started_at
        return cls(
            tuple(row for row in duty.stops.all() if since is None or row.stopped_at >= since),
            tuple(row for row in duty.extensions.all() if since is None or row.granted_at >= since),
        )

    @property
    def extended(self) -> int:
        """Sum of the extensions, in the clock's unit."""
        return sum(row.amount for row in self.extensions)

    @property
    def over(self) -> tuple[ClockStop, ...]:
        """Stops that have ended; an open one moves the date only when it ends."""
        return tuple(row for row in self.stops if row.resumed_at is not None)


NONE = Changes()


def stood_days(clock: Clock, start: dt.datetime, stops: Iterable[ClockStop], calendar: Calendar) -> int:
    """Whole (working) days that the ended `stops` add to a limit counted from `start`."""
    days: set[dt.date] = set()
    for stop in stops:
        day, last = max(local_date(stop.stopped_at), local_date(start) + ONE_DAY), local_date(stop.resumed_at)
        while day < last:
            days.add(day)
            day += ONE_DAY
    if clock.unit == Clock.Unit.WORKDAYS:
        return sum(calendar.is_workday(day) for day in days)
    return len(days)


def stood_hours(start: dt.datetime, stops: Iterable[ClockStop]) -> float:
    """Real hours that the ended `stops` add."""
    spans = (stop.resumed_at - max(stop.stopped_at, start) for stop in stops)
    return sum(max(span, dt.timedelta(0)).total_seconds() for span in spans) / 3600


def changes_words(clock: Clock, start: dt.datetime, changes: Changes, calendar: Calendar) -> str:
    """经…批准延长30日（…），2026年9月10日至2026年9月15日中止计时5日（…）， – or nothing."""
    unit = clock.get_unit_display()
    parts = [f"经{row.authority}批准延长{row.amount}{unit}（{row.basis}）" for row in changes.extensions]
    for stop in changes.stops:
        if stop.resumed_at is None:
            parts.append(f"自{instant_words(stop.stopped_at)}起中止计时（{stop.basis}），恢复后顺延")
            continue
        span = f"{instant_words(stop.stopped_at)}至{instant_words(stop.resumed_at)}"
        if clock.unit == Clock.Unit.HOURS:
            parts.append(f"{span}中止计时（{stop.basis}）")
        else:
            days = stood_days(clock, start, [stop], calendar)
            stood = "日" if clock.unit == Clock.Unit.MONTHS else unit
            parts.append(f"{span}中止计时{days}{stood}（{stop.basis}）")
    return "".join(f"{part}，" for part in parts)
