"""Bodies and their posts: formed by the office, changed by the unit's proposal and the office's record.

LZ 二（一）: a change of members is proposed by the person's unit and put on record by the 监管办, no notice
is issued anew; nobody puts the own proposal on record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import F

from agencies.bodies import LISTENERS, may_form, may_settle, on_day, units_spoken_for
from agencies.body_rules import check_body, check_double, check_person, check_place
from agencies.models import Agency, Body, Division, Member, Post
from agencies.states import POST_MOVES
from core import audit, notices
from core.errors import Conflict, DomainError, NotAllowed
from core.once import once
from core.workflow import move
from minewatch.lib.clock import now
from minewatch.lib.text import fold

ONE_DAY = dt.timedelta(days=1)


def form(
    *,
    by: Member,
    county: Division,
    name: str,
    kind: str,
    parent: Body | None = None,
    seat: Agency | None = None,
    minimum: int | None = None,
    basis: str = "",
    formed_on: dt.date | None = None,
    token: UUID | None = None,
) -> Body:
    """A body that no campaign's file brings along. Raises NotAllowed, or DomainError with the field."""
    if not may_form(by, county.code):
        raise NotAllowed("只有专班办公室或督办县领导可以设立机构。")
    name, basis = fold(name), fold(basis)
    check_body(county, name, kind, parent, seat, minimum, basis)

    def make() -> Body:
        if Body.objects.filter(county=county, name=name, ended_on__isnull=True).exists():
            raise DomainError(f"“{name}”已经设立，请直接维护它的成员。", field="name")
        body = Body.objects.create(
            county=county,
            key=_free_key(county),
            name=name,
            kind=kind,
            parent=parent,
            seat=seat,
            minimum=minimum,
            basis=basis,
            formed_on=formed_on or now().date(),
        )
        audit.record("body.formed", actor=by, subject=body, facts={"kind": kind})
        return body

    return once(token=token, verb="body.formed", member=by, make=make)


def form_from(
    *, county: Division, bodies: Iterable[Mapping[str, Any]], basis: str = "", by: Member | None = None
) -> list[Body]:
    """The bodies of a campaign's definition, in its order; the same definition again changes nothing.

    Each: key, name, kind, parent (key of an earlier one), seat, minimum, paragraph, posts [{title, agency,
    duty}]. Posts name units and duties, never people: they are kept as `required_posts` until the units
    propose somebody. Posts on record stay whatever the definition says.
    """
    found: dict[str, Body] = {}
    with transaction.atomic():
        for row in bodies:
            parent = found.get(row.get("parent") or "")
            where = " ".join(part for part in (basis, str(row.get("paragraph") or "")) if part)
            wanted = [
                {"title": str(post["title"]), "agency": post["agency"].pk, "duty": post.get("duty") or ""}
                for post in row.get("posts") or ()
            ]
            values = {
                "name": row["name"],
                "kind": str(row["kind"]),
                "parent": parent,
                "seat": row.get("seat"),
                "minimum": row.get("minimum"),
                "basis": where[:200],
                "required_posts": wanted,
            }
            found[row["key"]] = _formed(county, row["key"], values, by)
    return list(found.values())


def _formed(county: Division, key: str, values: dict[str, Any], by: Member | None) -> Body:
    body, made = Body.objects.get_or_create(county=county, key=key, defaults=values)
    if made:
        audit.record("body.formed", actor=by, agency=body.seat, subject=body, facts={"kind": body.kind})
        return body
    if any(getattr(body, name) != value for name, value in values.items()):
        Body.objects.filter(pk=body.pk).update(**values, version=F("version") + 1)
        audit.record("body.saved", actor=by, agency=body.seat, subject=body, facts={"kind": body.kind})
        body.refresh_from_db()
    return body


