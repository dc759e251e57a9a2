"""A unit's side of an order: 签收 or 已阅, 反馈, and the issuer's 办结 or 退回. Every act bumps the order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db import transaction

from core import audit, files, notices
from core.errors import DomainError, NotAllowed
from core.models import Notice
from core.once import once
from core.workflow import bump, move
from duties import clocks
from duties.actions.steps import fulfil, open_step
from duties.models import Duty, Order, Receipt
from duties.order_rules import handlers, is_notice, may_decide, may_do
from duties.standing import desk, people_of
from duties.states import RECEIPT_MOVES, OrderStatus, ReceiptStatus
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

UNIT_ONLY = "由收到的单位签收、反馈。"
OWN_ANSWER = "由下发单位核定，反馈人不能办结、退回自己的反馈。"
ACKED = "order.notice"  # notices of this kind: their 已阅 reads the 通知
CORRECTION = "report.correction"


def step_key(order: Order, unit: Agency, step: str) -> str:
    """order:<id>:<unit>:sign · answer · close"""
    return f"order:{order.pk}:{unit.code}:{step}"


def sign(*, receipt: Receipt, by: Member, version: int | None = None, token: UUID | None = None) -> Receipt:
    """签收: the unit now owes its feedback. Raises NotAllowed, DomainError, Conflict (a colleague signed)."""
    _own(receipt, by)
    if is_notice(receipt.order):
        raise DomainError("通知不用签收，请办理已阅。")

    def make() -> Receipt:
        at = now()
        bump(receipt.order, OrderStatus.ISSUED)
        move(receipt, RECEIPT_MOVES["sign"], expected_version=version, signed_by=by, signed_at=at)
        fulfil(key=step_key(receipt.order, receipt.agency, "sign"), at=at, by=by)
        _owe_answer(receipt, due_at=receipt.order.due_at)
        audit.record("receipt.signed", actor=by, agency=receipt.agency, subject=receipt)
        return receipt

    return once(token=token, verb="receipt.signed", member=by, make=make)


def _owe_answer(receipt: Receipt, *, due_at: object) -> None:
    order = receipt.order
    open_step(
        key=step_key(order, receipt.agency, "answer"),
        kind=Duty.Kind.ORDER,
        title=f"反馈{order.get_kind_display()} {order.number}",
        agency=receipt.agency,
        role=desk(receipt.agency),
        subject=order,
        due_at=due_at,
        recipient=order.agency,
        basis=f"{order.get_kind_display()} {order.number}",
    )


def read(*, receipt: Receipt, by: Member) -> Receipt:
    """已阅 of a 通知: the first of the unit settles its side; each member's own notice is acknowledged.

    Reading again changes nothing. Raises NotAllowed, DomainError, Conflict (withdrawn meanwhile).
    """
    _own(receipt, by)
    if not is_notice(receipt.order):
        raise DomainError("这份单子需要签收、反馈，不能只办已阅。")
    with transaction.atomic():
        settle(receipt, by)
        own = Notice.objects.filter(
            member=by,
            kind=ACKED,
            subject_kind="duties.order",
            subject_id=str(receipt.order_id),
            acked_at__isnull=True,
        )
        for pk in own.values_list("pk", flat=True):
            notices.read(notice_id=pk, member=by)
    return receipt


def settle(receipt: Receipt, by: Member) -> None:
    """Mark the unit's side as read where it still waits; of two readers one does it, neither is refused."""
    bump(receipt.order, OrderStatus.ISSUED)
    receipt.refresh_from_db()
    if receipt.status == ReceiptStatus.READ:
        return
    at = now()
    move(receipt, RECEIPT_MOVES["read"], signed_by=by, signed_at=at)
    fulfil(key=step_key(receipt.order, receipt.agency, "sign"), at=at, by=by)
    audit.record("receipt.read", actor=by, agency=receipt.agency, subject=receipt)


def acked(notice: Notice, member: Member) -> None:
    """A member acknowledged the notice itself (消息页): the side of the member's unit is read."""
    waiting = Receipt.objects.visible_to(member).filter(
        order=notice.subject_id, order__kind=Order.Kind.NOTICE, status=ReceiptStatus.SENT
    )
    for receipt in waiting.select_related("order__agency", "agency"):
        if may_do(member, receipt):
            settle(receipt, member)


