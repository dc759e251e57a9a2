"""What is owed on a lead by when: 签收, 核查, 复核, 反馈, 答复举报人.

Titles say nothing of the lead but its number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from agencies.models import Member, Role
from core import notices
from core.access import barred_from
from duties.actions import cancel, fulfil, open_step
from duties.models import Duty
from duties.standing import desk
from ledgers.lead_states import LeadStatus
from ledgers.models import Lead

if TYPE_CHECKING:
    from agencies.models import Agency

SIGN, VERIFY, CONFIRM, FEEDBACK, REPLY = STEPS = ("sign", "verify", "confirm", "feedback", "reply")
TITLES = {
    SIGN: "签收分派的线索",
    VERIFY: "核查线索",
    CONFIRM: "复核不属实线索",
    FEEDBACK: "反馈线索处置结果",
    REPLY: "答复举报人",
}
#: What the holder owes in a status.
NEXT = {
    LeadStatus.OPEN: VERIFY,
    LeadStatus.SENT: VERIFY,
    LeadStatus.UNFOUNDED: CONFIRM,
    LeadStatus.HANDLING: FEEDBACK,
}
LATE_ENTRY = "补录的线索，核查不设期限"


def key_of(lead: Lead, step: str) -> str:
    """lead:<id>:sign · verify · confirm · feedback · reply"""
    return f"lead:{lead.pk}:{step}"


def owe(lead: Lead, step: str, *, agency: Agency | None = None, role: str = "") -> None:
    """The holder (or `agency`) owes `step` from now on; what was owed under it before is replaced."""
    unit = agency or lead.holder
    clock = f"lead.{step}"
    basis = ""
    title = f"{TITLES[step]} {lead.number}"
    if step == VERIFY and lead.alarmed:
        clock, title = "lead.urgent", f"核查特殊情况线索 {lead.number}"
    elif step == VERIFY and lead.entry_id:
        clock, basis = None, LATE_ENTRY
    cancel(key=key_of(lead, step))
    open_step(
        key=key_of(lead, step),
        kind=Duty.Kind.LEAD,
        title=title,
        agency=unit,
        role=role or desk(unit),
        subject=lead,
        clock=clock,
        matter=lead.matter,
        basis=basis,
    )


def owe_reply(lead: Lead, agency: Agency) -> None:
    """The result of a tip stands: who told it is to hear of it, whether or not anybody knows who that is."""
    if lead.is_tip:
        owe(lead, REPLY, agency=agency)


def due_of(lead: Lead, step: str) -> dt.datetime | None:
    """When the open step is due; None where nothing is owed or it has no limit."""
    return Duty.objects.open().filter(key=key_of(lead, step)).values_list("due_at", flat=True).first()


def done(lead: Lead, step: str, by: Member | None, at: dt.datetime | None = None) -> None:
    """The step was taken."""
    fulfil(key=key_of(lead, step), by=by, at=at)


def drop(lead: Lead, by: Member | None, *steps: str) -> None:
    """The steps (default: all) are not owed any more."""
    for step in steps or STEPS:
        cancel(key=key_of(lead, step), by=by)


def go_along(lead: Lead) -> None:
    """The holder moved: what is open is owed by the new one, counted from now."""
    drop(lead, None)
    step = NEXT.get(lead.status)
    if step:
        owe(lead, step, role=Role.HEAD if step == CONFIRM else "")
    for child in lead.merged.filter(feedback_at__isnull=True).select_related("matter", "holder"):
        owe(child, FEEDBACK, agency=lead.holder)


def tell(lead: Lead, members: Iterable[Member], kind: str, text: str) -> None:
    """A notice without content to each, but for those who must stay out of the affair."""
    ids = {member.pk for member in members}
    rows = Member.objects.active().filter(pk__in=ids).exclude(barred_from(lead.matter))
    notices.send(members=rows, kind=kind, text=text, subject=lead, matter=lead.matter)
