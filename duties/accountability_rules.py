"""Who records 通报 约谈 问责 追究 and 容错, and for which organ (LZ 五（三）, XB 五, SZ 四（四）).

Names of persons are restricted: `Accountability.objects.visible_to` gives the rows, reading one that names
somebody is written down, lists and notices never name anybody.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from agencies.models import Agency, AgencyKind, Member, Role
from duties.holders import oversees
from duties.models import Accountability

#: roles that speak for an organ of discipline
SPEAKERS = (Role.HEAD, Role.DEPUTY, Role.APPROVER, Role.OFFICER)


def visible_records(member: Member) -> QuerySet[Accountability]:
    """Records in sight with what their pages show."""
    rows = Accountability.objects.visible_to(member)
    return rows.select_related(
        "agency__division", "campaign", "decided_by_unit", "card", "recorded_by__agency"
    )


def may_record(member: Member) -> bool:
    """The joint office, the supervising leader, and discipline inspection."""
    return oversees(member) or _disciplines(member)


def _disciplines(member: Member) -> bool:
    if not member.is_business or member.agency.kind != AgencyKind.DISCIPLINE:
        return False
    return any(member.holds(role) for role in SPEAKERS)


def organs(member: Member) -> QuerySet[Agency]:
    """Organs whose decision the member may put down: the own unit's; the joint office those of any organ of
    the county that decides such things (itself, the county government, discipline, the townships).
    """
    rows = Agency.objects.active()
    if not may_record(member):
        return rows.none()
    if member.agency.kind != AgencyKind.JOINT_OFFICE:
        return rows.filter(pk=member.agency_id)
    kinds = (AgencyKind.COUNTY, AgencyKind.DISCIPLINE, AgencyKind.JOINT_OFFICE, AgencyKind.TOWNSHIP)
    found = Q(kind__in=kinds, division__code__startswith=member.agency.division.code[:6])
    return rows.filter(found | Q(pk=member.agency_id)).order_by("division__code", "code")


def subjects(member: Member) -> QuerySet[Agency]:
    """Units that a record may concern: those of the county."""
    if not may_record(member):
        return Agency.objects.none()
    rows = Agency.objects.active().filter(division__code__startswith=member.agency.division.code[:6])
    return rows.exclude(kind=AgencyKind.SYSTEM).order_by("division__code", "code")
