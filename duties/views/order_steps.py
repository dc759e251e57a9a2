"""Steps of an order: draft, change, issue, withdraw."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from agencies.models import Agency
from core import drafts
from core.errors import NotAllowed
from core.pages import fresh_token, status_of, submitted, token_of
from core.web import MemberRequest, business, seen_version
from duties.actions import orders
from duties.forms.orders import OrderForm
from duties.models import Duty, Order
from duties.order_rules import addressees, issuing_units, may_issue
from duties.states import OrderStatus
from duties.views.orders import ORDERS, visible
from duties.views.watch import CRUMB

DRAFT = "order"


@require_http_methods(["GET", "POST"])
@business
def new(request: MemberRequest) -> HttpResponse:
    """Draft an order; `?duty=` brings a duty that is to be 督办 and its unit along."""
    issuers = issuing_units(request.user)
    if not issuers:
        raise NotAllowed(orders.ISSUERS_ONLY)
    duty = _duty(request)
    form = OrderForm(
        request.POST or None,
        initial=_from(duty) if duty else None,
        member=request.user,
        issuers=issuers,
        units=_units(issuers),
    )

    def act(data: dict[str, Any]) -> Order:
        return orders.draft(
            by=request.user,
            agency=form.issuers[data["agency"]],
            subject=duty,
            token=token_of(request),
            **form.facts(),
        )

    order = submitted(request, form, act)
    if order:
        drafts.drop(member=request.user, form=DRAFT)
        messages.success(request, "已存为草稿，核对后请点“下发”。")
        return redirect("duties:order", order.pk)
    return _form(request, form, "拟单", {"draft": {"key": DRAFT}, "cancel_url": ORDERS["url"]})


def _duty(request: MemberRequest) -> Duty | None:
    pk = request.GET.get("duty", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    rows = Duty.objects.visible_to(request.user).filter(matter__isnull=True)
    return rows.select_related("campaign").filter(pk=pk).first()


def _from(duty: Duty) -> dict[str, Any]:
    return {
        "kind": Order.Kind.SUPERVISE,
        "title": f"督办：{duty.title}"[:120],
        "units": [str(duty.agency_id)],
        "campaign": duty.campaign_id,
    }


def _units(issuers: list[Agency]) -> list[Agency]:
    """Everything one of the issuers may write to; the action asks again for the chosen one."""
    found = {unit.pk: unit for issuer in issuers for unit in addressees(issuer)}
    return sorted(found.values(), key=lambda unit: (unit.division.code, unit.pk))


@require_http_methods(["GET", "POST"])
@business
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    order = visible(request, pk)
    if not may_issue(request.user, order.agency) or order.status != OrderStatus.DRAFT:
        raise Http404
    form = OrderForm(
        request.POST or None,
        member=request.user,
        issuers=[order.agency],
        units=addressees(order.agency),
        order=order,
    )
    done = submitted(
        request,
        form,
        lambda data: orders.edit(order=order, by=request.user, version=seen_version(request), **form.facts()),
    )
    if done:
        messages.success(request, "草稿已修改。")
        return redirect("duties:order", pk)
    more = {
        "version": request.POST.get("version") or order.version,
        "cancel_url": reverse("duties:order", args=[pk]),
    }
    return _form(request, form, "修改草稿", more)


def _form(request: MemberRequest, form: OrderForm, title: str, more: dict[str, Any]) -> HttpResponse:
    context = {
        "title": title,
        "lead": "交办单、督办单由各单位签收、反馈，再由下发单位办结；通知只需已阅。",
        "crumbs": [CRUMB, ORDERS],
        "form": form,
        "submit": "保存草稿",
        "client_token": fresh_token(request),
        **more,
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


@require_POST
@business
def issue(request: MemberRequest, pk: int) -> HttpResponse:
    """下发."""
    order = orders.issue(order=visible(request, pk), by=request.user, version=seen_version(request))
    messages.success(request, f"{order.get_kind_display()}{order.number}已下发。")
    return redirect("duties:order", pk)


@require_POST
@business
def withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    """作废 a draft, 撤回 an issued order."""
    order = visible(request, pk)
    if order.status == OrderStatus.DRAFT:
        orders.drop(order=order, by=request.user, version=seen_version(request))
        messages.success(request, "草稿已作废。")
    else:
        orders.withdraw(
            order=order,
            by=request.user,
            reason=request.POST.get("reason", ""),
            version=seen_version(request),
        )
        messages.success(request, "已撤回，未办结的签收、反馈一并取消。")
    return redirect("duties:order", pk)
