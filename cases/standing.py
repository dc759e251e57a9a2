"""Who may make which move of a referral, and why not: side, post, acting person, the unit above.

Who may sign for the head is `agencies.posts.signers`: the 正职, else a dated 主持工作 person, else the unit
above (310号第五条); never the person who reported, nobody who must stay out (回避). For an 线下单位 the
other side's clerk puts its step down (代录) and a second person of that clerk's unit checks it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet

from agencies.models import Agency, AgencyKind, Member, Role
from agencies.posts import signers
from cases.edges import BACK_TO_ADMIN, EDGES, NO_FINE, Edge, Result
from cases.models import Referral, ReferralStep
from cases.states import (
    COURT_RESULTS,
    FREEZES,
    HANDS,
    NOTIFIES,
    REFERRAL_MOVES,
    REFERRAL_OVER,
    Family,
    ReferralMove,
    Side,
)
from cases.states import ReferralStatus as S
from core.access import barred_from
from core.workflow import legal
from duties.holders import OFFICE_ROLES
from duties.standing import desk, may_work

if TYPE_CHECKING:
    from core.models import Matter

TEAM_FIRST = "请先指定两名以上办案人员，再报请批准（第310号令第五条）。"
BETWEEN_TWO = "问题线索只由双方知悉，不报共同上级裁定；请转行政处理，或者另行移送有管辖权的纪检监察机关。"
RECEIVED_ONCE = "对方已经签收过，不能撤回；有误的请与现在的接收单位联系，由其退回。"
NOT_PROSECUTED = "只有反馈为“已移送起诉”的案件，才登记起诉后的处理结果。"
TRIAL_FIRST = "案件已移送起诉，请等法院或者检察院有了处理结果再定。"
HANDLE_FIRST = "案件已撤销或者不起诉，请先“转行政处理”，再办结（第310号令第十条、第十三条）。"
NOTHING_LEFT = "物品清单上没有尚未移交的物品；又发现物品的，请先列入涉案物品清单。"
NOTIFIED_SO = "涉案物品的移交情况和这一步不符，请刷新后再办。"
WAITS_FOR_CHECK = "有一条代录的步骤等待核对，请先核对。"
SIDE_WORDS = {
    Side.SENDER: "由移送单位（{unit}）办理。",
    Side.RECEIVER: "由接收单位（{unit}）办理。",
    Side.SUPERVISOR: "由检察院（{unit}）办理。",
    Side.SUPERIOR: "由共同上级（{unit}）办理。",
}


# units ---------------------------------------------------------------------------------------------


def side_agency(referral: Referral, side: str) -> Agency | None:
    """The unit on that side; None where there is none (yet)."""
    return getattr(referral, Side(side).value)  # a side is called as its column: the others stay unread


def on_paper(referral: Referral) -> bool:
    """Whether it came on paper from an 线下单位 and nothing of it took effect yet: only its draft stands
    here, written by the recording unit, and no head of the sender approved its words here."""
    unsent = referral.status == S.APPROVED and referral.sent_at is None and referral.reported_by_id is None
    return unsent and not referral.sender.online


def organ_of(referral: Referral, move: ReferralMove) -> Agency | None:
    """Whose act a move is: of the unit on its side. A draft that was put down in error is taken back by who
    wrote it – no paper of the 线下单位 says so, it never knew of the draft."""
    if move.name == "recall" and on_paper(referral):
        return recorder(referral, move.side)
    return side_agency(referral, move.side)


def office_of(unit: Agency) -> Agency | None:
    """The joint office of the unit's county."""
    return _in_county(unit, AgencyKind.JOINT_OFFICE)


def procuratorate_of(unit: Agency) -> Agency | None:
    """The county's procuratorate, which supervises the filing of cases there (310号第九条)."""
    return _in_county(unit, AgencyKind.PROCURATORATE)


def _in_county(unit: Agency, kind: str) -> Agency | None:
    rows = Agency.objects.active().filter(kind=kind, division__code=unit.division.code[:6])
    return rows.select_related("division").order_by("pk").first()


