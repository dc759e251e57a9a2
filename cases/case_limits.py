"""What is owed in which status of a case under which limit, and which periods are the party's (domain.md C).

Pure: tables and look-ups. A `Limit` becomes a duty `case:<pk>:<key>` when one of its statuses is entered
and ends when none of them holds any more. A `Wait` is no duty: it must have run out before its `bars`.
"""

from __future__ import annotations

from dataclasses import dataclass

from agencies.models import Role
from cases.case_states import DECIDED, PENDING, SERVED_ON
from cases.states import CaseStatus as S

DESK = "desk"
#: Moments a limit is counted from: cases.case_moments gives each of a case.
OPENED, FILED, DECISION, SERVED = "opened", "filed", "decided", "served"
ENTERED, HEARING = "entered", "hearing"
#: Moments that a 复议, a 诉讼 or the unit itself brings about: cases.remedies.
REDONE, UNSETTLED, WITHDRAWING = "redone", "unsettled", "withdrawing"


@dataclass(frozen=True)
class Limit:
    """A step that is owed. `clock` "" has no limit of days; `after` names the wait whose end starts it."""

    key: str
    title: str
    role: str
    statuses: tuple[S, ...]
    clock: str = ""
    since: str = ENTERED
    after: str = ""
    #: the move by which it is done: its step carries the date and whether it was late
    moves: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wait:
    """A period of the party, counted from the last of the `steps`; until its end `bars` are not made.

    `waived`: a written waiver ends it (处罚法44, 45; 听证 the same).
    """

    key: str
    title: str
    clock: str
    steps: tuple[str, ...]
    statuses: tuple[S, ...]
    bars: tuple[str, ...]
    waived: bool = False
    #: True: only where the law of land orders a building down (15 days to sue); False: only elsewhere
    land: bool | None = None


LIMITS: tuple[Limit, ...] = (
    Limit(
        "file",
        "核查并决定是否立案",
        DESK,
        (S.DRAFT, S.FILING),
        "C3",
        OPENED,
        moves=("approve_filing", "refuse_filing"),
    ),
    Limit(
        "approve_filing",
        "审批立案",
        Role.APPROVER,
        (S.FILING,),
        "case.approve",
        moves=("approve_filing", "refuse_filing", "return_filing"),
    ),
    Limit(
        "decide",
        "作出行政处罚决定",
        DESK,
        PENDING,
        "C11",
        FILED,
        moves=("decide",),
    ),
    Limit("redecide", "重新作出行政处罚决定", DESK, PENDING, "case.redo", REDONE, moves=("decide",)),
    Limit(
        "review", "审理（法制审核）案件", Role.APPROVER, (S.INVESTIGATED,), moves=("review", "return_case")
    ),
    Limit(
        "propose",
        "陈述申辩、听证期满后报请决定",
        DESK,
        (S.NOTIFIED,),
        "case.follow",
        after="C9",
        moves=("propose", "propose_end"),
    ),
    Limit("hearing", "组织听证", DESK, (S.HEARING,), since=HEARING, moves=("hold_hearing",)),
    Limit(
        "approve",
        "审批处理决定",
        Role.HEAD,
        (S.DECIDING,),
        "case.approve",
        moves=("decide", "return_proposal"),
    ),
    Limit("serve", "送达处理决定", DESK, (S.DECIDED,), "C12", DECISION, moves=("serve",)),
    Limit("publish", "公开处罚决定", DESK, DECIDED, "C13", DECISION, moves=("publish", "not_publish")),
    Limit(
        "withdraw",
        "撤回已公开的处罚决定信息，公开说明理由",
        DESK,
        (*PENDING, *DECIDED, S.CLOSING, S.CLOSED, S.REVOKED),
        "C13w",
        WITHDRAWING,
        moves=("unpublish",),
    ),
    Limit(
        "unsettled",
        "按复议决定、裁判处理原决定",
        Role.HEAD,
        SERVED_ON,
        "case.unsettled",
        UNSETTLED,
        moves=("annul", "redo"),
    ),
    Limit(
        "follow",
        "核对履行情况，逾期未履行的催告",
        DESK,
        (S.SERVED,),
        "case.follow",
        after="C14",
        moves=("perform", "urge"),
    ),
    Limit(
        "court",
        "催告期满仍不履行的，申请法院强制执行",
        DESK,
        # already before 催告: the three months run whether the unit urges or not (行政强制法第五十三条)
        (S.SERVED, S.URGED),
        "C16m",
        after="remedy",
        moves=("apply_court", "perform"),
    ),
    Limit("court_result", "跟踪法院强制执行结果", DESK, (S.COURT,), moves=("perform", "request_closing")),
    Limit("close", "报请结案（销号）", DESK, (S.PERFORMED,), "case.close", moves=("request_closing",)),
    Limit(
        "approve_closing",
        "审批结案（销号）",
        Role.APPROVER,
        (S.CLOSING,),
        "case.approve",
        moves=("approve_closing", "return_closing"),
    ),
)
NOTICES = ("notify", "notify_hearing")
#: A limit whose rule is no longer in force, and what the house keeps in its place.
INSTEAD = {
    "C3": "case.file",
    "C9": "C9old",
    "C11": "C11old",
    "C15a": "C15old",
    "C15q": "C15old",
    "C17": "case.disposal",
}
#: The party may still seek a remedy: the periods are shown.
SEEKING = (S.SERVED, S.URGED, S.PERFORMED, S.CLOSING)
WAITS: tuple[Wait, ...] = (
    Wait("C9", "陈述、申辩期", "C9", NOTICES, (S.NOTIFIED,), ("propose",), waived=True),
    Wait("C10", "要求听证的期限", "C10", ("notify_hearing",), (S.NOTIFIED,), ("propose",), waived=True),
    Wait("C14", "缴纳罚款、履行决定的期限", "C14", ("serve",), (S.SERVED,), ("urge",)),
    Wait("C15", "申请行政复议的期限", "C15", ("serve",), SEEKING, ("apply_court",), land=False),
    Wait("C15m", "提起行政诉讼的期限", "C15m", ("serve",), SEEKING, ("apply_court",), land=False),
    Wait("C15s", "对限期拆除起诉的期限", "C15s", ("serve",), SEEKING, ("apply_court",), land=True),
    # counted from the 复议 decision, which is a row of its own and no step: cases.case_moments
    Wait("C15r", "不服复议决定提起行政诉讼的期限", "C15r", (), SEEKING, ("apply_court",)),
    Wait("C16", "催告履行的期限", "C16", ("urge",), (S.URGED,), ("apply_court",)),
)
#: Look-back visits after closing, in days (死灰复燃).
LOOKBACKS = (30, 90, 180)


def limits(status: str) -> tuple[Limit, ...]:
    """Steps owed in `status` of an administrative case."""
    return tuple(row for row in LIMITS if status in row.statuses)


def waits(status: str) -> tuple[Wait, ...]:
    """Periods of the party that may run in `status`."""
    return tuple(row for row in WAITS if status in row.statuses)


def settled_by(move: str) -> tuple[Limit, ...]:
    """Limits that `move` satisfies: their date is printed on its step."""
    return tuple(row for row in LIMITS if move in row.moves)
