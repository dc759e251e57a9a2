"""Kinds of referral 移送类型: who sends to whom, on whose word, under which limits (domain.md A.7, B).

Pure: a table and lookups. `LIMITS` gives for each way and status which step is owed by whom under which
clock (`duties/data/clocks.csv`); entering the status opens it, leaving it ends it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import models

from agencies.models import AgencyKind as K
from agencies.models import Role
from cases.states import Family, Side
from cases.states import ReferralStatus as S


class Edge(models.TextChoices):
    """移送类型."""

    CRIMINAL = "criminal", "涉嫌犯罪案件移送"
    DETENTION = "detention", "移送公安机关行政拘留"
    CRIMINAL_RETURN = "criminal_return", "公安机关移送行政处理"
    REVERSE = "reverse", "检察意见（不起诉后行政处罚）"
    JURISDICTION = "jurisdiction", "移送有管辖权的部门"
    SUPERVISION = "discipline", "问题线索移送纪检监察"
    GANG = "gang", "涉黑涉恶线索移送"
    RISK_LETTER = "risk_letter", "公安风险（建议）提示函"
    APPROVER_NOTICE = "approver_notice", "告知审批部门"
    PROCURATORATE = "procuratorate", "抄送检察院、商请提前介入"
    POWER_LIST = "power_list", "问题企业名单（供用电）"
    CREDIT_PUSH = "credit_push", "失信信息推送"
    CLUE_UP = "clue_up", "线索上报"


@dataclass(frozen=True)
class EdgeType:
    """One kind. `senders`/`receivers`: kinds of unit, empty = any but the other side itself.

    `team`: two officers before the report (310号第五条). `moves_holder`: on acceptance the receiver holds the
    affair; otherwise, where `opens_case`, it opens a case of its own. `sealed`: content for the two parties
    only; the joint office sees states and clocks. `same_level`: 同级 units of one county (310号第五条).
    `send_clock`, `answer_clock`: where law has a limit of its own for sending and for the answer.
    """

    family: Family
    basis: str
    senders: frozenset[str] = frozenset()
    receivers: frozenset[str] = frozenset()
    team: bool = False
    moves_holder: bool = False
    sealed: bool = False
    opens_case: bool = False
    same_level: bool = False
    send_clock: str = "ref.send"
    answer_clock: str = "ref.answer"
    paper: str = "案件移送函"


ANY: frozenset[str] = frozenset()
SEND, ANSWER = "ref.send", "ref.answer"
POLICE = frozenset({K.POLICE})
NOT_ENFORCING = frozenset(
    {K.PROCURATORATE, K.COURT, K.DISCIPLINE, K.GANG_OFFICE, K.PUBLICITY, K.SYSTEM, K.CITY_OFFICE}
    # no 行政执法机关 (310号第二条): government, its office, staffing, villages, the grid company
    | {K.COUNTY, K.JOINT_OFFICE, K.STAFFING, K.VILLAGE, K.POWER_GRID}
)
ENFORCING = frozenset(K) - NOT_ENFORCING - POLICE
REGULATORS = ENFORCING
R310 = "行政执法机关移送涉嫌犯罪案件的规定（国务院令第310号）"

EDGES: dict[str, EdgeType] = {
    Edge.CRIMINAL: EdgeType(
        Family.CRIMINAL,
        f"{R310}第三条、第五条、第六条",
        senders=ENFORCING,
        receivers=POLICE,
        team=True,
        opens_case=True,
        same_level=True,
        paper="涉嫌犯罪案件移送书",
    ),
    Edge.DETENTION: EdgeType(
        Family.TRANSFER,
        "有关法律关于移送公安机关行政拘留的规定",
        senders=ENFORCING,
        receivers=POLICE,
        opens_case=True,
    ),
    Edge.CRIMINAL_RETURN: EdgeType(
        Family.TRANSFER,
        f"{R310}第十三条、公安机关办理刑事案件程序规定第一百七十七条",
        POLICE,
        REGULATORS,
        opens_case=True,
    ),
    Edge.REVERSE: EdgeType(
        Family.TRANSFER,
        "关于推进行政执法与刑事司法衔接工作的规定（高检发释字〔2021〕4号）",
        frozenset({K.PROCURATORATE}),
        REGULATORS,
        opens_case=True,
        # counted from the approval: the day of the 不起诉 decision is not recorded (duties/data/README.md)
        send_clock="R3",
        answer_clock="R2m",
        paper="检察意见书",
    ),
    Edge.JURISDICTION: EdgeType(
        Family.TRANSFER,
        "行政处罚法第二十二条、第二十五条",
        ANY,
        REGULATORS | POLICE,
        moves_holder=True,
        opens_case=True,
    ),
    Edge.SUPERVISION: EdgeType(
        Family.TRANSFER,
        "监察法第三十四条、第三十七条",
        ANY,
        frozenset({K.DISCIPLINE}),
        sealed=True,
        paper="问题线索移送函",
    ),
    # "公安机关等主管机关": 新宾 sends it to the police, 鹿寨 to the 扫黑办 (domain.md A.7)
    Edge.GANG: EdgeType(
        Family.TRANSFER,
        "反有组织犯罪法第二十五条",
        ANY,
        POLICE | {K.GANG_OFFICE},
        sealed=True,
        paper="涉黑涉恶线索移送函",
    ),
    Edge.RISK_LETTER: EdgeType(
        Family.LETTER, "通知三（公安机关风险提示）", POLICE, REGULATORS, paper="公安风险（建议）提示函"
    ),
    Edge.APPROVER_NOTICE: EdgeType(
        Family.LETTER, "通知（告知审批部门）", frozenset({K.NATURAL_RESOURCES}), REGULATORS, paper="告知函"
    ),
    Edge.PROCURATORATE: EdgeType(
        Family.LETTER, f"{R310}第六条、第十四条", ANY, frozenset({K.PROCURATORATE}), paper="商请函"
    ),
    Edge.POWER_LIST: EdgeType(Family.LETTER, "通知四（涉电整治）", ANY, ANY, paper="问题企业名单函"),
    Edge.CREDIT_PUSH: EdgeType(
        Family.LETTER,
        "通知（失信惩戒）",
        ENFORCING | POLICE,
        frozenset({K.DEVELOPMENT, K.MARKET, K.CITY_OFFICE}),
        paper="失信信息推送函",
    ),
    Edge.CLUE_UP: EdgeType(
        Family.TRANSFER,
        "通知（线索上报）",
        ANY,
        REGULATORS | POLICE | {K.COUNTY, K.JOINT_OFFICE},
        moves_holder=True,
    ),
}
#: Kinds that inform or ask and hand nothing on.
LETTERS = tuple(edge for edge, kind in EDGES.items() if kind.family == Family.LETTER)


@dataclass(frozen=True)
class Limit:
    """A step that is owed in a status: `clock` "" has no limit; `since_received` counts from the receipt, or
    from the designation that followed it (cases.standing.review_since)."""

    key: str
    title: str
    side: Side
    role: str
    clock: str = ""
    since_received: bool = False


def limits(edge: str, status: str) -> tuple[Limit, ...]:
    """What is owed by whom in `status` of a referral of kind `edge`."""
    kind = EDGES[edge]
    found = COMMON.get(S(status), ()) + BY_FAMILY[kind.family].get(S(status), ())
    return tuple(_of_kind(kind, row) for row in found)


def _of_kind(kind: EdgeType, row: Limit) -> Limit:
    if row.clock == SEND:
        return replace(row, clock=kind.send_clock)
    if row.clock == ANSWER and kind.answer_clock != ANSWER:
        # a limit of law for the answer counts from the receipt of the paper, not from when it was taken up
        return replace(row, clock=kind.answer_clock, since_received=True)
    return row


def by_day_agreed(edge: str, limit: Limit) -> bool:
    """Whether the day agreed on when it was sent (反馈期限) stands for the clock of this limit."""
    return limit.clock == EDGES[edge].answer_clock


SENDER, RECEIVER = Side.SENDER, Side.RECEIVER
#: The post at a bureau that decides; `duties.standing.desk` names the post that does desk work.
DESK = "desk"
COMMON: dict[S, tuple[Limit, ...]] = {
    S.SENT: (Limit("receive", "签收移送", RECEIVER, DESK, "ref.receive"),),
    S.DISPUTED: (Limit("dispute", "裁定管辖争议", Side.SUPERIOR, DESK, "ref.dispute"),),
    S.RETURNED: (Limit("handle", "处理被退回的移送", SENDER, DESK, "ref.handle"),),
    S.REFUSED: (Limit("handle", "处理未批准的移送（重新报请或者撤回）", SENDER, DESK, "ref.handle"),),
    S.ANSWERED: (Limit("close", "核对反馈并办结移送", SENDER, DESK, "ref.close"),),
    S.ADMIN_HANDLING: (Limit("close", "行政处理后办结移送", SENDER, DESK, "ref.finish"),),
}
SUPPLEMENT_ASKED = Limit("supplement", "补正移送材料", SENDER, DESK, "F5c")
BY_FAMILY: dict[Family, dict[S, tuple[Limit, ...]]] = {
    Family.CRIMINAL: {
        S.TEAM_NAMED: (Limit("report", "报请批准移送", SENDER, DESK),),
        S.REPORTED: (Limit("approve", "审批移送报告", SENDER, Role.HEAD, "F2"),),
        S.APPROVED: (Limit("send", "向公安机关移送案件", SENDER, DESK, "F3"),),
        S.RECEIVED: (
            Limit("decide", "审查决定是否立案", RECEIVER, Role.APPROVER, "F6", since_received=True),
        ),
        S.SUPPLEMENT_ASKED: (
            SUPPLEMENT_ASKED,
            Limit("decide", "审查决定是否立案", RECEIVER, Role.APPROVER, "F6", since_received=True),
        ),
        S.NOT_FILED: (Limit("object", "对不予立案提请复议、建议立案监督或者转行政处理", SENDER, DESK, "F7"),),
        S.RECONSIDERED: (Limit("reconsider", "作出复议决定", RECEIVER, Role.APPROVER, "F8"),),
        S.UPHELD: (Limit("object", "对复议决定建议立案监督或者转行政处理", SENDER, DESK, "F9"),),
        S.SUPERVISION_ASKED: (Limit("supervise", "审查立案监督建议", Side.SUPERVISOR, DESK),),
        S.EXPLANATION_ASKED: (Limit("explain", "说明不立案理由", RECEIVER, Role.APPROVER, "F10"),),
        S.EXPLAINED: (Limit("supervise", "审查不立案理由", Side.SUPERVISOR, DESK),),
        S.ORDERED: (Limit("file", "按检察院通知立案", RECEIVER, Role.APPROVER, "F11"),),
        S.SUPERVISION_CLOSED: (Limit("handle", "转行政处理", SENDER, DESK, "ref.handle"),),
        S.FILED: (Limit("hand_over", "移交涉案物品和材料", SENDER, DESK, "F12"),),
        S.HANDED_OVER: (Limit("answer", "反馈办理结果", RECEIVER, DESK, "ref.result"),),
        S.PASSED: (Limit("notify", "书面通知移送单位案件已移送其他公安机关", RECEIVER, DESK, "P184"),),
    },
    Family.TRANSFER: {
        S.REPORTED: (Limit("approve", "审批移送", SENDER, Role.HEAD, "ref.approve"),),
        S.APPROVED: (Limit("send", "移送", SENDER, DESK, "ref.send"),),
        S.RECEIVED: (Limit("accept", "审查受理或者退回", RECEIVER, DESK, "ref.accept"),),
        S.SUPPLEMENT_ASKED: (Limit("supplement", "补充移送材料", SENDER, DESK, "ref.supplement"),),
        S.ACCEPTED: (Limit("answer", "反馈办理结果", RECEIVER, DESK, "ref.answer"),),
    },
    Family.LETTER: {
        S.REPORTED: (Limit("approve", "审批函件", SENDER, Role.HEAD, "ref.approve"),),
        S.APPROVED: (Limit("send", "送出函件", SENDER, DESK, "ref.send"),),
        S.RECEIVED: (Limit("answer", "函复", RECEIVER, DESK, "ref.answer"),),
        S.SUPPLEMENT_ASKED: (Limit("supplement", "补充材料", SENDER, DESK, "ref.supplement"),),
        S.ACCEPTED: (Limit("answer", "补充函复", RECEIVER, DESK, "ref.answer"),),
    },
}


#: Owed from 移送起诉 on until it is known what came of it: whoever waits for a court has no limit.
TRIAL = Limit("trial", "反馈起诉后的处理结果", RECEIVER, DESK)


class Result(models.TextChoices):
    """What became of it at the receiver."""

    PENALTY = "penalty", "已作出行政处罚"
    RECTIFIED = "rectified", "已责令整改并完成"
    NO_VIOLATION = "no_violation", "经查违法事实不成立"
    DETAINED = "detained", "已行政拘留"
    NOT_DETAINED = "not_detained", "不予行政拘留"
    PROSECUTED = "prosecuted", "已移送起诉"
    JUDGED = "judged", "法院已判决"
    WITHDRAWN = "withdrawn", "撤销案件"
    NON_PROSECUTED = "non_prosecuted", "检察院不起诉"
    REPLIED = "replied", "已函复"
    HELD = "held", "已追责问责"
    OTHER = "other", "其他"


PENAL_RESULTS = (Result.PROSECUTED, Result.JUDGED, Result.WITHDRAWN, Result.NON_PROSECUTED)
#: What becomes of a case that was sent on for trial.
AFTER_PROSECUTION = {
    "court_result": (Result.JUDGED, Result.NON_PROSECUTED, Result.WITHDRAWN),
    "court_result_judged": (Result.JUDGED,),
    "court_result_dropped": (Result.NON_PROSECUTED, Result.WITHDRAWN),
}
#: A fine not yet imposed is not imposed beside the 罚金: not while a court may give one, nor once it has.
NO_FINE = (Result.PROSECUTED, Result.JUDGED)
#: The criminal way ended without a sentence: what remains is administrative (310号第十条、第十三条).
BACK_TO_ADMIN = (Result.WITHDRAWN, Result.NON_PROSECUTED)


def results(edge: str, move: str = "answer") -> tuple[Result, ...]:
    """Results that `move`, an answer to a referral of kind `edge`, may have."""
    if move in AFTER_PROSECUTION:
        return AFTER_PROSECUTION[move]
    if EDGES[edge].family == Family.CRIMINAL:
        return PENAL_RESULTS
    if edge == Edge.DETENTION:
        return (Result.DETAINED, Result.NOT_DETAINED, Result.OTHER)
    if edge == Edge.SUPERVISION:
        return (Result.HELD, Result.NO_VIOLATION, Result.OTHER)
    if EDGES[edge].family == Family.LETTER:
        return (Result.REPLIED, Result.RECTIFIED, Result.OTHER)
    return (Result.PENALTY, Result.RECTIFIED, Result.NO_VIOLATION, Result.OTHER)
