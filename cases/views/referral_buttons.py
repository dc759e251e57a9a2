"""Buttons of a referral that are legal now, and for every other plausible move why it is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from cases import standing
from cases.actions.referrals.making import label_of
from cases.forms.referral_moves import TEXTS
from cases.models import ReferralStep
from cases.states import REFERRAL_MOVES, REFERRAL_OVER, ReferralStatus, Side
from core.workflow import reachable
from duties.standing import stands_for

if TYPE_CHECKING:
    from agencies.models import Agency, Member
    from cases.models import Referral
    from cases.states import ReferralMove

#: Moves that end or turn back something: never the first button.
DANGER = frozenset(
    {
        "recall",
        "refuse",
        "return",
        "refuse_filing",
        "uphold",
        "overrule",
        "close_supervision",
        "reject_answer",
    }
)
FIRST = (
    "report",
    "approve",
    "send",
    "receive",
    "supplement",
    "file",
    "accept",
    "hand_over",
    "notify_pass",
    "notify_pass_handed",
    "answer",
    "reply",
    "designate",
    "explain",
    "close",
)


def acts(referral: Referral, member: Member) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """(buttons, why others are missing) for `member`."""
    buttons, missing = [], []
    legal = standing.legal_moves(referral)
    step = referral.steps.filter(state=ReferralStep.State.PENDING).first()
    for move in legal:
        organ = standing.organ_of(referral, move)
        reason = standing.may(member, referral, move)
        if not reason and step is not None:
            reason = standing.WAITS_FOR_CHECK
        label = move_label(referral, move, organ)
        if reason:
            missing.append({"label": label, "reason": reason})
        else:
            buttons.append(_button(referral, move, organ, label))
    buttons.sort(key=lambda button: (not button["primary"], button["danger"]))
    for button in buttons[1:]:
        button["primary"] = False
    return _checks(member, step) + buttons, missing + _later(referral, member, legal)


def move_label(referral: Referral, move: ReferralMove, organ: Agency | None) -> str:
    """立案 · 代录：公安局立案."""
    label = label_of(referral, move)
    return label if organ is None or organ.online else f"代录：{organ.label}{label}"


def one_tap(move: ReferralMove, organ: Agency | None) -> bool:
    """Whether the move needs nothing but a word, so that it is made on the page itself."""
    return not move.asks and (organ is None or organ.online)


def _button(referral: Referral, move: ReferralMove, organ: Agency | None, label: str) -> dict[str, Any]:
    button: dict[str, Any] = {
        "label": label,
        "url": reverse("cases:referral_move", args=[referral.pk, move.name]),
        "method": "get",
        "primary": move.name in FIRST,
        "danger": move.name in DANGER,
    }
    if one_tap(move, organ):
        button |= {
            "method": "post",
            "ask": TEXTS.get(move.name, "说明"),
            "ask_required": move.needs_reason,
        }
    return button


def _checks(member: Member, step: ReferralStep | None) -> list[dict[str, Any]]:
    """The step put down by a colleague waits for a second person; nothing else goes on meanwhile."""
    if step is None or standing.may_check(member, step):
        return []
    url = reverse("cases:referral_check", args=[step.referral_id, step.pk])
    return [{"label": "核对代录", "url": url, "method": "get", "primary": True}]


def sides_of(referral: Referral, member: Member) -> set[str]:
    """On which sides the member acts, by the own unit or for an 线下单位."""
    units = stands_for(member)
    hands = {side: standing.hands_of(referral, side) for side in Side}
    return {side for side, unit in hands.items() if unit is not None and unit.pk in units}


def _later(referral: Referral, member: Member, legal: list[ReferralMove]) -> list[dict[str, str]]:
    """Moves of the member's own sides that may come on the way from here: which state each waits for."""
    if referral.status in REFERRAL_OVER:
        return []
    mine, now = sides_of(referral, member), {move.name for move in legal}
    labels = {label_of(referral, move) for move in legal}
    family = referral.kind.family
    ahead = reachable([move for move in REFERRAL_MOVES.values() if family in move.families], referral.status)
    found = []
    for move in REFERRAL_MOVES.values():
        if move.name in now or move.side not in mine or family not in move.families:
            continue
        if label_of(referral, move) in labels:  # the same step by its other row
            continue
        if referral.status in move.source:  # something has to be done first
            found.append({"label": label_of(referral, move), "reason": standing.why_illegal(referral, move)})
            continue
        sources = [ReferralStatus(state).label for state in move.source if state in ahead]
        if sources:
            words = "”、“".join(sources)
            found.append({"label": label_of(referral, move), "reason": f"状态到“{words}”时才能办理。"})
    return found
