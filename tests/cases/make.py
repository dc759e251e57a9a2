"""Referrals for tests, made through the real doors: a call shows only what matters."""

from __future__ import annotations

import io
from typing import Any

from agencies.models import Agency, Division, Member, RoleGrant
from cases.actions import referrals
from cases.edges import EDGES, Edge
from cases.models import Referral, ReferralStep
from cases.states import Family
from cases.states import ReferralStatus as S
from ledgers.actions.leads import report_special

#: Tokens that stand only in content: a sweep looks for them where they must not be.
TITLE, SUMMARY = "金丝雀沟案由", "金丝雀沟事实和理由"
PDF = b"%PDF-1.4 canary"
#: edge → (sender, receiver) in 示范县.
UNITS = {
    Edge.CRIMINAL: ("nr", "police"),
    Edge.DETENTION: ("nr", "police"),
    Edge.CRIMINAL_RETURN: ("police", "nr"),
    Edge.REVERSE: ("procuratorate", "nr"),
    Edge.JURISDICTION: ("nr", "ecology"),
    Edge.SUPERVISION: ("nr", "discipline"),
    Edge.GANG: ("nr", "police"),
    Edge.RISK_LETTER: ("police", "nr"),
    Edge.APPROVER_NOTICE: ("nr", "approval"),
    Edge.PROCURATORATE: ("nr", "procuratorate"),
    Edge.POWER_LIST: ("power", "nr"),
    Edge.CREDIT_PUSH: ("nr", "development"),
    Edge.CLUE_UP: ("qingshi", "nr"),
}
#: unit → (who works, who decides, who heads); leader = the county leader, to whom an empty post passes.
PEOPLE = {
    "nr": ("nr.officer", "nr.approver", "nr.head"),
    "police": ("police.officer", "police.approver", "police.head"),
    "ecology": ("ecology.officer", "ecology.approver", "ecology.head"),
    "procuratorate": ("procuratorate", "procuratorate", "leader"),
    "discipline": ("discipline", "discipline", "leader"),
    "qingshi": ("qingshi.filler", "qingshi.deputy", "qingshi.head"),
}


def who(unit: str, n: int) -> str:
    """The worker (0), decider (1) or head (2) of a unit of the cast."""
    return PEOPLE.get(unit, (f"{unit}.officer", f"{unit}.officer", "leader"))[n]


def pdf(name: str = "文书.pdf") -> tuple[str, io.BytesIO]:
    """An upload."""
    return name, io.BytesIO(PDF)


def neighbour() -> Agency:
    """邻县公安局 with one officer."""
    county, _ = Division.objects.get_or_create(code="999922", defaults={"name": "邻县"})
    facts = {"name": "邻县公安局", "kind": "police", "division": county}
    unit, made = Agency.objects.get_or_create(code="police2", defaults=facts)
    if made:
        member = Member.objects.create_user("police2.officer", "x", name="邻县公安局承办人", agency=unit)
        RoleGrant.objects.create(member=member, role="officer")
    return unit


def lead(cast, unit: str = "nr", who: str = "nr.officer"):
    """A lead that `unit` holds."""
    return report_special(
        member=cast.member(who), agency=cast.unit(unit), text="金丝雀沟有人盗采", location="金丝雀沟"
    )


def draft(cast, edge: str = "criminal", **facts: Any) -> Referral:
    """A draft between the units that `UNITS` names, or `sender`, `receiver` by code; `by` by user name."""
    sender, receiver = UNITS[Edge(edge)]
    sender, receiver = facts.pop("sender", sender), facts.pop("receiver", receiver)
    values = {"title": TITLE, "summary": SUMMARY} | facts
    by = values.pop("by", who(sender, 0))
    return referrals.draft(
        by=cast.member(by), edge=edge, sender=cast.unit(sender), receiver=cast.unit(receiver), **values
    )


def papers(cast, referral: Referral, by: str | None = None) -> None:
    """The manifest that 310号第六条 asks for; of another kind its letter."""
    member = cast.member(by or who(referral.sender.code, 0))
    penal = EDGES[referral.edge].family == Family.CRIMINAL
    rows = [("letter", "移送书（函）"), ("report", "调查报告"), ("goods", "涉案物品清单")]
    for kind, name in rows if penal else rows[:1]:
        referrals.add_paper(
            referral=referral, by=member, kind=kind, name=f"金丝雀沟{name}", upload=pdf(f"金丝雀沟{name}.pdf")
        )
    if penal:
        referrals.add_paper(
            referral=referral, by=member, kind="opinion", name="鉴定意见", withheld="尚在鉴定，出具后补送"
        )
    referral.refresh_from_db()


