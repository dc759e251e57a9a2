"""Buttons of a case that are legal now, and for every other move of its own why it is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from cases import remedies
from cases.actions.cases.guards import why_not_yet
from cases.actions.cases.opening import may_work_or_decide
from cases.actions.cases.owing import owes_publishing
from cases.case_standing import legal_moves, may
from cases.case_states import CASE_MOVES, CASE_OVER, SUPERIOR, CaseMove
from cases.forms.case_moves import TEXTS
from cases.states import CaseStatus, Outcome
from core.workflow import reachable

if TYPE_CHECKING:
    from agencies.models import Member
    from cases.models import Case

Rows = list[dict[str, Any]]
DANGER = frozenset(
    {
        "return_filing",
        "refuse_filing",
        "return_case",
        "return_proposal",
        "return_closing",
        "revoke",
        "annul",
        "redo",
        "unsupervise",
        "refuse_crime",
        "resume_crime",
        "revoke_crime",
    }
)
FIRST = (
    "request_filing",
    "approve_filing",
    "conclude",
    "review",
    "notify_hearing",
    "notify",
    "hold_hearing",
    "propose",
    "decide",
    "serve",
    "unpublish",
    "perform",
    "urge",
    "apply_court",
    "request_closing",
    "approve_closing",
    "file_crime",
    "conclude_crime",
    "close_crime",
)


def acts(case: Case, member: Member) -> tuple[Rows, Rows]:
    """(buttons, why others are missing) for `member`."""
    buttons, missing = [], []
    for move in legal_moves(case):
        if _beside_the_point(case, move):
            continue
        reason = may(member, case, move)
        if not reason:
            reason = why_not_yet(move.name, case)
        elif move.side == SUPERIOR and not may_work_or_decide(member, case.holder):
            continue
        if reason:
            missing.append({"label": move.label, "reason": reason})
        else:
            buttons.append(_button(case, move))
    buttons.sort(key=lambda button: (not button["primary"], button["danger"], button["order"]))
    for button in buttons[1:]:
        button["primary"] = False
    return buttons, missing + _later(case, member)


def _beside_the_point(case: Case, move: CaseMove) -> bool:
    """Moves that say nothing in the case as it stands."""
    name = move.name
    if name in ("publish", "not_publish"):
        return not owes_publishing(case)
    if name == "unpublish":
        return remedies.withdrawing_since(case) is None
    if name in ("annul", "redo") and case.status == CaseStatus.CLOSED:
        return not any(row.result in remedies.WITHDRAWING for row in remedies.against(case))
    if name == "supervise":
        return bool(case.supervised)
    if name == "unsupervise":
        return not case.supervised
    if name in ("urge", "perform", "apply_court"):
        return case.outcome != Outcome.PENALISED
    return name == "serve" and case.outcome in (Outcome.TRANSFERRED, Outcome.TERMINATED)


def one_tap(move: CaseMove) -> bool:
    """Whether the move needs nothing but a word, so that it is made on the page itself."""
    return not move.asks


def _button(case: Case, move: CaseMove) -> dict[str, Any]:
    button: dict[str, Any] = {
        "label": move.label,
        "url": reverse("cases:case_move", args=[case.pk, move.name]),
        "method": "get",
        "primary": move.name in FIRST,
        "danger": move.name in DANGER,
        "order": FIRST.index(move.name) if move.name in FIRST else len(FIRST),
    }
    if one_tap(move):
        ask = {"ask": TEXTS.get(move.name, "说明"), "ask_required": move.needs_reason}
        button |= {"method": "post", **ask}
    return button


def _later(case: Case, member: Member) -> Rows:
    """Moves of the member's own unit that may come on the way from here: which state each waits for."""
    if case.status in CASE_OVER or not may_work_or_decide(member, case.holder):
        return []
    ahead = reachable([move for move in CASE_MOVES.values() if move.track == case.track], case.status)
    now = {move.name for move in legal_moves(case)}
    found = []
    for move in CASE_MOVES.values():
        if move.track != case.track or move.name in now or move.name not in FIRST:
            continue
        sources = [CaseStatus(state).label for state in move.source if state in ahead]
        if sources:
            words = "”、“".join(sources)
            found.append({"label": move.label, "reason": f"状态到“{words}”时才能办理。"})
    return found
