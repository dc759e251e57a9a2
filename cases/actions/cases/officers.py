"""办案人员: at least two with certificates (处罚法42); on a restricted case being named lets one in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agencies.models import Member
from cases.models import Case, CaseOfficer
from core.access import barred_from, grant, revoke
from core.errors import DomainError
from core.models import Access
from core.wording import words

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Named:
    """One officer as put down: the first of the list leads the case (主办)."""

    member: Member
    certificate: str = ""


def eligible(case: Case) -> Iterable[Member]:
    """People of the holder who may work on the case."""
    rows = Member.objects.active().filter(agency=case.holder).exclude(barred_from(case.matter))
    return [member for member in rows.select_related("agency").order_by("pk") if member.is_business]


def checked(case: Case, named: Sequence[Named]) -> list[Named]:
    """The officers if they may be named. Raises DomainError at `officers`."""
    if len({row.member.pk for row in named}) < 2 or len({row.member.pk for row in named}) != len(named):
        raise DomainError("办案人员不得少于两人，每人只填一次（行政处罚法第四十二条）。", field="officers")
    able = {member.pk for member in eligible(case)}
    if any(row.member.pk not in able for row in named):
        raise DomainError("办案人员应当是承办单位的在岗人员，且不须回避。", field="officers")
    if case.track == Case.Track.ADMIN and any(not row.certificate.strip() for row in named):
        raise DomainError("请填写每名办案人员的执法证号。", field="officers")
    return [Named(row.member, _certificate(row)) for row in named]


def _certificate(row: Named) -> str:
    return words(row.certificate, "执法证号", "officers", 40, needed=False)


def name_officers(case: Case, named: Sequence[Named], *, at: dt.datetime) -> None:
    """From `at` on these work on the case, nobody else; who stays keeps the day of being named."""
    stay = {row.member.pk: row for row in named}
    for old in case.officers.filter(released_at__isnull=True).select_related("member"):
        if old.member_id not in stay:
            _release(case, old, at)
    for n, row in enumerate(named):
        CaseOfficer.objects.update_or_create(
            case=case,
            member=row.member,
            released_at=None,
            defaults={"chief": n == 0, "certificate": row.certificate},
            create_defaults={"chief": n == 0, "certificate": row.certificate, "assigned_at": at},
        )
        if case.track == Case.Track.CRIMINAL:
            grant(case.matter, Access.Relation.HOLDER, member=row.member, track=case.track, basis="办案人员")


def release_all(case: Case, *, at: dt.datetime) -> None:
    """Nobody of the old holder works on it any more."""
    for old in case.officers.filter(released_at__isnull=True).select_related("member"):
        _release(case, old, at)


def _release(case: Case, old: CaseOfficer, at: dt.datetime) -> None:
    CaseOfficer.objects.filter(pk=old.pk).update(released_at=at)
    if case.track == Case.Track.CRIMINAL:
        revoke(case.matter, Access.Relation.HOLDER, member=old.member, track=case.track)