def common_superior(referral: Referral) -> Agency | None:
    """共同上级: the nearest unit above both sides, else the joint office (处罚法第二十五条)."""
    above = {unit.pk for unit in _above(referral.receiver)}
    found = next((unit for unit in _above(referral.sender) if unit.pk in above and unit.online), None)
    return found or office_of(referral.sender)


def _above(unit: Agency) -> list[Agency]:
    found: list[Agency] = []
    while unit.parent is not None:
        unit = unit.parent
        found.append(unit)
    return found


def recorder(referral: Referral, side: str) -> Agency | None:
    """Whose clerks put down what an 线下单位 did: the other side, else the joint office."""
    others = (referral.sender, referral.receiver)
    own = side_agency(referral, side)
    found = next((unit for unit in others if unit.online and (own is None or unit.pk != own.pk)), None)
    return found or office_of(referral.sender)


def hands_of(referral: Referral, side: str) -> Agency | None:
    """The unit whose people act for that side: itself when it works here, else the recording one."""
    unit = side_agency(referral, side)
    return unit if unit is None or unit.online else recorder(referral, side)


def receivers_of(sender: Agency, edge: str) -> QuerySet[Agency]:
    """Units to which `sender` may send a referral of kind `edge`: of its county, or the city's."""
    kind = EDGES[edge]
    code = sender.division.code[:6]
    near = Q(division__code__startswith=code)
    if not kind.same_level:
        near |= Q(division__code=code[:4])
    rows = Agency.objects.active().filter(near).exclude(pk=sender.pk).exclude(kind=AgencyKind.SYSTEM)
    rows = rows.filter(kind__in=kind.receivers) if kind.receivers else rows
    return rows.select_related("division").order_by("division__code", "pk")


def forwards_of(referral: Referral) -> QuerySet[Agency]:
    """Units to which the receiver may pass it on: kinds that may receive it, neither side itself."""
    kind = EDGES[referral.edge]
    code = referral.sender.division.code[:4]
    rows = Agency.objects.active().filter(division__code__startswith=code).exclude(kind=AgencyKind.SYSTEM)
    rows = rows.filter(kind__in=kind.receivers) if kind.receivers else rows
    rows = rows.exclude(pk__in=[referral.sender_id, referral.receiver_id])
    return rows.select_related("division").order_by("division__code", "pk")


def units_for(referral: Referral, move: ReferralMove) -> QuerySet[Agency]:
    """Units that `move` may name; a filed case is passed on to other police wherever they are."""
    if move.name != "pass_on":
        return forwards_of(referral)
    rows = Agency.objects.active().filter(kind=AgencyKind.POLICE)
    rows = rows.exclude(pk__in=[referral.sender_id, referral.receiver_id])
    return rows.select_related("division").order_by("division__code", "pk")


def may_send_kind(sender: Agency, edge: str) -> bool:
    """Whether a unit of that kind sends referrals of kind `edge` at all."""
    kind = EDGES[edge]
    return sender.kind != AgencyKind.SYSTEM and (not kind.senders or sender.kind in kind.senders)


# people --------------------------------------------------------------------------------------------


def does_desk_work(member: Member, unit: Agency, matter: Matter | None = None) -> bool:
    """Whether the member may prepare papers in the name of `unit`."""
    if not member.is_business:
        return False
    if any((unit.pk, role) in member.posts for role in HANDS):
        return True
    return may_work(member, unit) or member in signers(unit, desk(unit), out=barred_from(matter))[0]


def may_prepare(member: Member, referral: Referral) -> bool:
    """Whether the member may change the draft, its papers and its list of goods."""
    unit = hands_of(referral, Side.SENDER)
    return unit is not None and does_desk_work(member, unit, referral.matter)


