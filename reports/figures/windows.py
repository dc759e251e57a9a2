"""When something happened, seen against a half-open window of instants."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from minewatch.lib.clock import SHANGHAI, local_date, midnight
from minewatch.lib.periods import Window

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Span(Window):
    """A report's window that knows the report before it: the start of its window and its data instant.

    By these the 补报 line takes up what the earlier report could not tell, and nothing that it told.
    """

    told_from: dt.datetime | None = None
    told_at: dt.datetime | None = None


def aligned(window: Window) -> bool:
    """Whether both bounds are Shanghai midnights, so that whole days decide."""
    return all(instant == midnight(local_date(instant)) for instant in (window.start, window.end))


def day_from(instant: dt.datetime) -> dt.date:
    """The first day whose midnight is not before `instant`."""
    day = local_date(instant)
    return day if instant == midnight(day) else day + ONE_DAY


def in_days(window: Window, field: str) -> Q:
    """Rows whose day (counted as its midnight) lies in the window."""
    return Q(**{f"{field}__gte": day_from(window.start), f"{field}__lt": day_from(window.end)})


def patrolled_in(window: Window) -> Q:
    """Entries seen in the window: by their day, or to the instant where a cut-off falls inside a day."""
    days = in_days(window, "patrolled_on")
    if aligned(window):
        return days
    timed = Q(patrolled_at__gte=window.start, patrolled_at__lt=window.end)
    return timed | (Q(patrolled_at__isnull=True) & days)


def patrolled_before(instant: dt.datetime) -> Q:
    """Entries seen before `instant`."""
    days = Q(patrolled_on__lt=day_from(instant))
    if instant == midnight(local_date(instant)):
        return days
    return Q(patrolled_at__lt=instant) | (Q(patrolled_at__isnull=True) & days)


def recorded_in(window: Window) -> Q:
    """Entries filed in the window, whenever they were seen."""
    return Q(recorded_at__gte=window.start, recorded_at__lt=window.end)


def recorded_near(window: Window) -> Q:
    """Entries filed in the window or since the data instant of the report before: the pass that 补报 and
    补录 are picked from.
    """
    told_at = getattr(window, "told_at", None) or window.start
    return Q(recorded_at__gte=min(told_at, window.start), recorded_at__lt=window.end)


def recorded_late(window: Window) -> Q:
    """Entries of earlier windows that were filed in this one, after the cut-off (补报).

    Of the window just before, when its report is known, those that its data instant had missed.
    """
    earlier = patrolled_before(window.start) & Q(recorded_at__lt=window.end)
    told_from, told_at = getattr(window, "told_from", None), getattr(window, "told_at", None)
    if told_from is None or told_at is None:
        return earlier & Q(recorded_at__gte=window.start)
    just_before = patrolled_in(Window(told_from, window.start))
    untold = (just_before & Q(recorded_at__gt=told_at)) | (
        patrolled_before(told_from) & Q(recorded_at__gte=window.start)
    )
    return earlier & untold


def cumulative(window: Window) -> Window:
    """Year to date (累计): from 1 January of the year the window ends in to its end."""
    last = (window.end - dt.timedelta(microseconds=1)).astimezone(SHANGHAI)
    return Window(midnight(dt.date(last.year, 1, 1)), window.end)
