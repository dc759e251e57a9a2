"""Whose rows a member may read: default deny, by unit and acting post (design.md 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from agencies.models import Agency
from agencies.models.units import COUNTY_WIDE

if TYPE_CHECKING:
    from agencies.models import Member

M = TypeVar("M", bound=models.Model)


def readable_agencies(member: Member) -> models.QuerySet[Agency]:
    """Units whose patrol ledgers, sites, duties and reports the member may read.

    A village reads its own; a township its own and its villages'; natural
    resources, the joint office and the county government read the county; any
    other unit its own. An acting person reads what the post reads.
    System administrator and auditor read none.
    """
    if not member.is_business:
        return Agency.objects.none()
    found = Agency.objects.under(member.agency)
    for agency in Agency.objects.filter(pk__in={agency_id for agency_id, _ in member.acting_posts}):
        found = found | Agency.objects.under(agency)
    return found


class AgencyScoped(models.QuerySet[M]):
    """A queryset whose rows belong to a unit: `visible_to` is the first word of every read."""

    def visible_to(self, member: Member) -> AgencyScoped[M]:
        """Rows of the units the member may read."""
        units = readable_agencies(member)
        if member.is_business and member.agency.kind in COUNTY_WIDE:
            # asked row by row: SQLite then walks the order's index where a set would make it sort the county
            return self.filter(Exists(units.filter(pk=OuterRef("agency_id"))))
        return self.filter(agency__in=units.values("pk"))

    def of_unit(self, agency: Agency) -> AgencyScoped[M]:
        """Rows of `agency` and the units below it, for reports, jobs and commands."""
        return self.filter(agency__in=Agency.objects.under(agency).values("pk"))


class AgencyOrRecipientScoped(AgencyScoped[M]):
    """As AgencyScoped; the unit a row is sent to reads it too."""

    def visible_to(self, member: Member) -> AgencyOrRecipientScoped[M]:
        """Rows of the units the member may read, and rows addressed to the member's unit."""
        if not member.is_business:
            return self.none()
        return self.filter(
            Q(agency__in=readable_agencies(member).values("pk")) | Q(recipient_id=member.agency_id)
        )
