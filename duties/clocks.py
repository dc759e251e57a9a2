"""法定期限: `due(code, start)` gives the date and the sentence that says why (domain.md B.1, B.2, C, H).

The day of the event is not counted; hours run through nights and weekends; a period that law counts in
working days skips days off, one in calendar days or months ends as its row says (rolled or not).
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.db.models import Q

from core.errors import DomainError
from duties import calendars
from duties.models import Clock, Duty
from duties.stoppage import NONE, Changes, changes_words, stood_days, stood_hours
from duties.words import day_words, instant_words, runs_words
from minewatch.lib.clock import SHANGHAI, day_end, local_date
from minewatch.lib.workdays import Calendar, DayCount, add_hours, add_months

DATA = Path(__file__).parent / "data" / "clocks.csv"
FIELDS = ("name", "amount", "unit", "roll", "basis", "ceiling", "extends_by", "uncertain", "valid_to")


@dataclass(frozen=True)
class DueDate:
    """A counted limit. `skipped` are the days off passed over; `provisional` = a year without 放假安排."""

    start: dt.datetime
    due_at: dt.datetime
    unit: str
    rule: str
    basis: str
    skipped: tuple[dt.date, ...]
    provisional: bool
    sentence: str


def due(code: str, start: dt.datetime | dt.date, *, calendar: Calendar | None = None) -> DueDate:
    """The limit `code` counted from `start` (naive = Shanghai; a date = that day). Raises DomainError."""
    start = instant(start)
    return count(clock_of(code, start), start, calendar=calendar)


def count(
    clock: Clock,
    start: dt.datetime,
    *,
    calendar: Calendar | None = None,
    names: Mapping[dt.date, str] | None = None,
    changes: Changes = NONE,
) -> DueDate:
    """The limit of one row counted from an aware `start`, with its stops and extensions (duties.stoppage).

    Asks nothing when both tables are handed in.
    """
    start = start.astimezone(SHANGHAI)
    calendar = calendar or calendars.calendar()
    amount = clock.amount + changes.extended
    if clock.unit == Clock.Unit.HOURS:
        due_at = add_hours(start, amount + stood_hours(start, changes.over))
        skipped, provisional = (), False
    else:
        stood = stood_days(clock, start, changes.over, calendar)
        counted = _counted(clock, local_date(start), amount, stood, calendar)
        due_at, skipped, provisional = day_end(counted.date), counted.skipped, counted.provisional
    changed = changes_words(clock, start, changes, calendar)
    return DueDate(
        start,
        due_at,
        clock.unit,
        f"{clock.code} {clock.name}",
        clock.basis,
        skipped,
        provisional,
        _sentence(clock, start, due_at, changed + _skip_words(clock, skipped, names), provisional),
    )


def _counted(clock: Clock, day: dt.date, amount: int, stood: int, calendar: Calendar) -> DayCount:
    """The last day of a limit of `amount` units counted from `day` that stood still for `stood` days.

    Months come first, then the days that a limit of months stood still; it is rolled once, at the end.
    """
    if clock.unit == Clock.Unit.WORKDAYS:
        return calendar.add_workdays(day, amount + stood)
    if clock.unit == Clock.Unit.MONTHS:
        return calendar.add_calendar(add_months(day, amount), stood, clock.roll)
    return calendar.add_calendar(day, amount + stood, clock.roll)


def of_duty(
    duty: Duty,
    *,
    calendar: Calendar | None = None,
    names: Mapping[dt.date, str] | None = None,
) -> DueDate | None:
    """The date of a duty by its own clock's row, its stops and extensions; None for one without clock."""
    if duty.clock is None or duty.started_at is None:
        return None
    return count(duty.clock, duty.started_at, calendar=calendar, names=names, changes=Changes.of(duty))


def instant(value: dt.datetime | dt.date) -> dt.datetime:
    """An aware Shanghai instant; a naive one is taken as Shanghai's, a date as its first moment."""
    if not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time.min)
    return value.astimezone(SHANGHAI) if value.tzinfo else value.replace(tzinfo=SHANGHAI)


