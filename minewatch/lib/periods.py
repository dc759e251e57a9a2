"""Spans of time: half-open windows of instants, and the named calendar periods people ask for."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from minewatch.lib.clock import midnight
from minewatch.lib.text import fold
from minewatch.lib.workdays import clamp

PeriodKind = Literal["day", "week", "month", "quarter", "half", "year", "range"]
ONE_DAY = timedelta(days=1)
YEARS = range(1900, 2201)
HOW = (
    "请写作 2022-09（月）、2022-W38（周）、2022-Q3（季度）、2022-H1（半年）、2022（年）"
    "或 2022-09-01..2022-09-30（起止日期）"
)
NUMERALS = "一二三四"


class BadPeriod(ValueError):
    """A period that cannot be read; the Chinese message says what is wrong and how to write it."""

    def __init__(self, problem: str):
        super().__init__(f"{problem}。{HOW}。")


@dataclass(frozen=True)
class Window:
    """A span of instants, `start` inside and `end` outside; both aware, start < end, else ValueError."""

    start: datetime
    end: datetime

    def __post_init__(self):
        if self.start.utcoffset() is None or self.end.utcoffset() is None:
            raise ValueError("a window is bounded by aware instants")
        if not self.start < self.end:
            raise ValueError(f"empty window {self.start} – {self.end}")

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


@dataclass(frozen=True)
class Period:
    """Whole days `first`..`last`, both inclusive, under a stable key such as "2022-09" or "2022-W38"."""

    key: str
    kind: PeriodKind
    first: date
    last: date

    @property
    def window(self) -> Window:
        """From midnight of the first day to midnight after the last."""
        return Window(midnight(self.first), midnight(self.last + ONE_DAY))

    @property
    def label(self) -> str:
        """The period in Chinese: 2022年9月, 2022年第38周（9月19日—9月25日）, 2022年第三季度, 2022年上半年."""
        return label(self)


def period_of(d: date, kind: PeriodKind) -> Period:
    """The day, week (ISO 8601, Mon–Sun), month, quarter, half or year holding `d`; ValueError for "range"."""
    if kind == "day":
        return Period(d.isoformat(), "day", d, d)
    if kind == "week":
        year, week, _ = d.isocalendar()
        return _week(year, week)
    if kind not in MONTHS:
        raise ValueError(f"no period of kind {kind!r} around a day")
    return _months(kind, d.year, (d.month - 1) // MONTHS[kind] + 1)


def before(period: Period) -> Period:
    """The period of the same kind that ends the day before this one starts."""
    return period_of(period.first - ONE_DAY, period.kind)


def parse_period(text: str) -> Period:
    """A Period from "2022-09", "2022-W38", "2022-Q3", "2022-H1", "2022" or "2022-09-01..2022-09-30".

    Full-width characters and surrounding blanks are forgiven. Raises BadPeriod (message in Chinese).
    """
    plain = fold(text).upper().replace(" ", "")
    for pattern, read in READERS:
        match = pattern.fullmatch(plain)
        if match:
            return read(match)
    raise BadPeriod(f"无法识别统计期“{fold(text)[:40]}”")


def label(period: Period) -> str:
    """See Period.label."""
    first, last = period.first, period.last
    if period.kind == "day":
        return f"{first.year}年{first.month}月{first.day}日"
    if period.kind == "week":
        year, week, _ = first.isocalendar()
        return f"{year}年第{week}周（{_span(first, last, year)}）"
    if period.kind == "month":
        return f"{first.year}年{first.month}月"
    if period.kind == "quarter":
        return f"{first.year}年第{NUMERALS[(first.month - 1) // 3]}季度"
    if period.kind == "half":
        return f"{first.year}年{'上' if first.month == 1 else '下'}半年"
    if period.kind == "year":
        return f"{first.year}年"
    return f"{first.year}年{_span(first, last, first.year)}"


MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}  # months in a period of each kind


def _week(year: int, week: int) -> Period:
    first = date.fromisocalendar(year, week, 1)
    return Period(f"{year}-W{week:02d}", "week", first, first + timedelta(days=6))


def _months(kind: PeriodKind, year: int, number: int) -> Period:
    """The number-th (from 1) month, quarter, half or year of the year."""
    size = MONTHS[kind]
    first = date(year, (number - 1) * size + 1, 1)
    key = {"month": f"-{number:02d}", "quarter": f"-Q{number}", "half": f"-H{number}", "year": ""}[kind]
    return Period(f"{year}{key}", kind, first, clamp(year, number * size, -1))


def _span(first: date, last: date, year: int) -> str:
    """ "9月19日—9月25日", with the year where it is not the one already named (or, for `first`, implied)."""
    parts, said = [], year
    for d in (first, last):
        parts.append(f"{'' if d.year == said else f'{d.year}年'}{d.month}月{d.day}日")
        said = d.year
    return "—".join(parts)


def _year(text: str) -> int:
    if int(text) not in YEARS:
        raise BadPeriod(f"年份{text}不合理")
    return int(text)


def _read_numbered(kind: PeriodKind):
    def read(match: re.Match) -> Period:
        year, number = _year(match[1]), int(match[2])
        if not 1 <= number <= 12 // MONTHS[kind]:
            raise BadPeriod(f"“{match[0]}”不存在")
        return _months(kind, year, number)

    return read


def _read_week(match: re.Match) -> Period:
    year, week = _year(match[1]), int(match[2])
    try:
        return _week(year, week)
    except ValueError:
        raise BadPeriod(f"{year}年没有第{week}周") from None


def _read_range(match: re.Match) -> Period:
    first, last = _day(match[1]), _day(match[2])
    if last < first:
        raise BadPeriod("结束日期早于开始日期")
    return Period(f"{first}..{last}", "range", first, last)


def _day(text: str) -> date:
    year, month, day = text.split("-")
    try:
        return date(_year(year), int(month), int(day))
    except BadPeriod:
        raise
    except ValueError:
        raise BadPeriod(f"日期{text}不存在") from None


_DAY = r"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})"
READERS = (
    (re.compile(r"([0-9]{4})"), lambda match: _months("year", _year(match[1]), 1)),
    (re.compile(r"([0-9]{4})-([0-9]{1,2})"), _read_numbered("month")),
    (re.compile(r"([0-9]{4})-W([0-9]{1,2})"), _read_week),
    (re.compile(r"([0-9]{4})-Q([0-9])"), _read_numbered("quarter")),
    (re.compile(r"([0-9]{4})-H([0-9])"), _read_numbered("half")),
    (re.compile(rf"{_DAY}\.\.{_DAY}"), _read_range),
)
