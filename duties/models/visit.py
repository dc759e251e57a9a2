"""Assignment 包联 (leader × area) and Visit 包联督导记录 (PG 二（一）2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from agencies.models import AgencyKind
from agencies.scope import AgencyScoped

if TYPE_CHECKING:
    from agencies.models import Member


class Assignment(models.Model):
    """A leader answers for a township or village; dated. `task` gives the cadence (proof visit.<id>).

    `owes_from`: the day on which a running assignment was tied to its task; before it no visit was owed.
    Empty where the task was named from the beginning.
    """

    county = models.ForeignKey("agencies.Division", models.PROTECT, related_name="+")
    leader = models.ForeignKey("agencies.Member", models.PROTECT, related_name="assignments")
    division = models.ForeignKey(
        "agencies.Division", models.PROTECT, related_name="assignments", verbose_name="包联区域"
    )
    task = models.ForeignKey("duties.Task", models.PROTECT, null=True, blank=True, related_name="assignments")
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)
    owes_from = models.DateField("按期督促自", null=True, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "包联安排"
        ordering = ["division__code", "id"]


class VisitQuerySet(AgencyScoped["Visit"]):
    """Reads of visits."""

    def visible_to(self, member: Member) -> VisitQuerySet:
        """Visits by units the member may read; 明察暗访 is known to the leader's own unit, the joint office
        and the county government only, so that nobody is warned.
        """
        rows = super().visible_to(member)
        if not member.is_business or member.agency.kind in (AgencyKind.JOINT_OFFICE, AgencyKind.COUNTY):
            return rows
        return rows.filter(~Q(way=Visit.Way.OPEN_AND_SECRET) | Q(agency=member.agency_id))


class Visit(models.Model):
    """One visit of a leader to the assigned area. `agency` is the leader's unit."""

    class Way(models.TextChoices):
        ROUTINE = "routine", "日常督导"
        SURPRISE = "surprise", "突击检查"
        OPEN_AND_SECRET = "secret", "明察暗访"

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="visits")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")
    way = models.CharField("方式", max_length=10, choices=Way.choices)
    place = models.CharField("地点", max_length=200, blank=True)
    text = models.TextField("了解的情况")
    demands = models.TextField("提出的要求", blank=True)
    filed_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    filed_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    client_token = models.UUIDField(null=True, blank=True, unique=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = "包联督导记录"
        ordering = ["-at", "-id"]
