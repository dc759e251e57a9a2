"""For which units a member stands: the own one, those of acting posts, those whose open steps passed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agencies.models import Agency, AgencyKind, Role
from agencies.posts import signers
from duties.states import WORKERS

if TYPE_CHECKING:
    from agencies.models import Member

#: Posts that are told of meetings and orders sent to their unit.
TOLD = (*WORKERS, Role.APPROVER, Role.LEADER)


def stands_for(member: Member) -> set[int]:
    """Ids of the units whose meetings and orders are the member's to see."""
    from duties import board  # board reads duties' models, which ask here

    return {member.agency_id} | {agency_id for agency_id, _ in board.posts(member)}


def desk(agency: Agency) -> str:
    """The post that does a unit's desk work: 填表人 below the county, the office's staff, else 承办人."""
    return {
        AgencyKind.TOWNSHIP: Role.FILLER,
        AgencyKind.VILLAGE: Role.FILLER,
        AgencyKind.JOINT_OFFICE: Role.OFFICE,
        AgencyKind.COUNTY: Role.LEADER,
    }.get(agency.kind, Role.OFFICER)


def may_work(member: Member, agency: Agency) -> bool:
    """Whether the member does the unit's work: by a working post there, or the desk's post fell to them."""
    if not member.is_business:
        return False
    if any(member.holds(role, agency) for role in (*WORKERS, desk(agency))):
        return True
    return member in signers(agency, desk(agency))[0]


def hosts_of(member: Member) -> list[Agency]:
    """Units whose meetings the member may record."""
    units = Agency.objects.active().filter(pk__in=stands_for(member)).select_related("division", "parent")
    return [unit for unit in units.order_by("pk") if may_work(member, unit)]


def people_of(agency: Agency) -> list[Member]:
    """Who is told when something is sent to the unit; above it when nobody holds a post there."""
    from agencies.models import Member

    found = list(Member.objects.active().filter(agency=agency, grants__role__in=TOLD).distinct())
    return found or signers(agency, desk(agency))[0]


def units_to_call(agency: Agency) -> list[Agency]:
    """Units that `agency` may call or write to: those of its county; a township also its own villages.

    Villages of a county-level meeting or order come through their township.
    """
    county = Agency.objects.active().filter(division__code__startswith=agency.division.code[:6])
    county = county.exclude(kind=AgencyKind.SYSTEM).exclude(pk=agency.pk).select_related("division")
    rows = county.exclude(kind=AgencyKind.VILLAGE)
    if agency.kind == AgencyKind.TOWNSHIP:
        rows = rows | county.filter(kind=AgencyKind.VILLAGE, division__code__startswith=agency.division.code)
    return list(rows.order_by("division__code", "pk"))
