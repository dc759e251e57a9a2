"""Buttons of a lead that are legal now, and why another is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from core.models import Notice
from ledgers import lead_doors
from ledgers.lead_rules import handles, why_no_reply, why_not
from ledgers.lead_states import LEAD_MOVES, LEAD_OVER, LeadStatus
from ledgers.models import Informant

if TYPE_CHECKING:
    from agencies.models import Member
    from ledgers.models import Lead

Rows = list[dict[str, Any]]
#: Moves with a page of their own → the name of its address.
PAGES = {"verify": "lead_check", "dispatch": "lead_dispatch", "answer": "lead_answer", "merge": "lead_merge"}
#: What a move asks for in its box, and whether it must be filled.
ASKS = {
    "send_back": ("退回原因", True),
    "confirm": ("复核意见", False),
    "recheck": ("退回原因", True),
    "split": ("撤销原因", True),
    "reopen": ("重新核查的原因", True),
}
FIRST = ("receive", "verify", "confirm", "answer")
DANGER = ("send_back", "recheck", "split", "reopen")
#: refute is the same page as verify.
SHOWN = tuple(name for name in LEAD_MOVES if name != "refute")
#: Why a move is not open yet, by status; told to those whose desk the lead is on.
NOT_YET = {
    LeadStatus.SENT: ("登记核查结果", "请先签收，或者退回分派。"),
    LeadStatus.OPEN: ("反馈处置结果", "请先登记核查结果。"),
    LeadStatus.UNFOUNDED: ("登记核查结果", "已核查为不属实，由另一人复核。"),
    LeadStatus.HANDLING: ("分派", "已经核实，需要交其他单位办理的请移送。"),
    LeadStatus.MERGED: ("核查、反馈", "已并案，随并入的线索一并核查、反馈。"),
    LeadStatus.CLOSED: ("核查、反馈", "已核销；有新情况的可以重新核查。"),
}


def acts(member: Member, lead: Lead) -> tuple[Rows, Rows]:
    """(buttons, missing) for this reader."""
    buttons, missing = _acknowledge(member, lead), []
    if lead.withdrawn_at:
        return buttons, [{"label": "核查、分派、反馈", "reason": "线索已撤回，不用再办。"}]
    for name in SHOWN:
        if lead.status not in LEAD_MOVES[name].source:
            continue
        reason = why_not(member, lead, name)
        if reason:
            missing.append({"label": LEAD_MOVES[name].label, "reason": reason})
        else:
            buttons.append(_button(lead, name))
    if handles(member, lead) and lead.status in NOT_YET:
        label, reason = NOT_YET[lead.status]
        missing.append({"label": label, "reason": reason})
    buttons.sort(key=lambda button: not button.get("primary"))
    buttons += _reply(member, lead) + _informant(member, lead)
    return buttons + lead_doors.buttons_of(member, lead), missing + lead_doors.missing_of(member, lead)


def _button(lead: Lead, name: str) -> dict[str, Any]:
    label = LEAD_MOVES[name].label
    if name in PAGES:
        url = reverse(f"ledgers:{PAGES[name]}", args=[lead.pk])
        return {"label": label, "url": url, "method": "get", "primary": name in FIRST}
    url = reverse("ledgers:lead_move", args=[lead.pk, name])
    button: dict[str, Any] = {"label": label, "url": url, "method": "post"}
    button |= {"primary": name in FIRST, "danger": name in DANGER}
    if name in ASKS:
        ask, needed = ASKS[name]
        button |= {"ask": ask, "ask_required": needed}
    return button


def _acknowledge(member: Member, lead: Lead) -> Rows:
    mine = Notice.objects.filter(
        member=member, subject_kind="ledgers.lead", subject_id=str(lead.pk), needs_ack=True, acked_at=None
    ).first()
    if mine is None:
        return []
    url = reverse("core:notice_read", args=[mine.pk])
    return [{"label": "已阅", "url": url, "method": "post", "primary": True}]


def _reply(member: Member, lead: Lead) -> Rows:
    """登记答复举报人 on a tip, for the desk that has it."""
    if why_no_reply(member, lead):
        return []
    url = reverse("ledgers:lead_reply", args=[lead.pk])
    owed_now = lead.feedback_at is not None and not lead.replies.filter(final=True).exists()
    return [{"label": "登记答复举报人", "url": url, "method": "get", "primary": owed_now}]


def _informant(member: Member, lead: Lead) -> Rows:
    told = lead.is_tip and handles(member, lead) and lead.status not in LEAD_OVER
    if not told or Informant.objects.filter(lead=lead).exists():
        return []
    url = reverse("ledgers:lead_informant", args=[lead.pk])
    return [{"label": "补登举报人信息", "url": url, "method": "get"}]
