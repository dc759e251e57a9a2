"""The doors of campaigns; each stands in a module of its own and is named here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core import audit
from core.workflow import move
from duties.actions.campaign_days import confirm_date, set_day
from duties.actions.campaign_editing import Preview, create, edit_draft, preview, put_in_force
from duties.actions.campaign_loading import Loaded, load
from duties.actions.campaign_standing import go_on, replaced_by
from duties.actions.campaign_units import join, leave
from duties.actions.opening import open_ahead
from duties.actions.realigning import realign
from duties.campaign_rules import may_keep
from duties.models import Campaign, DutyRule
from duties.states import CAMPAIGN_MOVES
from minewatch.lib.clock import local_date, now

if TYPE_CHECKING:
    from agencies.models import Member

__all__ = [
    "Loaded",
    "Preview",
    "confirm_date",
    "create",
    "edit_draft",
    "end",
    "join",
    "leave",
    "load",
    "preview",
    "put_in_force",
    "set_day",
]


def end(*, campaign: Campaign, by: Member, reason: str, version: int | None = None) -> Campaign:
    """End a campaign today: nothing new is opened, what is due later is cancelled, what was due stays owed,
    and standing rules it replaced stand again from tomorrow. Raises Conflict when it is not running.
    """
    may_keep(by, campaign.county)
    reason = CAMPAIGN_MOVES["end"].require_reason(reason)
    at = now()
    today = local_date(at)
    with transaction.atomic():
        keys = replaced_by(campaign)
        move(campaign, CAMPAIGN_MOVES["end"], expected_version=version, draft=None, draft_by=None)
        for rule in DutyRule.objects.filter(task__campaign=campaign):
            if rule.valid_to is None or rule.valid_to > today:
                rule.valid_to = today
                rule.save(update_fields=["valid_to"])
        done = realign(campaign, at, apply=True)
        go_on(campaign, keys, today, at, by)
        facts = {"key": campaign.key, "reason": reason[:200], "cancelled": len(done.cancelled)}
        audit.record("campaign.ended", actor=by, subject=campaign, facts=facts)
        if keys:
            open_ahead(afresh=True)
    return campaign
