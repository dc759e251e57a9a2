"""受邀协办: the holder lets a member or a unit in, for a purpose and a time; core.Access ends by itself."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from agencies.models import Member
from cases import rights
from cases.models import Invitation
from core import audit, notices
from core.access import barred_from, grant, hold, matters_for, revoke
from core.errors import DomainError, Missing, NotAllowed
from core.models import Access
from core.once import once
from duties.standing import people_of
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency
    from core.models import Matter

INVITED = Access.Relation.INVITED
LONGEST = dt.timedelta(days=366)
LIMIT = 200


def invite(
    *,
    by: Member,
    matter: Matter,
    track: str,
    purpose: str,
    until: dt.datetime,
    member: Member | None = None,
    agency: Agency | None = None,
    token: UUID | None = None,
) -> Invitation:
    """Let a member, or a unit, read what the holder has on `track` until `until` (at most a year), to help
    with `purpose`. On the criminal track a unit's leaders alone. Invited again: the new one stands.

    Raises Missing, NotAllowed, DomainError with the field.
    """
    _guard(by, matter, track)
    purpose = _purpose(purpose)
    _check_until(until)

    def make() -> Invitation:
        hold(matter.pk)  # before it is asked who must stay out
        _check_whom(matter, track, member, agency)
        _live(matter, track, member, agency).update(ended_at=now())
        row = Invitation.objects.create(
            matter=matter,
            track=track,
            member=member,
            agency=agency,
            purpose=purpose,
            until=until,
            invited_by=by,
            invited_at=now(),
        )
        grant(matter, INVITED, member=member, agency=agency, track=track, until=until, basis=f"邀请 {row.pk}")
        audit.record("invitation.made", actor=by, agency=by.agency, subject=row, matter=matter)
        notices.send(
            members=[member] if member else people_of(agency),
            kind="invitation.made",
            text="您（贵单位）受邀协办一件事项，请打开查看。",
            subject=row,
            matter=matter,
        )
        return row

    return once(token=token, verb="invitation.made", member=by, make=make)


def _guard(by: Member, matter: Matter, track: str) -> None:
    if not rights.reads_content(by, matter):
        raise Missing
    why = rights.may_invite(by, matter)
    if why:
        raise NotAllowed(why)
    if track not in Access.Track.values or rights.may_invite(by, matter, track):
        raise DomainError("请选择本单位承办的范围。", field="track")


def _purpose(text: str) -> str:
    text = text.strip()
    if not text:
        raise DomainError("请写明请对方协办什么。", field="purpose")
    if len(text) > LIMIT:
        raise DomainError(f"协办事项有{len(text)}个字，请缩短到{LIMIT}字以内。", field="purpose")
    return text


def _check_until(until: dt.datetime) -> None:
    if until <= now():
        raise DomainError("有效期已经过去，请改为以后的时间。", field="until")
    if until > now() + LONGEST:
        raise DomainError("有效期不能超过一年，到期后可以再次邀请。", field="until")


def _check_whom(matter: Matter, track: str, member: Member | None, agency: Agency | None) -> None:
    if (member is None) == (agency is None):
        raise DomainError("请选择一名人员，或者一个单位。", field="whom")
    field = "member" if member else "agency"
    if member is not None:
        if not member.is_business:
            raise DomainError("不能邀请这名人员（账号停用，或者是系统管理员、审计员）。", field=field)
        people = Member.objects.filter(pk=member.pk)
    else:
        if not agency.online or not agency.is_active:
            raise DomainError("这个单位不在系统内办理，不能邀请。", field=field)
        people = Member.objects.filter(agency=agency)
    if people.filter(barred_from(matter)).exists():
        raise DomainError("这名人员（单位）已经回避，不能邀请。", field=field)
    if _stands_already(matter, track, member, agency):
        raise DomainError("这名人员（单位）本来就可以查看，不用邀请。", field=field)


def _stands_already(matter: Matter, track: str, member: Member | None, agency: Agency | None) -> bool:
    """Whether they read it without an invitation."""
    if _live(matter, track, member, agency).exists():
        return False
    if member is not None:
        return matters_for(member, track).filter(pk=matter.pk).exists()
    rows = matter.access.filter(agency=agency, track=track, until__isnull=True)
    return rows.exclude(relation=Access.Relation.OFFICE).exists()


def _live(matter: Matter, track: str, member: Member | None, agency: Agency | None):
    return Invitation.objects.filter(
        matter=matter, track=track, member=member, agency=agency, until__gte=now(), ended_at__isnull=True
    )


def end_invitation(*, invitation: Invitation, by: Member) -> Invitation:
    """结束协办: from now on it opens nothing. Ended already: nothing happens. Raises NotAllowed."""
    matter = invitation.matter
    why = rights.may_invite(by, matter, invitation.track)
    if why:
        raise NotAllowed(why)
    with transaction.atomic():
        rows = Invitation.objects.filter(pk=invitation.pk, ended_at__isnull=True, until__gte=now())
        if rows.update(ended_at=now()) == 1:
            revoke(
                matter, INVITED, member=invitation.member, agency=invitation.agency, track=invitation.track
            )
            audit.record("invitation.ended", actor=by, agency=by.agency, subject=invitation, matter=matter)
    invitation.refresh_from_db()
    return invitation
