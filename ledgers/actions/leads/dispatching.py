"""分派: a lead is passed on to the unit that is competent; it signs, or returns it with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core.errors import DomainError
from core.wording import words
from core.workflow import move
from duties.standing import people_of
from ledgers.actions.leads import owed
from ledgers.actions.leads.guard import guard, hold_all, recorded
from ledgers.actions.leads.handing import give
from ledgers.lead_rules import back_to, targets
from ledgers.lead_states import LEAD_MOVES
from ledgers.models import Lead, LeadDispatch
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

SENT = "有一条线索分派给贵单位，请签收后核查。"
BACK = "分派的一条线索被退回，请打开查看。"
NO_WAY_BACK = "没有可以接回这条线索的单位，请签收后分派给其他单位，或者联系专班办公室。"


def dispatch(
    *, lead: Lead, to: Agency, by: Member, reason: str, basis: str = "", version: int | None = None
) -> Lead:
    """`to` holds the lead and owes 签收 and 核查 from now on. `basis`: the paragraph that made it competent.

    Raises Missing, NotAllowed, DomainError (reason, unit), Conflict (somebody else was first).
    """
    guard(lead, by, "dispatch")
    reason = words(reason, "分派意见", "reason", 300)
    with transaction.atomic():
        hold_all(lead)
        if to.pk not in {unit.pk for unit in targets(by, lead)}:
            raise DomainError(f"不能分派给{to.label}，请重新选择单位。", field="to")
        old, at = lead.holder, now()
        move(lead, LEAD_MOVES["dispatch"], expected_version=version)
        LeadDispatch.objects.create(
            lead=lead, sender=old, receiver=to, reason=reason, basis=basis[:300], sent_by=by, sent_at=at
        )
        give(lead, to, by, "线索分派")
        owed.go_along(lead)
        owed.owe(lead, owed.SIGN)
        owed.tell(lead, people_of(to), "lead.dispatched", SENT)
        recorded("lead.dispatched", lead, by)
    return lead


def receive(*, lead: Lead, by: Member, version: int | None = None) -> Lead:
    """签收. Raises Missing, NotAllowed, Conflict (a colleague signed, or it was returned)."""
    guard(lead, by, "receive")
    with transaction.atomic():
        at = now()
        move(lead, LEAD_MOVES["receive"], expected_version=version)
        _waiting(lead).update(signed_by=by, signed_at=at)
        owed.done(lead, owed.SIGN, by, at)
        recorded("lead.received", lead, by)
    return lead


def send_back(*, lead: Lead, by: Member, reason: str, version: int | None = None) -> Lead:
    """退回: who sent it holds it again, or who takes its place where it must stay out (`back_to`).

    Raises Missing, NotAllowed, DomainError (no reason, nobody who could take it), Conflict.
    """
    guard(lead, by, "send_back")
    reason = words(LEAD_MOVES["send_back"].require_reason(reason), "退回原因", "reason", 300)
    with transaction.atomic():
        hold_all(lead)
        move(lead, LEAD_MOVES["send_back"], expected_version=version)
        row = _waiting(lead).select_related("sender", "sent_by").last()
        if row is None:
            raise DomainError("没有待签收的分派，请刷新后再看。")
        to = back_to(lead, row.sender)
        if to is None:
            raise DomainError(NO_WAY_BACK)
        LeadDispatch.objects.filter(pk=row.pk).update(returned_by=by, returned_at=now(), words=reason)
        give(lead, to, by, "退回分派")
        owed.go_along(lead)
        owed.tell(lead, [*people_of(to), row.sent_by], "lead.sent_back", BACK)
        recorded("lead.sent_back", lead, by)
    return lead


def _waiting(lead: Lead):
    return lead.dispatches.filter(signed_at=None, returned_at=None)
