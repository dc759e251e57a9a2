"""Working days of the People's Republic: weekends, holidays and 调休, as a value handed in.

Sources: 全国年节及纪念日放假办法 and the yearly 国务院办公厅 notice (number in the data file). Day counting
follows 民法典 201–203 and 刑诉法 105: the day of the event is not counted. Which period counts working days
and which rolls is the caller's rule (处罚法 85, 强制法 69 …), not decided here.
"""

import csv
import hashlib
import io
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Roll = Literal["none", "next", "prev"]
ROLLS = ("none", "next", "prev")
DATA = Path(__file__).parent / "data" / "calendar.csv"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class DayCount:
    """A computed day, the days off passed over, and whether a year without data was touched (暂定)."""

    date: date
    skipped: tuple[date, ...] = ()
    provisional: bool = False


@dataclass(frozen=True)
class CalendarDay:
    """One row of the data file: a day that differs from Mon–Fri, or that a holiday notice names."""

    date: date
    kind: Literal["holiday", "workday"]
    name: str
    source: str


@dataclass(frozen=True)
class Calendar:
    """Holidays and 调休 as a value: `days` holds the exceptions (True = worked), all else is Mon–Fri.

    `years_known` are the years whose notice is loaded; a day outside them is a guess and makes the result
    provisional. `version` names the data so that a stored date can tell what it was computed from.
    """

    days: Mapping[date, bool] = field(default_factory=dict, hash=False)
    years_known: frozenset[int] = frozenset()
    version: str = ""

    def __post_init__(self):
        object.__setattr__(self, "days", MappingProxyType(dict(self.days)))

    def is_workday(self, d: date) -> bool:
        """Whether offices work on `d`; Mon–Fri where the year has no data (see `knows`)."""
        return self.days.get(d, d.weekday() < 5)

    def knows(self, d: date) -> bool:
        """Whether the holiday notice for the year of `d` is loaded."""
        return d.year in self.years_known

    def add_workdays(self, d: date, n: int) -> DayCount:
        """The n-th working day after `d` (before it if n < 0); `d` itself is not counted. n = 0 gives `d`."""
        step = ONE_DAY if n > 0 else -ONE_DAY
        day, left, skipped, guessed = d, abs(n), [], False
        while left:
            day += step
            guessed |= not self.knows(day)
            if self.is_workday(day):
                left -= 1
            else:
                skipped.append(day)
        return DayCount(day, tuple(skipped), guessed)

    def add_calendar(self, d: date, n: int, roll: Roll = "none") -> DayCount:
        """`d` plus n calendar days (the day of the event not counted), then rolled off a day off.

        roll "next" is 民法典 203 / 刑诉法 105; "none" keeps the day as it falls and is never provisional.
        """
        return self.roll(d + timedelta(days=n), roll)

    def add_months(self, d: date, n: int, roll: Roll = "none") -> DayCount:
        """The corresponding day `n` months after `d` (民法典 202), then rolled off a day off (203)."""
        return self.roll(add_months(d, n), roll)

    def roll(self, d: date, roll: Roll) -> DayCount:
        """`d` itself if it is worked or roll is "none", else the next or previous working day."""
        if roll not in ROLLS:
            raise ValueError(f"roll is one of {ROLLS}, not {roll!r}")
        if roll == "none":
            return DayCount(d)
        if self.is_workday(d):
            return DayCount(d, (), not self.knows(d))
        found = self.next_workday(d) if roll == "next" else self.prev_workday(d)
        return DayCount(found.date, (d, *found.skipped), found.provisional or not self.knows(d))

    def next_workday(self, d: date) -> DayCount:
        """The first working day strictly after `d`."""
        return self.add_workdays(d, 1)

    def prev_workday(self, d: date) -> DayCount:
        """The last working day strictly before `d` (reminders for a due day that is off)."""
        return self.add_workdays(d, -1)


def add_hours(dt: datetime, n: int | float) -> datetime:
    """`dt` plus n real hours through nights and weekends (310号 24小时), same zone; ValueError if naive."""
    if dt.tzinfo is None or dt.utcoffset() is None:
        raise ValueError("hours are counted from an aware datetime")
    return (dt.astimezone(UTC) + timedelta(hours=n)).astimezone(dt.tzinfo)


def clamp(year: int, month: int, day: int) -> date:
    """That day of the month, or its last day where the month is shorter (民法典 202); 31 or -1 = last day."""
    last = monthrange(year, month)[1]
    if day == -1:
        return date(year, month, last)
    if not 1 <= day <= 31:
        raise ValueError(f"no such day of the month: {day}")
    return date(year, month, min(day, last))


def add_months(d: date, n: int) -> date:
    """The day of the same number `n` months after `d` (before it if n < 0), or that month's last day where
    it has no such day (民法典 202: 31 December + 2 months = 28 or 29 February)."""
    year, month = divmod(d.year * 12 + d.month - 1 + n, 12)
    return clamp(year, month + 1, d.day)


def calendar_of(rows: Iterable[CalendarDay], version: str) -> Calendar:
    """A Calendar from rows. A year counts as known when its 国庆节 (10-01) is there: a notice may also name
    the last days of the year before, which says nothing about the rest of that year."""
    days = {row.date: row.kind == "workday" for row in rows}
    known = frozenset(d.year for d in days if (d.month, d.day) == (10, 1))
    return Calendar(days, known, version)


def read_calendar(text: str) -> list[CalendarDay]:
    """Rows of a calendar file (date,kind,name,source); ValueError in Chinese names the bad line."""
    rows, seen = [], set()
    for number, raw in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        row = _row(raw, number)
        if row.date in seen:
            raise ValueError(f"第{number}行：{row.date}重复")
        seen.add(row.date)
        rows.append(row)
    return rows


def load_calendar(path: str | Path = DATA) -> Calendar:
    """The Calendar in a file; its version is the file's hash, shortened."""
    text = Path(path).read_text(encoding="utf-8-sig")
    return calendar_of(read_calendar(text), hashlib.sha256(text.encode()).hexdigest()[:12])


def _row(raw: Mapping[str, str | None], number: int) -> CalendarDay:
    kind = (raw.get("kind") or "").strip()
    if kind not in ("holiday", "workday"):
        raise ValueError(f"第{number}行：kind 应为 holiday（放假）或 workday（上班），现为“{kind}”")
    try:
        day = date.fromisoformat((raw.get("date") or "").strip())
    except ValueError:
        raise ValueError(f"第{number}行：日期应写作 2026-10-01，现为“{raw.get('date')}”") from None
    return CalendarDay(day, kind, (raw.get("name") or "").strip(), (raw.get("source") or "").strip())
