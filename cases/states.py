"""Statuses of referrals and cases, transitions of referrals (design.md 3.2; domain.md A.7, B.5, C); those of
cases: cases.case_states.

Buttons, API verbs and the generated tests read these tables; `core.workflow.move` is the only way a status
changes. What a kind of referral is – who sends it to whom, on whose word, under which limits – stands in
`cases.edges`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import models

from agencies.models import Role
from core.workflow import Transition, table

WORKERS = (Role.FILLER, Role.OFFICER, Role.OFFICE)
DECIDERS = (Role.HEAD, Role.APPROVER, Role.DEPUTY)
HANDS = (*WORKERS, *DECIDERS)


class ReferralStatus(models.TextChoices):
    """移送: from the first draft to the answer that the sender has read."""

    DRAFT = "draft", "拟稿"
    TEAM_NAMED = "team_named", "已指定办案人员"
    REPORTED = "reported", "待主要负责人审批"
    REFUSED = "refused", "不批准移送"
    APPROVED = "approved", "已批准，待移送"
    SENT = "sent", "已移送，待签收"
    RECEIVED = "received", "已签收，审查中"
    SUPPLEMENT_ASKED = "supplement", "待补正"
    RETURNED = "returned", "已退回"
    DISPUTED = "disputed", "管辖争议待裁定"
    ACCEPTED = "accepted", "已受理，办理中"
    FILED = "filed", "已立案"
    NOT_FILED = "not_filed", "不予立案"
    RECONSIDERED = "reconsider", "复议中"
    UPHELD = "upheld", "复议维持不予立案"
    SUPERVISION_ASKED = "supervision", "已建议立案监督"
    EXPLANATION_ASKED = "explaining", "检察院要求说明不立案理由"
    EXPLAINED = "explained", "已说明不立案理由"
    ORDERED = "ordered", "检察院通知立案"
    SUPERVISION_CLOSED = "supervised", "立案监督终结"
    HANDED_OVER = "handed_over", "已移交物品，侦办中"
    PASSED = "passed", "已移送其他公安机关，待通知"
    ANSWERED = "answered", "已反馈"
    ADMIN_HANDLING = "handling", "转行政处理"
    RECALLED = "recalled", "已撤回"
    CLOSED = "closed", "已办结"


class Family(models.TextChoices):
    """Which way a kind of referral goes."""

    CRIMINAL = "criminal", "涉嫌犯罪移送"
    TRANSFER = "transfer", "移送办理"
    LETTER = "letter", "函告"


class Side(models.TextChoices):
    """Whose move it is."""

    SENDER = "sender", "移送单位"
    RECEIVER = "receiver", "接收单位"
    SUPERVISOR = "supervisor", "检察院"
    SUPERIOR = "superior", "共同上级"


ALL = frozenset(Family)
PENAL = frozenset({Family.CRIMINAL})
PLAIN = frozenset({Family.TRANSFER, Family.LETTER})
MOVED = frozenset({Family.TRANSFER})


@dataclass(frozen=True)
class ReferralMove(Transition):
    """A legal move of a referral.

    Papers asked for that never come keep nobody from deciding: what may follow the receipt may follow the
    request too. `families` says on which ways it exists; `asks` which fields its form has besides the text,
    `needs` which of them must be filled: number 文号, file 文书扫描件, unit 单位, officers 办案人员,
    result 结果, goods 移交物品, due 反馈期限.
    """

    families: frozenset[str] = ALL
    asks: tuple[str, ...] = ()
    needs: tuple[str, ...] = field(default=())


S = ReferralStatus
REFERRAL_MOVES: dict[str, ReferralMove] = table(  # type: ignore[assignment]
    ReferralMove(
        "name_team",
        (S.DRAFT, S.TEAM_NAMED),
        S.TEAM_NAMED,
        roles=HANDS,
        side=Side.SENDER,
        label="指定办案人员",
        families=PENAL,
        asks=("officers",),
        needs=("officers",),
    ),
    ReferralMove(
        "report",
        (S.DRAFT, S.TEAM_NAMED, S.REFUSED),
        S.REPORTED,
        roles=HANDS,
        side=Side.SENDER,
        label="报请批准移送",
        asks=("number", "file"),
    ),
    ReferralMove(
        "approve",
        (S.REPORTED,),
        S.APPROVED,
        roles=(Role.HEAD,),
        side=Side.SENDER,
        label="批准移送",
        asks=("number",),
    ),
    ReferralMove(
        "refuse",
        (S.REPORTED,),
        S.REFUSED,
        roles=(Role.HEAD,),
        side=Side.SENDER,
        label="不批准移送",
        needs_reason=True,
    ),
    ReferralMove(
        "send",
        (S.APPROVED,),
        S.SENT,
        roles=HANDS,
        side=Side.SENDER,
        label="移送",
        asks=("number", "file", "due"),
    ),
    ReferralMove(
        "recall",
        (S.DRAFT, S.TEAM_NAMED, S.REPORTED, S.REFUSED, S.APPROVED, S.SENT),
        S.RECALLED,
        roles=HANDS,
        side=Side.SENDER,
        label="撤回",
        needs_reason=True,
    ),
    ReferralMove(
        "receive", (S.SENT,), S.RECEIVED, roles=HANDS, side=Side.RECEIVER, label="签收", asks=("file",)
    ),
    ReferralMove(
        "forward",
        (S.RECEIVED,),
        S.SENT,
        roles=HANDS,
        side=Side.RECEIVER,
        label="转送有管辖权的单位",
        asks=("unit", "number", "file"),
        needs=("unit",),
        needs_reason=True,
    ),
    ReferralMove(
        "ask_supplement",
        (S.RECEIVED,),
        S.SUPPLEMENT_ASKED,
        roles=HANDS,
        side=Side.RECEIVER,
        label="告知补正材料",
        asks=("number", "file"),
        needs_reason=True,
    ),
    ReferralMove(
        "supplement",
        (S.SUPPLEMENT_ASKED,),
        S.RECEIVED,
        roles=HANDS,
        side=Side.SENDER,
        label="补正材料",
        asks=("number", "file"),
    ),
    ReferralMove(
        "return",
        (S.RECEIVED, S.SUPPLEMENT_ASKED),
        S.RETURNED,
        roles=HANDS,
        side=Side.RECEIVER,
        label="不属本单位管辖，退回",
        asks=("number", "file"),
        needs_reason=True,
    ),
    # -- 涉嫌犯罪 (310号 8–12; 公安刑程 180–182) ------------------------------------------------------
    ReferralMove(
        "file",
        # they may think better of it at any time, also when asked why not (公安刑程 182)
        (
            S.RECEIVED,
            S.SUPPLEMENT_ASKED,
            S.RECONSIDERED,
            S.SUPERVISION_ASKED,
            S.EXPLANATION_ASKED,
            S.EXPLAINED,
            S.ORDERED,
            S.NOT_FILED,
        ),
        S.FILED,
        roles=DECIDERS,
        side=Side.RECEIVER,
        label="立案",
        families=PENAL,
        asks=("number", "file"),
        needs=("number",),
    ),
    ReferralMove(
        "refuse_filing",
        (S.RECEIVED, S.SUPPLEMENT_ASKED),
        S.NOT_FILED,
        roles=DECIDERS,
        side=Side.RECEIVER,
        label="不予立案",
        families=PENAL,
        asks=("number", "file"),
        needs=("number",),
        needs_reason=True,
    ),
    ReferralMove(
        "ask_reconsideration",
        (S.NOT_FILED,),
        S.RECONSIDERED,
        roles=HANDS,
        side=Side.SENDER,
        label="提请复议",
        families=PENAL,
        asks=("number", "file"),
        needs_reason=True,
    ),
    ReferralMove(
        "uphold",
        (S.RECONSIDERED,),
        S.UPHELD,
        roles=DECIDERS,
        side=Side.RECEIVER,
        label="维持不予立案",
        families=PENAL,
        asks=("number", "file"),
        needs=("number",),
        needs_reason=True,
    ),
    ReferralMove(
        "ask_supervision",
        (S.NOT_FILED, S.UPHELD),
        S.SUPERVISION_ASKED,
        roles=HANDS,
        side=Side.SENDER,
        label="建议检察院立案监督",
        families=PENAL,
        asks=("number", "file"),
        needs_reason=True,
    ),
    ReferralMove(
        "ask_explanation",
        (S.SUPERVISION_ASKED,),
        S.EXPLANATION_ASKED,
        roles=HANDS,
        side=Side.SUPERVISOR,
        label="要求公安机关说明不立案理由",
        families=PENAL,
        asks=("number", "file"),
        needs=("number",),
    ),
    ReferralMove(
        "explain",
        (S.EXPLANATION_ASKED,),
        S.EXPLAINED,
        roles=DECIDERS,
        side=Side.RECEIVER,
        label="说明不立案理由",
        families=PENAL,
        asks=("number", "file"),
        needs_reason=True,
    ),
    ReferralMove(
        "order_filing",
        (S.EXPLAINED,),
        S.ORDERED,
        roles=HANDS,
        side=Side.SUPERVISOR,
        label="通知立案",
        families=PENAL,
        asks=("number", "file"),
        needs=("number",),
    ),
    ReferralMove(
        "close_supervision",
        (S.SUPERVISION_ASKED, S.EXPLAINED),
        S.SUPERVISION_CLOSED,
        roles=HANDS,
        side=Side.SUPERVISOR,
        label="不立案理由成立，监督终结",
        families=PENAL,
        asks=("number", "file"),
        needs_reason=True,
    ),
    ReferralMove(
        "hand_over",
        # again, while something on the list is left (cases.standing.why_illegal)
        (S.FILED, S.HANDED_OVER),
        S.HANDED_OVER,
        roles=HANDS,
        side=Side.SENDER,
        label="移交涉案物品和材料",
        families=PENAL,
        asks=("goods", "file"),
    ),
    # after 立案 another police organ has jurisdiction; the sender is told in writing (公安刑程 184)
    ReferralMove(
        "pass_on",
        (S.FILED, S.HANDED_OVER),
        S.PASSED,
        roles=DECIDERS,
        side=Side.RECEIVER,
        label="移送其他公安机关侦办",
        families=PENAL,
        asks=("unit", "number", "file"),
        needs=("unit", "number"),
        needs_reason=True,
    ),
    # two rows of one step: back to where the case was passed on from (cases.standing.why_illegal)
    ReferralMove(
        "notify_pass",
        (S.PASSED,),
        S.FILED,
        roles=HANDS,
        side=Side.RECEIVER,
        label="书面通知移送单位",
        families=PENAL,
        asks=("number", "file"),
        needs=("number",),
    ),
    ReferralMove(
        "notify_pass_handed",
        (S.PASSED,),
        S.HANDED_OVER,
        roles=HANDS,
        side=Side.RECEIVER,
        label="书面通知移送单位",
        families=PENAL,
        asks=("number", "file"),
        needs=("number",),
    ),
    # -- 移送办理 -------------------------------------------------------------------------------------
    ReferralMove(
        "accept",
        (S.RECEIVED, S.SUPPLEMENT_ASKED),
        S.ACCEPTED,
        roles=HANDS,
        side=Side.RECEIVER,
        label="受理",
        families=MOVED,
        asks=("number", "file"),
    ),
    ReferralMove(
        "dispute",
        (S.RETURNED,),
        S.DISPUTED,
        roles=DECIDERS,
        side=Side.SENDER,
        label="对退回有异议，报共同上级裁定",
        needs_reason=True,
    ),
    ReferralMove(
        "designate",
        (S.DISPUTED,),
        S.RECEIVED,
        roles=(Role.LEADER, Role.HEAD, Role.APPROVER, Role.OFFICE),
        side=Side.SUPERIOR,
        label="指定接收单位办理",
        asks=("number", "file"),
        needs_reason=True,
    ),
    ReferralMove(
        "overrule",
        (S.DISPUTED,),
        S.ADMIN_HANDLING,
        roles=(Role.LEADER, Role.HEAD, Role.APPROVER, Role.OFFICE),
        side=Side.SUPERIOR,
        label="裁定由移送单位办理",
        asks=("number", "file"),
        needs_reason=True,
    ),
    # -- the answer -----------------------------------------------------------------------------------
    ReferralMove(
        "answer",
        (S.ACCEPTED, S.HANDED_OVER),
        S.ANSWERED,
        roles=HANDS,
        side=Side.RECEIVER,
        label="反馈结果",
        asks=("result", "number", "file"),
        needs=("result",),
        needs_reason=True,
    ),
    # what became of a case that was sent on for trial; where the sender has closed the referral a judgment
    # leaves it so, without one the sender has to handle it (310号 10, 13)
    ReferralMove(
        "court_result",
        (S.ANSWERED,),
        S.ANSWERED,
        roles=HANDS,
        side=Side.RECEIVER,
        label="反馈起诉后的处理结果",
        families=PENAL,
        asks=("result", "number", "file"),
        needs=("result",),
        needs_reason=True,
    ),
    ReferralMove(
        "court_result_judged",
        (S.CLOSED,),
        S.CLOSED,
        roles=HANDS,
        side=Side.RECEIVER,
        label="反馈法院判决",
        families=PENAL,
        asks=("result", "number", "file"),
        needs=("result",),
        needs_reason=True,
    ),
    ReferralMove(
        "court_result_dropped",
        (S.CLOSED,),
        S.ADMIN_HANDLING,
        roles=HANDS,
        side=Side.RECEIVER,
        label="反馈不起诉、撤销案件",
        families=PENAL,
        asks=("result", "number", "file"),
        needs=("result",),
        needs_reason=True,
    ),
    ReferralMove(
        "reply",
        (S.RECEIVED, S.SUPPLEMENT_ASKED),
        S.ANSWERED,
        roles=HANDS,
        side=Side.RECEIVER,
        label="函复",
        families=frozenset({Family.LETTER}),
        asks=("result", "number", "file"),
        needs=("result",),
        needs_reason=True,
    ),
    ReferralMove(
        "reject_answer",
        (S.ANSWERED,),
        S.ACCEPTED,
        roles=HANDS,
        side=Side.SENDER,
        label="反馈不清楚，退回补充",
        families=PLAIN,
        needs_reason=True,
    ),
    ReferralMove(
        "handle",
        (S.NOT_FILED, S.UPHELD, S.SUPERVISION_CLOSED, S.RETURNED, S.ANSWERED),
        S.ADMIN_HANDLING,
        roles=HANDS,
        side=Side.SENDER,
        label="转行政处理",
        needs_reason=True,
    ),
    ReferralMove(
        "close",
        (S.ANSWERED, S.ADMIN_HANDLING),
        S.CLOSED,
        roles=HANDS,
        side=Side.SENDER,
        label="办结",
        needs_reason=True,
    ),
)
#: What stands on the lists goes over with these, and stays as it was.
FREEZES = frozenset({"send", "supplement", "hand_over"})
#: The written notice that a filed case was passed to other police (公安刑程 184).
NOTIFIES = frozenset({"notify_pass", "notify_pass_handed"})
#: What came of a case after 移送起诉.
COURT_RESULTS = frozenset({"court_result", "court_result_judged", "court_result_dropped"})
#: Nothing is owed any more.
REFERRAL_OVER = (S.RECALLED, S.CLOSED)
#: Not yet with the receiver.
REFERRAL_UNSENT = (S.DRAFT, S.TEAM_NAMED, S.REPORTED, S.REFUSED, S.APPROVED)


class CaseStatus(models.TextChoices):
    """案件: the administrative procedure C1–C18; a criminal case of the police keeps outer states."""

    DRAFT = "draft", "核查中"
    FILING = "filing", "立案待审批"
    NOT_FILED = "not_filed", "不予立案"
    FILED = "filed", "已立案，调查中"
    INVESTIGATED = "investigated", "调查终结，待审理"
    REVIEWED = "reviewed", "审理（法制审核）通过"
    NOTIFIED = "notified", "已告知，陈述申辩期"
    HEARING = "hearing", "听证中"
    DECIDING = "deciding", "拟作决定，待审批"
    DECIDED = "decided", "已作决定，待送达"
    SERVED = "served", "已送达，履行期"
    URGED = "urged", "已催告"
    COURT = "court", "已申请法院强制执行"
    PERFORMED = "performed", "已履行"
    CLOSING = "closing", "结案（销号）待审批"
    CLOSED = "closed", "已结案销号"
    REVOKED = "revoked", "已撤销"


class Outcome(models.TextChoices):
    """How a case ended (C11, C18)."""

    PENALISED = "penalised", "处罚执行完毕"
    SLIGHT = "slight", "轻微不予处罚"
    FIRST_SLIGHT = "first_slight", "初次轻微可不予处罚"
    UNFOUNDED = "unfounded", "违法事实不成立"
    TRANSFERRED = "transferred", "移送有权机关"
    TERMINATED = "terminated", "终止调查"
    COURT_TAKES = "court", "法院受理强制执行"
    CRIMINAL = "criminal", "追究刑事责任"


class RecusalStatus(models.TextChoices):
    """回避: proposed by one, decided by another."""

    PROPOSED = "proposed", "待决定"
    IN_FORCE = "in_force", "已回避"
    REFUSED = "refused", "不予回避"
    LIFTED = "lifted", "已解除"


RECUSAL_MOVES = table(
    Transition(
        "decide",
        (RecusalStatus.PROPOSED,),
        RecusalStatus.IN_FORCE,
        roles=(Role.HEAD, Role.LEADER),
        label="决定回避",
    ),
    Transition(
        "refuse",
        (RecusalStatus.PROPOSED,),
        RecusalStatus.REFUSED,
        roles=(Role.HEAD, Role.LEADER),
        label="不予回避",
        needs_reason=True,
    ),
    Transition(
        "lift",
        (RecusalStatus.IN_FORCE,),
        RecusalStatus.LIFTED,
        roles=(Role.HEAD, Role.LEADER),
        label="解除回避",
        needs_reason=True,
    ),
)


class SealingStatus(models.TextChoices):
    """封存、解封: asked for by one, decided by another (quality.md B9)."""

    PROPOSED = "proposed", "待决定"
    DONE = "done", "已同意"
    REFUSED = "refused", "不同意"


SEALING_MOVES = table(
    Transition("decide", (SealingStatus.PROPOSED,), SealingStatus.DONE, roles=DECIDERS, label="同意"),
    Transition(
        "refuse",
        (SealingStatus.PROPOSED,),
        SealingStatus.REFUSED,
        roles=DECIDERS,
        label="不同意",
        needs_reason=True,
    ),
)
