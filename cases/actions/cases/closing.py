"""What must be answered and settled before a case is closed (销号)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from cases import remedies, sentinel, standing
from cases.disposing import CONFISCATED
from cases.models import Case, Measure, Referral
from cases.states import REFERRAL_OVER, Outcome, ReferralStatus
from cases.states import CaseStatus as S
from core.errors import DomainError

if TYPE_CHECKING:
    from cases.actions.cases.taking import Facts

TAKEN = (Measure.Kind.PRESERVE, Measure.Kind.SEAL)
ANSWERED = (*REFERRAL_OVER, ReferralStatus.ANSWERED, ReferralStatus.ADMIN_HANDLING, ReferralStatus.RETURNED)


def check_closing(case: Case, facts: Facts) -> None:
    """Raise a DomainError that names everything still open; asked again when the closing is approved."""
    left = why_open(case)
    if left:
        raise DomainError(f"还不能结案（销号）：{'；'.join(left)}。")


def why_open(case: Case) -> list[str]:
    """What still stands against closing, each in words without content."""
    found = []
    sent = open_referrals(case)
    if sent:
        found.append(f"移出的 {'、'.join(sent)} 还没有答复并办结")
    owed = unanswered(case)
    if owed:
        found.append(f"收到的 {'、'.join(owed)} 还没有反馈结果")
    tasks = case.tasks.filter(done_at__isnull=True).count()
    if tasks:
        found.append(f"还有{tasks}项案件任务没有办结")
    things = case.measures.filter(kind__in=TAKEN, ended_at__isnull=True).count()
    if things:
        found.append(f"还有{things}项先行登记保存、查封扣押没有处理")
    unreported = case.measures.filter(on_the_spot=True, reported_at__isnull=True).count()
    if unreported:
        found.append(f"还有{unreported}项当场采取的措施没有补办批准手续（行政强制法第十九条）")
    if case.track == Case.Track.ADMIN:
        found += _of_decision(case)
    return found


def _of_decision(case: Case) -> list[str]:
    found = _of_remedies(case)
    goods = case.penalties.filter(kind__in=CONFISCATED, disposed_on__isnull=True).count()
    if goods and case.outcome == Outcome.PENALISED:
        found.append(f"还有{goods}项没收没有登记处置完毕（行政处罚法第七十四条）")
    if not case.outcome or case.decided_on is None:
        found.append("还没有作出处理决定")
    elif case.outcome == Outcome.PENALISED and case.status in (S.DECIDED, S.SERVED):
        found.append("处罚决定还没有履行完毕，也没有由法院受理强制执行")
    elif case.outcome in (Outcome.SLIGHT, Outcome.FIRST_SLIGHT) and case.status == S.DECIDED:
        found.append("不予处罚决定书还没有送达")
    why = sentinel.why_not_administrative(case)
    if why:
        found.append(why.rstrip("。"))
    return found


def _of_remedies(case: Case) -> list[str]:
    """A decision that is fought over, was undone, or is still shown to the public although it was."""
    found = []
    waiting = len(remedies.pending(case))
    if waiting:
        found.append(f"还有{waiting}件行政复议、行政诉讼没有结果")
    if remedies.undone(case) or remedies.unvaried(case):
        found.append("复议决定、裁判撤销或者变更了原决定，还没有按结果处理")
    if remedies.withdrawing_since(case):
        found.append("已公开的处罚决定信息还没有撤回（行政处罚法第四十八条）")
    return found


def open_referrals(case: Case) -> list[str]:
    """Numbers of referrals of the affair that the case's unit sent, or that began on the case before it came
    to this unit (提级办理、指定管辖), and that are not closed.

    A clue to discipline inspection keeps no case open: that a case may not be closed would tell of it.
    """
    rows = standing.unanswered(case.matter).filter(Q(sender=case.holder) | Q(case=case))
    return list(rows.order_by("id").values_list("number", flat=True))


def unanswered(case: Case) -> list[str]:
    """Numbers of referrals that brought this case and have not been answered."""
    rows = Referral.objects.filter(answer_case=case).exclude(status__in=ANSWERED)
    return list(rows.order_by("id").values_list("number", flat=True))