def dissolve(*, body: Body, by: Member, on: dt.date, reason: str, expected_version: int) -> Body:
    """End a body: its posts end with it, its open proposals are sent back. Raises Conflict when changed."""
    if not may_form(by, body.county.code):
        raise NotAllowed("只有专班办公室或督办县领导可以撤销机构。")
    reason = _reason(reason, "撤销机构")
    if body.formed_on and on < body.formed_on:
        raise DomainError("撤销日期不能早于成立日期。", field="on")
    with transaction.atomic():
        changed = Body.objects.filter(pk=body.pk, version=expected_version, ended_on__isnull=True).update(
            ended_on=on, version=F("version") + 1
        )
        if changed != 1:
            raise _changed(body)
        for post in Post.objects.filter(body=body, status=Post.Status.PROPOSED):
            _settle(post, "refuse", by, post.version, reason="机构已撤销")
        on_day(Post.objects.filter(body=body), on).update(valid_to=on, version=F("version") + 1)
        audit.record("body.ended", actor=by, subject=body, facts={"on": on.isoformat(), "reason": reason})
    body.refresh_from_db()
    return body


def propose(
    *,
    by: Member,
    body: Body,
    title: str,
    agency: Agency,
    valid_from: dt.date,
    member: Member | None = None,
    person: str = "",
    duty_in_unit: str = "",
    supervises: bool = False,
    replaces: Post | None = None,
    reason: str = "",
    token: UUID | None = None,
) -> Post:
    """`agency` names its person for a post of `body`; `replaces` ends when this is on record.

    By the unit's head, deputy or office (for a unit without a computer by the joint office), only for the
    own unit. Raises NotAllowed, or DomainError with the field.
    """
    if not units_spoken_for(by, body.county.code).filter(pk=agency.pk).exists():
        raise NotAllowed(f"{agency.label}的人选由该单位主要负责人、分管领导提出，您不能代为提出。")
    person, duty_in_unit, reason = fold(person), fold(duty_in_unit), fold(reason)
    check_person(agency, member, person, title, supervises)
    check_place(body, agency, replaces, valid_from, duty_in_unit, reason)

    def make() -> Post:
        _bump(body)
        check_double(body, title, agency, member, person, valid_from, replaces)
        return _proposed(
            body=body,
            title=title,
            agency=agency,
            member=member,
            person="" if member else person,
            duty_in_unit=duty_in_unit,
            supervises=supervises,
            valid_from=valid_from,
            replaces=replaces,
            reason=reason,
            proposed_by=by,
        )

    return once(token=token, verb="post.proposed", member=by, make=make)


def _proposed(*, proposed_by: Member, **values: Any) -> Post:
    """Write a proposal and let those who must put it on record know; in the caller's transaction."""
    post = Post.objects.create(proposed_by=proposed_by, proposed_at=now(), **values)
    audit.record(
        "post.proposed", actor=proposed_by, agency=post.agency, subject=post, facts={"title": post.title}
    )
    for opened, _ in LISTENERS:
        opened(post)
    return post


def record(*, post: Post, by: Member, expected_version: int) -> Post:
    """Put a proposed post on record (备案); whom it replaces leaves the day before."""
    _guard_settling(post, by)
    with transaction.atomic():
        _bump(post.body)
        old = post.replaces
        _settle(post, "record", by, expected_version)
        if old is not None and _ends(old, max(old.valid_from, post.valid_from - ONE_DAY)):
            audit.record("post.ended", actor=by, agency=old.agency, subject=old, facts={"by": post.pk})
    return post


def refuse(*, post: Post, by: Member, reason: str, expected_version: int) -> Post:
    """Send a proposed post back to its unit, with the reason."""
    _guard_settling(post, by)
    with transaction.atomic():
        _bump(post.body)
        _settle(post, "refuse", by, expected_version, reason=reason)
    return post


def end(*, post: Post, by: Member, on: dt.date, reason: str, expected_version: int) -> Post:
    """A post on record ends with the day `on` and nobody follows; by the office."""
    if not may_form(by, post.body.county.code):
        raise NotAllowed("只有专班办公室可以终止职务；单位换人请用“提出变动”。")
    reason = _reason(reason, "终止职务")
    if on < post.valid_from:
        raise DomainError("终止日期不能早于任职开始日期。", field="on")
    with transaction.atomic():
        _bump(post.body)
        if post.version != expected_version or not _ends(post, on):
            raise Conflict("这一职务已经变动，请刷新后再办。")
        facts = {"on": on.isoformat(), "reason": reason}
        audit.record("post.ended", actor=by, agency=post.agency, subject=post, facts=facts)
    post.refresh_from_db()
    return post


