"""交办单 on paper, and the list as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core import audit
from core.pages import in_batches, workbook
from core.web import MemberRequest, business
from duties.forms.orders import OrderFilter
from duties.models import Order
from duties.order_rules import is_notice
from duties.views.orders import ORDERS, receipts_of, visible
from duties.views.watch import CRUMB
from duties.words import instant_words
from minewatch.lib.xlsx import stream_rows

COLUMNS = (
    "编号",
    "类别",
    "标题",
    "下发单位",
    "下发时间",
    "签收期限",
    "办理期限",
    "承办单位",
    "状态",
    "签收（阅知）时间",
    "反馈时间",
    "办结时间",
)
WIDTHS = (14, 8, 40, 18, 20, 20, 20, 18, 10, 20, 20, 20)


@require_GET
@business
def printed(request: MemberRequest, pk: int) -> HttpResponse:
    """The order as it is printed; a receiving unit's copy holds its own side only."""
    order = visible(request, pk)
    audit.record("export.made", actor=request.user, subject=order, facts={"form": "order", "as": "print"})
    sides = receipts_of(request.user, [order]).get(order.pk, [])
    context = {
        "title": order.get_kind_display(),
        "crumbs": [CRUMB, ORDERS, {"label": order.number, "url": reverse("duties:order", args=[pk])}],
        "order": order,
        "units": "、".join(row.agency.name for row in order.receipts.select_related("agency")),
        "sides": sides,
        "notice": is_notice(order),
    }
    return render(request, "duties/orders/print.html", context)


@require_GET
@business
def export(request: MemberRequest) -> HttpResponse:
    """What the list shows, one line for each unit in sight."""
    rows = OrderFilter(request.GET, member=request.user).rows().select_related("agency").order_by("-id")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "orders.xlsx"
        count = stream_rows(path, COLUMNS, _lines(request, rows), WIDTHS, title="交办督办")
        data = path.read_bytes()
    audit.record("export.made", actor=request.user, facts={"form": "orders", "as": "xlsx", "rows": count})
    return workbook(data, "交办督办.xlsx")


def _lines(request: MemberRequest, rows: QuerySet) -> Iterator[list[str]]:
    for batch in in_batches(rows):
        yield from _of(request, batch)


def _of(request: MemberRequest, orders: list[Order]) -> Iterator[list[str]]:
    sides = receipts_of(request.user, orders)
    for order in orders:
        head = [order.number or "（草稿）", order.get_kind_display(), order.title, order.agency.name]
        head += [_at(value) for value in (order.issued_at, order.sign_due_at, order.due_at)]
        for row in sides.get(order.pk, []):
            times = [_at(value) for value in (row.signed_at, row.answered_at, row.closed_at)]
            yield [*head, row.agency.name, row.get_status_display(), *times]
        if order.pk not in sides:
            yield [*head, "", order.get_status_display(), "", "", ""]


def _at(value: object) -> str:
    return instant_words(value) if value else ""
