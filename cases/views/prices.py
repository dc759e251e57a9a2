"""矿产品价格: the county's dated prices with their sources; never edited, withdrawn with a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.actions import law as actions
from cases.forms.law import PriceFilter, PriceForm
from cases.line_rules import NR_ONLY, may_price, pricing_unit
from cases.line_words import amount
from cases.models import MineralPrice
from cases.views.law import CRUMB, LAW, PRICES
from core.errors import NotAllowed
from core.pages import filters_of, fresh_token, listing, status_of, submitted, token_of
from core.paging import keyset
from core.templatetags.mw import zh_date, zh_datetime
from core.web import MemberRequest, business

PRICE_HEAD = [
    {"label": "矿种"},
    {"label": "单价", "unit": "元/吨", "num": True},
    {"label": "起始日期"},
    {"label": "来源"},
    {"label": "登记"},
]


@require_GET
@business
def prices(request: MemberRequest) -> HttpResponse:
    """The county's prices, each with its day and source."""
    form = PriceFilter(request.GET, member=request.user)
    rows = form.rows().select_related("entered_by__agency")
    found, page = keyset(rows, ("mineral", "valid_from", "id"), request)
    may = may_price(request.user)
    context = {
        "title": "矿产品价格",
        "lead": "没有销售价值的，按数量乘以行为终了时的单价测算矿产品价值（法释〔2016〕25号第十三条）。"
        "由自然资源部门登记，不能修改，有误的作废后重新登记。",
        "crumbs": [CRUMB, LAW],
        "actions": [{"label": "登记价格", "url": reverse("cases:price_new"), "primary": True}] if may else [],
        "count": rows.count(),
        "head": PRICE_HEAD,
        "rows": [_price(row) for row in found],
        "page": page,
        "empty": {"text": "还没有登记价格。没有单价的，数量不能折算成价值。"},
        **filters_of(request, form),
    }
    return listing(request, context, what="cases.prices", rows=rows, row_of=_price)


def _price(row: MineralPrice) -> dict[str, Any]:
    who = f"{row.entered_by.label} {zh_date(row.entered_at)}" if row.entered_by else zh_date(row.entered_at)
    if row.withdrawn_at:
        who += f"；已作废（{row.withdraw_reason}）"
    cells = [
        {"text": row.mineral},
        {"text": amount(row.price), "num": True},
        {"text": zh_date(row.valid_from)},
        {"text": row.source},
        {"text": who},
    ]
    return {"url": reverse("cases:price", args=[row.pk]), "cells": cells}


@require_http_methods(["GET", "POST"])
@business
def price_new(request: MemberRequest) -> HttpResponse:
    """登记价格."""
    if not may_price(request.user):
        raise NotAllowed(NR_ONLY)
    form = PriceForm(request.POST or None)
    row = submitted(
        request,
        form,
        lambda data: actions.enter_price(by=request.user, token=token_of(request), **data),
    )
    if row:
        messages.success(request, "价格已登记，有关案件已重新测算。")
        return redirect("cases:prices")
    context = {
        "title": "登记矿产品价格",
        "crumbs": [CRUMB, LAW, PRICES],
        "form": form,
        "submit": "登记",
        "cancel_url": PRICES["url"],
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


def _own_price(request: MemberRequest, pk: int) -> MineralPrice:
    rows = MineralPrice.objects.filter(county__code=request.user.agency.division.code[:6])
    return get_object_or_404(rows.select_related("county", "entered_by", "withdrawn_by"), pk=pk)


@require_GET
@business
def price(request: MemberRequest, pk: int) -> HttpResponse:
    """One price; whoever may withdraw it finds the button."""
    row = _own_price(request, pk)
    seen = [
        ("矿种", row.mineral, ""),
        ("单价", amount(row.price), "元/吨"),
        ("起始日期", zh_date(row.valid_from), ""),
        ("来源", row.source, ""),
        ("登记", f"{row.entered_by.label if row.entered_by else ''} {zh_datetime(row.entered_at)}", ""),
        ("作废", f"{row.withdrawn_by.label} {zh_datetime(row.withdrawn_at)}" if row.withdrawn_by else "", ""),
        ("作废原因", row.withdraw_reason, ""),
    ]
    buttons, missing = [], []
    unit = pricing_unit(request.user)
    if row.withdrawn_at is None and unit is not None and unit.county.pk == row.county_id:
        url = reverse("cases:price_withdraw", args=[row.pk])
        ask = {"ask": "作废原因", "ask_required": True}
        buttons = [{"label": "作废", "url": url, "method": "post", "danger": True} | ask]
    elif row.withdrawn_at is None:
        missing = [{"label": "作废", "reason": NR_ONLY}]
    context = {
        "title": f"{row.mineral}价格",
        "crumbs": [CRUMB, LAW, PRICES],
        "state": {
            "words": "已作废" if row.withdrawn_at else "有效",
            "css": "tag-refused" if row.withdrawn_at else "tag-done",
        },
        "facts": [{"label": label, "value": value, "unit": unit_} for label, value, unit_ in seen if value],
        "buttons": buttons,
        "missing": missing,
        "wide": True,
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/record.html", context)


@require_POST
@business
def price_withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    """作废."""
    row = _own_price(request, pk)
    actions.withdraw_price(price=row, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, "价格已作废，有关案件已重新测算。")
    return redirect("cases:price", pk)
