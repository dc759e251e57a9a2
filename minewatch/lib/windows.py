"""When something is due, and which data it closes: the occurrences of a schedule.

The data window is kept apart from the due instant (domain A.12): a due day may roll off a holiday, the
window never moves. Windows of one schedule tile time. dateutil recurs; clamping and windows are ours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday

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
from minewatch.lib.schedules import PERIODS, WEEKDAYS, Schedule
from minewatch.lib.workdays import Calendar, clamp

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

ONE_DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
FAR_ROLL = timedelta(days=31)  # no holiday moves a due day further than this


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
    opens: date | None = None,
    until: date | None = None,
    calendar: Calendar | None = None,
) -> list[Occurrence]:
    """Those occurrences, in order, whose due day (after the roll) lies in [first, last].

    Nothing is due before `since` (a duty is not born overdue) and no cut-off lies after `until`. The first
    since_last window opens at midnight of `opens` where that is earlier than `since`: a campaign that began
    before its notice was signed keeps the data of those days. A count of every n days begins with its own
    first day at the earliest. Without a calendar, rolls know Mon–Fri only.
    """
    calendar = calendar or Calendar()
    opening = _opening(schedule, since, opens)
    found, previous = [], None
    for cutoff in _cutoffs(schedule, since, min(last + FAR_ROLL, until or date.max)):
        due = calendar.roll(cutoff, schedule.roll)
        if due.date < since and schedule.kind != "once":
            continue  # the next cut-off takes over its window
        if due.date < since:
            due = calendar.roll(cutoff, "none")  # a single day is never lost by rolling before the signing
        if first <= due.date <= last:
            found.append(_occurrence(schedule, cutoff, previous, opening, due))
        previous = cutoff
    return found


def _opening(schedule: Schedule, since: date, opens: date | None) -> date:
    """The day whose midnight opens the first since_last window."""
    opening = min(opens or since, since)
    return max(opening, schedule.start) if schedule.kind == "every" else opening


def _occurrence(schedule: Schedule, cutoff: date, previous: date | None, opening: date, due) -> Occurrence:
    due_at = _instant(schedule, due.date)
    if schedule.window in ("current", "previous"):
        period = _period(schedule, cutoff)
        ends = midnight(period.first), day_end(period.last)
        return Occurrence(period.key, period.window, due_at, *ends, due.provisional)
    start = shown = midnight(opening)
    if schedule.window == "to_date":
        start = shown = midnight(cutoff.replace(month=1, day=1))
    elif previous is not None:
        start, shown = _bound(schedule, previous), _instant(schedule, previous)
    window = Window(start, _bound(schedule, cutoff))
    key = _cutoff_key(schedule, cutoff)
    return Occurrence(key, window, due_at, shown, _instant(schedule, cutoff), due.provisional)


def _period(schedule: Schedule, cutoff: date) -> Period:
    current = period_of(cutoff, PERIODS[schedule.kind])
    return current if schedule.window == "current" else before(current)


def _cutoff_key(schedule: Schedule, cutoff: date) -> str:
    return cutoff.isoformat() if schedule.dated else period_of(cutoff, PERIODS[schedule.kind]).key


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


def _in_period(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    """One day in each quarter, half or year: the given month within it, clamped to that month's end."""
    kind = PERIODS[schedule.kind]
    for opening in _recur(MONTHLY, period_of(first, kind).first, last, interval=_MONTHS[kind]):
        yield clamp(opening.year, opening.month + schedule.month - 1, schedule.day)


def _every(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    passed = max((first - schedule.start).days, schedule.n)
    day = schedule.start + timedelta(days=-(-passed // schedule.n) * schedule.n)
    while day <= last:
        yield day
        day += timedelta(days=schedule.n)


def _daily(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def _once(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    yield schedule.on


_MONTHS = {"quarter": 3, "half": 6, "year": 12}
_RECUR = {
    "weekly": _weekly,
    "monthly": _monthly,
    "quarterly": _in_period,
    "half_yearly": _in_period,
    "yearly": _in_period,
    "every": _every,
    "daily": _daily,
    "once": _once,
}


def _recur(freq: int, first: date, last: date, **rule) -> Iterator[date]:
    """rrule over Shanghai days, so that neither the machine's zone nor an hour comes into it."""
    for instant in rrule(freq, dtstart=midnight(first), until=midnight(last), **rule):
        yield local_date(instant)
