"""One unit's side of an order: 签收, 已阅, 反馈; and for the issuer 办结, 退回."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core import drafts
from core.pages import fresh_token, status_of, submitted, token_of
from core.web import MemberRequest, business, seen_version
from duties.actions import orders
from duties.forms.orders import AnswerForm
from duties.models import Receipt
from duties.order_rules import may_do
from duties.states import ReceiptStatus
from duties.views.orders import ORDERS
from duties.views.watch import CRUMB

DRAFT = "order.answer"
DONE = {
    "sign": "已签收，请按期反馈办理情况。",
    "read": "已阅。",
    "close": "已办结。",
    "return": "已退回，承办单位需重新反馈。",
}


def visible(request: MemberRequest, pk: int) -> Receipt:
    """A side in sight, else 404."""
    rows = Receipt.objects.visible_to(request.user)
    related = ("order__agency__division", "agency__division", "answered_by__agency")
    return get_object_or_404(rows.select_related(*related), pk=pk)


@require_POST
@business
def move(request: MemberRequest, pk: int, name: str) -> HttpResponse:
    """One move of the table."""
    receipt, by = visible(request, pk), request.user
    if name == "sign":
        orders.sign(receipt=receipt, by=by, version=seen_version(request), token=token_of(request))
    elif name == "read":
        orders.read(receipt=receipt, by=by)
    elif name == "close":
        orders.close(receipt=receipt, by=by, version=seen_version(request))
    elif name == "return":
        reason = request.POST.get("reason", "")
        orders.return_answer(receipt=receipt, by=by, reason=reason, version=seen_version(request))
    else:
        raise Http404
    messages.success(request, DONE[name])
    return redirect("duties:order", receipt.order_id)


@require_http_methods(["GET", "POST"])
@business
def answer(request: MemberRequest, pk: int) -> HttpResponse:
    """反馈."""
    receipt = visible(request, pk)
    order = receipt.order
    url = reverse("duties:order", args=[order.pk])
    if not may_do(request.user, receipt):
        raise Http404
    if request.method == "GET" and receipt.status != ReceiptStatus.SIGNED:
        return redirect(url)
    form = AnswerForm(
        request.POST or None,
        request.FILES or None,
        initial={"text": receipt.feedback if receipt.returned_reason else ""},
    )
    done = submitted(
        request,
        form,
        lambda data: orders.answer(
            receipt=receipt,
            by=request.user,
            text=data["text"],
            uploads=[(one.name, one) for one in data["files"]],
            version=seen_version(request),
            token=token_of(request),
        ),
    )
    if done:
        drafts.drop(member=request.user, form=DRAFT, object_key=str(pk))
        messages.success(request, "已反馈，等待下发单位办结。")
        return redirect(url)
    returned = f"上次反馈被退回：{receipt.returned_reason}" if receipt.returned_reason else ""
    context = {
        "title": "反馈办理情况",
        "lead": returned or order.title,
        "crumbs": [CRUMB, ORDERS, {"label": order.number, "url": url}],
        "form": form,
        "multipart": True,
        "submit": "反馈",
        "draft": {"key": DRAFT, "object": str(pk)},
        "version": request.POST.get("version") or receipt.version,
        "client_token": fresh_token(request),
        "cancel_url": url,
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))
