"""Dates that were 暂定 are counted anew when a year's 放假安排 arrives."""

from __future__ import annotations

from core import audit
from duties import clocks
from duties.models import Duty


def recompute_provisional() -> int:
    """Count every open 暂定 duty of a clock anew. Returns how many were settled or moved."""
    settled = 0
    rows = Duty.objects.filter(provisional=True, status=Duty.Status.OPEN, clock__isnull=False)
    for duty in rows.select_related("clock", "agency", "matter"):
        if duty.started_at is None:
            continue
        due = clocks.due(duty.clock.code, duty.started_at)
        if due.provisional and due.due_at == duty.due_at:
            continue
        same = Duty.objects.filter(pk=duty.pk, provisional=True)
        same.update(due_at=due.due_at, provisional=due.provisional)
        audit.record("duty.redated", actor=None, agency=duty.agency, subject=duty, matter=duty.matter)
        settled += 1
    return settled
