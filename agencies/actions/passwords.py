"""Passwords: changed by their owner, reset by the administrator; the last few are remembered."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from agencies.models import Member, PasswordHistory
from agencies.people import keeps_accounts
from core import audit
from core.errors import DomainError, NotAllowed
from minewatch.lib.clock import now

# letters and digits that nobody mistakes for one another when reading them aloud or from paper
UPPER, LOWER, DIGITS = "ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghjkmnpqrstuvwxyz", "23456789"


def initial_password() -> str:
    """A random password of all four classes, as long as the rules ask: Kfmr-4837-wxyz."""

    def some(alphabet: str, count: int) -> str:
        return "".join(secrets.choice(alphabet) for _ in range(count))

    password = f"{some(UPPER, 1)}{some(LOWER, 3)}-{some(DIGITS, 4)}-{some(LOWER, 4)}"
    while len(password) < settings.PASSWORD_MIN_LENGTH:
        password += f"-{some(LOWER, 4)}"
    return password


def change(*, member: Member, old: str, new: str) -> Member:
    """The owner's own change. Raises DomainError on a wrong old password or one that breaks the rules."""
    if not member.check_password(old):
        raise DomainError("当前密码不正确，请重新输入。", field="old")
    try:
        validate_password(new, member)
    except ValidationError as error:
        raise DomainError("".join(error.messages), field="new") from None
    with transaction.atomic():
        keep(member, new, must_change=False)
        audit.record("member.password_changed", actor=member, subject=member)
    return member


def reset(*, member: Member, by: Member) -> str:
    """A new initial password, returned once and stored as a hash; every session of the member ends."""
    guard(member, by)
    if not member.is_active:
        raise DomainError("这个账号已停用，请先启用。")
    password = initial_password()
    with transaction.atomic():
        keep(member, password, must_change=True)
        audit.record("member.password_reset", actor=by, agency=member.agency, subject=member)
    return password


def keep(member: Member, raw: str | None, *, must_change: bool) -> None:
    """Store `raw` (None: no password opens it); the hash before goes to the history.

    A session carries a fingerprint of the hash, so that all sessions of the member end with it.
    """
    if member.password and member.has_usable_password():
        PasswordHistory.objects.create(member=member, password=member.password)
    past = member.old_passwords.order_by("-id").values_list("pk", flat=True)
    member.old_passwords.filter(pk__in=list(past[max(settings.PASSWORD_HISTORY, 1) :])).delete()
    member.set_password(raw)
    member.must_change_password, member.password_changed_at = must_change, now()
    member.save(update_fields=["password", "must_change_password", "password_changed_at"])


def guard(member: Member, by: Member) -> None:
    """Accounts are kept by the system administrator, and nobody keeps the own one."""
    if not keeps_accounts(by):
        raise NotAllowed("只有系统管理员可以维护账号。")
    if member.pk == by.pk:
        raise NotAllowed("不能维护自己的账号，请由另一名系统管理员办理；修改密码请用右上角的“修改密码”。")
