"""Passwords that must be changed come before everything else; a page that only asks is not at work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from agencies.models import Member
from core.web import wants_json
from minewatch.lib.clock import now

#: What may be opened while a password is due.
OPEN = frozenset(
    {
        "agencies:password",
        "agencies:login",
        "agencies:login_inline",
        "agencies:logout",
        "agencies:session",
        "core:large_text",
        "core:healthz",
    }
)


def password_due(member: Member) -> str:
    """ "first" (initial or reset password), "age" (older than PASSWORD_MAX_AGE_DAYS), or ""."""
    if member.must_change_password:
        return "first"
    days = settings.PASSWORD_MAX_AGE_DAYS
    since = member.password_changed_at or member.created_at
    return "age" if days and since < now() - dt.timedelta(days=days) else ""


class Accounts:
    """Before SessionLimits: marks the idle clock's question as no activity. At the view: passwords."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """`/session/` without touch asks how much time is left and must not give more."""
        if request.path_info == "/session/" and "touch" not in request.GET:
            request.META["HTTP_X_BACKGROUND"] = "1"
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Send a member whose password is due to the page where it is changed."""
        if not request.user.is_authenticated or not password_due(request.user):
            return None
        if request.resolver_match and request.resolver_match.view_name in OPEN:
            return None
        if wants_json(request):
            return JsonResponse(
                {"message": "请先修改密码。", "field": None, "code": "password_due"}, status=403
            )
        return redirect("agencies:password")
