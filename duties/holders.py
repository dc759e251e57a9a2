"""Whose hands a duty is in: post, acting person, else the unit above; and who watches over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agencies.models import Agency, AgencyKind, Member, Role
from agencies.posts import signers
from core.access import barred_from

if TYPE_CHECKING:
    from duties.models import Duty

#: Roles in the joint office that stand for it in 督办.
OFFICE_ROLES = (Role.OFFICE, Role.OFFICER, Role.APPROVER, Role.DEPUTY, Role.HEAD)
#: Roles that answer for their unit: what is late there comes to them by the ladder.
ANSWERABLE = (Role.DEPUTY, Role.APPROVER, Role.HEAD)


def holders(duty: Duty) -> list[Member]:
    """Who can do `duty` today: the named member, else those who hold the role there, else above.

    Whoever must stay out of its affair (回避) is passed over, with the unit or by name.
    """
    out = barred_from(duty.matter) if duty.matter_id else None
    if duty.member_id and duty.member.is_active:
        if out is None or not Member.objects.filter(out, pk=duty.member_id).exists():
            return [duty.member]
    return signers(duty.agency, duty.role, out=out)[0]


def oversees(member: Member, agency: Agency | None = None) -> bool:
    """Whether the member may urge and waive: the joint office and the supervising leader, in their county."""
    units = Agency.objects.filter(pk__in={unit for unit, _ in member.posts}).select_related("division")
    kinds = {unit.pk: unit for unit in units}
    for unit_id, role in member.posts:
        unit = kinds.get(unit_id)
        if unit is None or not member.is_business:
            continue
        stands = role == Role.LEADER or (unit.kind == AgencyKind.JOINT_OFFICE and role in OFFICE_ROLES)
        if stands and (agency is None or agency.division.code.startswith(unit.division.code)):
            return True
    return False


def answers_for(member: Member) -> set[int]:
    """Units for which the member answers as 分管领导、审批 or 主要负责人, by post or acting."""
    return {unit for unit, role in member.posts if role in ANSWERABLE and unit}


def stands_for_office(member: Member, county_code: str) -> bool:
    """Whether the member holds a post in the joint office of the county with that code."""
    if not member.is_business:
        return False
    units = {unit for unit, role in member.posts if role in OFFICE_ROLES}
    rows = Agency.objects.filter(pk__in=units, kind=AgencyKind.JOINT_OFFICE, division__code=county_code)
    return rows.exists()
