"""Campaign 专项行动 → Stage 阶段 → Task 任务: what a notice demands, bound to a county's units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from agencies.models import Agency, Role
from duties.states import CampaignStatus

if TYPE_CHECKING:
    from agencies.models import Member


class CampaignQuerySet(models.QuerySet["Campaign"]):
    """Reads of campaigns."""

    def visible_to(self, member: Member) -> CampaignQuerySet:
        """Campaigns of the member's county: a notice is known to every unit it is sent to; drafts to
        those who make them (the joint office)."""
        if not member.is_business:
            return self.none()
        found = self.filter(county__code=member.agency.division.code[:6])
        office = member.agency.kind in ("joint_office", "county")
        return found if office else found.exclude(status=Campaign.Status.DRAFT)


class Campaign(models.Model):
    """One notice, loaded from a data file or made in the browser (docs/campaigns.md).

    `definition` is the checked content of the file after --shift-to; `draft` is the edited copy that is
    not yet in force. `loaded_at` parts 历史 from what is live. `signed_on` and `ends_on` may be unknown.
    """

    Status = CampaignStatus

    class Holiday(models.TextChoices):
        KEEP = "none", "不变，提前提醒"
        PREVIOUS = "prev", "提前至前一工作日"
        NEXT = "next", "顺延至次工作日"

    county = models.ForeignKey("agencies.Division", models.PROTECT, related_name="+")
    key = models.SlugField("代码", max_length=40)
    name = models.CharField("名称", max_length=120)
    number = models.CharField("文号", max_length=60, blank=True)
    organ = models.CharField("发文机关", max_length=120, blank=True)
    signed_on = models.DateField("成文日期", null=True, blank=True)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    holiday = models.CharField("遇节假日", max_length=5, choices=Holiday.choices, default=Holiday.KEEP)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.DRAFT)
    version = models.PositiveIntegerField(default=1)
    definition = models.JSONField("内容", default=dict)
    draft = models.JSONField("修改稿", null=True, blank=True)
    draft_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    bindings = models.JSONField("单位对应", default=dict)
    digest = models.CharField(max_length=64, blank=True)
    shifted_days = models.IntegerField("平移天数", default=0)
    loaded_at = models.DateTimeField("载入时间", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "专项行动"
        ordering = ["-starts_on", "key"]
        constraints = [models.UniqueConstraint(fields=["county", "key"], name="campaign_once")]

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """A stage; stages may overlap, leave gaps or be absent. No task date is held to lie inside one."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="stages")
    code = models.CharField("序号", max_length=20)
    name = models.CharField("名称", max_length=80)
    starts_on = models.DateField("开始", null=True, blank=True)
    ends_on = models.DateField("结束", null=True, blank=True)
    paragraph = models.CharField("条款", max_length=60, blank=True)

    class Meta:
        verbose_name = "阶段"
        ordering = ["campaign", "code"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="stage_once")]

    def __str__(self) -> str:
        return self.name


class Task(models.Model):
    """One thing the notice demands: a task, report, meeting, visit, patrol, quota, filing, milestone …

    `spec` is the task's part of the definition. What has dates has a DutyRule (`task.rule`); ONGOING,
    EVENT, OPEN and undated tasks have none and show 最近一次. `dropped_at`: no longer in the notice's
    file; kept because something was done for it.
    """

    class Kind(models.TextChoices):
        TASK = "task", "任务"
        REPORT = "report", "报送"
        BULLETIN = "bulletin", "通报"
        MEETING = "meeting", "会议"
        VISIT = "visit", "包联"
        PATROL = "patrol", "巡查"
        INSPECTION = "inspection", "联合检查"
        FILING = "filing", "备案"
        PLAN = "plan", "计划"
        SURVEY = "survey", "监测"
        DELIVERY = "delivery", "建设"
        MILESTONE = "milestone", "目标"

    class Deadline(models.TextChoices):
        FIXED = "fixed", "限期"
        STAGE_END = "stage_end", "阶段结束前"
        BEFORE = "before", "某事之前"
        QUOTA = "quota", "次数要求"
        RECURRING = "recurring", "定期"
        OPEN = "open", "经常（日期待定）"
        ONGOING = "ongoing", "贯穿全过程"
        EVENT = "event", "随时"
        NONE = "none", "未定期限"
        IMPOSSIBLE = "impossible", "日期有误待确认"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="tasks")
    stage = models.ForeignKey(Stage, models.PROTECT, null=True, blank=True, related_name="tasks")
    code = models.CharField("编号", max_length=30)
    order = models.PositiveIntegerField(default=0)
    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    name = models.CharField("名称", max_length=160)
    text = models.TextField("要求", blank=True)
    paragraph = models.CharField("条款", max_length=60, blank=True)
    deadline = models.CharField("期限类型", max_length=12, choices=Deadline.choices)
    raw_date = models.CharField("原文日期", max_length=60, blank=True)
    suggested_on = models.DateField("建议日期", null=True, blank=True)
    confirmed_on = models.DateField("确认日期", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    proof_kind = models.CharField("完成凭据", max_length=40)
    role = models.CharField("责任角色", max_length=20, choices=Role.choices)
    recipient = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    joint = models.BooleanField("共同完成一次", default=False)
    spec = models.JSONField("定义", default=dict)
    version = models.PositiveIntegerField(default=1)
    dropped_at = models.DateTimeField("取消时间", null=True, blank=True)

    class Meta:
        verbose_name = "专项任务"
        ordering = ["campaign", "order", "code"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="task_once")]

    def __str__(self) -> str:
        return self.name


class TaskParty(models.Model):
    """A unit's part in a task. A unit owes nothing that was due before it joined or after it left.

    `by_hand`: joined or left by an act of the office, not by the file; a changed file leaves it alone.
    """

    class Side(models.TextChoices):
        HOST = "host", "牵头（责任）单位"
        COOPERATING = "with", "配合单位"

    task = models.ForeignKey(Task, models.CASCADE, related_name="parties")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="task_parties")
    side = models.CharField("分工", max_length=5, choices=Side.choices)
    order = models.PositiveIntegerField(default=0)
    joined_on = models.DateField("加入日期", null=True, blank=True)
    left_on = models.DateField("退出日期", null=True, blank=True)
    by_hand = models.BooleanField("人工调整", default=False)

    class Meta:
        verbose_name = "任务分工"
        ordering = ["task", "side", "order"]
        constraints = [models.UniqueConstraint(fields=["task", "agency", "side"], name="party_once")]


class Violation(models.Model):
    """One kind of violation in the campaign's catalogue."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="violations")
    code = models.CharField("代码", max_length=40)
    name = models.CharField("违法情形", max_length=160)
    paragraph = models.CharField("条款", max_length=60, blank=True)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "违法情形"
        ordering = ["campaign", "order"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="violation_once")]


class Route(models.Model):
    """One row of the campaign's routing table: which unit handles what, by which kind of referral.

    `type` is an edge of domain.md A.7 (CRIMINAL, JURISDICTION …) or HANDLES for plain competence.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="routes")
    matter = models.CharField("事项", max_length=200)
    violation = models.CharField("违法情形代码", max_length=40, blank=True)
    type = models.CharField("类型", max_length=20)
    sender = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    receiver = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    sender_key = models.CharField(max_length=40, blank=True)
    receiver_key = models.CharField(max_length=40, blank=True)
    receiver_name = models.CharField("接收方", max_length=80, blank=True)
    paragraph = models.CharField("条款", max_length=60, blank=True)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "移送去向"
        ordering = ["campaign", "order"]
