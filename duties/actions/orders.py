"""Orders 交办单、督办单、通知: drafted, issued under a number, withdrawn; a unit's side: actions.receipts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models, transaction
from django.db.models import F

from core import audit, notices
from core.audit import subject_of
from core.errors import DomainError, NotAllowed
from core.models import Counter
from core.once import once
from core.workflow import conflict, move
from duties import clocks
from duties.actions import steps
from duties.actions.receipts import ACKED, answer, close, read, return_answer, sign, step_key
from duties.models import Duty, Order, Receipt
from duties.moments import plausible
from duties.order_rules import addressees, is_notice, may_issue, settled
from duties.standing import desk, people_of
from duties.states import ORDER_MOVES, RECEIPT_MOVES, OrderStatus
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member
    from duties.models import Campaign

__all__ = ["answer", "close", "draft", "drop", "edit", "issue", "read", "return_answer", "sign", "withdraw"]
CLOCK = "order.sign"
SERIES = {Order.Kind.ASSIGN: "JB", Order.Kind.SUPERVISE: "DB", Order.Kind.NOTICE: "TZ"}
ISSUERS_ONLY = "交办单、督办单和通知由专班办公室或督办县领导下发。"
TEXTS = {
    Order.Kind.ASSIGN: "有一份交办单需要贵单位签收，请打开查看。",
    Order.Kind.SUPERVISE: "有一份督办单需要贵单位签收，请打开查看。",
    Order.Kind.NOTICE: "有一份通知需要您阅知，请打开查看。",
}


def draft(
    *,
    by: Member,
    agency: Agency,
    kind: str,
    title: str,
    text: str,
    units: Iterable[Agency],
    campaign: Campaign | None = None,
    sign_due_at: dt.datetime | None = None,
    due_at: dt.datetime | None = None,
    subject: models.Model | None = None,
    token: UUID | None = None,
) -> Order:
    """A draft in the name of `agency`; nobody outside the unit sees it before it is issued."""
    facts = _checked(by, agency, kind, title, text, list(units), sign_due_at, due_at)

    def make() -> Order:
        subject_kind, subject_id = subject_of(subject)
        order = Order.objects.create(
            agency=agency,
            kind=kind,
            campaign=campaign,
            created_by=by,
            subject_kind=subject_kind,
            subject_id=subject_id,
            **facts["row"],
        )
        _address(order, facts["units"])
        audit.record("order.drafted", actor=by, agency=agency, subject=order, facts={"kind": kind})
        return order

    return once(token=token, verb="order.drafted", member=by, make=make)


def _checked(
    by: Member,
    agency: Agency,
    kind: str,
    title: str,
    text: str,
    units: Sequence[Agency],
    sign_due_at: dt.datetime | None,
    due_at: dt.datetime | None,
) -> dict[str, object]:
    if not may_issue(by, agency):
        raise NotAllowed(ISSUERS_ONLY)
    if kind not in Order.Kind.values:
        raise DomainError("请选择类别。", field="kind")
    if not title.strip() or len(title.strip()) > 120:
        raise DomainError("请填写标题，不超过120字。", field="title")
    if not text.strip():
        raise DomainError("请填写内容。", field="text")
    _check_units(agency, units)
    _check_dates(sign_due_at, due_at)
    if kind == Order.Kind.NOTICE:
        due_at = None
    row = {"title": title.strip(), "text": text.strip(), "sign_due_at": sign_due_at, "due_at": due_at}
    return {"row": row, "units": list(dict.fromkeys(units))}


def _check_units(agency: Agency, units: Sequence[Agency]) -> None:
    if not units:
        raise DomainError("请至少选择一个承办单位。", field="units")
    near = {unit.pk for unit in addressees(agency)}
    far = [unit.label for unit in units if unit.pk not in near]
    if far:
        raise DomainError(f"不能下发给{'、'.join(far)}，请重新选择单位。", field="units")


def _check_dates(sign_due_at: dt.datetime | None, due_at: dt.datetime | None) -> None:
    plausible(sign_due_at, "sign_due_at")
    plausible(due_at, "due_at")
    if sign_due_at and sign_due_at <= now():
        raise DomainError("签收期限已经过去，请改为以后的时间。", field="sign_due_at")
    if due_at and due_at <= now():
        raise DomainError("办理期限已经过去，请改为以后的时间。", field="due_at")
    if sign_due_at and due_at and sign_due_at > due_at:
        raise DomainError("签收期限不能晚于办理期限。", field="sign_due_at")


def _address(order: Order, units: Sequence[Agency]) -> None:
    order.receipts.exclude(agency__in=units).delete()
    there = set(order.receipts.values_list("agency_id", flat=True))
    Receipt.objects.bulk_create(Receipt(order=order, agency=unit) for unit in units if unit.pk not in there)


def edit(
    *,
    order: Order,
    by: Member,
    kind: str,
    title: str,
    text: str,
    units: Iterable[Agency],
    campaign: Campaign | None = None,
    sign_due_at: dt.datetime | None = None,
    due_at: dt.datetime | None = None,
    version: int,
) -> Order:
    """Change a draft. Raises NotAllowed, DomainError, Conflict (issued or changed meanwhile)."""
    facts = _checked(by, order.agency, kind, title, text, list(units), sign_due_at, due_at)
    with transaction.atomic():
        rows = Order.objects.filter(pk=order.pk, version=version, status=OrderStatus.DRAFT)
        if rows.update(version=F("version") + 1, kind=kind, campaign=campaign, **facts["row"]) != 1:
            raise conflict(order)
        order.refresh_from_db()
        _address(order, facts["units"])
        audit.record("order.edited", actor=by, agency=order.agency, subject=order)
    return order


def issue(*, order: Order, by: Member, version: int | None = None) -> Order:
    """下发: takes the next number of its series and year; each unit owes its 签收 (or 已阅) by the limit.

    Without a limit of its own the signature is due by the clock order.sign. Raises NotAllowed,
    DomainError (a date that has passed since it was drafted), Conflict.
    """
    if not may_issue(by, order.agency):
        raise NotAllowed(ISSUERS_ONLY)
    _check_dates(order.sign_due_at, order.due_at)
    with transaction.atomic():
        at = now()
        sign_due_at = order.sign_due_at or _sign_due(order, at)
        move(
            order,
            ORDER_MOVES["issue"],
            expected_version=version,
            issued_at=at,
            sign_due_at=sign_due_at,
            number=_number(order, at.year),
        )
        facts = {"number": order.number, "units": order.receipts.count()}
        audit.record("order.issued", actor=by, agency=order.agency, subject=order, facts=facts)
        for receipt in order.receipts.select_related("agency"):
            _send(order, receipt.agency)
    return order


def _sign_due(order: Order, at: dt.datetime) -> dt.datetime:
    due = clocks.due(CLOCK, at).due_at
    return min(due, order.due_at) if order.due_at else due


def _number(order: Order, year: int) -> str:
    series = f"{SERIES[order.kind]}{year}"
    return f"{series}-{Counter.take(series):04d}"


def _send(order: Order, unit: Agency) -> None:
    verb = "阅知" if is_notice(order) else "签收"
    steps.open_step(
        key=step_key(order, unit, "sign"),
        kind=Duty.Kind.ORDER,
        title=f"{verb}{order.get_kind_display()} {order.number}",
        agency=unit,
        role=desk(unit),
        subject=order,
        due_at=order.sign_due_at,
        recipient=order.agency,
        basis=f"{order.get_kind_display()} {order.number}",
    )
    notices.send(
        members=people_of(unit),
        kind=ACKED if is_notice(order) else "order.issued",
        text=TEXTS[order.kind],
        subject=order,
        needs_ack=is_notice(order),
    )


def drop(*, order: Order, by: Member, version: int | None = None) -> Order:
    """作废草稿: it was never sent and takes no number."""
    if not may_issue(by, order.agency):
        raise NotAllowed(ISSUERS_ONLY)
    with transaction.atomic():
        move(order, ORDER_MOVES["drop"], expected_version=version, withdrawn_at=now())
        audit.record("order.dropped", actor=by, agency=order.agency, subject=order)
    return order


def withdraw(*, order: Order, by: Member, reason: str, version: int | None = None) -> Order:
    """撤回: what is still owed on it is cancelled; units that had it are told, without its content."""
    if not may_issue(by, order.agency):
        raise NotAllowed(ISSUERS_ONLY)
    transition = ORDER_MOVES["withdraw"]
    reason = transition.require_reason(reason)[:300]
    with transaction.atomic():
        move(order, transition, expected_version=version, reason=reason, withdrawn_at=now())
        for receipt in order.receipts.select_related("agency"):
            if settled(receipt):
                continue
            move(receipt, RECEIPT_MOVES["cancel"])
            for step in ("sign", "answer", "close"):
                steps.cancel(key=step_key(order, receipt.agency, step), by=by)
            notices.send(
                members=people_of(receipt.agency),
                kind="order.withdrawn",
                text=f"{order.get_kind_display()} {order.number} 已撤回，不用再办。",
            )
        audit.record("order.withdrawn", actor=by, agency=order.agency, subject=order)
    return order
