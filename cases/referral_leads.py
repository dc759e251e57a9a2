"""The lead that changes hands with a referral: which referrals take it along, and why it may have to stay.

A referral is under way for days; meanwhile the lead goes on by itself. Whoever has it then keeps it: the
receiver accepts what was referred, not what the sender no longer has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases.edges import EDGES
from cases.models import Referral
from cases.states import REFERRAL_MOVES, Family
from cases.states import ReferralStatus as S
from core.workflow import reachable
from ledgers.lead_states import LeadStatus

if TYPE_CHECKING:
    from agencies.models import Agency
    from ledgers.models import Lead

#: Kinds by which the holder moves, and the states from which such a referral may still be accepted.
MOVING = tuple(edge for edge, kind in EDGES.items() if kind.moves_holder)
TRANSFER = [move for move in REFERRAL_MOVES.values() if Family.TRANSFER in move.families]
WAITING = tuple(state for state in S if S.RECEIVED in reachable(TRANSFER, state))
RUNNING = "本单位就这条线索办理的移送 {number} 还没有受理，请先办理或者撤回那件移送。"


def takes_lead(referral: Referral) -> bool:
    """Whether an acceptance hands the lead itself over: no case is referred, and the receiver works here."""
    return EDGES[referral.edge].moves_holder and referral.case_id is None and referral.receiver.online


def why_it_stays(lead: Lead, *units: Agency) -> tuple[str, str]:
    """Why the lead cannot be handed over from one of `units`, and what the sender may do instead; "", ""
    when it can."""
    if lead.withdrawn_at is not None:
        return "线索已撤回", "请撤回本移送。"
    if lead.holder_id not in {unit.pk for unit in units}:
        return f"线索已不由{units[0].label}承办", "请撤回本移送，由现在的承办单位办理。"
    if lead.status == LeadStatus.MERGED:
        return "线索已并案", "请撤回本移送，就并入的线索移送，或者先撤销并案。"
    if lead.status == LeadStatus.CLOSED:
        return "线索已办结", "请撤回本移送；仍需移送的，先将线索重新核查。"
    return "", ""


def left_behind(referral: Referral) -> str:
    """What the acceptance says of a lead that it does not take over; "" when it takes it, or there is none.

    With the receiver already it is not left behind: there is nothing to hand over.
    """
    if referral.lead is None or not takes_lead(referral):
        return ""
    why, _ = why_it_stays(referral.lead, referral.sender, referral.receiver)
    return f"{why}，未随本移送接办。" if why else ""


def running(lead: Lead, sender: Agency) -> Referral | None:
    """The referral by which `sender` is already handing the lead over, if there is one."""
    rows = Referral.objects.filter(lead=lead, sender=sender, case=None, edge__in=MOVING, status__in=WAITING)
    return rows.order_by("pk").first()
