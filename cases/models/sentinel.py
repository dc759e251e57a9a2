"""What was decided about a case at or above the criminal line (该移送不移送, 以罚代刑)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from cases.line_states import DecisionStatus
from cases.models.case import Case
from core.access import matters_known

if TYPE_CHECKING:
    from agencies.models import Member


class LineMark(models.Model):
    """What the sentinel last found for a case, for lists of states; no amount stands here.

    `since` is the day on which the case was first found at the line, while it is there; `covered` says that a
    countersigned decision not to refer covers the figures found.
    """

    case = models.OneToOneField(Case, models.CASCADE, related_name="line_mark")
    at_line = models.BooleanField("达到刑事标准", default=False)
    since = models.DateField("达到日期", null=True, blank=True)
    covered = models.BooleanField("已有会签的不移送决定", default=False)
    checked_at = models.DateTimeField("测算时间")

    class Meta:
        verbose_name = "移送标准测算"


class LineDecisionQuerySet(models.QuerySet["LineDecision"]):
    """Reads of decisions go through the case."""

    def visible_to(self, member: Member) -> LineDecisionQuerySet:
        """Decisions on cases that the member may read, and those the member decided or countersigns."""
        cases = Case.objects.visible_to(member)
        known = Q(case__matter__in=matters_known(member).values("pk"))
        own = Q(decided_by=member) | Q(countersigned_by=member)
        return self.filter(Q(case__in=cases.values("pk")) | known & own)


class LineDecision(models.Model):
    """A written decision not to refer a case that is at the criminal line; counts once countersigned.

    `computation` is the sentinel's own working at that time (JSON), kept as it was: it covers the figures of
    that day and no greater ones.
    """

    Status = DecisionStatus

    case = models.ForeignKey(Case, models.PROTECT, related_name="line_decisions")
    reason = models.TextField("不移送的理由和依据")
    computation = models.JSONField("测算", default=dict)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+", verbose_name="书面决定")
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.PROPOSED)
    version = models.PositiveIntegerField(default=1)
    decided_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+", verbose_name="决定人")
    decided_at = models.DateTimeField("决定时间")
    countersigned_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="会签人"
    )
    countersigned_at = models.DateTimeField("会签时间", null=True, blank=True)
    words = models.CharField("会签意见", max_length=300, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdraw_reason = models.CharField("撤回原因", max_length=300, blank=True)

    objects = LineDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "不移送决定"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="line_decision_by_two",
                condition=Q(countersigned_by__isnull=True) | ~Q(countersigned_by=F("decided_by")),
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(status=DecisionStatus.PROPOSED), name="one_open_line_decision"
            ),
        ]


class Downgrade(models.Model):
    """Every change of a violation or party that took a case further from the criminal line, both workings."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="downgrades")
    by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")
    before = models.JSONField("改前")
    after = models.JSONField("改后")
    reason = models.CharField("理由", max_length=300)

    class Meta:
        verbose_name = "降格记录"
        ordering = ["-id"]
