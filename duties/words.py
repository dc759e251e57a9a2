"""Dates, instants and runs of days off in the notices' words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from minewatch.lib.clock import SHANGHAI

ONE_DAY = dt.timedelta(days=1)


def day_words(day: dt.date) -> str:
    """2026年9月30日"""
    return f"{day.year}年{day.month}月{day.day}日"


def instant_words(at: dt.datetime) -> str:
    """2026年9月30日 · 2026年9月30日24时 · 2026年9月30日14时05分 (midnight says the day alone)."""
    at = at.astimezone(SHANGHAI)
    day = day_words(at.date())
    if at.time() == dt.time.min:
        return day
    if (at.hour, at.minute, at.second) == (23, 59, 59):
        return f"{day}24时"
    return f"{day}{at.hour}时{at.minute:02d}分" if at.minute else f"{day}{at.hour}时"


def runs_words(days: Iterable[dt.date], names: Mapping[dt.date, str]) -> str:
    """9月25日至27日（中秋节）、10月3日至4日（休息日): consecutive days off as one run, with their names."""
    return "、".join(_run(first, last, names) for first, last in runs(sorted(days)))


def runs(days: list[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """Consecutive days as (first, last)."""
    found: list[tuple[dt.date, dt.date]] = []
    for day in days:
        if found and day - found[-1][1] == ONE_DAY:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def _run(first: dt.date, last: dt.date, names: Mapping[dt.date, str]) -> str:
    inside = [first + n * ONE_DAY for n in range((last - first).days + 1)]
    called = "、".join(dict.fromkeys(names[day] for day in inside if names.get(day))) or "休息日"
    said = f"{first.month}月{first.day}日"
    if last != first:
        said += f"至{last.day}日" if last.month == first.month else f"至{last.month}月{last.day}日"
    return f"{said}（{called}）"


def span_words(start: dt.datetime, end: dt.datetime) -> str:
    """9月17日至9月23日: the days of a half-open window; a timed bound is said with its hour."""
    first, last = start.astimezone(SHANGHAI), end.astimezone(SHANGHAI)
    if first.time() == last.time() == dt.time.min:
        last -= ONE_DAY
        year = "" if first.year == last.year else f"{last.year}年"
        return f"{day_words(first.date())}至{year}{last.month}月{last.day}日"
    return f"{instant_words(first)}至{instant_words(last)}"
