"""Which campaign tasks a meeting may stand for, and who then keeps the duty: pure reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duties.models import Task, TaskParty
from duties.states import CampaignStatus

if TYPE_CHECKING:
    from agencies.models import Agency

MEETING = "meeting."


def tasks_for(agency: Agency) -> list[Task]:
    """Running campaigns' meetings that `agency` hosts."""
    rows = Task.objects.filter(
        proof_kind__startswith=MEETING,
        dropped_at__isnull=True,
        campaign__status=CampaignStatus.RUNNING,
        parties__in=TaskParty.objects.filter(
            agency=agency, side=TaskParty.Side.HOST, left_on__isnull=True
        ).values("pk"),
    )
    return list(rows.select_related("campaign").order_by("campaign__starts_on", "order").distinct())


def keeper(task: Task, agency: Agency) -> Agency:
    """Who owes it: hosts of a joint task do it once together, the first one keeps the duty."""
    if not task.joint:
        return agency
    hosts = task.parties.filter(side=TaskParty.Side.HOST, left_on__isnull=True)
    first = hosts.select_related("agency").order_by("order", "pk").first()
    return first.agency if first else agency
