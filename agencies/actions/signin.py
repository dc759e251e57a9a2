"""Sign in, sign out, unlock. What fails says one sentence, whatever was wrong (no enumeration)."""

from __future__ import annotations

from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest

from agencies.models import Member
from agencies.people import keeps_accounts
from core import audit
from core.errors import DomainError, NotAllowed

#: Keys of the session that count idle time and age; a new sign-in starts both anew.
CLOCKS = ("signed_in_at", "seen_at")
WRONG = "账号或密码不正确，请核对后重新输入。"


class Locked(DomainError):
    """Too many wrong passwords for this name from this address."""

    status = 429


def enter(*, request: HttpRequest, username: str, password: str, only: int | None = None) -> Member:
    """Sign in under a fresh session. Raises DomainError, Locked (429), or NotAllowed.

    With `only`, nobody but that member may enter: a page left open goes on as its own reader's.
    """
    name = get_client_username(request, {"username": username})
    member = authenticate(request, username=name, password=password)
    if member is None:
        raise _refused(request, name)
    if only is not None and member.pk != only:
        raise NotAllowed("这一页是另一个账号打开的，不能换人继续。请用原来的账号登录，或点“换人登录”。")
    login(request, member)
    for key in CLOCKS:
        request.session.pop(key, None)
    audit.record("member.logged_in", actor=member, subject=member, address=address(request))
    return member


def _refused(request: HttpRequest, name: str) -> DomainError:
    """Record the failure under the account if there is one; what was typed is not kept."""
    locked = bool(getattr(request, "axes_locked_out", False))
    known = Member.objects.select_related("agency").filter(username=name).first()
    audit.record(
        "member.login_failed",
        actor=None,
        agency=known.agency if known else None,
        subject=known,
        address=address(request),
        facts={"locked": locked},
    )
    return Locked(settings.AXES_COOLOFF_MESSAGE, code="locked") if locked else DomainError(WRONG)


def leave(*, request: HttpRequest) -> None:
    """Sign out; signing out twice is no fault."""
    if request.user.is_authenticated:
        audit.record("member.logged_out", actor=request.user, subject=request.user, address=address(request))
    logout(request)


def unlock(*, attempt: AccessAttempt, by: Member) -> None:
    """Open a locked pair again; the log names account and address."""
    if not keeps_accounts(by):
        raise NotAllowed("只有系统管理员可以解除登录锁定。")
    known = Member.objects.select_related("agency").filter(username=attempt.username).first()
    audit.record(
        "member.unlocked",
        actor=by,
        agency=known.agency if known else None,
        subject=known,
        address=attempt.ip_address,
        facts={"known": known is not None},
    )
    attempt.delete()


def address(request: HttpRequest) -> str | None:
    """Where the request came from; the proxy middleware has put the real client there."""
    return request.META.get("REMOTE_ADDR") or None
