"""What is done to things while a case runs (C2, C6, C7), and the visits after it has closed (回头看)."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from minewatch.lib.clock import local_date


class Measure(models.Model):
    """责令停止、先行登记保存 or 查封扣押: each with its paper, its limit (a duty) and how it ended."""

    class Kind(models.TextChoices):
        STOP = "stop", "责令停止（改正）违法行为"
        PRESERVE = "preserve", "先行登记保存"
        SEAL = "seal", "查封、扣押"

    class End(models.TextChoices):
        LIFTED = "lifted", "解除、退还"
        SEALED = "sealed", "转为查封、扣押"
        CONFISCATED = "confiscated", "没收"
        HANDED = "handed", "随案移送"
        DESTROYED = "destroyed", "销毁、先行处置"
        OBEYED = "obeyed", "已停止（改正）"
        DEFIED = "defied", "未停止（改正）"

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="measures")
    kind = models.CharField("措施", max_length=10, choices=Kind.choices)
    number = models.CharField("文号", max_length=80, blank=True)
    taken_at = models.DateTimeField("采取时间")
    things = models.TextField("对象、数量", max_length=1000)
    place = models.CharField("存放地点", max_length=120, blank=True)
    approved_by = models.CharField("批准人", max_length=40, blank=True)
    on_the_spot = models.BooleanField("当场采取，二十四小时内补办批准手续", default=False)
    reported_at = models.DateTimeField("补办批准时间", null=True, blank=True)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    end = models.CharField("处理", max_length=12, choices=End.choices, blank=True)
    end_note = models.CharField("处理情况", max_length=300, blank=True)
    ended_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "强制措施"
        ordering = ["taken_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="measure_ends_after_it_began",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("taken_at")),
            )
        ]


class LookBack(models.Model):
    """回头看 of a closed case 30, 90 and 180 days on: what was found; digging again opens a new case."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="lookbacks")
    days = models.PositiveIntegerField("结案后（日）")
    due_at = models.DateTimeField("期限")
    visited_at = models.DateTimeField("回访时间", null=True, blank=True)
    by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    again = models.BooleanField("死灰复燃", default=False)
    text = models.CharField("回访情况", max_length=500, blank=True)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    revival = models.ForeignKey("cases.Case", models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "回头看"
        ordering = ["case", "days"]
        constraints = [models.UniqueConstraint(fields=["case", "days"], name="lookback_once")]

    @property
    def first_day(self) -> dt.date:
        """The Shanghai day from which a visit that finds nothing counts as this one.

        The day on which the visit before it is due, for the first the day after closing. 本系统约定, no law:
        three visits of one day would say nothing of the months that follow.
        """
        before = self.case.lookbacks.filter(days__lt=self.days).order_by("days").last()
        due = [local_date(before.due_at)] if before else []
        closed = self.case.closed_at  # None: made anew since, nobody looks back yet
        return max([*due, local_date(closed or self.due_at) + dt.timedelta(days=1)])
