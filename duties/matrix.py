"""单位和任务对照表: units × duties of a campaign or the standing ones; in code order, never ranked."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from agencies.models import Agency
from duties.board import late_q
from duties.models import Duty
from minewatch.lib.clock import local_date, midnight

AHEAD = dt.timedelta(days=32)
ONE_DAY = dt.timedelta(days=1)
SINCE = dt.date(2000, 1, 1)

if TYPE_CHECKING:
    from agencies.models import Member
    from duties.models import Campaign


@dataclass(frozen=True)
class Cell:
    """done of due, and how many are late and open; `url` opens the rows."""

    due: int = 0
    done: int = 0
    late: int = 0
    url: str = ""


@dataclass(frozen=True)
class Column:
    """One rule: a campaign's task or a standing obligation."""

    rule: int
    name: str
    code: str


@dataclass(frozen=True)
class Matrix:
    """rows = [(unit, [Cell per column])]."""

    columns: list[Column]
    rows: list[tuple[Agency, list[Cell]]]


def matrix(member: Member, at: dt.datetime, campaign: Campaign | None) -> Matrix:
    """Duties in the member's sight by unit and rule, due until 31 days from now."""
    off = [Duty.Status.WAIVED, Duty.Status.CANCELLED]
    until = local_date(at) + AHEAD
    near = Q(due_at__isnull=False, due_at__lt=midnight(until))
    rows = (
        Duty.objects.visible_to(member)
        .filter(near, history=False, rule__isnull=False, campaign=campaign)
        .exclude(status__in=off)
        .order_by()
        .values("agency", "rule", "rule__name", "rule__task__code", "rule__task_id")
        .annotate(
            n=Count("pk"),
            done=Count("pk", filter=Q(status=Duty.Status.FULFILLED)),
            late=Count("pk", filter=late_q(at) & Q(status=Duty.Status.OPEN)),
        )
    )
    columns: dict[int, Column] = {}
    cells: dict[int, dict[int, Cell]] = defaultdict(dict)
    units = Agency.objects.in_bulk({row["agency"] for row in rows})
    for row in rows:
        rule = row["rule"]
        columns[rule] = Column(rule, row["rule__name"], row["rule__task__code"] or "")
        unit = units[row["agency"]]
        where = f"campaign={campaign.pk}&task={row['rule__task_id']}" if campaign else f"rule={rule}"
        url = f"/duties/?{where}&unit={unit.code}&state=owed&period={SINCE}..{until - ONE_DAY}"
        cells[unit.pk][rule] = Cell(row["n"], row["done"], row["late"], url)
    ordered = sorted(columns.values(), key=lambda column: (column.code, column.name))
    found = Agency.objects.filter(pk__in=units).order_by("division__code", "code")
    return Matrix(
        ordered,
        [(unit, [cells[unit.pk].get(column.rule, Cell()) for column in ordered]) for unit in found],
    )