def holders_of(
    referral: Referral, unit: Agency, roles: tuple[str, ...], but: Member | None = None
) -> list[Member]:
    """Who may act in one of `roles` of `unit` in this affair: here, else above."""
    out = barred_from(referral.matter)
    found: dict[int, Member] = {}
    asked = [signers(unit, role, but=but, out=out) for role in roles]
    here = [members for members, why in asked if why != "superior"]
    for members in here or [members for members, _ in asked[:1]]:
        found |= {member.pk: member for member in members}
    return list(found.values())


def decider_post(referral: Referral, unit: Agency, roles: tuple[str, ...], but: Member | None = None) -> str:
    """The first of `roles` that somebody of `unit` holds or acts in; else the first."""
    out = barred_from(referral.matter)
    return next((role for role in roles if signers(unit, role, but=but, out=out)[1] != "superior"), roles[0])


def may(member: Member, referral: Referral, move: ReferralMove | str) -> str:
    """Why the member may not make that move; empty when they may. The status is asked of `why_illegal`."""
    move = REFERRAL_MOVES[move] if isinstance(move, str) else move
    unit = side_agency(referral, move.side)
    if unit is None:
        return "现在没有办理这一步的单位。"
    hands = hands_of(referral, move.side)
    if hands is None:
        return "没有可以代为登记的单位。"
    if not member.is_business:
        return SIDE_WORDS[Side(move.side)].format(unit=unit.label)
    if hands.pk != unit.pk:
        if does_desk_work(member, hands, referral.matter):
            return ""
        return f"{unit.label}是线下单位，由{hands.label}的人员代录。"
    if move.roles == HANDS:
        return _may_by_hand(member, referral, unit, Side(move.side))
    return _may_decide(member, referral, unit, move)


def _may_by_hand(member: Member, referral: Referral, unit: Agency, side: Side) -> str:
    if does_desk_work(member, unit, referral.matter):
        return ""
    return SIDE_WORDS[side].format(unit=unit.label)


def _may_decide(member: Member, referral: Referral, unit: Agency, move: ReferralMove) -> str:
    reporter = referral.reported_by if Role.HEAD in move.roles and len(move.roles) == 1 else None
    if reporter is not None and reporter.pk == member.pk:
        return "报请的人不能审批自己的报告，由主持工作的人员或者上级办理。"
    found = holders_of(referral, unit, move.roles, but=reporter)
    if any(one.pk == member.pk for one in found):
        return ""
    posts = "、".join(Role(role).label for role in move.roles)
    if move.roles == (Role.HEAD,):
        return f"只有{unit.label}的主要负责人或者主持工作的人员可以办理（第310号令第五条）。"
    return f"由{unit.label}的{posts}办理。"


def lists_wait(referral: Referral) -> bool:
    """Whether a 代录 waits to be checked that hands over what stands on the lists: they stay as they are."""
    return referral.steps.filter(state=ReferralStep.State.PENDING, move__in=FREEZES).exists()


def may_check(member: Member, step: ReferralStep) -> str:
    """Why the member may not check (核对) what another put down for an 线下单位; empty when they may."""
    if step.by_id == member.pk:
        return "代录的人不能核对自己的记录，请由本单位另一人核对。"
    referral = step.referral
    hands = recorder(referral, REFERRAL_MOVES[step.move].side)
    if hands is None or not member.is_business:
        return "没有可以核对的单位。"
    if any((hands.pk, role) in member.posts for role in (*HANDS, *OFFICE_ROLES)):
        return ""
    above = signers(hands, desk(hands), but=step.by, out=barred_from(referral.matter))[0]
    return "" if any(one.pk == member.pk for one in above) else f"由{hands.label}的另一人核对。"


# moves ---------------------------------------------------------------------------------------------


def legal_moves(referral: Referral) -> list[ReferralMove]:
    """Moves that may start from where the referral stands, whoever makes them."""
    found = legal(REFERRAL_MOVES, referral.status)  # type: ignore[arg-type]
    return [move for move in found if not why_illegal(referral, move)]


