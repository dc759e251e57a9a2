"""Who was let in, who must stay out, who looked: every right itself is a row of core.Access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from agencies.models import Role
from cases.states import RecusalStatus, SealingStatus
from core.access import LEADING, matters_known
from core.models import Access
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member

#: Basis of the right by which somebody above decides a proposal and knows nothing else (core.Access.basis).
DECIDING = "决定回避、封存"


class RecusalQuerySet(models.QuerySet["Recusal"]):
    """Reads of recusals: never by whoever must stay out."""

    def visible_to(self, member: Member) -> RecusalQuerySet:
        """Recusals that the member proposed or decides on, and those that the member's unit decides on or
        took the affair over by. The one concerned reads none but an own proposal, and that until it is
        in force."""
        led = {agency_id for agency_id, role in member.posts if role in LEADING or role == Role.LEADER}
        asked = Access.objects.filter(member_id=member.pk, basis=DECIDING).values("matter_id")
        mine = Q(proposed_by=member) | Q(decided_by=member)
        leads = Q(unit__in=led) | Q(passed_to__in=led) | Q(matter__in=asked)
        away = Q(member=member) | Q(agency=member.agency_id, agency__isnull=False)
        known = self.filter(matter__in=matters_known(member).values("pk"))
        return known.filter(mine | leads & ~away)


class Recusal(models.Model):
    """回避 of a member or a whole unit from an affair: one proposes, another decides; it leaves no trace.

    `unit` is the holder whose 主要负责人 decides (above it where that is the one concerned); `passed_to` is
    the superior that took the affair over because of it (指定管辖).
    """

    Status = RecusalStatus

    matter = models.ForeignKey("core.Matter", models.PROTECT, related_name="recusals")
    member = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="回避人员"
    )
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="回避单位"
    )
    unit = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="决定单位")
    passed_to = models.ForeignKey(
        "agencies.Agency",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="指定管辖单位",
    )
    reason = models.CharField("事由", max_length=200)
    status = models.CharField(
        "状态", max_length=10, choices=RecusalStatus.choices, default=RecusalStatus.PROPOSED
    )
    version = models.PositiveIntegerField(default=1)
    proposed_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    words = models.CharField("决定意见", max_length=200, blank=True)

    objects = RecusalQuerySet.as_manager()

    class Meta:
        verbose_name = "回避"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="recusal_names_one",
                condition=Q(member__isnull=False, agency__isnull=True)
                | Q(member__isnull=True, agency__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["matter", "member"],
                condition=Q(status__in=("proposed", "in_force"), member__isnull=False),
                name="recusal_once_per_member",
            ),
            models.UniqueConstraint(
                fields=["matter", "agency"],
                condition=Q(status__in=("proposed", "in_force"), agency__isnull=False),
                name="recusal_once_per_unit",
            ),
            models.CheckConstraint(
                name="recusal_by_two",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("proposed_by")),
            ),
        ]

    @property
    def whom(self) -> str:
        """Who is to stay out, in words."""
        return self.member.label if self.member else self.agency.name


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Reads of invitations."""

    def live(self) -> InvitationQuerySet:
        """Those that run."""
        return self.filter(until__gte=now(), ended_at__isnull=True)

    def visible_to(self, member: Member) -> InvitationQuerySet:
        """One's own and those of one's unit while they run; all of an affair for its holder's leaders."""
        units = member.units
        led = {agency_id for agency_id, role in member.posts if role in LEADING}
        held = Access.objects.filter(relation=Access.Relation.HOLDER, agency_id__in=led)
        held = held.filter(Q(until__isnull=True) | Q(until__gte=now()))
        held = held.filter(matter=OuterRef("matter"), track=OuterRef("track"))
        guest = Q(member=member) | Q(agency__in=units)
        runs = Q(until__gte=now(), ended_at__isnull=True)
        known = self.filter(matter__in=matters_known(member).values("pk"))
        return known.filter(guest & runs | Q(invited_by=member) | Exists(held))


class Invitation(models.Model):
    """受邀协办 by the holder: purpose, until when. The right stands in Access (INVITED)."""

    matter = models.ForeignKey("core.Matter", models.PROTECT, related_name="invitations")
    track = models.CharField("范围", max_length=10, choices=Access.Track.choices)
    member = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="协办人员"
    )
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="协办单位"
    )
    purpose = models.CharField("协办事项", max_length=200)
    until = models.DateTimeField("有效至")
    invited_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    invited_at = models.DateTimeField("邀请时间")
    ended_at = models.DateTimeField("提前结束", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "协办邀请"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="invitation_names_one",
                condition=Q(member__isnull=False, agency__isnull=True)
                | Q(member__isnull=True, agency__isnull=False),
            )
        ]

    @property
    def whom(self) -> str:
        """Who is invited, in words."""
        return self.member.label if self.member else self.agency.name


class SensitiveRead(models.Model):
    """Who opened sealed content and why; the holder reads it (知悉记录). One row a person, row and day."""

    matter = models.ForeignKey("core.Matter", models.PROTECT, related_name="reads")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    member = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    why = models.CharField("查看事由", max_length=200)
    at = models.DateTimeField("查看时间")

    class Meta:
        verbose_name = "知悉记录"
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"])]


class SealingQuerySet(models.QuerySet["Sealing"]):
    """Reads of proposals to seal."""

    def visible_to(self, member: Member) -> SealingQuerySet:
        """Those that the member proposed or decides on, and those of units that the member leads."""
        led = {agency_id for agency_id, role in member.posts if role in LEADING}
        asked = Access.objects.filter(member_id=member.pk, basis=DECIDING).values("matter_id")
        known = self.filter(matter__in=matters_known(member).values("pk"))
        mine = Q(proposed_by=member) | Q(decided_by=member) | Q(unit__in=led) | Q(matter__in=asked)
        return known.filter(mine)


class Sealing(models.Model):
    """A proposal to seal an affair (封存) or to open it again (解封); another person decides."""

    Status = SealingStatus

    matter = models.ForeignKey("core.Matter", models.PROTECT, related_name="sealings")
    seal = models.BooleanField("封存")
    unit = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="承办单位")
    reason = models.CharField("事由", max_length=200)
    status = models.CharField(
        "状态", max_length=10, choices=SealingStatus.choices, default=SealingStatus.PROPOSED
    )
    version = models.PositiveIntegerField(default=1)
    proposed_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    words = models.CharField("决定意见", max_length=200, blank=True)

    objects = SealingQuerySet.as_manager()

    class Meta:
        verbose_name = "封存"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["matter"], condition=Q(status="proposed"), name="one_sealing_at_a_time"
            ),
            models.CheckConstraint(
                name="sealing_by_two",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("proposed_by")),
            ),
        ]
