"""Who may see which accounts, and who keeps them (design.md 3.3)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from agencies.models import Acting, Agency, Member, Role
from agencies.scope import readable_agencies


def posts_of(member: Member, role: str) -> set[int]:
    """Ids of the units in which the member holds `role` today, by post or acting."""
    acting = {agency_id for agency_id, held in member.acting_posts if held == role}
    own = {member.agency_id} if member.agency_id and role in member.own_roles else set()
    return (acting | own) if member.is_business else set()


def visible_people(member: Member) -> models.QuerySet[Member]:
    """Accounts the member may see: the administrator all, the joint office its county's, a head the own
    unit's, everybody oneself. The auditor sees nobody's account.
    """
    rows = Member.objects.select_related("agency__division").prefetch_related("grants")
    if member.is_active and member.is_system_admin:
        return rows
    if not member.is_business:
        return rows.none()
    found = Q(pk=member.pk) | Q(agency_id__in=posts_of(member, Role.HEAD))
    for office in Agency.objects.filter(pk__in=posts_of(member, Role.OFFICE)).select_related("division"):
        found |= Q(agency__division__code__startswith=office.division.code)
    return rows.filter(found)


def visible_units(member: Member) -> models.QuerySet[Agency]:
    """Units as entries of the directory: the administrator all, business people those they may read."""
    if member.is_active and member.is_system_admin:
        return Agency.objects.all()
    return readable_agencies(member)


def visible_acting(member: Member) -> models.QuerySet[Acting]:
    """Acting appointments: the administrator all, the office its county's, a head the own unit's."""
    rows = Acting.objects.select_related("agency", "member__agency")
    if member.is_active and member.is_system_admin:
        return rows
    if not member.is_business:
        return rows.none()
    found = Q(member=member) | Q(agency_id__in=posts_of(member, Role.HEAD))
    for office in Agency.objects.filter(pk__in=posts_of(member, Role.OFFICE)).select_related("division"):
        found |= Q(agency__division__code__startswith=office.division.code)
    return rows.filter(found)


def may_list_people(member: Member) -> bool:
    """Whether the list of people is a function of this member at all."""
    return keeps_accounts(member) or bool(posts_of(member, Role.OFFICE) or posts_of(member, Role.HEAD))


def keeps_accounts(member: Member) -> bool:
    """Only the system administrator writes accounts and units."""
    return member.is_active and member.is_system_admin


def may_lend(member: Member, agency: Agency) -> bool:
    """Whether the member may appoint acting persons for posts in `agency`."""
    return keeps_accounts(member) or agency.pk in posts_of(member, Role.HEAD)


def may_lend_somewhere(member: Member) -> bool:
    """Whether appointing acting persons is a function of this member at all."""
    return keeps_accounts(member) or bool(posts_of(member, Role.HEAD))


def colleagues(agency: Agency | None, but: Member) -> models.QuerySet[Member]:
    """Who can take over work in `agency`: its other active people, else those of the unit above."""
    rows = Member.objects.active().select_related("agency").exclude(pk=but.pk)
    while agency is not None:
        own = rows.filter(agency=agency)
        if own.exists():
            return own
        agency = agency.parent
    return rows.none()
