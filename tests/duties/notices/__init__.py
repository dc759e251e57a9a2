"""The five notices as tables written by hand from the notices' text, and their due dates by brute force.

Nothing here imports the product: days are walked one by one. One table per notice, one row per task:
code, also (other codes), kind, stage, deadline, due, window, hosts, with, to, paragraph. Hosts are the demo
county's units ("nr", "townships" = all three), or the Chinese name of an actor that is no unit of the system.
A paragraph is cited by the text's own numbers: 五（一）四 is 五、（一）四是; what stands under the head
without a number of its own is cited by the head (LZ 二（三） has a single 1, which runs to its end).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

HERE = Path(__file__).parent
CHINA = timezone(timedelta(hours=8))  # no summer time since 1991
DAY_END = time(23, 59, 59)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Notice:
    """What the text says of the whole; `signed` None = not said."""

    key: str
    signed: date | None
    starts: date
    ends: date | None
    overlap: bool
    stages: tuple[tuple[str, date, date], ...]
    #: goals with a day of their own: code, day, paragraph (only XB 一 names years: 到2020年, 到2022年)
    milestones: tuple[tuple[str, date, str], ...] = ()

    @property
    def binds(self) -> date:
        """Nothing is due before this day."""
        return max(self.starts, self.signed or self.starts)

    @property
    def last(self) -> date:
        """The last day looked at: the end, or two years on."""
        return self.ends or self.binds.replace(year=self.binds.year + 2)


NOTICES = (
    Notice(
        "xinbin-2019",
        None,
        date(2019, 6, 1),
        date(2022, 12, 31),
        False,
        (
            ("1", date(2019, 6, 1), date(2019, 6, 30)),
            ("2", date(2019, 10, 1), date(2020, 12, 31)),
            ("3", date(2021, 1, 1), date(2022, 12, 31)),
        ),
        (("XB-G1", date(2020, 12, 31), "一"), ("XB-G2", date(2022, 12, 31), "一")),
    ),
    Notice(
        "shizhong-2021",
        None,
        date(2021, 6, 10),
        date(2021, 12, 31),
        True,
        (
            ("1", date(2021, 6, 10), date(2021, 6, 28)),
            ("2", date(2021, 6, 29), date(2021, 11, 30)),
            ("3", date(2021, 12, 1), date(2021, 12, 31)),
        ),
    ),
    Notice("pianguan-2022", date(2022, 9, 19), date(2022, 9, 19), None, False, ()),
    Notice(
        "jiaocheng-2021",
        date(2021, 4, 30),
        date(2021, 4, 1),
        date(2021, 11, 30),
        False,
        (
            ("1", date(2021, 4, 1), date(2021, 4, 30)),
            ("2", date(2021, 5, 1), date(2021, 9, 10)),
            ("3", date(2021, 9, 11), date(2021, 11, 30)),
        ),
    ),
    Notice("luzhai-2022", date(2022, 11, 24), date(2022, 11, 24), None, False, ()),
)
BY_KEY = {notice.key: notice for notice in NOTICES}


@dataclass(frozen=True)
class Row:
    """One row of a table, as written."""

    notice: str
    code: str
    also: tuple[str, ...]
    kind: str
    stage: str
    deadline: str
    due: str
    window: str
    hosts: tuple[str, ...]
    cooperating: frozenset[str]
    to: str
    paragraph: str

    def __str__(self) -> str:
        return self.code

    @property
    def once(self) -> bool:
        """Owed without a day until it is done."""
        return self.deadline == "impossible" or self.due.startswith("once")

    @property
    def joint(self) -> bool:
        """Done once by all hosts together."""
        return self.due.endswith("joint")

    @property
    def at_least(self) -> int:
        """Times in one window."""
        found = re.match(r"(\d+) (?:by|per) ", self.due) if self.deadline == "quota" else None
        return int(found.group(1)) if found else 1

    def instants(self, last: date | None = None) -> list[datetime]:
        """Every instant it falls due up to `last` (the notice's last day), day by day."""
        notice = BY_KEY[self.notice]
        if self.deadline in ("impossible", "none", "open", "ongoing", "event"):
            return []
        falls, at = _reading(self.due, notice)
        return [
            datetime.combine(day, at, tzinfo=CHINA)
            for day in days(notice.starts, last or notice.last)
            if day >= notice.binds and falls(day)
        ]


def rows(key: str) -> list[Row]:
    """The table of one notice."""
    with (HERE / f"{key}.csv").open(encoding="utf-8", newline="") as file:
        return [_row(key, line) for line in csv.DictReader(file)]


def _row(key: str, line: dict[str, str]) -> Row:
    return Row(
        key,
        line["code"],
        tuple(line["also"].split()),
        line["kind"],
        line["stage"],
        line["deadline"],
        line["due"],
        line["window"],
        tuple(line["hosts"].split()),
        frozenset(line["with"].split()),
        line["to"],
        line["paragraph"],
    )


def days(first: date, last: date) -> Iterator[date]:
    """Every day, both ends included."""
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


def month_end(day: date) -> bool:
    """Whether the next day is another month's."""
    return (day + timedelta(days=1)).month != day.month


def _quarter_end(day: date) -> bool:
    return month_end(day) and day.month in (3, 6, 9, 12)


PERIOD_ENDS: dict[str, Callable[[date], bool]] = {
    "week": lambda day: day.weekday() == 6,
    "month": month_end,
    "quarter": _quarter_end,
    "year": lambda day: (day.month, day.day) == (12, 31),
}
SPAN = r"(?: at (?P<at>\d\d:\d\d))? from (?P<first>\S+) to (?P<last>\S+)"


def _reading(due: str, notice: Notice) -> tuple[Callable[[date], bool], time]:
    """(whether a day is due, time of day) of a cell such as 'weekly FR from 2021-06-11 to 2021-12-31'."""
    words = due.removesuffix(" joint")
    if found := re.fullmatch(r"(?:\d+ by )?(\d{4}-\d\d-\d\d)", words):
        on = date.fromisoformat(found.group(1))
        return lambda day: day == on, DAY_END
    if found := re.fullmatch(r"\d+ per (\w+)", words):
        return PERIOD_ENDS[found.group(1)], DAY_END
    found = re.fullmatch(r"(?P<how>.+?)" + SPAN, words)
    assert found, f"{notice.key}: cannot read {due!r}"
    first, last = date.fromisoformat(found["first"]), date.fromisoformat(found["last"])
    falls = _rhythm(found["how"], first)
    at = time.fromisoformat(found["at"]) if found["at"] else DAY_END
    return lambda day: first <= day <= last and falls(day), at


def _rhythm(how: str, first: date) -> Callable[[date], bool]:
    if found := re.fullmatch(r"weekly (\w\w)", how):
        return lambda day: WEEKDAYS[day.weekday()] == found.group(1)
    if found := re.fullmatch(r"every (\d+) days", how):
        return lambda day: (day - first).days % int(found.group(1)) == 0
    if found := re.fullmatch(r"every (\d\d)-(\d\d)", how):
        return lambda day: (day.month, day.day) == (int(found.group(1)), int(found.group(2)))
    wanted = [int(number) for number in how.removeprefix("monthly ").split()]
    return lambda day: day.day in wanted or (month_end(day) and any(number > day.day for number in wanted))


ROWS = [row for notice in NOTICES for row in rows(notice.key)]
