"""Acting persons: list, appoint, end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.actions import acting
from agencies.forms import ActingForm
from agencies.models import Acting, Agency, Member, Role
from agencies.people import (
    keeps_accounts,
    may_lend,
    may_lend_somewhere,
    may_list_people,
    posts_of,
    visible_acting,
)
from agencies.views.pages import ACTING, MORE, fresh_token, only, sent, submitted, token_of
from core.paging import keyset
from core.web import MemberRequest
from minewatch.lib.clock import now


@require_GET
@only(lambda member: may_list_people(member) or may_lend_somewhere(member))
def index(request: MemberRequest) -> HttpResponse:
    """Appointments, latest first; those that run have an end button where the member may."""
    rows = visible_acting(request.user)
    page_rows, page = keyset(rows, ("-id",), request)
    return render(
        request,
        "agencies/acting.html",
        {
            "title": "代理人员",
            "crumbs": [MORE],
            "count": rows.count(),
            "unit_word": "项",
            "page": page,
            "posts": [_row(request.user, row) for row in page_rows],
            "actions": [{"label": "指定代理人员", "url": reverse("agencies:acting_add"), "primary": True}]
            if may_lend_somewhere(request.user)
            else [],
            "empty": {"text": "还没有指定过代理人员。"},
        },
    )


def _row(by: Member, post: Acting) -> dict[str, Any]:
    today = now().date()
    over = post.ended_at is not None or (post.valid_to is not None and post.valid_to < today)
    words = "已结束" if over else "未开始" if post.valid_from > today else "代理中"
    return {"post": post, "words": words, "may_end": not over and may_lend(by, post.agency)}


@require_http_methods(["GET", "HEAD", "POST"])
@only(may_lend_somewhere)
def add(request: MemberRequest) -> HttpResponse:
    """Appoint an acting person for a post of a unit one may lend for."""
    agencies = lendable(request.user)
    form = ActingForm(
        sent(request),
        initial={"valid_from": now().date(), "agency": request.GET.get("agency", "")},
        agencies=agencies,
        people=candidates(request.user, agencies),
    )
    post = submitted(
        request, form, lambda data: acting.appoint(by=request.user, token=token_of(request), **data)
    )
    if post:
        messages.success(
            request, f"已指定{post.member.name}代理{post.agency.label}的{post.get_role_display()}。"
        )
        return redirect("agencies:acting")
    return render(
        request,
        "patterns/form.html",
        {
            "title": "指定代理人员",
            "crumbs": [MORE, ACTING],
            "form": form,
            "submit": "指定",
            "lead": "代理期间，该职务的待办同时送代理人员，签批处注明“代签”。自己填报的不能自己审签。",
            "cancel_url": reverse("agencies:acting"),
            "client_token": fresh_token(request),
        },
    )


def lendable(member: Member) -> Any:
    """Units for which the member may appoint."""
    rows = Agency.objects.active()
    return rows if keeps_accounts(member) else rows.filter(pk__in=posts_of(member, Role.HEAD))


def candidates(member: Member, agencies: Any) -> Any:
    """People of those units and of the units above them."""
    rows = Member.objects.active().filter(agency__isnull=False).exclude(pk=member.pk).select_related("agency")
    if keeps_accounts(member):
        return rows
    return rows.filter(
        agency__in={pk for pair in agencies.values_list("pk", "parent_id") for pk in pair if pk}
    )


@require_POST
@only(may_lend_somewhere)
def end(request: MemberRequest, pk: int) -> HttpResponse:
    """End one appointment."""
    post = get_object_or_404(visible_acting(request.user), pk=pk)
    acting.end(post=post, by=request.user)
    messages.success(request, f"{post.member.name}的代理已结束。")
    return redirect("agencies:acting")
