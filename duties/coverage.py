"""应完成、已完成、逾期 per unit over a period: units, never persons, and in the order of their codes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from agencies.models import Agency
from duties.board import late_q
from duties.models import Duty
from minewatch.lib.periods import Period

if TYPE_CHECKING:
    from agencies.models import Member


@dataclass(frozen=True)
class Line:
    """One unit's numbers: duties due in the period (历史, 免除 and 取消 left out)."""

    unit: Agency
    due: int
    done: int
    late: int


def coverage(member: Member, period: Period, at: dt.datetime) -> list[Line]:
    """Lines of every unit the member may read that owed something in `period`."""
    rows = (
        Duty.objects.visible_to(member)
        .filter(in_period(period), history=False)
        .exclude(status__in=[Duty.Status.WAIVED, Duty.Status.CANCELLED])
        .order_by()
        .values("agency")
        .annotate(
            due=Count("pk"),
            done=Count("pk", filter=Q(status="fulfilled")),
            late=Count("pk", filter=late_q(at)),
        )
    )
    found = {row["agency"]: row for row in rows}
    units = Agency.objects.filter(pk__in=found).order_by("division__code", "code")
    return [Line(unit, *(found[unit.pk][name] for name in ("due", "done", "late"))) for unit in units]


def in_period(period: Period) -> Q:
    """Due inside the period."""
    return Q(due_at__gte=period.window.start, due_at__lt=period.window.end)
