"""When somebody leaves: open work, handover, disabling."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from agencies.actions import handover, members
from agencies.forms import HandoverForm, LeaveForm
from agencies.handover import open_work
from agencies.models import Member, Role
from agencies.people import keeps_accounts, posts_of, visible_people
from agencies.views.pages import MORE, PEOPLE, fresh_token, only, sent, submitted
from core.web import MemberRequest


def desk(viewer: Member, member: Member) -> list[dict[str, Any]]:
    """[{label, count, items}]: the head of the unit reads titles, the administrator counts (三员分立)."""
    reads = viewer.is_business and member.agency_id in posts_of(viewer, Role.HEAD)
    return [
        {"label": work.label, "count": len(work.items), "items": work.items if reads and work.movable else ()}
        for work in open_work(member, viewer)
    ]


def _context(request: MemberRequest, member: Member, form: HandoverForm) -> dict[str, Any]:
    return {
        "crumbs": [MORE, PEOPLE],
        "form": form,
        "desk": desk(request.user, member),
        "client_token": fresh_token(request),
        "cancel_url": reverse("agencies:person", args=[member.pk]),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@only(keeps_accounts)
def leave(request: MemberRequest, pk: int) -> HttpResponse:
    """Disable the account, with or without handing over."""
    member = get_object_or_404(visible_people(request.user), pk=pk)
    form = LeaveForm(sent(request), source=member)
    if submitted(request, form, lambda data: members.disable(member=member, by=request.user, **data)):
        messages.success(request, f"{member.name}的账号已停用，所有登录立即失效。")
        return redirect("agencies:person", pk)
    return render(
        request,
        "agencies/desk_form.html",
        _context(request, member, form)
        | {
            "title": f"停用：{member.label}",
            "submit": "停用账号",
            "lead": "停用后立即不能登录，代理的职务同时结束。记录保留，需要时可以再启用。",
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@only(lambda member: keeps_accounts(member) or bool(posts_of(member, Role.HEAD)))
def hand_over(request: MemberRequest, pk: int) -> HttpResponse:
    """Hand the open work to a colleague."""
    member = get_object_or_404(visible_people(request.user), pk=pk)
    if not handover.may_hand_over(request.user, member):
        raise Http404
    form = HandoverForm(sent(request), source=member)
    moved = submitted(
        request,
        form,
        lambda data: handover.hand_over(
            source=member,
            target=data["hand_to"],
            by=request.user,
        ),
    )
    if moved is not None:
        messages.success(request, f"已移交 {sum(moved.values())} 项未办事项，接办人会收到通知。")
        return redirect("agencies:person", pk)
    return render(
        request,
        "agencies/desk_form.html",
        _context(request, member, form)
        | {
            "title": f"移交未办事项：{member.label}",
            "submit": "全部移交",
        },
    )
