"""Buttons of an order and of each unit's side that are legal now, and why another is missing."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from duties.actions.receipts import OWN_ANSWER, UNIT_ONLY
from duties.models import Order, Receipt
from duties.order_rules import is_notice, may_decide, may_do, may_issue, settled
from duties.states import OrderStatus, ReceiptStatus


def acts_of(receipt: Receipt, member: Any) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """What the reader may do on this side, and why not."""
    order = receipt.order
    if order.status != OrderStatus.ISSUED or settled(receipt):
        return [], []

    def at(name: str) -> str:
        return reverse("duties:receipt_move", args=[receipt.pk, name])

    if receipt.status == ReceiptStatus.ANSWERED:
        if not may_decide(member, receipt):
            return [], [{"label": "办结、退回", "reason": OWN_ANSWER}]
        back = {"label": "退回", "url": at("return"), "method": "post", "danger": True}
        return [
            {"label": "办结", "url": at("close"), "method": "post", "primary": True},
            back | {"ask": "退回原因", "ask_required": True},
        ], []
    if not may_do(member, receipt):
        return [], []
    if receipt.status == ReceiptStatus.SIGNED:
        url = reverse("duties:receipt_answer", args=[receipt.pk])
        return [{"label": "反馈", "url": url, "method": "get", "primary": True}], []
    name, label = ("read", "已阅") if is_notice(order) else ("sign", "签收")
    return [{"label": label, "url": at(name), "method": "post", "primary": True}], []


def acts_on(order: Order, member: Any) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """What the issuer may do on the order as a whole."""
    if not may_issue(member, order.agency):
        return [], [{"label": "撤回", "reason": "由下发单位撤回。"}]
    if order.status == OrderStatus.DRAFT:
        issue_url = reverse("duties:order_issue", args=[order.pk])
        drop = {"label": "作废草稿", "url": reverse("duties:order_withdraw", args=[order.pk])}
        return [
            {"label": "下发", "url": issue_url, "method": "post", "primary": True},
            {"label": "修改", "url": reverse("duties:order_edit", args=[order.pk]), "method": "get"},
            drop | {"method": "post", "danger": True},
        ], []
    if order.status == OrderStatus.WITHDRAWN:
        return [], []
    withdraw = {"label": "撤回", "url": reverse("duties:order_withdraw", args=[order.pk]), "method": "post"}
    told = [
        {"label": "修改", "reason": "已经下发，内容不能再改；有误请撤回后另行下发。"},
        {"label": "签收、反馈", "reason": UNIT_ONLY},
    ]
    return [withdraw | {"danger": True, "ask": "撤回原因", "ask_required": True}], told