def clock_of(code: str, start: dt.datetime) -> Clock:
    """The row of `code` in force on the day of `start`: an old event keeps its old row.

    Raises DomainError (message lists the codes).
    """
    day = local_date(start)
    rows = Clock.objects.filter(code__iexact=code.strip(), valid_from__lte=day).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    )
    found = rows.order_by("-valid_from").first() or (
        None if Clock.objects.exists() else _shipped_row(code, day)
    )
    if found is None:
        raise DomainError(_unknown(code, day), field="code", code="unknown_clock")
    return found


def _unknown(code: str, day: dt.date) -> str:
    known = list(Clock.objects.values_list("code", "name", "valid_from")) or [
        (row.code, row.name, row.valid_from) for row in shipped()
    ]
    if any(code.strip().lower() == name.lower() for name, _, _ in known):
        return f"{day_words(day)}时期限“{code}”尚未施行或已经废止。"
    listed = "、".join(f"{name}（{label}）" for name, label in sorted({(n, label) for n, label, _ in known}))
    return f"没有代码为“{code}”的期限。可用的代码：{listed}。"


def _sentence(clock: Clock, start: dt.datetime, due_at: dt.datetime, skipping: str, provisional: bool) -> str:
    span = f"自{instant_words(start)}起{clock.amount}{clock.get_unit_display()}内"
    head = f"{clock.name}：依据{clock.basis}，{span}，"
    if clock.unit == Clock.Unit.HOURS:
        body = f"按小时连续计算，节假日不停，{skipping}"
    else:
        body = f"不计发生当日，{_month_words(clock, start)}{skipping}"
    notes = "。" + ("计日方式以本地做法为准。" if clock.uncertain else "")
    if provisional:
        notes += f"{due_at.year}年放假安排尚未公布，此日期为暂定，公布后自动重算。"
    return f"{head}{body}至{instant_words(due_at)}{notes}"


def _month_words(clock: Clock, start: dt.datetime) -> str:
    if clock.unit != Clock.Unit.MONTHS:
        return ""
    first = local_date(start)
    last = add_months(first, clock.amount)
    if last.day != first.day:
        return f"按月计至月末日（{day_words(last)}，当月没有{first.day}日），"
    return f"按月计至对应日（{day_words(last)}），"


def _skip_words(clock: Clock, skipped: tuple[dt.date, ...], names: Mapping[dt.date, str] | None) -> str:
    if not skipped:
        return ""
    verb = "不计入" if clock.unit == Clock.Unit.WORKDAYS else "顺延"
    return f"遇{runs_words(skipped, calendars.names() if names is None else names)}{verb}，"


def shipped() -> Iterator[Clock]:
    """Unsaved rows of the reviewed file."""
    return iter(_file())


@lru_cache(maxsize=1)
def _file() -> tuple[Clock, ...]:
    with DATA.open(encoding="utf-8") as lines:
        return tuple(
            Clock(
                code=row["code"],
                name=row["name"],
                amount=int(row["amount"]),
                unit=row["unit"],
                roll=row["roll"],
                basis=row["basis"],
                ceiling=int(row["ceiling"]),
                extends_by=row["extends_by"],
                uncertain=row["uncertain"] == "1",
                valid_from=dt.date.fromisoformat(row["valid_from"]),
                valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            )
            for row in csv.DictReader(lines)
        )


def _shipped_row(code: str, day: dt.date) -> Clock | None:
    for row in _file():
        if (
            row.code.lower() == code.strip().lower()
            and row.valid_from <= day
            and (row.valid_to is None or day <= row.valid_to)
        ):
            return row
    return None


def load_clocks(model: type[Clock] = Clock) -> int:
    """Store the shipped rows that are new, bring changed ones up to date. Returns rows written.

    An early migration hands in the model of its time, which has fewer columns than the file.
    """
    columns = {field.name for field in model._meta.get_fields()}
    written = 0
    for row in _file():
        values = {field: getattr(row, field) for field in FIELDS if field in columns}
        there = model.objects.filter(code=row.code, valid_from=row.valid_from).first()
        if there is not None and all(getattr(there, field) == value for field, value in values.items()):
            continue
        model.objects.update_or_create(code=row.code, valid_from=row.valid_from, defaults=values)
        written += 1
    return written
