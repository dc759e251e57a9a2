"""Django admin: read only, for the system administrator, without business content or password hashes.

Every write goes through the actions behind /more/; here one looks.
"""

from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import admin as auth_admin  # noqa: F401 – registers Group, taken off below
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

from agencies.models import Acting, Agency, Division, Member
from core.admin import Looking


def _sign_in(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """The house has one door; whoever is inside without the right is told so."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}")


def _own_pages(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """Changing the password and leaving are done on the house's own pages."""
    return redirect("agencies:password")


admin.site.login = _sign_in  # type: ignore[method-assign]
admin.site.logout = _own_pages  # type: ignore[method-assign]
admin.site.password_change = _own_pages  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "数据库只读查看"
admin.site.index_title = "行政区划、单位、人员和登录记录"
admin.site.site_url = "/more/"
admin.site.unregister(Group)


@admin.register(Division)
class DivisionAdmin(Looking):
    """Divisions."""

    list_display = ("code", "name", "parent", "valid_from", "valid_to")
    search_fields = ("code", "name")


@admin.register(Agency)
class AgencyAdmin(Looking):
    """Units."""

    list_display = ("code", "name", "kind", "division", "parent", "online", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("code", "name", "initials")


@admin.register(Member)
class MemberAdmin(Looking):
    """Accounts without the hash."""

    fields = (
        "username",
        "name",
        "phone",
        "email",
        "agency",
        "is_active",
        "must_change_password",
        "password_changed_at",
        "left_at",
        "last_login",
    )
    list_display = ("username", "name", "agency", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("username", "name")


@admin.register(Acting)
class ActingAdmin(Looking):
    """Acting persons."""

    list_display = ("agency", "role", "member", "valid_from", "valid_to", "ended_at")


@admin.register(AccessAttempt)
class AttemptAdmin(Looking):
    """Wrong passwords of a pair; what was typed as a name may be a password and is not shown."""

    fields = list_display = ("ip_address", "failures_since_start", "attempt_time")


@admin.register(AccessLog)
class LogAdmin(Looking):
    """Sign-ins."""

    fields = list_display = ("username", "ip_address", "attempt_time", "logout_time")
    search_fields = ("username",)
