"""Dates that were 暂定 are counted anew when a year's 放假安排 arrives."""

from __future__ import annotations

import datetime as dt

from core import audit
from duties import clocks
from duties.clocks import DueDate
from duties.models import Duty
from duties.rules import dates
from minewatch.lib.clock import local_date
from minewatch.lib.windows import Occurrence

AROUND = dt.timedelta(days=60)


def recompute_provisional() -> int:
    """Count every open 暂定 duty of a clock or a rule anew. Returns how many were settled or moved."""
    settled = 0
    rows = Duty.objects.filter(provisional=True, status=Duty.Status.OPEN)
    rows = rows.select_related("clock", "rule__county", "agency", "matter")
    for duty in rows.prefetch_related("stops", "extensions"):
        due = _due(duty)
        if due is None or (due.provisional and due.due_at == duty.due_at):
            continue
        same = Duty.objects.filter(pk=duty.pk, provisional=True)
        same.update(due_at=due.due_at, provisional=due.provisional)
        audit.record("duty.redated", actor=None, agency=duty.agency, subject=duty, matter=duty.matter)
        settled += 1
    return settled


def _due(duty: Duty) -> DueDate | Occurrence | None:
    """Its date by today's calendar, from its clock's own row or its rule's schedule."""
    counted = clocks.of_duty(duty)
    if counted:
        return counted
    if duty.rule and duty.due_at:
        day = local_date(duty.due_at)
        near = dates(duty.rule, day - AROUND, day + AROUND)
        return next((found for found in near if found.key == duty.period), None)
    return None
