"""What must hold of a case before a move is made; each rule raises a DomainError in Chinese.

Who may make the move is asked before (cases.case_standing); what it writes stands in effects.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases import standing
from cases.actions.cases import undoing
from cases.actions.cases.closing import check_closing, open_referrals
from cases.actions.cases.owing import published
from cases.case_history import last, steps_by
from cases.case_moments import barring, due
from cases.discretion import grave, hearing_required, review_required
from cases.edges import LETTERS
from cases.line_words import amount
from cases.models import Case, Penalty, Referral
from cases.sentinel import why_not_administrative
from cases.states import CaseStatus as S
from cases.states import Outcome, ReferralStatus
from core.errors import DomainError
from duties.words import instant_words
from minewatch.lib.workdays import add_months

if TYPE_CHECKING:
    from cases.actions.cases.taking import Facts

CERTIFIED = 2
ENDINGS = (
    Outcome.SLIGHT,
    Outcome.FIRST_SLIGHT,
    Outcome.UNFOUNDED,
    Outcome.TRANSFERRED,
    Outcome.TERMINATED,
)
#: Kinds that somebody must carry out; the case is performed when each is.
CARRIED_OUT = (
    Penalty.Kind.GOODS,
    Penalty.Kind.GAINS,
    Penalty.Kind.TOOLS,
    Penalty.Kind.BUILDING,
    Penalty.Kind.ORDER,
    Penalty.Kind.STOP,
    Penalty.Kind.RESTORE,
)


def fine_blocked(case: Case) -> str:
    """Why no new fine may be decided in `case` now, "" when it may: a criminal referral of the affair is
    pending, and a fine not yet imposed is not imposed beside a 罚金 (行政处罚法第三十五条)."""
    number = pending_criminal(case)
    if not number:
        return ""
    return (
        f"涉嫌犯罪案件移送（{number}）尚未了结或者法院已判决，不得再作出新的罚款决定（行政处罚法第三十五条）；"
        "警告、责令改正、没收、停产停业、吊销许可证不受影响。"
    )


def pending_criminal(case: Case) -> str:
    """The number of the criminal referral that keeps new fines away, "" when none does."""
    row = standing.pending_criminal(case.matter)
    return row.number if row else ""


def check(move: str, case: Case, facts: Facts) -> None:
    """Raise when `move` may not be made of `case` as it stands."""
    for rule in RULES.get(move, ()):
        rule(case, facts)


def why_not_yet(move: str, case: Case) -> str:
    """What of the case itself still stands against `move`, before anything is typed; "" when nothing does."""
    if move in TYPED:
        return ""
    try:
        check(move, case, NOTHING_TYPED)
    except DomainError as error:
        return error.message
    return ""


@dataclass(frozen=True)
class _Nothing:
    """No form was filled yet."""

    happened_at: dt.datetime | None = None
    outcome: str = ""
    level: str = ""
    hearing_at: dt.datetime | None = None
    unit: None = None


NOTHING_TYPED = _Nothing()
#: Their rules ask for what is typed in their form.
TYPED = frozenset(
    {
        "plan_hearing",
        "hold_hearing",
        "propose_end",
        "supervise",
        "supervise_crime",
        "promote",
        "designate",
    }
)


# -- 立案 ----------------------------------------------------------------------------------------------


def _filing_tests(case: Case, facts: Facts) -> None:
    """处罚法54: who did it, what was done, within the time for prosecution (36)."""
    if not case.parties.exists():
        raise DomainError("立案应当有明确的行为人：请先登记当事人。")
    if not case.violations.exists():
        raise DomainError("立案应当有违法事实：请先登记违法情形。")
    for row in case.violations.select_related("offence"):
        if row.acted_to is None or add_months(row.acted_to, 24) >= case.found_on:
            continue
        if add_months(row.acted_to, 60) < case.found_on:
            raise DomainError(
                f"“{row.offence.name}”终了已超过五年才被发现，不再处罚（行政处罚法第三十六条）。"
            )
        if not row.note.strip():
            raise DomainError(
                f"“{row.offence.name}”终了已超过二年才被发现，不再处罚；涉及公民生命健康安全、金融安全且有危害"
                "后果的延长至五年，请在该违法情形的备注中写明（行政处罚法第三十六条）。"
            )


# -- 调查、审理、告知 ----------------------------------------------------------------------------------


def _two_officers(case: Case, facts: Facts) -> None:
    rows = case.officers.filter(released_at__isnull=True).exclude(certificate="")
    if rows.count() < CERTIFIED:
        raise DomainError(
            "办案人员不得少于两人并有执法证（行政处罚法第四十二条）：请先指定办案人员并填写执法证号。"
        )


def _proposals(case: Case) -> bool:
    return case.penalties.exclude(kind=Penalty.Kind.HELD).exists()


def _has_proposals(case: Case, facts: Facts) -> None:
    if not _proposals(case):
        raise DomainError("请先登记拟作出的处罚，再告知当事人。")


def _reviewed(case: Case, facts: Facts) -> None:
    if case.status != S.REVIEWED and review_required(case):
        raise DomainError("本案须经法制审核才能告知和决定（行政处罚法第五十八条）：请先由审核人员审理。")


def _hearing_offered(case: Case, facts: Facts) -> None:
    why = hearing_required(case)
    if why:
        raise DomainError(
            f"{why}应当同时告知听证权利（行政处罚法第六十三条），请用“送达处罚告知书和听证告知书”。"
        )


def _hearing_date(case: Case, facts: Facts) -> None:
    notice = last(case, "notify", "notify_hearing")
    if notice is None or notice.move != "notify_hearing":
        raise DomainError("没有告知过听证权利，不能直接组织听证：请退回后重新告知。")
    limit = due("C10n", facts.happened_at)
    if facts.hearing_at is None or facts.hearing_at <= limit.due_at:
        raise DomainError(
            f"听证应在通知七个工作日后举行（行政处罚法第六十四条），最早为{instant_words(limit.due_at)}之后。",
            field="hearing_at",
        )


def _hearing_held(case: Case, facts: Facts) -> None:
    if case.hearing_at and facts.happened_at < case.hearing_at:
        raise DomainError(
            f"听证定于{instant_words(case.hearing_at)}，结束时间不能早于它。", field="happened_at"
        )


# -- 决定 ----------------------------------------------------------------------------------------------


def _waited(move: str) -> Callable[[Case, Facts], None]:
    def rule(case: Case, facts: Facts) -> None:
        row = barring(case, move)
        if row is not None:
            raise DomainError(f"{row.wait.title}至{instant_words(row.due.due_at)}届满，期满前不能办理。")

    return rule


def _ending(case: Case, facts: Facts) -> None:
    if facts.outcome not in ENDINGS:
        raise DomainError("请选择不予处罚、移送或者终止调查的一种。", field="outcome")
    if _proposals(case):
        raise DomainError(
            "已登记拟作出的处罚；不予处罚、移送或者终止调查的，请先删除拟处罚。", field="outcome"
        )
    if facts.outcome == Outcome.TRANSFERRED and not _sent_on(case):
        raise DomainError("移送有权机关的，请先从本案发起移送并送出。", field="outcome")


def _sent_on(case: Case) -> bool:
    """A letter informs or asks; it hands nothing on."""
    rows = Referral.objects.filter(matter=case.matter, sender=case.holder, sent_at__isnull=False)
    return rows.exclude(edge__in=LETTERS).exclude(status=ReferralStatus.RECALLED).exists()


def _decision(case: Case, facts: Facts) -> None:
    if case.outcome == Outcome.PENALISED:
        if case.penalties.filter(kind=Penalty.Kind.FINE).exists():
            why = fine_blocked(case)
            if why:
                raise DomainError(why)
        if grave(case) and not _discussed(case):
            raise DomainError("情节复杂或者重大违法行为的处罚，应当由负责人集体讨论决定：请先登记集体讨论。")
    _administrative(case, facts)


def _discussed(case: Case) -> bool:
    filed = last(case, "approve_filing", "redo")
    return any(step.pk > (filed.pk if filed else 0) for step in steps_by(case, "discuss"))


def _administrative(case: Case, facts: Facts) -> None:
    """该移送不移送: at the criminal line no case ends, however it ends, without the criminal referral or the
    countersigned decision (310号第三条、第十一条); what is handed on elsewhere the police have not."""
    why = why_not_administrative(case)
    if why:
        raise DomainError(why)


# -- 执行 ----------------------------------------------------------------------------------------------


def _penalised(case: Case, facts: Facts) -> None:
    if case.outcome != Outcome.PENALISED:
        raise DomainError("本案没有作出处罚决定，不用办理这一步。")


def _not_yet_published(case: Case, facts: Facts) -> None:
    _penalised(case, facts)
    if published(case) is not None:
        raise DomainError("决定的公开情况已经登记。")


def unperformed(case: Case) -> list[str]:
    """What of the decision is not carried out yet, in words of kinds."""
    found = []
    for row in case.penalties.exclude(kind=Penalty.Kind.HELD):
        if row.kind == Penalty.Kind.FINE and row.paid < (row.fine or 0):
            found.append(f"罚款{amount(row.fine or 0)}元，已缴{amount(row.paid)}元")
        elif row.kind in CARRIED_OUT and row.done_on is None:
            found.append(row.get_kind_display())
    return found


def _performed(case: Case, facts: Facts) -> None:
    left = unperformed(case)
    if left:
        raise DomainError(f"还有未履行的：{'；'.join(left)}。请先登记缴款或者执行情况。")


# -- 督办、管辖 ----------------------------------------------------------------------------------------


def _level(case: Case, facts: Facts) -> None:
    if facts.level not in dict(Case.Supervision.choices) or not facts.level:
        raise DomainError("请选择督办级别。", field="level")


def _supervised(case: Case, facts: Facts) -> None:
    if not case.supervised:
        raise DomainError("这件案件没有挂牌督办。")


def _new_unit(case: Case, facts: Facts) -> None:
    from cases.case_places import candidates

    if facts.unit is None or facts.unit not in candidates(case):
        raise DomainError("请选择能够承办这件案件的单位。", field="unit")
    if case.number and Case.objects.filter(holder=facts.unit, number=case.number).exists():
        raise DomainError("接办单位已有同一编号的案件，请先核对编号。", field="unit")


def _no_referrals(case: Case, facts: Facts) -> None:
    left = open_referrals(case)
    if left:
        raise DomainError(f"还有未办结的移送：{'、'.join(left)}，办结或者撤回后才能撤销。")


Rule = Callable[[Case, "Facts"], None]
RULES: dict[str, tuple[Rule, ...]] = {
    "request_filing": (_filing_tests,),
    "approve_filing": (_filing_tests,),
    "refuse_filing": (_administrative,),
    "conclude": (_two_officers,),
    "notify": (_two_officers, _has_proposals, _reviewed, _hearing_offered),
    "notify_hearing": (_two_officers, _has_proposals, _reviewed),
    "plan_hearing": (_hearing_date,),
    "hold_hearing": (_hearing_held,),
    "propose": (_has_proposals, _waited("propose")),
    "propose_end": (_ending,),
    "decide": (_decision,),
    "publish": (_not_yet_published,),
    "not_publish": (_not_yet_published,),
    "unpublish": (undoing.to_be_withdrawn,),
    "annul": (undoing.may_undo, _no_referrals),
    "redo": (undoing.may_undo,),
    "urge": (_penalised, undoing.decision_stands, undoing.not_halted, _waited("urge")),
    "apply_court": (
        undoing.no_remedy,
        undoing.decision_stands,
        undoing.own_enforcement,
        _waited("apply_court"),
    ),
    "perform": (undoing.decision_stands, _performed),
    "request_closing": (check_closing,),
    "approve_closing": (check_closing,),
    "close_crime": (check_closing,),
    "revoke": (_no_referrals, _administrative),
    "revoke_crime": (_no_referrals,),
    "supervise": (_level,),
    "supervise_crime": (_level,),
    "unsupervise": (_supervised,),
    "promote": (_new_unit,),
    "designate": (_new_unit,),
}
__all__ = ["check", "fine_blocked", "pending_criminal", "unperformed", "why_not_yet"]
