"""交办督办: the list and one order with each unit's side. Steps: views.order_steps, views.receipts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.audit import sentence, subject_of
from core.files import files_of
from core.models import AuditEntry, Notice, StoredFile
from core.pages import filters_of, fresh_token
from core.paging import keyset
from core.registry import resolve
from core.templatetags.mw import qs, zh_date, zh_datetime
from core.web import MemberRequest, business
from duties.actions.receipts import ACKED, step_key
from duties.forms.orders import OrderFilter
from duties.models import Duty, Order, Receipt
from duties.order_rules import is_notice, issuing_units, may_issue
from duties.standing import stands_for
from duties.states import OrderStatus, ReceiptStatus
from duties.views.meetings import steps_of
from duties.views.order_buttons import acts_of, acts_on
from duties.views.watch import CRUMB
from duties.words import instant_words

ORDERS = {"label": "交办督办", "url": "/duties/orders/"}
HEAD = [
    {"label": label}
    for label in ("编号", "标题", "类别", "下发单位", "下发时间", "办理情况", "未签收、未阅单位", "期限")
]
NAMED = 4  # units named in a line of the list


def visible(request: MemberRequest, pk: int) -> Order:
    """An order in sight, else 404."""
    rows = Order.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("agency__division", "campaign", "created_by"), pk=pk)


def receipts_of(member: Any, orders: list[Order]) -> dict[int, list[Receipt]]:
    """The sides of `orders` that the member may read, by order."""
    found: dict[int, list[Receipt]] = {}
    rows = Receipt.objects.visible_to(member).filter(order__in=[order.pk for order in orders])
    for row in rows.select_related("agency").order_by("agency__division__code", "agency_id"):
        found.setdefault(row.order_id, []).append(row)
    return found


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Orders, the latest first."""
    form = OrderFilter(request.GET, member=request.user)
    rows = form.rows()
    page_rows, page = keyset(rows.select_related("agency"), ("-id",), request)
    sides = receipts_of(request.user, page_rows)
    issues = bool(issuing_units(request.user))
    context = {
        "title": "交办督办",
        "crumbs": [CRUMB],
        "actions": [{"label": "拟单", "url": reverse("duties:order_new"), "primary": True}] if issues else [],
        "count": rows.count(),
        "unit_word": "份",
        "head": HEAD,
        "rows": [_row(order, sides.get(order.pk, [])) for order in page_rows],
        "page": page,
        "exports": [
            {
                "label": "导出表格",
                "url": f"{reverse('duties:orders_xlsx')}{qs({'request': request}, after=None, before=None)}",
            }
        ],
        "empty": {"text": "没有符合条件的交办单、督办单或通知。"},
        **filters_of(request, form),
    }
    return render(request, "patterns/list.html", context)


def _row(order: Order, sides: list[Receipt]) -> dict[str, Any]:
    issued = order.status == OrderStatus.ISSUED
    silent = [row.agency.label for row in sides if issued and row.status == ReceiptStatus.SENT]
    more = f"等{len(silent)}家" if len(silent) > NAMED else ""
    due = next_due(order, sides) if issued else None
    cells: list[dict[str, Any]] = [
        {"text": order.number or "（草稿）"},
        {"text": order.title},
        {"text": order.get_kind_display()},
        {"text": order.agency.label},
        {"text": zh_date(order.issued_at)},
        {"text": progress(order, sides)},
        {"text": "、".join(silent[:NAMED]) + more},
        {"due": due} if due else {"text": ""},
    ]
    return {"url": reverse("duties:order", args=[order.pk]), "cells": cells}


def next_due(order: Order, sides: list[Receipt]) -> Any:
    """The next limit of the sides in sight, None when nothing is owed any more."""
    if any(row.status == ReceiptStatus.SENT for row in sides):
        return order.sign_due_at
    return order.due_at if any(row.status == ReceiptStatus.SIGNED for row in sides) else None


def progress(order: Order, sides: list[Receipt]) -> str:
    """已签收3/5，已办结1/5 · 已阅2/5 · the unit's own state where only one side is in sight."""
    if order.status != OrderStatus.ISSUED:
        return order.get_status_display()
    if len(sides) == 1:
        return sides[0].get_status_display()
    whole = len(sides)
    came = sum(row.status != ReceiptStatus.SENT for row in sides)
    if is_notice(order):
        return f"已阅{came}/{whole}"
    done = sum(row.status == ReceiptStatus.DONE for row in sides)
    return f"已签收{came}/{whole}，已办结{done}/{whole}"