def answer(
    *,
    receipt: Receipt,
    by: Member,
    text: str,
    uploads: Sequence[tuple[str, BinaryIO]] = (),
    version: int | None = None,
    token: UUID | None = None,
) -> Receipt:
    """反馈 in words, with documents (name, opened file) if any; the issuer then closes or returns it.

    The first feedback decides lateness. Raises NotAllowed, DomainError, Conflict.
    """
    _own(receipt, by)
    if not text.strip():
        raise DomainError("请填写办理情况。", field="text")

    def make() -> Receipt:
        at = now()
        bump(receipt.order, OrderStatus.ISSUED)
        move(
            receipt,
            RECEIPT_MOVES["answer"],
            expected_version=version,
            feedback=text.strip(),
            answered_by=by,
            answered_at=at,
        )
        for name, upload in uploads:
            files.store_document(upload=upload, name=name, member=by, agency=receipt.agency, subject=receipt)
        fulfil(key=step_key(receipt.order, receipt.agency, "answer"), at=at, by=by)
        _owe_decision(receipt)
        audit.record("receipt.answered", actor=by, agency=receipt.agency, subject=receipt)
        return receipt

    return once(token=token, verb="receipt.answered", member=by, make=make)


def _owe_decision(receipt: Receipt) -> None:
    """The issuer looks at the answer; where the only one who could is the answerer, it passes upward."""
    order = receipt.order
    role, members = handlers(receipt)
    away = [member for member in members if member.agency_id != order.agency_id]
    passed = len(away) == len(members) and bool(away)
    open_step(
        key=step_key(order, receipt.agency, "close"),
        kind=Duty.Kind.ORDER,
        title=f"核定反馈：{order.get_kind_display()} {order.number}（{receipt.agency.label}）"[:160],
        agency=order.agency,
        role=role,
        subject=order,
        member=away[0] if passed else None,
        basis=f"{order.get_kind_display()} {order.number}",
    )


def close(*, receipt: Receipt, by: Member, version: int | None = None) -> Receipt:
    """办结 by the issuer, never by who answered."""
    _decides(receipt, by)
    with transaction.atomic():
        at = now()
        bump(receipt.order, OrderStatus.ISSUED)
        move(receipt, RECEIPT_MOVES["close"], expected_version=version, closed_by=by, closed_at=at)
        fulfil(key=step_key(receipt.order, receipt.agency, "close"), at=at, by=by)
        audit.record("receipt.closed", actor=by, agency=receipt.agency, subject=receipt)
        _tell(receipt, "receipt.closed", f"{_named(receipt)}已办结。")
    return receipt


def return_answer(*, receipt: Receipt, by: Member, reason: str, version: int | None = None) -> Receipt:
    """退回: the unit answers anew, by the order's date or the clock report.correction, whichever is later.

    What was answered stays readable in `rounds`.
    """
    _decides(receipt, by)
    transition = RECEIPT_MOVES["return"]
    reason = transition.require_reason(reason)[:300]
    with transaction.atomic():
        at = now()
        said = {
            "feedback": receipt.feedback,
            "by": receipt.answered_by.label if receipt.answered_by else "",
            "at": receipt.answered_at.isoformat() if receipt.answered_at else "",
            "reason": reason,
            "returned_by": by.label,
            "returned_at": at.isoformat(),
        }
        bump(receipt.order, OrderStatus.ISSUED)
        move(
            receipt,
            transition,
            expected_version=version,
            returned_reason=reason,
            rounds=[*receipt.rounds, said],
        )
        fulfil(key=step_key(receipt.order, receipt.agency, "close"), at=at, by=by)
        correction = clocks.due(CORRECTION, at).due_at
        _owe_answer(receipt, due_at=max(receipt.order.due_at or correction, correction))
        audit.record("receipt.returned", actor=by, agency=receipt.agency, subject=receipt)
        _tell(receipt, "receipt.returned", f"{_named(receipt)}的反馈被退回，请修改后重新反馈。")
    return receipt


def _named(receipt: Receipt) -> str:
    return f"{receipt.order.get_kind_display()} {receipt.order.number}"


def _tell(receipt: Receipt, kind: str, text: str) -> None:
    notices.send(members=people_of(receipt.agency), kind=kind, text=text, subject=receipt.order)


def _own(receipt: Receipt, by: Member) -> None:
    if not may_do(by, receipt):
        raise NotAllowed(UNIT_ONLY)


def _decides(receipt: Receipt, by: Member) -> None:
    if not may_decide(by, receipt):
        raise NotAllowed(OWN_ANSWER)
