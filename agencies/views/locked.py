"""Pairs of account and address that are locked, and opening them again."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from agencies.actions import signin
from agencies.lockout import locked_pairs
from agencies.models import Member
from agencies.people import keeps_accounts
from agencies.views.pages import MORE, PEOPLE, only
from core.web import MemberRequest


@require_GET
@only(keeps_accounts)
def index(request: MemberRequest) -> HttpResponse:
    """Who may not try now. A name that is no account is not shown: people type passwords there."""
    pairs = list(locked_pairs()[:200])
    names = {
        row.username: row for row in Member.objects.filter(username__in=[pair.username for pair in pairs])
    }
    return render(
        request,
        "agencies/locked.html",
        {
            "title": "登录锁定",
            "crumbs": [MORE, PEOPLE],
            "minutes": int(settings.AXES_COOLOFF_TIME.total_seconds() // 60),
            "limit": settings.AXES_FAILURE_LIMIT,
            "pairs": [
                {
                    "id": pair.pk,
                    "member": names.get(pair.username),
                    "address": pair.ip_address,
                    "since": pair.attempt_time,
                }
                for pair in pairs
            ],
        },
    )


@require_POST
@only(keeps_accounts)
def unlock(request: MemberRequest, pk: int) -> HttpResponse:
    """Open one pair."""
    signin.unlock(attempt=get_object_or_404(locked_pairs(), pk=pk), by=request.user)
    messages.success(request, "已解除锁定，可以立即重新登录。")
    return redirect("agencies:locked")