def why_illegal(referral: Referral, move: ReferralMove | str) -> str:
    """Why the move may not start from where the referral stands; empty when it may."""
    move = REFERRAL_MOVES[move] if isinstance(move, str) else move
    if EDGES[referral.edge].family not in move.families:
        return f"“{referral.get_edge_display()}”没有“{move.label}”这一步。"
    if referral.status not in move.source:
        return f"现在的状态是“{referral.get_status_display()}”，不能“{move.label}”。"
    if move.name == "report" and EDGES[referral.edge].team and referral.status == S.DRAFT:
        return TEAM_FIRST
    if move.name == "dispute" and referral.edge == Edge.SUPERVISION:
        return BETWEEN_TWO
    if move.name == "recall" and referral.status == S.SENT and _was_received(referral):
        return RECEIVED_ONCE
    if move.name in NOTIFIES and move.target != passed_from(referral):
        return NOTIFIED_SO
    if move.name == "hand_over" and referral.status == S.HANDED_OVER and not goods_left(referral):
        return NOTHING_LEFT
    return _why_not_by_result(referral, move)


def _was_received(referral: Referral) -> bool:
    """By an organ that forwarded it."""
    return referral.steps.filter(move="receive", state=ReferralStep.State.TAKEN).exists()


def goods_left(referral: Referral) -> bool:
    """Whether something on the list of goods was not handed over yet."""
    return referral.goods.filter(handed__lt=F("quantity")).exists()


def _why_not_by_result(referral: Referral, move: ReferralMove) -> str:
    """What the result that was answered forbids."""
    prosecuted = referral.result == Result.PROSECUTED
    if move.name in COURT_RESULTS and not prosecuted:
        return NOT_PROSECUTED
    if referral.status != S.ANSWERED:
        return ""
    if move.name == "close" and referral.result in BACK_TO_ADMIN:
        return HANDLE_FIRST
    if move.name == "handle" and prosecuted:
        return TRIAL_FIRST
    return ""


def passed_on(referral: Referral) -> ReferralStep | None:
    """The latest step by which the police passed a filed case to other police (公安刑程第一百八十四条)."""
    rows = referral.steps.filter(move="pass_on", state=ReferralStep.State.TAKEN)
    return rows.select_related("unit__division").order_by("id").last()


def review_since(referral: Referral) -> dt.datetime | None:
    """From when the receiver's limits count: its receipt, or that it was designated after a dispute – what
    was returned before did not lie with it (domain.md B.1 F5–F6: from 接受)."""
    if referral.received_at is None:
        return None
    rows = referral.steps.filter(move="designate", state=ReferralStep.State.TAKEN)
    designated = rows.order_by("id").values_list("happened_at", flat=True).last()
    return max(referral.received_at, designated or referral.received_at)


def passed_from(referral: Referral) -> str:
    """The status that it was passed on from, and goes back to once the sender was told; "" without."""
    step = passed_on(referral)
    return step.source if step else ""


def pending_criminal(matter: Matter) -> Referral | None:
    """The criminal referral that keeps new fines from being decided (处罚法第三十五条), if there is one.

    From the hand-over until it is recalled, turned to administrative handling or closed. A case sent on for
    trial goes on keeping them away, closed or not, and so does a judgment, also while the rest is handled
    administratively: a fine not yet imposed is not imposed beside the 罚金.
    """
    rows = Referral.objects.filter(matter=matter, edge=Edge.CRIMINAL, sent_at__isnull=False)
    running = ~Q(status__in=(*REFERRAL_OVER, S.ADMIN_HANDLING))
    return rows.filter(running | Q(result__in=NO_FINE)).order_by("pk").first()


def unanswered(matter: Matter) -> QuerySet[Referral]:
    """Referrals of the affair that are not over: a case is not closed (销号) before.

    A clue to discipline inspection keeps no case open: that a case may not be closed would tell of it.
    """
    rows = Referral.objects.filter(matter=matter).exclude(status__in=REFERRAL_OVER)
    return rows.exclude(edge=Edge.SUPERVISION)


def is_penal(referral: Referral) -> bool:
    """Whether it is a referral of a suspected crime."""
    return EDGES[referral.edge].family == Family.CRIMINAL