def take(cast, referral: Referral, move: str, by: str, **facts: Any) -> ReferralStep:
    """One move by a user name; a reason and a number are given where the move needs them."""
    from cases.states import REFERRAL_MOVES

    transition = REFERRAL_MOVES[move]
    values: dict[str, Any] = {}
    if transition.needs_reason:
        values["text"] = "金丝雀沟：不属公安机关管辖" if move == "return" else "金丝雀沟的理由"
    if "number" in transition.needs:
        values["number"] = "示字〔2026〕1号"
    if move == "pass_on":
        values["unit"] = facts.pop("unit", None) or neighbour()
    if move == "name_team":
        values["officers"] = [cast.member(who(referral.sender.code, n)) for n in (0, 1)]
    return referrals.take(referral=referral, move=move, by=cast.member(by), **(values | facts))


#: status → the moves that lead there on the straight way, with the side that makes them.
WAY = {
    S.TEAM_NAMED: ("name_team",),
    S.REPORTED: ("name_team", "report"),
    S.REFUSED: ("name_team", "report", "refuse"),
    S.APPROVED: ("name_team", "report", "approve"),
}
SENT = ("name_team", "report", "approve", "send")
RECEIVED = (*SENT, "receive")
FILED = (*RECEIVED, "file")
REFUSED_FILING = (*RECEIVED, "refuse_filing")
WAY |= {
    S.SENT: SENT,
    S.RECALLED: (*SENT, "recall"),
    S.RECEIVED: RECEIVED,
    S.SUPPLEMENT_ASKED: (*RECEIVED, "ask_supplement"),
    S.RETURNED: (*RECEIVED, "return"),
    S.DISPUTED: (*RECEIVED, "return", "dispute"),
    S.ACCEPTED: (*RECEIVED, "accept"),
    S.FILED: FILED,
    S.NOT_FILED: REFUSED_FILING,
    S.RECONSIDERED: (*REFUSED_FILING, "ask_reconsideration"),
    S.UPHELD: (*REFUSED_FILING, "ask_reconsideration", "uphold"),
    S.SUPERVISION_ASKED: (*REFUSED_FILING, "ask_supervision"),
    S.EXPLANATION_ASKED: (*REFUSED_FILING, "ask_supervision", "ask_explanation"),
    S.EXPLAINED: (*REFUSED_FILING, "ask_supervision", "ask_explanation", "explain"),
    S.ORDERED: (*REFUSED_FILING, "ask_supervision", "ask_explanation", "explain", "order_filing"),
    S.SUPERVISION_CLOSED: (*REFUSED_FILING, "ask_supervision", "close_supervision"),
    S.HANDED_OVER: (*FILED, "hand_over"),
    S.PASSED: (*FILED, "pass_on"),
    S.ADMIN_HANDLING: (*RECEIVED, "return", "handle"),
}
ANSWERS = {
    Family.CRIMINAL: (*FILED, "hand_over", "answer"),
    Family.TRANSFER: (*RECEIVED, "accept", "answer"),
    Family.LETTER: (*RECEIVED, "reply"),
}


def way(edge: str, status: str) -> tuple[str, ...]:
    """The moves from a draft of `edge` to `status`."""
    family = EDGES[edge].family
    found = WAY.get(S(status), ())
    if status in (S.ANSWERED, S.CLOSED):
        found = (*ANSWERS[family], *(("close",) if status == S.CLOSED else ()))
    if family == Family.LETTER and status == S.ACCEPTED:
        found = (*ANSWERS[family], "reject_answer")
    return tuple(move for move in found if move != "name_team" or family == Family.CRIMINAL)


def maker(referral: Referral, move: str) -> str:
    """The user name that makes `move` on the straight way."""
    from cases.states import HANDS, REFERRAL_MOVES, Side

    transition = REFERRAL_MOVES[move]
    unit = {
        Side.SENDER: referral.sender.code,
        Side.RECEIVER: referral.receiver.code,
        Side.SUPERVISOR: "procuratorate",
    }.get(Side(transition.side))
    if unit is None:
        return "leader"
    if transition.roles == HANDS:
        return who(unit, 0)
    return who(unit, 2 if transition.side == Side.SENDER and move in ("approve", "refuse") else 1)


def referral(cast, edge: str = "criminal", status: str = "draft", result: str = "", **facts: Any) -> Referral:
    """A referral of `edge` that went the straight way to `status`; `result` is that of its answer."""
    from cases.edges import results

    row = draft(cast, edge, **facts)
    for move in way(edge, status):
        if move == "send":
            papers(cast, row)
        more: dict[str, Any] = {}
        if move in ("answer", "reply"):
            ends = [one for one in results(edge) if one != "prosecuted"]  # a trial is owed an end
            more["result"] = result or ends[0]
        if move == "hand_over":
            more["text"] = "没有需要移交的物品"
        take(cast, row, move, maker(row, move), **more)
    row.refresh_from_db()
    return row
