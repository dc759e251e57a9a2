"""CalendarDay 节假日与调休 and Clock 法定期限: law as effective-dated data."""

from django.db import models


class CalendarDay(models.Model):
    """A day that differs from Mon–Fri; loaded per year from a reviewed file (domain.md H)."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "放假"
        WORKDAY = "workday", "调休上班"

    day = models.DateField("日期", unique=True)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    name = models.CharField("名称", max_length=40, blank=True)
    source = models.CharField("来源文号", max_length=120, blank=True)

    class Meta:
        verbose_name = "节假日安排"
        ordering = ["day"]


class Clock(models.Model):
    """A limit: amount + unit + roll, in force for events from valid_from to valid_to.

    An old event keeps its old row. A limit of months ends on the day of the same number, or on the month's
    last day (民法典 202). `ceiling` is how much, in the same unit, all extensions together may
    add (0 = none) and `extends_by` whose word it takes. `uncertain` marks values that domain.md
    calls uncertain; the screen says so.
    """

    class Unit(models.TextChoices):
        HOURS = "hours", "小时"
        WORKDAYS = "workdays", "个工作日"
        DAYS = "days", "日"
        MONTHS = "months", "个月"

    class Roll(models.TextChoices):
        NONE = "none", "不顺延"
        NEXT = "next", "遇节假日顺延至次工作日"

    code = models.CharField("代码", max_length=40)
    name = models.CharField("名称", max_length=80)
    amount = models.PositiveIntegerField("数量")
    unit = models.CharField("单位", max_length=10, choices=Unit.choices)
    roll = models.CharField("顺延", max_length=10, choices=Roll.choices, default=Roll.NONE)
    basis = models.CharField("依据", max_length=200)
    ceiling = models.PositiveIntegerField("最多可延长", default=0)
    extends_by = models.CharField("延长批准权限", max_length=80, blank=True)
    uncertain = models.BooleanField("待地方确认", default=False)
    valid_from = models.DateField("施行日期")
    valid_to = models.DateField("废止日期", null=True, blank=True)

    class Meta:
        verbose_name = "期限"
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="clock_version_once")]
        ordering = ["code", "valid_from"]

    def __str__(self) -> str:
        return self.name