@dataclass(frozen=True)
class Side:
    """One unit's side as the page shows it."""

    receipt: Receipt
    duty: Duty | None
    files: list[StoredFile]
    buttons: list[dict[str, Any]]
    missing: list[dict[str, str]]


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One order: what is asked, and how far each unit in sight is."""
    order = visible(request, pk)
    member = request.user
    rows = receipts_of(member, [order]).get(order.pk, [])
    sides = [side_of(order, row, member) for row in rows]
    buttons, missing = acts_on(order, member)
    version = order.version
    if len(sides) == 1 and not may_issue(member, order.agency):
        # the reader's own side is all there is: what it has to do stands at the top
        (own,) = sides
        buttons, version, missing = own.buttons, own.receipt.version, [*missing, *own.missing]
        sides = [replace(own, buttons=[], missing=[])]
    context = {
        "title": order.title,
        "number": order.number,
        "crumbs": [CRUMB, ORDERS],
        "state": {
            "words": progress(order, rows),
            "css": "tag-refused" if order.status == OrderStatus.WITHDRAWN else "",
        },
        "facts": facts(order, member),
        "order": order,
        "sides": sides,
        "readers": readers(order, member) if is_notice(order) else [],
        "buttons": buttons,
        "missing": missing,
        "version": version,
        "duty": sides[0].duty if len(sides) == 1 else None,
        "prints": [{"label": "打印", "url": reverse("duties:order_print", args=[pk])}],
        "timeline": timeline(order, rows),
        "client_token": fresh_token(request),
    }
    return render(request, "duties/orders/record.html", context)


def side_of(order: Order, receipt: Receipt, member: Any) -> Side:
    """The side with its open duty, its files and what the reader may do."""
    receipt.order = order
    unit = receipt.agency
    keys = [step_key(order, unit, step) for step in ("sign", "answer", "close")]
    duty = Duty.objects.open().filter(key__in=keys).order_by("-id").first()
    buttons, missing = acts_of(receipt, member)
    return Side(receipt, duty, list(files_of(receipt)), buttons, missing)


def facts(order: Order, member: Any) -> list[dict[str, Any]]:
    """The order in words."""
    units = order.receipts.select_related("agency").order_by("agency__division__code", "agency_id")
    about = resolve(order.subject_kind, order.subject_id, member)
    found = [
        ("类别", order.get_kind_display(), ""),
        ("下发单位", order.agency.name, ""),
        ("承办（接收）单位", "、".join(row.agency.label for row in units), ""),
        ("下发时间", zh_datetime(order.issued_at), ""),
        ("签收（阅知）期限", instant_words(order.sign_due_at) if order.sign_due_at else "", ""),
        ("办理期限", instant_words(order.due_at) if order.due_at else "", ""),
        ("专项行动", order.campaign.name if order.campaign else "", ""),
        ("事由", about[0].title(about[1]) if about else "", about[0].url(about[1]) if about else ""),
        ("撤回原因", order.reason, ""),
    ]
    return [{"label": label, "value": value, "url": url} for label, value, url in found if value]


def readers(order: Order, member: Any) -> list[Notice]:
    """Who of the units has read a 通知 and who has not: all for the issuing side, else the own unit's."""
    kind, key = subject_of(order)
    rows = Notice.objects.filter(kind=ACKED, subject_kind=kind, subject_id=key)
    if not may_issue(member, order.agency):
        rows = rows.filter(member__agency__in=stands_for(member))
    return list(rows.select_related("member__agency").order_by("member__agency__division__code", "id"))


def timeline(order: Order, sides: list[Receipt]) -> list[dict[str, Any]]:
    """Acts on the order and on the sides in sight, newest first."""
    steps = steps_of(order)
    names = {str(row.pk): row.agency.label for row in sides}
    acts = AuditEntry.objects.filter(subject_kind="duties.receipt", subject_id__in=names)
    for row in sides:
        said = iter(row.rounds)
        for entry in acts.filter(subject_id=str(row.pk)).order_by("id"):
            step = {"at": entry.at, "who": entry.actor_label or "系统", "words": sentence(entry)}
            if entry.verb == "receipt.returned":
                step |= {"kind": "refused", "text": next(said, {}).get("reason", "")}
            unit = names[entry.subject_id]
            steps.append(step if step["who"].startswith(unit) else step | {"unit": unit})
    return sorted(steps, key=lambda step: step["at"], reverse=True)
