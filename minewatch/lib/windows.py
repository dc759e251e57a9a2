"""When something is due, and which data it closes: schedules and their occurrences.

The data window is kept apart from the due instant (domain A.12): a due day may roll off a holiday, the
window never moves. Windows of one schedule tile time. dateutil recurs; clamping and windows are ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from dateutil.rrule import MONTHLY, WEEKLY, YEARLY, rrule, weekday

from minewatch.lib.clock import SHANGHAI, day_end, local_date, midnight
from minewatch.lib.periods import (
    BadPeriod,
    Period,
    PeriodKind,
    Window,
    before,
    label,
    parse_period,
    period_of,
)
from minewatch.lib.workdays import ROLLS, Calendar, Roll, clamp

__all__ = [
    "BadPeriod",
    "Occurrence",
    "Period",
    "PeriodKind",
    "Schedule",
    "Window",
    "label",
    "occurrences",
    "parse_period",
    "period_of",
]

Kind = Literal["weekly", "monthly", "quarterly", "yearly", "once"]
Policy = Literal["current", "previous", "since_last"]
PERIODS = {"weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year"}
POLICIES = ("current", "previous", "since_last")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ONE_DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
FAR_ROLL = timedelta(days=31)  # no holiday moves a due day further than this


@dataclass(frozen=True)
class Schedule:
    """A recurring (or single) due day with its time, its data window and its roll.

    kind       fields read
    weekly     byday ("FR",) – RFC 5545 names
    monthly    days (15, 30) – clamped to the month's end; 31 or -1 is the last day
    quarterly  month 1–3 within the quarter and day; neither = the quarter's last day
    yearly     month and day, clamped
    once       on

    at: time of day of the cut-off, inclusive to that instant; None = the whole day, to 24时.
    window: "current" – the calendar period holding the due day; "previous" – the calendar period before
    that; "since_last" – after the previous cut-off up to and including this one.
    roll: where a due day goes that is off work; the window stays.
    Raises ValueError for a combination that means nothing or would not tile.
    """

    kind: Kind
    byday: tuple[str, ...] = ()
    days: tuple[int, ...] = ()
    month: int | None = None
    day: int | None = None
    on: date | None = None
    at: time | None = None
    window: Policy = "since_last"
    roll: Roll = "none"

    def __post_init__(self):
        object.__setattr__(self, "byday", tuple(self.byday))
        object.__setattr__(self, "days", tuple(self.days))
        if self.kind == "quarterly" and self.month is None and self.day is None:
            object.__setattr__(self, "month", 3)
            object.__setattr__(self, "day", -1)
        _check(self)

    @classmethod
    def weekly(cls, *byday: str, **rest) -> "Schedule":
        """Schedule.weekly("FR")"""
        return cls("weekly", byday=byday, **rest)

    @classmethod
    def monthly(cls, *days: int, **rest) -> "Schedule":
        """Schedule.monthly(15, 30, at=time(18))"""
        return cls("monthly", days=days, **rest)

    @classmethod
    def quarterly(cls, month: int | None = None, day: int | None = None, **rest) -> "Schedule":
        """Schedule.quarterly() is the quarter's end, Schedule.quarterly(1, 10) day 10 of its month 1."""
        return cls("quarterly", month=month, day=day, **rest)

    @classmethod
    def yearly(cls, month: int, day: int, **rest) -> "Schedule":
        """Schedule.yearly(12, 10)"""
        return cls("yearly", month=month, day=day, **rest)

    @classmethod
    def once(cls, on: date, **rest) -> "Schedule":
        """Schedule.once(date(2022, 12, 31))"""
        return cls("once", on=on, **rest)

    @property
    def several(self) -> bool:
        """Whether one calendar period may hold more than one cut-off."""
        return len(self.days) > 1 or len(self.byday) > 1


@dataclass(frozen=True)
class Occurrence:
    """One due instant with the window it closes, under a key that is stable within its schedule.

    `window` bounds are for queries. The shown bounds are for people: a calendar window runs 00:00:00 to
    23:59:59, a since_last window from the previous cut-off to this one. `provisional` (暂定) tells that the
    due day was rolled in a year without holiday data.
    """

    key: str
    window: Window
    due_at: datetime
    window_start_shown: datetime
    window_end_shown: datetime
    provisional: bool = False


def occurrences(
    schedule: Schedule,
    first: date,
    last: date,
    *,
    since: date,
    until: date | None = None,
    calendar: Calendar | None = None,
) -> list[Occurrence]:
    """Those occurrences, in order, whose due day (after the roll) lies in [first, last].

    Nothing is due before `since` (a duty is not born overdue) and no cut-off lies after `until`. The first
    since_last window opens at midnight of `since`. Without a calendar, rolls know Mon–Fri only.
    """
    calendar = calendar or Calendar()
    found, previous = [], None
    for cutoff in _cutoffs(schedule, since, min(last + FAR_ROLL, until or date.max)):
        due = calendar.roll(cutoff, schedule.roll)
        if due.date < since:
            continue
        if first <= due.date <= last:
            found.append(_occurrence(schedule, cutoff, previous, since, due))
        previous = cutoff
    return found


