"""Acting persons (代理/主持工作): appointed for days, on a basis, never by themselves."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q

from agencies.models import Acting, Agency, Member, Role
from agencies.people import may_lend
from agencies.rules import ACTING_ROLES
from core import audit, notices
from core.errors import Conflict, DomainError, NotAllowed
from core.once import once
from minewatch.lib.clock import now
from minewatch.lib.text import fold


def appoint(
    *,
    by: Member,
    agency: Agency,
    role: str,
    member: Member,
    valid_from: dt.date,
    basis: str,
    valid_to: dt.date | None = None,
    token: UUID | None = None,
) -> Acting:
    """`member` acts as `role` of `agency` from `valid_from` to `valid_to`, both inclusive.

    By the system administrator or the unit's head, on a basis, for a person of the unit or of the unit
    above, never for oneself. Raises NotAllowed or DomainError.
    """
    if not may_lend(by, agency):
        raise NotAllowed("只有系统管理员和本单位主要负责人可以指定代理人员。")
    if member.pk == by.pk:
        raise NotAllowed("不能指定自己代理，请由系统管理员或其他负责人办理。")
    basis = fold(basis)
    _check_days(valid_from, valid_to)
    _check_post(agency, role, member, basis)

    def make() -> Acting:
        if _overlapping(agency, role, member, valid_from, valid_to).exists():
            raise DomainError(
                f"{member.name}在这段时间已经代理这一职务，请改日期或先结束原来的代理。",
                field="valid_from",
            )
        row = Acting.objects.create(
            agency=agency,
            role=role,
            member=member,
            valid_from=valid_from,
            valid_to=valid_to,
            basis=basis,
        )
        audit.record(
            "acting.appointed",
            actor=by,
            agency=agency,
            subject=row,
            facts={
                "member": member.pk,
                "role": str(role),
                "from": valid_from.isoformat(),
                "to": valid_to.isoformat() if valid_to else None,
            },
        )
        notices.send(
            members=[member],
            kind="acting",
            text=f"您被指定代理{agency.label}的{Role(role).label}。",
        )
        return row

    return once(token=token, verb="acting.appointed", member=by, make=make)


def end(*, post: Acting, by: Member) -> Acting:
    """End an appointment now. Raises NotAllowed, or Conflict when it has ended already."""
    if not may_lend(by, post.agency):
        raise NotAllowed("只有系统管理员和本单位主要负责人可以结束代理。")
    with transaction.atomic():
        finish(post, by)
    post.refresh_from_db()
    return post


def finish(post: Acting, by: Member) -> None:
    """Set the end; inside the caller's transaction."""
    if not Acting.objects.filter(pk=post.pk, ended_at__isnull=True).update(ended_at=now()):
        raise Conflict("这项代理已经结束。")
    audit.record("acting.ended", actor=by, agency=post.agency, subject=post, facts={"member": post.member_id})


def open_posts(member: Member) -> models.QuerySet[Acting]:
    """Appointments of the member that run or are still to come."""
    return _running(Acting.objects.filter(member=member).select_related("agency"), now().date())


def pass_on(*, source: Member, target: Member, by: Member) -> int:
    """Handover: each post of `source` ends; `target` acts for the rest of it unless the post is theirs."""
    moved = 0
    for post in open_posts(source):
        finish(post, by)
        moved += 1
        start = max(post.valid_from, now().date())
        holds = target.agency_id == post.agency_id and post.role in target.own_roles
        if holds or _overlapping(post.agency, post.role, target, start, post.valid_to).exists():
            continue
        row = Acting.objects.create(
            agency=post.agency,
            role=post.role,
            member=target,
            valid_from=start,
            valid_to=post.valid_to,
            basis=post.basis,
        )
        audit.record(
            "acting.appointed",
            actor=by,
            agency=post.agency,
            subject=row,
            facts={
                "member": target.pk,
                "role": post.role,
                "instead_of": source.pk,
            },
        )
    return moved


def _running(rows: models.QuerySet[Acting], day: dt.date) -> models.QuerySet[Acting]:
    return rows.filter(ended_at__isnull=True).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def _overlapping(
    agency: Agency,
    role: str,
    member: Member,
    start: dt.date,
    stop: dt.date | None,
) -> models.QuerySet[Acting]:
    rows = _running(Acting.objects.filter(agency=agency, role=role, member=member), start)
    return rows.filter(valid_from__lte=stop) if stop else rows


def _check_days(valid_from: dt.date, valid_to: dt.date | None) -> None:
    if valid_from < now().date():
        raise DomainError("开始日期不能早于今天，代理不能补办。", field="valid_from")
    if valid_to is not None and valid_to < valid_from:
        raise DomainError("结束日期不能早于开始日期。", field="valid_to")


def _check_post(agency: Agency, role: str, member: Member, basis: str) -> None:
    if role not in ACTING_ROLES:
        raise DomainError("这个职务不能代理，请选择其他职务。", field="role")
    if not basis:
        raise DomainError("请填写依据，例如文件名称和文号，或会议纪要。", field="basis")
    if len(basis) > 200:
        raise DomainError("依据不超过200个字。", field="basis")
    if not agency.is_active:
        raise DomainError("这个单位已停用。", field="agency")
    if not member.is_business or member.agency_id not in (agency.pk, agency.parent_id):
        raise DomainError("代理人员须是本单位或上级单位的在用业务人员。", field="member")
    if member.agency_id == agency.pk and role in member.own_roles:
        raise DomainError(f"{member.name}本来就担任这一职务，不用代理。", field="member")