# handover ------------------------------------------------------------------------------------------


def open_posts(member: Member) -> models.QuerySet[Post]:
    """Posts of the member on record that run or are to come, for which no successor is proposed."""
    running = models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=now().date())
    rows = Post.objects.filter(running, member=member, status=Post.Status.RECORDED)
    followed = Post.objects.filter(status=Post.Status.PROPOSED, replaces__isnull=False).values("replaces")
    return rows.exclude(pk__in=followed).select_related("body__county", "agency")


def pass_on(*, source: Member, target: Member, by: Member) -> int:
    """Handover: `target` is proposed for each post of `source`; the office still puts it on record."""
    posts = list(open_posts(source))
    for post in posts:
        _bump(post.body)
        _proposed(
            body=post.body,
            title=post.title,
            agency=post.agency,
            member=target,
            duty_in_unit=post.duty_in_unit if target.agency_id == post.agency_id else "",
            supervises=post.supervises,
            valid_from=max(post.valid_from, now().date()),
            replaces=post,
            reason="工作移交",
            proposed_by=by,
        )
    return len(posts)


# guards --------------------------------------------------------------------------------------------


def _guard_settling(post: Post, by: Member) -> None:
    if by.pk == post.proposed_by_id:
        raise NotAllowed("不能备案自己提出的变动，请由办公室其他人员或上级办理。")
    if not may_settle(by, post):
        raise NotAllowed("成员变动由专班办公室（监管办）备案。")


def _settle(post: Post, name: str, by: Member, version: int, *, reason: str = "") -> None:
    transition = POST_MOVES[name]
    reason = transition.require_reason(fold(reason))
    if len(reason) > 200:
        raise DomainError("退回原因不超过200个字。", field="reason")
    move(post, transition, expected_version=version, recorded_by=by, recorded_at=now())
    facts = {"title": post.title} | ({"reason": reason} if reason else {})
    verb = "post.recorded" if name == "record" else "post.refused"
    audit.record(verb, actor=by, agency=post.agency, subject=post, facts=facts)
    for _, settled in LISTENERS:
        settled(post, by)
    if post.proposed_by_id:
        words = "已备案" if name == "record" else "已退回"
        text = f"您提出的一项机构成员变动{words}，请查看。"
        notices.send(members=[post.proposed_by], kind="post.settled", text=text, subject=post)


def _ends(post: Post, on: dt.date) -> bool:
    """Set the last day of a post on record that runs longer; the version guards against a second hand."""
    running = models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=on)
    rows = Post.objects.filter(running, pk=post.pk, version=post.version, status=Post.Status.RECORDED)
    return rows.update(valid_to=on, version=F("version") + 1) == 1


def _bump(body: Body) -> None:
    if not Body.objects.filter(pk=body.pk, ended_on__isnull=True).update(version=F("version") + 1):
        raise _changed(body)


def _changed(body: Body) -> Conflict:
    body.refresh_from_db()
    if body.ended_on:
        return Conflict(f"{body.name}已经撤销，成员不能再变动。")
    return Conflict(f"{body.name}已经变动，请刷新后再办。")


def _reason(text: str, what: str) -> str:
    text = fold(text)
    if not text:
        raise DomainError(f"{what}必须写明原因。", field="reason")
    if len(text) > 200:
        raise DomainError("原因不超过200个字。", field="reason")
    return text


def _free_key(county: Division) -> str:
    """A key of its own for a body made in the browser; files bring keys with a letter first."""
    number = Body.objects.filter(county=county).count() + 1
    while Body.objects.filter(county=county, key=f"own-{number}").exists():
        number += 1
    return f"own-{number}"
