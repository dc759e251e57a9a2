"""Whose hands a duty is in: post, acting person, else the unit above; and who watches over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agencies.models import Agency, AgencyKind, Member, Role
from agencies.posts import signers

if TYPE_CHECKING:
    from duties.models import Duty

#: Roles in the joint office that stand for it in 督办.
OFFICE_ROLES = (Role.OFFICE, Role.OFFICER, Role.APPROVER, Role.DEPUTY, Role.HEAD)


def holders(duty: Duty) -> list[Member]:
    """Who can do `duty` today: the named member, else those who hold the role there, else above."""
    if duty.member_id and duty.member.is_active:
        return [duty.member]
    return signers(duty.agency, duty.role)[0]


def oversees(member: Member, agency: Agency | None = None) -> bool:
    """Whether the member may urge and waive: the joint office and the supervising leader, in their county."""
    posts = {(member.agency_id, role) for role in member.own_roles} | set(member.acting_posts)
    units = Agency.objects.filter(pk__in={unit for unit, _ in posts}).select_related("division")
    kinds = {unit.pk: unit for unit in units}
    for unit_id, role in posts:
        unit = kinds.get(unit_id)
        if unit is None or not member.is_business:
            continue
        stands = role == Role.LEADER or (unit.kind == AgencyKind.JOINT_OFFICE and role in OFFICE_ROLES)
        if stands and (agency is None or agency.division.code.startswith(unit.division.code)):
            return True
    return False
