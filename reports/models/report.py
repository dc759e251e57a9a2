"""Report: one per duty (unit × window × kind × form version)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from agencies.scope import AgencyOrRecipientScoped, readable_agencies
from reports.states import ReportStatus

if TYPE_CHECKING:
    from agencies.models import Member

LIVE = (ReportStatus.DRAFT, ReportStatus.RETURNED)


class ReportQuerySet(AgencyOrRecipientScoped["Report"]):
    """Reads of reports."""

    def visible_to(self, member: Member) -> ReportQuerySet:
        """Reports of units the member may read, and what was sent to the member's unit.

        A draft is live data: only those who may read the unit see it.
        """
        own = Q(agency__in=readable_agencies(member).values("pk"))
        return super().visible_to(member).filter(own | ~Q(status__in=LIVE))


class Report(models.Model):
    """A draft with live figures until submission freezes and hashes it.

    `window_start`/`window_end` are half-open bounds. `narrative` maps paragraph
    key → text; `edited` lists the paragraphs a person has changed, which a
    recomputation keeps. `issue` counts submissions; each freezes anew.
    """

    kind = models.CharField("报表", max_length=20)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="reports")
    recipient = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    period = models.CharField("期间", max_length=30)
    form_version = models.PositiveSmallIntegerField(default=1)
    duty = models.OneToOneField("duties.Duty", models.PROTECT, null=True, blank=True, related_name="report")
    window_start = models.DateTimeField()
    window_end = models.DateTimeField()
    status = models.CharField("状态", max_length=10, choices=ReportStatus.choices, default=ReportStatus.DRAFT)
    version = models.PositiveIntegerField(default=1)
    issue = models.PositiveSmallIntegerField("报送次数", default=0)
    narrative = models.JSONField(default=dict)
    edited = models.JSONField(default=list)
    frozen_at = models.DateTimeField("数据截止", null=True, blank=True)
    hash = models.CharField(max_length=64, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    catch_up = models.BooleanField("补生成", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = "报表"
        ordering = ["-window_end", "agency__code"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "kind", "period", "form_version"], name="report_once"),
        ]


class ReportFigure(models.Model):
    """A frozen number: its value and the keys of the rows behind it."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="figures")
    issue = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=60)
    value = models.DecimalField(max_digits=20, decimal_places=4)
    rows = models.JSONField(default=list)

    class Meta:
        verbose_name = "报表数字"
        constraints = [models.UniqueConstraint(fields=["report", "issue", "key"], name="figure_once")]


class ReportPaper(models.Model):
    """A produced file of one issue (0 = draft) in one format."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="papers")
    issue = models.PositiveSmallIntegerField()
    format = models.CharField(max_length=8)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "报表文件"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["report", "issue", "format"], name="paper_once")]
