"""Throwing a campaign's draft away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from core import audit
from core.errors import DomainError
from core.workflow import conflict
from duties.campaign_rules import may_keep
from duties.models import Campaign

if TYPE_CHECKING:
    from agencies.models import Member


def discard(*, campaign: Campaign, by: Member, version: int) -> Campaign:
    """Forget the draft of a running campaign; what is in force stays. Raises NotAllowed, Conflict, and
    DomainError for a campaign that was never in force: there is nothing to fall back on.
    """
    may_keep(by, campaign.county)
    if campaign.status == Campaign.Status.DRAFT:
        raise DomainError("这个专项行动还没有生效过，没有可以恢复的内容。")
    with transaction.atomic():
        rows = Campaign.objects.filter(pk=campaign.pk, version=version)
        if rows.update(draft=None, draft_by=None, version=F("version") + 1) != 1:
            raise conflict(campaign)
        campaign.refresh_from_db()
        audit.record("campaign.draft_dropped", actor=by, subject=campaign, facts={"key": campaign.key})
    return campaign
