"""Informant 举报人: sealed apart from the lead, encrypted at rest, read by two custodians together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from agencies.models import Role
from core.models import Access
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member


class InformantQuerySet(models.QuerySet["Informant"]):
    """Reads of what is sealed: that it exists and its code, never the identity."""

    def visible_to(self, member: Member) -> InformantQuerySet:
        """For the custodians of the county who need not stay out of the affair (回避)."""
        if Role.CUSTODIAN not in member.own_roles or not member.is_business or not member.agency_id:
            return self.none()
        away = Access.objects.filter(Q(agency_id__in=member.units) | Q(member_id=member.pk))
        away = away.filter(Q(until__isnull=True) | Q(until__gte=now()), relation=Access.Relation.BARRED)
        here = self.filter(lead__agency__division__code__startswith=member.agency.division.code[:6])
        return here.exclude(lead__matter__in=away.values("matter_id"))


class Informant(models.Model):
    """Who told a lead. `sealed` is one Fernet token over name, phone, address and note; `code` stands for
    the person in follow-up and reward without saying who it is."""

    lead = models.OneToOneField("ledgers.Lead", models.PROTECT, related_name="informant")
    code = models.CharField("举报人代码", max_length=12, unique=True)
    sealed = models.TextField()
    wants_answer = models.BooleanField("要求答复", default=False)
    recorded_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间")
    version = models.PositiveIntegerField(default=1)

    objects = InformantQuerySet.as_manager()

    class Meta:
        verbose_name = "举报人信息"
        ordering = ["-id"]


class Reveal(models.Model):
    """查看举报人信息: one custodian asks with a motive, another agrees; seen once, within 24 hours."""

    class Status(models.TextChoices):
        ASKED = "asked", "待另一名保管人同意"
        AGREED = "agreed", "已同意，待查看"
        REFUSED = "refused", "不同意"
        SEEN = "seen", "已查看"

    informant = models.ForeignKey(Informant, models.PROTECT, related_name="reveals")
    motive = models.CharField("查看事由", max_length=300)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.ASKED)
    version = models.PositiveIntegerField(default=1)
    asked_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("同意时间", null=True, blank=True)
    words = models.CharField("意见", max_length=300, blank=True)
    seen_at = models.DateTimeField("查看时间", null=True, blank=True)

    class Meta:
        verbose_name = "举报人信息查看"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["informant", "asked_by"],
                condition=Q(status__in=("asked", "agreed")),
                name="one_reveal_waits_per_custodian",
            )
        ]
