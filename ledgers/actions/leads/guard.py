"""What every act on a lead asks first: is it in sight, may this person, are the words in order."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from core import audit
from core.access import hold
from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.workflow import conflict
from duties.moments import plausible
from ledgers.lead_rules import affairs, why_not
from ledgers.lead_states import LEAD_MOVES
from ledgers.models import Lead
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member

SLACK = dt.timedelta(minutes=5)  # a phone's clock goes ahead


def guard(lead: Lead, by: Member, name: str) -> None:
    """Raise Missing (out of sight, or 回避), Conflict (its state has moved on) or NotAllowed."""
    if not Lead.objects.visible_to(by).filter(pk=lead.pk).exists():
        raise Missing("没有找到这条线索。")
    if lead.withdrawn_at is not None:
        raise Conflict("线索已撤回，不用再办。")
    if lead.status not in LEAD_MOVES[name].source:
        raise conflict(lead)
    reason = why_not(by, lead, name)
    if reason:
        raise NotAllowed(reason)


def hold_all(lead: Lead) -> None:
    """Hold what changes hands with the lead, the main one first as merging does: before it is asked which
    unit must stay out."""
    for row in affairs(lead):
        hold(row["matter_id"])


def past(at: dt.datetime | None, label: str, field: str) -> None:
    """Raise a DomainError when `at` is missing, of an impossible year or yet to come."""
    if at is None:
        raise DomainError(f"请填写{label}。", field=field)
    plausible(at, field)
    if at > now() + SLACK:
        raise DomainError(f"{label}在现在之后，请填写实际时间。", field=field)


def recorded(verb: str, lead: Lead, by: Member | None) -> None:
    """The audit entry of an act: number and state only."""
    facts = {"number": lead.number, "status": lead.status}
    audit.record(verb, actor=by, agency=lead.holder, subject=lead, matter=lead.matter, facts=facts)
