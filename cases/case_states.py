"""Moves of a case (domain.md C1–C18): the procedure, and the outer states of a restricted case.

A move with `stays` is a step that leaves the status as it is; one with `back` returns to where the case
came from. Who may: cases.case_standing; what must hold: cases.actions.cases.guards; what becomes owed:
cases.case_limits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from agencies.models import Role
from cases.states import DECIDERS, HANDS, CaseStatus, Outcome
from core.workflow import Transition, table

S = CaseStatus
ADMIN, CRIMINAL = "admin", "criminal"
SUPERIOR = "superior"
SUPERIORS = (Role.LEADER, Role.HEAD, Role.APPROVER, Role.OFFICE)


@dataclass(frozen=True)
class CaseMove(Transition):
    """A legal move of a case of one `track`.

    `asks` are the fields of its form besides the text, `needs` those that must be filled: number 文号,
    file 文书, officers 办案人员, outcome 处理结果, hearing_at 听证时间, level 督办级别, unit 单位.
    `paper` is the kind of the unit's series that gives the number when none is typed. `other` names the moves
    whose last maker may not make this one (二人办理).
    """

    track: str = ADMIN
    asks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    paper: str = ""
    basis: str = ""
    stays: bool = False
    back: bool = False
    other: tuple[str, ...] = ()

    def towards(self, target: str) -> CaseMove:
        """The same move with the status it leads to."""
        return replace(self, target=target)


#: An investigation is going on: facts, parties and violations may change.
WORKING = (S.DRAFT, S.FILED, S.INVESTIGATED, S.REVIEWED)
#: Filed and not yet decided: the 90 days run.
PENDING = (S.FILED, S.INVESTIGATED, S.REVIEWED, S.NOTIFIED, S.HEARING, S.DECIDING)
#: Decided and not yet over.
DECIDED = (S.DECIDED, S.SERVED, S.URGED, S.COURT, S.PERFORMED)
#: Served: the party may seek 复议 or sue; a decision may still be taken back.
SERVED_ON = (S.SERVED, S.URGED, S.COURT, S.PERFORMED, S.CLOSING, S.CLOSED)
#: Nothing is owed any more but the look-back visits and what a 复议 or 诉讼 brings.
CASE_OVER = (S.CLOSED, S.REVOKED)
#: Something may still be begun in the case (a referral, a task); in 结案待审批 it stops the approval.
CASE_OPEN = tuple(status for status in S if status not in CASE_OVER)
#: They are decided inside the unit; nobody is served.
INTERNAL = (Outcome.TRANSFERRED, Outcome.TERMINATED, Outcome.UNFOUNDED)

FILING_TESTS = "行政处罚法第五十四条"
CASE_MOVES: dict[str, CaseMove] = table(  # type: ignore[assignment]
    # -- 核查、立案（C2–C4） ---------------------------------------------------------------------------
    CaseMove(
        "request_filing",
        (S.DRAFT, S.NOT_FILED),
        S.FILING,
        roles=HANDS,
        label="报请立案",
        asks=("file",),
        needs_reason=True,
        basis=FILING_TESTS,
    ),
    CaseMove(
        "return_filing",
        (S.FILING,),
        S.DRAFT,
        roles=DECIDERS,
        label="退回补充核查",
        needs_reason=True,
        other=("request_filing",),
    ),
    CaseMove(
        "approve_filing",
        (S.FILING,),
        S.FILED,
        roles=DECIDERS,
        label="批准立案",
        asks=("number", "file"),
        paper="case",
        basis=FILING_TESTS,
        other=("request_filing",),
    ),
    CaseMove(
        "refuse_filing",
        (S.FILING,),
        S.NOT_FILED,
        roles=DECIDERS,
        label="不予立案",
        asks=("file",),
        needs_reason=True,
        basis=FILING_TESTS,
        other=("request_filing",),
    ),
    # -- 调查、审理（C5、C8） --------------------------------------------------------------------------
    CaseMove(
        "assign",
        (S.DRAFT, *PENDING, S.DECIDED, S.SERVED, S.URGED, S.COURT),
        "",
        roles=DECIDERS,
        label="指定办案人员",
        asks=("officers",),
        needs=("officers",),
        basis="行政处罚法第四十二条",
        stays=True,
    ),
    CaseMove(
        "conclude",
        (S.FILED,),
        S.INVESTIGATED,
        roles=HANDS,
        label="调查终结",
        asks=("file",),
        needs_reason=True,
        basis="行政处罚法第五十五条",
    ),
    CaseMove(
        "return_case",
        (S.INVESTIGATED, S.REVIEWED),
        S.FILED,
        roles=DECIDERS,
        label="退回补充调查",
        needs_reason=True,
    ),
    CaseMove(
        "review",
        (S.INVESTIGATED,),
        S.REVIEWED,
        roles=DECIDERS,
        label="审理（法制审核）通过",
        asks=("file",),
        needs_reason=True,
        basis="行政处罚法第五十八条",
        other=("conclude",),
    ),
    # -- 告知、听证（C9、C10） -------------------------------------------------------------------------
    CaseMove(
        "notify",
        (S.INVESTIGATED, S.REVIEWED),
        S.NOTIFIED,
        roles=HANDS,
        label="送达处罚告知书",
        asks=("number", "file"),
        needs=("file",),
        paper="notice",
        basis="行政处罚法第四十四条",
    ),
    CaseMove(
        "notify_hearing",
        (S.INVESTIGATED, S.REVIEWED),
        S.NOTIFIED,
        roles=HANDS,
        label="送达处罚告知书和听证告知书",
        asks=("number", "file"),
        needs=("file",),
        paper="notice",
        basis="行政处罚法第四十四条、第六十三条",
    ),
    CaseMove(
        "waive",
        (S.NOTIFIED,),
        "",
        roles=HANDS,
        label="登记当事人放弃陈述申辩、听证",
        asks=("file",),
        needs=("file",),
        stays=True,
    ),
    CaseMove(
        "plan_hearing",
        (S.NOTIFIED,),
        S.HEARING,
        roles=HANDS,
        label="通知听证",
        asks=("hearing_at", "number", "file"),
        needs=("hearing_at",),
        paper="hearing",
        basis="行政处罚法第六十四条",
    ),
    CaseMove(
        "hold_hearing",
        (S.HEARING,),
        S.NOTIFIED,
        roles=HANDS,
        label="听证结束",
        asks=("file",),
        needs=("file",),
        needs_reason=True,
        basis="行政处罚法第六十四条、第六十五条",
    ),
    # -- 决定（C11） ----------------------------------------------------------------------------------
    CaseMove(
        "discuss",
        (S.REVIEWED, S.NOTIFIED, S.DECIDING),
        "",
        roles=DECIDERS,
        label="登记集体讨论",
        asks=("file",),
        needs=("file",),
        needs_reason=True,
        basis="行政处罚法第五十七条",
        stays=True,
    ),
    CaseMove(
        "propose",
        (S.NOTIFIED,),
        S.DECIDING,
        roles=HANDS,
        label="报请作出处罚决定",
        asks=("file",),
        needs_reason=True,
    ),
    CaseMove(
        "propose_end",
        (S.INVESTIGATED, S.REVIEWED, S.NOTIFIED),
        S.DECIDING,
        roles=HANDS,
        label="报请不予处罚、移送或者终止调查",
        asks=("outcome", "file"),
        needs=("outcome",),
        needs_reason=True,
        basis="行政处罚法第五十七条",
    ),
    CaseMove(
        "return_proposal",
        (S.DECIDING,),
        "",
        roles=DECIDERS,
        label="退回修改",
        needs_reason=True,
        back=True,
        other=("propose", "propose_end"),
    ),
    CaseMove(
        "decide",
        (S.DECIDING,),
        S.DECIDED,
        roles=(Role.HEAD, Role.APPROVER),
        label="作出决定",
        asks=("number", "file"),
        paper="decision",
        basis="行政处罚法第五十七条、第六十条",
        other=("propose", "propose_end"),
    ),
    # -- 送达、公开、履行（C12–C16） -------------------------------------------------------------------
    CaseMove(
        "serve",
        (S.DECIDED,),
        S.SERVED,
        roles=HANDS,
        label="送达决定书",
        asks=("file",),
        needs=("file",),
        basis="行政处罚法第六十一条",
    ),
    CaseMove(
        "publish",
        DECIDED,
        "",
        roles=HANDS,
        label="登记公开决定",
        needs_reason=True,
        basis="行政处罚法第四十八条",
        stays=True,
    ),
    CaseMove(
        "not_publish",
        DECIDED,
        "",
        roles=DECIDERS,
        label="决定不公开",
        needs_reason=True,
        basis="行政处罚法第四十八条",
        stays=True,
    ),
    CaseMove(
        "unpublish",
        (*PENDING, *DECIDED, S.CLOSING, S.CLOSED, S.REVOKED),
        "",
        roles=HANDS,
        label="登记撤回公开",
        asks=("file",),
        needs=("file",),
        needs_reason=True,
        basis="行政处罚法第四十八条",
        stays=True,
    ),
    CaseMove(
        "annul",
        (*DECIDED, S.CLOSED),
        S.REVOKED,
        roles=(Role.HEAD, Role.APPROVER),
        label="撤销处罚决定，终止处理",
        asks=("number", "file"),
        needs=("file",),
        needs_reason=True,
        basis="行政处罚法第七十五条",
    ),
    CaseMove(
        "redo",
        (*DECIDED, S.CLOSED),
        S.REVIEWED,
        roles=(Role.HEAD, Role.APPROVER),
        label="撤销处罚决定，重新作出",
        asks=("number", "file"),
        needs=("file",),
        needs_reason=True,
        basis="行政处罚法第七十五条",
    ),
    CaseMove(
        "urge",
        (S.SERVED,),
        S.URGED,
        roles=HANDS,
        label="送达催告书",
        asks=("number", "file"),
        needs=("file",),
        paper="urging",
        basis="行政强制法第五十四条",
    ),
    CaseMove(
        "apply_court",
        (S.URGED,),
        S.COURT,
        roles=DECIDERS,
        label="申请法院强制执行",
        asks=("number", "file"),
        needs=("file",),
        paper="court",
        basis="行政强制法第五十三条、第五十四条",
    ),
    CaseMove(
        "perform",
        (S.SERVED, S.URGED, S.COURT),
        S.PERFORMED,
        roles=HANDS,
        label="登记履行完毕",
        asks=("file",),
        needs_reason=True,
    ),
    # -- 结案（销号）（C18） ---------------------------------------------------------------------------
    CaseMove(
        "request_closing",
        (S.DECIDED, S.SERVED, S.COURT, S.PERFORMED),
        S.CLOSING,
        roles=HANDS,
        label="报请结案（销号）",
        asks=("file",),
        needs_reason=True,
    ),
    CaseMove(
        "return_closing",
        (S.CLOSING,),
        "",
        roles=DECIDERS,
        label="不同意结案，退回",
        needs_reason=True,
        back=True,
        other=("request_closing",),
    ),
    CaseMove(
        "approve_closing",
        (S.CLOSING,),
        S.CLOSED,
        roles=DECIDERS,
        label="批准结案（销号）",
        asks=("file",),
        other=("request_closing",),
    ),
    CaseMove(
        "revoke",
        (S.DRAFT, S.NOT_FILED, *PENDING),
        S.REVOKED,
        roles=(Role.HEAD, Role.APPROVER),
        label="撤销案件",
        asks=("file",),
        needs_reason=True,
    ),
    # -- 挂牌督办、提级办理、指定管辖 -------------------------------------------------------------------
    CaseMove(
        "supervise",
        tuple(status for status in S if status not in CASE_OVER),
        "",
        roles=SUPERIORS,
        side=SUPERIOR,
        label="挂牌督办",
        asks=("level", "number", "file"),
        needs=("level",),
        needs_reason=True,
        stays=True,
    ),
    CaseMove(
        "unsupervise",
        tuple(S),
        "",
        roles=SUPERIORS,
        side=SUPERIOR,
        label="解除挂牌督办",
        needs_reason=True,
        stays=True,
    ),
    CaseMove(
        "promote",
        (S.DRAFT, *PENDING),
        "",
        roles=SUPERIORS,
        side=SUPERIOR,
        label="提级办理",
        asks=("unit", "number", "file"),
        needs=("unit", "file"),
        needs_reason=True,
        basis="行政处罚法第二十五条",
        stays=True,
    ),
    CaseMove(
        "designate",
        (S.DRAFT, *PENDING),
        "",
        roles=SUPERIORS,
        side=SUPERIOR,
        label="指定管辖",
        asks=("unit", "number", "file"),
        needs=("unit", "file"),
        needs_reason=True,
        basis="行政处罚法第二十五条",
        stays=True,
    ),
    # -- 限定知悉案件：外部状态 ------------------------------------------------------------------------
    CaseMove(
        "file_crime",
        (S.DRAFT, S.NOT_FILED),
        S.FILED,
        roles=DECIDERS,
        label="立案（限定知悉）",
        asks=("number", "file"),
        needs=("number",),
        track=CRIMINAL,
    ),
    CaseMove(
        "refuse_crime",
        (S.DRAFT,),
        S.NOT_FILED,
        roles=DECIDERS,
        label="不予立案（限定知悉）",
        asks=("file",),
        needs_reason=True,
        track=CRIMINAL,
    ),
    CaseMove(
        "assign_crime",
        (S.DRAFT, S.FILED, S.INVESTIGATED),
        "",
        roles=DECIDERS,
        label="指定侦办人员",
        asks=("officers",),
        needs=("officers",),
        stays=True,
        track=CRIMINAL,
    ),
    CaseMove(
        "supervise_crime",
        (S.DRAFT, S.FILED, S.INVESTIGATED),
        "",
        roles=DECIDERS,
        label="登记挂牌督办（限定知悉）",
        asks=("level", "number", "file"),
        needs=("level",),
        needs_reason=True,
        stays=True,
        track=CRIMINAL,
    ),
    CaseMove(
        "conclude_crime",
        (S.FILED,),
        S.INVESTIGATED,
        roles=HANDS,
        label="侦办（调查）终结",
        asks=("file",),
        needs_reason=True,
        track=CRIMINAL,
    ),
    CaseMove(
        "resume_crime",
        (S.INVESTIGATED,),
        S.FILED,
        roles=DECIDERS,
        label="退回补充侦查（调查）",
        needs_reason=True,
        track=CRIMINAL,
    ),
    CaseMove(
        "close_crime",
        (S.INVESTIGATED,),
        S.CLOSED,
        roles=DECIDERS,
        label="办结",
        asks=("outcome", "file"),
        needs=("outcome",),
        needs_reason=True,
        track=CRIMINAL,
        other=("conclude_crime",),
    ),
    CaseMove(
        "revoke_crime",
        (S.DRAFT, S.FILED, S.INVESTIGATED),
        S.REVOKED,
        roles=DECIDERS,
        label="撤销案件（限定知悉）",
        asks=("file",),
        needs_reason=True,
        track=CRIMINAL,
    ),
)
