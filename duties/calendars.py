"""节假日安排 from the database as one cached value; a new year's file recomputes what was 暂定."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.db import transaction
from django.db.models import Count, Max

from core import audit
from core.errors import DomainError
from duties.models import CalendarDay
from minewatch.lib import workdays
from minewatch.lib.workdays import DATA, Calendar


@dataclass(frozen=True)
class Loaded:
    """What a calendar file changed: days new, changed; duties whose date was counted anew."""

    added: int
    changed: int
    recomputed: int


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


def load_calendar(*, path: str | Path = DATA) -> Loaded:
    """Load a calendar file (date,kind,name,source), then count anew every duty that was 暂定.

    Days that are there already and equal are left alone; a changed day is replaced. Raises DomainError
    naming the bad line; nothing is stored then.
    """
    try:
        rows = workdays.read_calendar(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        raise DomainError(f"无法读取文件 {path}，请检查路径，文件应为 UTF-8 编码的 CSV。") from None
    except ValueError as error:
        raise DomainError(f"节假日文件有误：{error}") from None
    with transaction.atomic():
        added, changed = store(rows, CalendarDay)
        from duties.recompute import recompute_provisional

        recomputed = recompute_provisional()
        if added or changed:
            audit.record(
                "calendar.loaded",
                actor=None,
                facts={
                    "added": added,
                    "changed": changed,
                    "recomputed": recomputed,
                },
            )
    return Loaded(added, changed, recomputed)


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
