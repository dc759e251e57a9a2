"""节假日安排 from the database as one cached value."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.db.models import Count, Max

from duties.models import CalendarDay
from minewatch.lib import workdays
from minewatch.lib.workdays import DATA, Calendar


def calendar() -> Calendar:
    """Holidays and 调休 of every loaded year; its version says from what a date was counted."""
    return _read(*_stamp())


def names() -> dict[dt.date, str]:
    """Day → name of the holiday that a notice gives it."""
    return _names(*_stamp())


def _stamp() -> tuple[int, int]:
    """Changes with every load: rows are replaced, never edited in place."""
    found = CalendarDay.objects.aggregate(rows=Count("pk"), last=Max("pk"))
    return found["rows"], found["last"] or 0


@lru_cache(maxsize=4)
def _rows(count: int, last: int) -> tuple[workdays.CalendarDay, ...]:
    if not count:
        return tuple(workdays.read_calendar(DATA.read_text(encoding="utf-8-sig")))
    return tuple(
        workdays.CalendarDay(row.day, row.kind, row.name, row.source) for row in CalendarDay.objects.all()
    )


@lru_cache(maxsize=4)
def _read(count: int, last: int) -> Calendar:
    return workdays.calendar_of(_rows(count, last), f"{count}-{last}")


@lru_cache(maxsize=4)
def _names(count: int, last: int) -> dict[dt.date, str]:
    return {row.date: row.name for row in _rows(count, last)}


def store(rows: list[workdays.CalendarDay], model: type[CalendarDay]) -> tuple[int, int]:
    """Write rows that are new or differ; also the data migration's hand. Returns (new, changed)."""
    there = {row.day: (row.kind, row.name, row.source) for row in model.objects.all()}
    fresh = [row for row in rows if there.get(row.date) != (row.kind, row.name, row.source)]
    model.objects.filter(day__in=[row.date for row in fresh]).delete()
    model.objects.bulk_create(
        [model(day=row.date, kind=row.kind, name=row.name, source=row.source) for row in fresh]
    )
    changed = sum(row.date in there for row in fresh)
    return len(fresh) - changed, changed
