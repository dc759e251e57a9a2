"""What a 复议, a 诉讼 or an undone decision forbids and asks: rules of the moves (`guards`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases import remedies
from cases.models import Case, Remedy
from cases.states import CaseStatus as S
from core.errors import DomainError

if TYPE_CHECKING:
    from cases.actions.cases.taking import Facts


def no_remedy(case: Case, facts: Facts) -> None:
    """强制法53: the court is asked where the party neither seeks a remedy nor obeys."""
    rows = remedies.pending(case)
    if rows:
        words = remedy_words(rows[0])
        raise DomainError(f"{words}还没有结果，不能申请法院强制执行（行政强制法第五十三条）。")


def own_enforcement(case: Case, facts: Facts) -> None:
    """复议法78: what the 复议 decision changed is enforced by the organ that changed it."""
    row = remedies.organ_enforces(case)
    if row is not None:
        raise DomainError(
            f"{remedy_words(row)}变更了处罚，由复议机关强制执行或者申请法院强制执行（行政复议法第七十八条），"
            "本单位不申请。"
        )


def not_halted(case: Case, facts: Facts) -> None:
    """处罚法73: a decision that the organ or the court suspended is not urged."""
    row = remedies.halted(case)
    if row is not None:
        raise DomainError(f"{remedy_words(row)}期间决定停止执行，不能催告（行政处罚法第七十三条）。")


def decision_stands(case: Case, facts: Facts) -> None:
    """What undid or changed the decision is dealt with before it is carried out."""
    row = remedies.undone(case) or remedies.unvaried(case)
    if row is not None:
        raise DomainError(f"{remedy_words(row)}的结果是“{row.get_result_display()}”，请先按结果处理原决定。")


def remedy_words(row: Remedy) -> str:
    """行政复议（示政复〔2026〕3号）, without content."""
    number = row.result_number or row.number
    return f"{row.get_kind_display()}（{number}）" if number else row.get_kind_display()


def may_undo(case: Case, facts: Facts) -> None:
    """A closed case is taken up again only on what a 复议 or a court decided."""
    ended = remedies.against(case)
    if case.status == S.CLOSED and not any(row.result in remedies.WITHDRAWING for row in ended):
        raise DomainError("已经结案的，按复议决定、裁判撤销、变更或者确认违法的结果重新处理：请先登记结果。")


def to_be_withdrawn(case: Case, facts: Facts) -> None:
    """Something that was published is owed to be withdrawn."""
    if remedies.withdrawing_since(case) is None:
        raise DomainError("没有需要撤回的公开信息：决定没有公开、没有被变更撤销，或者已经撤回。")
