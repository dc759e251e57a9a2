"""Who may file for which unit: one's own, a post one acts in, and a township for its villages (代填)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agencies.models import Agency, AgencyKind, Role
from agencies.scope import readable_agencies
from core.errors import Missing, NotAllowed

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from agencies.models import Member

FILING_ROLES = (Role.FILLER, Role.OFFICER, Role.OFFICE)


def filing_posts(member: Member) -> set[int]:
    """Ids of the units in which the member holds a filing role, by post or acting."""
    if not member.is_business:
        return set()
    return {agency_id for agency_id, role in member.posts if role in FILING_ROLES}


def units_to_file_for(member: Member) -> QuerySet[Agency]:
    """Units the member may file for; the villages of a township come with it."""
    own = Agency.objects.active().filter(pk__in=filing_posts(member))
    return (own | villages_of(own)).select_related("division", "parent__division").distinct()


def villages_of(agencies: QuerySet[Agency]) -> QuerySet[Agency]:
    """Villages under the townships among `agencies`."""
    townships = agencies.filter(kind=AgencyKind.TOWNSHIP)
    return Agency.objects.active().filter(kind=AgencyKind.VILLAGE, parent__in=townships.values("pk"))


def guard_filing(member: Member | None, agency: Agency) -> bool:
    """Whether this is 代填; commands run without a member. Raises Missing or NotAllowed."""
    if member is None:
        return False
    posts = filing_posts(member)
    if agency.pk in posts:
        return False
    if agency.kind == AgencyKind.VILLAGE and agency.parent_id in posts:
        return True
    if not readable_agencies(member).filter(pk=agency.pk).exists():
        raise Missing("没有找到这个单位。")
    raise NotAllowed(f"您不是{agency.label}的填表人，不能为其填报。请联系该单位填表人或其所属乡镇。")


def may_file(member: Member, agency: Agency) -> bool:
    """Whether the member may file for `agency`."""
    posts = filing_posts(member)
    return agency.pk in posts or (agency.kind == AgencyKind.VILLAGE and agency.parent_id in posts)