def _occurrence(schedule: Schedule, cutoff: date, previous: date | None, since: date, due) -> Occurrence:
    due_at = _instant(schedule, due.date)
    if schedule.window == "since_last":
        start = midnight(since) if previous is None else _bound(schedule, previous)
        shown = midnight(since) if previous is None else _instant(schedule, previous)
        window = Window(start, _bound(schedule, cutoff))
        key = _cutoff_key(schedule, cutoff)
        return Occurrence(key, window, due_at, shown, _instant(schedule, cutoff), due.provisional)
    period = _period(schedule, cutoff)
    ends = midnight(period.first), day_end(period.last)
    return Occurrence(period.key, period.window, due_at, *ends, due.provisional)


def _period(schedule: Schedule, cutoff: date) -> Period:
    current = period_of(cutoff, PERIODS[schedule.kind])
    return current if schedule.window == "current" else before(current)


def _cutoff_key(schedule: Schedule, cutoff: date) -> str:
    if schedule.kind == "once" or schedule.several:
        return cutoff.isoformat()
    return period_of(cutoff, PERIODS[schedule.kind]).key


def _instant(schedule: Schedule, day: date) -> datetime:
    """The cut-off or due instant as people read it."""
    return datetime.combine(day, schedule.at, tzinfo=SHANGHAI) if schedule.at else day_end(day)


def _bound(schedule: Schedule, cutoff: date) -> datetime:
    """The first instant after the cut-off: the next midnight, or one microsecond after a timed one."""
    return _instant(schedule, cutoff) + INSTANT if schedule.at else midnight(cutoff + ONE_DAY)


def _cutoffs(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    """The unrolled cut-off days in [first, last], ascending, each once."""
    for day in _RECUR[schedule.kind](schedule, first, last):
        if first <= day <= last:
            yield day


def _weekly(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    byday = [weekday(WEEKDAYS.index(name)) for name in schedule.byday]
    yield from _recur(WEEKLY, first, last, byweekday=byday)


def _monthly(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    for month in _recur(MONTHLY, first.replace(day=1), last):
        yield from sorted({clamp(month.year, month.month, day) for day in schedule.days})


def _quarterly(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    for quarter in _recur(MONTHLY, period_of(first, "quarter").first, last, interval=3):
        yield clamp(quarter.year, quarter.month + schedule.month - 1, schedule.day)


def _yearly(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    for year in _recur(YEARLY, first.replace(month=1, day=1), last):
        yield clamp(year.year, schedule.month, schedule.day)


def _once(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    yield schedule.on


_RECUR = {
    "weekly": _weekly,
    "monthly": _monthly,
    "quarterly": _quarterly,
    "yearly": _yearly,
    "once": _once,
}


def _recur(freq: int, first: date, last: date, **rule) -> Iterator[date]:
    """rrule over Shanghai days, so that neither the machine's zone nor an hour comes into it."""
    for instant in rrule(freq, dtstart=midnight(first), until=midnight(last), **rule):
        yield local_date(instant)


def _check(schedule: Schedule) -> None:
    """Raise ValueError unless the schedule says one clear thing."""
    kind = schedule.kind
    if kind not in _RECUR or schedule.window not in POLICIES or schedule.roll not in ROLLS:
        raise ValueError(f"unknown kind, window or roll in {schedule}")
    if schedule.at and schedule.at.tzinfo:
        raise ValueError("the time of day is Shanghai's and carries no zone")
    if not _READS[kind](schedule) or _extra(schedule):
        raise ValueError(f"a {kind} schedule needs exactly {_FIELDS[kind]}: {schedule}")
    if schedule.window != "since_last" and (kind == "once" or schedule.several):
        raise ValueError(f"several cut-offs in one period tile time only as since_last: {schedule}")


def _is_day(day: int | None) -> bool:
    return day is not None and (day == -1 or 1 <= day <= 31)


_FIELDS = {
    "weekly": ("byday",),
    "monthly": ("days",),
    "quarterly": ("month", "day"),
    "yearly": ("month", "day"),
    "once": ("on",),
}
_READS = {
    "weekly": lambda s: bool(s.byday) and all(name in WEEKDAYS for name in s.byday),
    "monthly": lambda s: bool(s.days) and all(_is_day(day) for day in s.days),
    "quarterly": lambda s: s.month in (1, 2, 3) and _is_day(s.day),
    "yearly": lambda s: s.month in range(1, 13) and _is_day(s.day),
    "once": lambda s: isinstance(s.on, date),
}


def _extra(schedule: Schedule) -> bool:
    """Whether a field is filled that this kind does not read (it would be silently ignored)."""
    others = {"byday", "days", "month", "day", "on"} - set(_FIELDS[schedule.kind])
    return any(getattr(schedule, name) not in (None, ()) for name in others)
