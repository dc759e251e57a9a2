"""Sign in, sign in in place, sign out, and the question how much time is left."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies import demo
from agencies.actions import signin
from agencies.forms import SignInForm
from agencies.models import Agency, Member, Role
from agencies.views.pages import sent
from core.errors import DomainError


def home_of(member: Member) -> str:
    """The first page: what one owes, or for system roles the rooms they keep."""
    return "/todo/" if member.is_business else "/more/"


def safe_next(request: HttpRequest) -> str:
    """The page to go on with, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if own and wanted.startswith("/") else ""  # else a word, which `redirect` takes for a name


@never_cache
@ensure_csrf_cookie
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """The sign-in page."""
    if request.method != "POST" and request.user.is_authenticated:
        return redirect(safe_next(request) or home_of(request.user))
    form, status = SignInForm(sent(request)), 200
    if request.method == "POST" and form.is_valid():
        try:
            member = signin.enter(request=request, **form.cleaned_data)
            return redirect(safe_next(request) or home_of(member))
        except DomainError as error:
            form.add_error(None, error.message)
            status = 429 if error.status == 429 else 200
    return render(request, "registration/login.html", _login_context(form, safe_next(request)), status=status)


def _login_context(form: SignInForm, wanted: str) -> dict[str, Any]:
    context: dict[str, Any] = {"form": form, "next": wanted}
    if settings.DEMO:
        context |= {"demo_accounts": demo_accounts(), "demo_password": demo.PASSWORD}
    return context


def demo_accounts() -> list[dict[str, Any]]:
    """The demo county's accounts by role: [{role, accounts [{username, name, unit}]}]."""
    rows = demo.plan().members
    units = {agency.code: agency.label for agency in Agency.objects.all()}
    return [
        {
            "role": role.label,
            "accounts": [
                {"username": row.username, "name": row.name, "unit": units.get(row.agency, "")}
                for row in rows
                if role in row.roles
            ],
        }
        for role in Role
        if any(role in row.roles for row in rows)
    ]


@never_cache
@sensitive_post_parameters("password")
@require_POST
def login_inline(request: HttpRequest) -> JsonResponse:
    """Sign in in place: {"ok": true, "csrf", "user"} or {"ok": false, "message"}.

    The page left open belongs to one member (`user`, or whom the time-out signed out in this very
    request, or who is signed in now); nobody else goes on with it.
    """
    form = SignInForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"ok": False, "message": "请输入密码。"})
    try:
        member = signin.enter(request=request, only=_owner(request), **form.cleaned_data)
    except DomainError as error:
        status = 429 if error.status == 429 else 200
        return JsonResponse({"ok": False, "message": error.message}, status=status)
    return JsonResponse({"ok": True, "csrf": get_token(request), "user": member.pk})


def _owner(request: HttpRequest) -> int | None:
    told = request.POST.get("user", "")
    if told.isascii() and told.isdigit() and len(told) < 19:
        return int(told)
    if request.user.is_authenticated:
        return request.user.pk
    return getattr(request, "timed_out", None)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Sign out; 锁屏 comes back to the same page after the next sign-in."""
    wanted = safe_next(request) if request.POST.get("lock") else ""
    signin.leave(request=request)
    return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': wanted})}" if wanted else settings.LOGIN_URL)


@never_cache
@require_GET
def session(request: HttpRequest) -> JsonResponse:
    """{user, seconds_left}; 401 when nobody is signed in. Asking is no activity, `?touch=1` is."""
    if not request.user.is_authenticated:
        return JsonResponse({"user": None, "seconds_left": 0}, status=401)
    now = time.time()
    idle = settings.IDLE_MINUTES * 60 - (now - request.session.get("seen_at", now))
    whole = settings.SESSION_HOURS * 3600 - (now - request.session.get("signed_in_at", now))
    return JsonResponse({"user": request.user.pk, "seconds_left": max(0, int(min(idle, whole)))})
