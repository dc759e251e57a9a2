"""How the house speaks of campaigns, tasks and 办结材料, and where a task without a screen is done."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from agencies.models import Member
from core.registry import Subject, register
from duties import acts
from duties.models import Campaign, Filing, Task


def search_campaigns(member: Member, text: str) -> QuerySet[Campaign]:
    """Campaigns by name or number."""
    word = text.strip()
    return Campaign.objects.visible_to(member).filter(Q(name__icontains=word) | Q(number__icontains=word))


register(
    Campaign,
    Subject(
        label="专项行动",
        visible_to=lambda member: Campaign.objects.visible_to(member),
        url=lambda row: f"/duties/campaigns/{row.pk}/",
        title=lambda row: row.name,
        search=search_campaigns,
    ),
)
register(
    Task,
    Subject(
        label="专项任务",
        visible_to=lambda member: Task.objects.filter(campaign__in=Campaign.objects.visible_to(member)),
        url=lambda row: f"/duties/campaigns/{row.campaign_id}/tasks/{row.pk}/",
        title=lambda row: row.name,
    ),
)
register(
    Filing,
    Subject(
        label="办结材料",
        visible_to=lambda member: Filing.objects.visible_to(member),
        url=lambda row: f"/duties/filings/{row.pk}/",
        title=lambda row: "办结材料",
    ),
)
acts.register("task", lambda duty: f"/duties/{duty.pk}/file/", "报送材料")
