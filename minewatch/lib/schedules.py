"""Schedule: when something recurs, at what time of day, and which data it closes – as a checked value."""

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from minewatch.lib.workdays import ROLLS, Roll

Kind = Literal["weekly", "monthly", "quarterly", "half_yearly", "yearly", "every", "daily", "once"]
Policy = Literal["current", "previous", "since_last", "to_date"]
#: kind → the calendar period that holds one due day
PERIODS = {
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "half_yearly": "half",
    "yearly": "year",
    "daily": "day",
}
POLICIES = ("current", "previous", "since_last", "to_date")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: kinds that mean the last day of their period when neither month nor day is given: kind → last month
OPEN_ENDED = {"quarterly": 3, "half_yearly": 6}
TO_DATE = ("half_yearly", "yearly")


@dataclass(frozen=True)
class Schedule:
    """A recurring (or single) due day with its time, its data window and its roll.

    kind         fields read
    weekly       byday ("FR",) – RFC 5545 names
    monthly      days (15, 30) – clamped to the month's end; 31 or -1 is the last day
    quarterly    month 1–3 within the quarter and day; neither = the quarter's last day
    half_yearly  month 1–6 within the half and day; neither = the half's last day
    yearly       month and day, clamped
    every        n and start: start + n, start + 2n … in calendar days, holidays or not (每十天)
    daily        –
    once         on

    at: time of day of the cut-off, inclusive to that instant; None = the whole day, to 24时.
    window: "current" – the calendar period holding the due day; "previous" – the calendar period before
    that; "since_last" – after the previous cut-off up to and including this one; "to_date" – from 1 January
    of the cut-off's year up to and including it (half_yearly, yearly; these windows overlap by intent).
    roll: where a due day goes that is off work; the window stays.
    Raises ValueError for a combination that means nothing or would not tile.
    """

    kind: Kind
    byday: tuple[str, ...] = ()
    days: tuple[int, ...] = ()
    month: int | None = None
    day: int | None = None
    on: date | None = None
    n: int | None = None
    start: date | None = None
    at: time | None = None
    window: Policy = "since_last"
    roll: Roll = "none"

    def __post_init__(self):
        object.__setattr__(self, "byday", tuple(self.byday))
        object.__setattr__(self, "days", tuple(self.days))
        if self.kind in OPEN_ENDED and self.month is None and self.day is None:
            object.__setattr__(self, "month", OPEN_ENDED[self.kind])
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
    def half_yearly(cls, month: int | None = None, day: int | None = None, **rest) -> "Schedule":
        """Schedule.half_yearly() is 30 June and 31 December, half_yearly(6, 10) 10 June and 10 December."""
        return cls("half_yearly", month=month, day=day, **rest)

    @classmethod
    def yearly(cls, month: int, day: int, **rest) -> "Schedule":
        """Schedule.yearly(12, 10)"""
        return cls("yearly", month=month, day=day, **rest)

    @classmethod
    def every(cls, n: int, start: date, **rest) -> "Schedule":
        """Schedule.every(10, date(2021, 4, 30)) is due first on 10 May."""
        return cls("every", n=n, start=start, **rest)

    @classmethod
    def daily(cls, **rest) -> "Schedule":
        """Schedule.daily(at=time(18))"""
        return cls("daily", **rest)

    @classmethod
    def once(cls, on: date, **rest) -> "Schedule":
        """Schedule.once(date(2022, 12, 31))"""
        return cls("once", on=on, **rest)

    @property
    def several(self) -> bool:
        """Whether one calendar period may hold more than one cut-off."""
        return len(self.days) > 1 or len(self.byday) > 1

    @property
    def dated(self) -> bool:
        """Whether its cut-offs are told apart by their day: no calendar period holds just one of them."""
        return self.several or self.kind in ("once", "every")


def _check(schedule: Schedule) -> None:
    """Raise ValueError unless the schedule says one clear thing."""
    kind, window = schedule.kind, schedule.window
    if kind not in _FIELDS or window not in POLICIES or schedule.roll not in ROLLS:
        raise ValueError(f"unknown kind, window or roll in {schedule}")
    if schedule.at and schedule.at.tzinfo:
        raise ValueError("the time of day is Shanghai's and carries no zone")
    if not _READS[kind](schedule) or _extra(schedule):
        raise ValueError(f"a {kind} schedule needs exactly {_FIELDS[kind]}: {schedule}")
    if window != "since_last" and schedule.dated:
        raise ValueError(f"several cut-offs in one period tile time only as since_last: {schedule}")
    if window == "to_date" and kind not in TO_DATE:
        raise ValueError(f"only half-yearly and yearly dues count from 1 January: {schedule}")


def _is_day(day: int | None) -> bool:
    return _whole(day) and (day == -1 or 1 <= day <= 31)


def _whole(number: object) -> bool:
    """True and 2.0 come out of a data file too; they are no number of days."""
    return isinstance(number, int) and not isinstance(number, bool)


_FIELDS = {
    "weekly": ("byday",),
    "monthly": ("days",),
    "quarterly": ("month", "day"),
    "half_yearly": ("month", "day"),
    "yearly": ("month", "day"),
    "every": ("n", "start"),
    "daily": (),
    "once": ("on",),
}
_READS = {
    "weekly": lambda s: bool(s.byday) and all(name in WEEKDAYS for name in s.byday),
    "monthly": lambda s: bool(s.days) and all(_is_day(day) for day in s.days),
    "quarterly": lambda s: _whole(s.month) and 1 <= s.month <= 3 and _is_day(s.day),
    "half_yearly": lambda s: _whole(s.month) and 1 <= s.month <= 6 and _is_day(s.day),
    "yearly": lambda s: _whole(s.month) and 1 <= s.month <= 12 and _is_day(s.day),
    "every": lambda s: _whole(s.n) and 1 <= s.n <= 366 and isinstance(s.start, date),
    "daily": lambda s: True,
    "once": lambda s: isinstance(s.on, date),
}


def _extra(schedule: Schedule) -> bool:
    """Whether a field is filled that this kind does not read (it would be silently ignored)."""
    others = {"byday", "days", "month", "day", "on", "n", "start"} - set(_FIELDS[schedule.kind])
    return any(getattr(schedule, name) not in (None, ()) for name in others)
