"""Periods of the reports' room: a week is the reporting week, everything else the calendar's."""

from __future__ import annotations

from core.errors import DomainError
from minewatch.lib.periods import BadPeriod, Period, Window, parse_period
from reports.kinds import KINDS


def read_period(text: str) -> Period:
    """The Period of "2022-W38", "2022-09", "2022-Q3", "2022" or a range of days. Raises DomainError."""
    try:
        return parse_period(text)
    except BadPeriod as error:
        raise DomainError(str(error), field="period") from None


def window_of(period: Period) -> Window:
    """The window of a period; a week names the weekly report due in it (Saturday to Friday)."""
    return KINDS["weekly"].window(period) if period.kind == "week" else period.window
