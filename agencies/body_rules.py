"""Rules of bodies and their posts, asked by agencies.actions.bodies; each raises DomainError at its field."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from agencies.models import Agency, Body, Division, Member, Post
from core.errors import DomainError

LEADING = (Post.Title.HEAD, Post.Title.VICE)


def check_body(
    county: Division,
    name: str,
    kind: str,
    parent: Body | None,
    seat: Agency | None,
    minimum: int | None,
    basis: str,
) -> None:
    """A body has a name, a known kind, a parent and a seat in its county. Raises DomainError."""
    if not 1 <= len(name) <= 80:
        raise DomainError("请填写机构名称，不超过80个字。", field="name")
    if kind not in Body.Kind.values:
        raise DomainError("请选择机构类别。", field="kind")
    if parent is not None and (parent.county_id != county.pk or parent.ended_on):
        raise DomainError("上级机构须是本县现有的机构。", field="parent")
    if seat is not None and not seat.division.code.startswith(county.code):
        raise DomainError("办公地点须设在本县的单位。", field="seat")
    if minimum is not None and not 1 <= minimum <= 1000:
        raise DomainError("最少人数须在1到1000之间。", field="minimum")
    if len(basis) > 200:
        raise DomainError("依据不超过200个字。", field="basis")


def check_person(agency: Agency, member: Member | None, person: str, title: str, supervises: bool) -> None:
    """A post names an account of the unit, or a person; a 督办领导 has an account and stands at the head."""
    if title not in Post.Title.values:
        raise DomainError("请选择职务。", field="title")
    if member is None and not 1 <= len(person) <= 40:
        raise DomainError("请选择有账号的人员，或填写姓名（不超过40个字）。", field="person")
    if member is not None and (not member.is_business or member.agency_id != agency.pk):
        raise DomainError("人员须是该单位的在用业务人员。", field="member")
    if supervises and member is None:
        raise DomainError("督办领导要接收逾期提醒，须选择有账号的人员。", field="member")
    if supervises and title not in LEADING:
        raise DomainError("督办领导须是组长（指挥长）或副组长（副指挥长）。", field="supervises")


def check_place(
    body: Body, agency: Agency, replaces: Post | None, valid_from: dt.date, duty: str, reason: str
) -> None:
    """The day lies in the body's life; only a member of the own unit on record is replaced."""
    if len(duty) > 60:
        raise DomainError("单位职务不超过60个字。", field="duty_in_unit")
    if len(reason) > 200:
        raise DomainError("变动原因不超过200个字。", field="reason")
    if body.formed_on and valid_from < body.formed_on:
        words = f"{body.formed_on.year}年{body.formed_on.month}月{body.formed_on.day}日"
        raise DomainError(f"任职日期不能早于机构成立日期（{words}）。", field="valid_from")
    if replaces is None:
        return
    if replaces.body_id != body.pk or replaces.agency_id != agency.pk:
        raise DomainError("只能替换本单位在这个机构中的成员。", field="replaces")
    if replaces.status != Post.Status.RECORDED:
        raise DomainError("只能替换已备案的成员。", field="replaces")
    if valid_from < replaces.valid_from:
        raise DomainError("任职日期不能早于被替换成员的任职日期。", field="valid_from")


def check_double(
    body: Body,
    title: str,
    agency: Agency,
    member: Member | None,
    person: str,
    valid_from: dt.date,
    replaces: Post | None,
) -> None:
    """The same person for the same post only once; one proposal at a time follows a member."""
    there = Post.objects.filter(body=body).exclude(status=Post.Status.REFUSED)
    rows = there.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from), title=title, agency=agency)
    if replaces is not None:
        rows = rows.exclude(pk=replaces.pk)
    same = rows.filter(member=member) if member else rows.filter(person=person)
    if same.exists():
        raise DomainError(
            "这名人员已在名单中或正等待备案，不用重复提出。", field="member" if member else "person"
        )
    if replaces is not None and there.filter(replaces=replaces, status=Post.Status.PROPOSED).exists():
        raise DomainError("接替这名成员的人选正等待备案。", field="replaces")
