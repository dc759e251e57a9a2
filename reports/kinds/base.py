"""A Kind of report and how its windows are found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.errors import DomainError
from minewatch.lib.clock import SHANGHAI
from minewatch.lib.periods import BadPeriod, Period, Window, parse_period
from minewatch.lib.windows import Occurrence, Schedule, occurrences
from reports.kinds.content import Numbers

#: The table of 二、主要数据 in its order.
LINES = tuple(
    "patrols people vehicles night sites findings illegal beyond irregular stopped leads "
    "leads_checked leads_true leads_partly leads_false leads_checked_late leads_answered leads_answered_late "
    "tips_replied tips_replied_late signed_sheets zero_sheets missing_units late backfilled".split()
)
HEADINGS = {
    "work": "一、工作开展情况",
    "data": "二、主要数据",
    "problems": "三、存在问题",
    "plans": "四、下一步打算",
}
A_WEEK, A_YEAR = dt.timedelta(days=7), dt.timedelta(days=400)


@dataclass(frozen=True)
class Kind:
    """One kind of periodic report.

    schedule   when it is due where no duty says otherwise, and which data it closes
    period     "week" or "month": how its period is written
    text       (numbers, period_words) → the paragraphs by key of HEADINGS
    """

    key: str
    label: str
    name: str
    period: str
    schedule: Schedule
    text: Callable[[Numbers, str], Mapping[str, str]]
    lines: tuple[str, ...] = LINES
    version: int = 1

    @property
    def proof(self) -> str:
        """The kind of proof a submission gives."""
        return f"report.{self.key}"

    def read_period(self, text: str) -> Period:
        """The period from "2022-W38" or "2022-09". Raises DomainError (Chinese) for any other."""
        how = {"week": "2022-W38（当周应报的一期）", "month": "2022-09（数据所在月份）"}[self.period]
        try:
            period = parse_period(text)
        except BadPeriod:
            raise DomainError(f"{self.label}的期间无法识别，请写作 {how}。", field="period") from None
        if period.kind != self.period:
            raise DomainError(f"{self.label}的期间请写作 {how}。", field="period")
        return period

    def occurrence(self, period: Period) -> Occurrence:
        """The due instant and the window that `period` names: a week names what is due in it."""
        first = period.first - 5 * A_WEEK
        found = occurrences(
            self.schedule,
            first,
            period.last + 10 * A_WEEK,
            since=first,
            until=period.last + 10 * A_WEEK,
        )
        return next(one for one in found if one.key == period.key)

    def window(self, period: Period) -> Window:
        """The data window of `period`."""
        return self.occurrence(period).window


def span_words(window: Window) -> str:
    """2022年9月17日至9月23日; whole months say 2022年9月; the hour is said where a cut-off has one."""
    start = window.start.astimezone(SHANGHAI)
    last = window.end.astimezone(SHANGHAI) - dt.timedelta(microseconds=1)
    if start.day == 1 and (last + dt.timedelta(microseconds=1)).day == 1 and start.month == last.month:
        return f"{start.year}年{start.month}月"
    if (start.year, start.month, start.day) == (last.year, last.month, last.day):
        return f"{start.year}年{start.month}月{start.day}日"
    year = "" if start.year == last.year else f"{last.year}年"
    return f"{start.year}年{start.month}月{start.day}日至{year}{last.month}月{last.day}日"
