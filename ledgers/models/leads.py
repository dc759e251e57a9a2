"""Lead 线索: something seen that must be answered. Lives under a Matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from core.access import matters_for
from ledgers.states import LeadStatus

if TYPE_CHECKING:
    from agencies.models import Member


class LeadQuerySet(models.QuerySet["Lead"]):
    """Reads of leads go through the matter."""

    def visible_to(self, member: Member) -> LeadQuerySet:
        """Leads whose matter the member may know of."""
        return self.filter(matter__in=matters_for(member).values("pk"))


class Lead(models.Model):
    """Raised by an entry that reports illegal digging, or by a 特殊情况报告 without a row."""

    class Source(models.TextChoices):
        PATROL = "patrol", "巡查发现"
        SPECIAL = "special", "特殊情况报告"

    matter = models.OneToOneField("core.Matter", models.PROTECT, related_name="lead")
    number = models.CharField("线索编号", max_length=40, unique=True)
    source = models.CharField("来源", max_length=10, choices=Source.choices)
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="leads", verbose_name="发现单位"
    )
    holder = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="held_leads", verbose_name="承办单位"
    )
    entry = models.OneToOneField("ledgers.Entry", models.PROTECT, null=True, blank=True, related_name="lead")
    site = models.ForeignKey("ledgers.Site", models.PROTECT, null=True, blank=True, related_name="leads")
    location = models.CharField("位置", max_length=200)
    lon = models.FloatField("经度（度）", null=True, blank=True)
    lat = models.FloatField("纬度（度）", null=True, blank=True)
    text = models.CharField("情况", max_length=1000)
    found_at = models.DateTimeField("发现时间")
    alarmed = models.BooleanField("已即时报告", default=False)
    status = models.CharField("状态", max_length=10, choices=LeadStatus.choices, default=LeadStatus.OPEN)
    version = models.PositiveIntegerField(default=1)
    reported_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = "线索"
        ordering = ["-id"]
        indexes = [models.Index(fields=["holder", "status"])]
