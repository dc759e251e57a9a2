"""Accounts: add, move, disable, enable – by the system administrator, never on oneself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from agencies.actions import acting, handover, passwords
from agencies.handover import movable, open_work
from agencies.models import Agency, Member, Role, RoleGrant
from agencies.people import keeps_accounts
from agencies.rules import account_problem, phone_problem, roles_problem
from core import audit
from core.errors import Conflict, DomainError, NotAllowed
from core.once import once
from minewatch.lib.clock import now
from minewatch.lib.text import fold


@dataclass(frozen=True)
class Opened:
    """A member with an initial password to show once; "" when this form had acted before."""

    member: Member
    password: str


def add(
    *,
    by: Member,
    username: str,
    name: str,
    agency: Agency | None,
    roles: Collection[str],
    phone: str = "",
    token: UUID | None = None,
) -> Opened:
    """A new account with an initial password that must be changed. Raises DomainError."""
    if not keeps_accounts(by):
        raise NotAllowed("只有系统管理员可以新增人员。")
    username, name, phone = fold(username).lower(), fold(name), fold(phone)
    _require(account_problem(username), phone_problem(phone), _name_problem(name))
    _require_post(roles, agency)
    opened: list[str] = []

    def make() -> Member:
        if Member.objects.filter(username=username).exists():
            raise DomainError(f"账号“{username}”已经有人使用，请换一个。", field="username")
        password = passwords.initial_password()
        member = Member.objects.create_user(
            username,
            password,
            name=name,
            agency=agency,
            phone=phone,
            must_change_password=True,
            password_changed_at=now(),
        )
        RoleGrant.objects.bulk_create([RoleGrant(member=member, role=role) for role in sorted(set(roles))])
        audit.record(
            "member.added",
            actor=by,
            agency=agency,
            subject=member,
            facts={
                "roles": sorted(set(roles)),
            },
        )
        opened.append(password)
        return member

    member = once(token=token, verb="member.added", member=by, make=make)
    return Opened(member, opened[0] if opened else "")


def move(
    *,
    member: Member,
    agency: Agency | None,
    roles: Collection[str],
    by: Member,
    hand_to: Member | None = None,
) -> Member:
    """Another unit or other roles, in force with the member's next request.

    Who goes to another unit with open work hands it to `hand_to`, a colleague of the old one, in this act.
    """
    passwords.guard(member, by)
    if not member.is_active:
        raise DomainError("这个账号已停用，请先启用再调整。")
    _require_post(roles, agency)
    _keep_one_administrator(member, staying=Role.SYSTEM_ADMIN in roles)
    leaves = member.agency_id != (agency.pk if agency else None)
    before = {"agency": member.agency_id, "roles": sorted(member.own_roles)}
    with transaction.atomic():
        if leaves:
            _clear_desk(member, by, hand_to)
        Member.objects.filter(pk=member.pk).update(agency=agency)
        RoleGrant.objects.filter(member=member).exclude(role__in=roles).delete()
        for role in sorted(set(roles)):
            RoleGrant.objects.get_or_create(member=member, role=role)
        audit.record(
            "member.moved",
            actor=by,
            agency=agency,
            subject=member,
            facts={
                "from": before,
                "to": {"agency": agency.pk if agency else None, "roles": sorted(set(roles))},
            },
        )
    return Member.objects.get(pk=member.pk)


def disable(*, member: Member, by: Member, hand_to: Member | None = None) -> Member:
    """Close the account at once: the password opens nothing, every session ends, acting posts end.

    Never waits for open work; with `hand_to` the work goes over in the same act.
    """
    passwords.guard(member, by)
    _keep_one_administrator(member, staying=False)
    with transaction.atomic():
        if hand_to is not None:
            handover.hand_over(source=member, target=hand_to, by=by)
        if not Member.objects.filter(pk=member.pk, is_active=True).update(is_active=False, left_at=now()):
            raise Conflict("这个账号已经停用，无需再办。")
        for post in acting.open_posts(member):
            acting.finish(post, by)
        passwords.keep(member, None, must_change=True)
        audit.record("member.disabled", actor=by, agency=member.agency, subject=member)
    return Member.objects.get(pk=member.pk)


def enable(*, member: Member, by: Member) -> Opened:
    """Open the account again with a fresh initial password."""
    passwords.guard(member, by)
    if member.agency is not None and not member.agency.is_active:
        raise DomainError("所在单位已停用，请先启用单位，或新增账号到其他单位。")
    password = passwords.initial_password()
    with transaction.atomic():
        if not Member.objects.filter(pk=member.pk, is_active=False).update(is_active=True, left_at=None):
            raise Conflict("这个账号正在使用，无需启用。")
        passwords.keep(member, password, must_change=True)
        audit.record("member.enabled", actor=by, agency=member.agency, subject=member)
    return Opened(Member.objects.get(pk=member.pk), password)


def _clear_desk(member: Member, by: Member, hand_to: Member | None) -> None:
    count = movable(open_work(member))
    if count and hand_to is None:
        raise DomainError(f"还有 {count} 项未办事项，请先选择由谁接办。", field="hand_to")
    if hand_to is not None:
        handover.hand_over(source=member, target=hand_to, by=by)


def _require(*problems: tuple[str, str] | None) -> None:
    for problem in problems:
        if problem is not None:
            raise DomainError(problem[1], field=problem[0])


def _require_post(roles: Collection[str], agency: Agency | None) -> None:
    if agency is not None and not agency.is_active:
        raise DomainError("这个单位已停用，请选择在用的单位。", field="agency")
    _require(roles_problem(roles, agency.kind if agency else None))


def _name_problem(name: str) -> tuple[str, str] | None:
    return None if 1 <= len(name) <= 40 else ("name", "请填写姓名，不超过40个字。")


def _keep_one_administrator(member: Member, *, staying: bool) -> None:
    """The house is never left without a system administrator."""
    if staying or not member.is_system_admin:
        return
    others = Member.objects.active().filter(grants__role=Role.SYSTEM_ADMIN).exclude(pk=member.pk)
    if not others.exists():
        raise DomainError("这是最后一名系统管理员，请先新增另一名再办理。")
