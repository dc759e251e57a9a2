"""DutyRule: who owes what to whom on which schedule, with its data window."""

from django.db import models

from agencies.models import AgencyKind, Role


class DutyRule(models.Model):
    """A standing obligation. Names one unit, every unit of a kind in the county, or a campaign's task.

    A rule with a `task` binds the hosts among the task's parties (each from the day it joined on).

    `schedule` is the JSON of `minewatch.lib.windows.Schedule` (kind, days, time,
    window policy, roll). `needed` is the quota per window. `valid_from` is the
    day the notice was signed or the rule took effect: nothing is due before it.
    """

    class Kind(models.TextChoices):
        PATROL = "patrol", "巡查"
        REPORT = "report", "报表"
        MEETING = "meeting", "会议"
        VISIT = "visit", "包联"
        TASK = "task", "专项任务"
        INSPECTION = "inspection", "联合检查"
        OTHER = "other", "其他"

    key = models.CharField("规则代码", max_length=80, unique=True)
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    county = models.ForeignKey("agencies.Division", models.PROTECT, related_name="+")
    task = models.OneToOneField(
        "duties.Task", models.PROTECT, null=True, blank=True, related_name="rule", verbose_name="专项任务"
    )
    owner = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    owner_kind = models.CharField("责任单位类别", max_length=20, choices=AgencyKind.choices, blank=True)
    owner_role = models.CharField("责任角色", max_length=20, choices=Role.choices, default=Role.FILLER)
    recipient_kind = models.CharField("报送对象", max_length=20, choices=AgencyKind.choices, blank=True)
    proof_kind = models.CharField("完成凭据", max_length=40)
    needed = models.PositiveIntegerField("每期至少", default=1)
    schedule = models.JSONField("周期")
    basis = models.CharField("依据", max_length=200)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    loaded_at = models.DateTimeField("载入时间")

    class Meta:
        verbose_name = "任务规则"
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                name="rule_names_one_owner",
                condition=models.Q(task__isnull=False, owner__isnull=True, owner_kind="")
                | models.Q(task__isnull=True, owner__isnull=False, owner_kind="")
                | (models.Q(task__isnull=True, owner__isnull=True) & ~models.Q(owner_kind="")),
            )
        ]

    def __str__(self) -> str:
        return self.name
