"""Body 领导小组、指挥部、推进组、监管办、专班 and its dated posts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from agencies.models.units import Agency, Division


class Body(models.Model):
    """A body that a notice sets up. Several heads are allowed (PG 附件1 names two 组长).

    `seat` is the unit that houses it (办公室设在县自然资源局). `minimum` is the least number of people
    of a 专班 (JC 六（一）: 每个专班不少于10人). `required_posts` are the posts that the notice names by unit
    and duty, [{"title", "agency" (id), "duty"}]; one that nobody holds yet is shown as 待确定.
    """

    class Kind(models.TextChoices):
        LEADING_GROUP = "leading_group", "领导小组"
        COMMAND = "command", "指挥部"
        PUSH_GROUP = "push_group", "推进组"
        OFFICE = "office", "办公室（监管办）"
        TASK_FORCE = "task_force", "专班"

    county = models.ForeignKey(Division, models.PROTECT, related_name="+")
    key = models.CharField("代码", max_length=60)
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类别", max_length=15, choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    seat = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="设在单位"
    )
    minimum = models.PositiveIntegerField("不少于（人）", null=True, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    formed_on = models.DateField("成立日期", null=True, blank=True)
    ended_on = models.DateField("撤销日期", null=True, blank=True)
    required_posts = models.JSONField("应设职务", default=list, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "议事协调机构"
        ordering = ["county", "key"]
        constraints = [models.UniqueConstraint(fields=["county", "key"], name="body_once")]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """Who holds a post in a body, from when to when. Changes are proposed by the unit and put on record
    by the office (LZ 二（一）: 由所在单位提出，报监管办备案，不再另行发文).

    `member` is the person's account where there is one, else `person` names them. `supervises` marks the
    posts to which the escalation ladder goes (督办县领导).
    """

    class Title(models.TextChoices):
        HEAD = "head", "组长（指挥长）"
        VICE = "vice", "副组长（副指挥长）"
        MEMBER = "member", "成员"
        OFFICE_HEAD = "office_head", "办公室主任"
        OFFICE_VICE = "office_vice", "办公室副主任"
        CONTACT = "contact", "联络人"

    class Status(models.TextChoices):
        PROPOSED = "proposed", "待备案"
        RECORDED = "recorded", "已备案"
        REFUSED = "refused", "退回"

    body = models.ForeignKey(Body, models.PROTECT, related_name="posts")
    title = models.CharField("职务", max_length=15, choices=Title.choices)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="body_posts", verbose_name="所在单位")
    member = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="body_posts"
    )
    person = models.CharField("姓名", max_length=40, blank=True)
    duty_in_unit = models.CharField("单位职务", max_length=60, blank=True)
    supervises = models.BooleanField("督办领导", default=False)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROPOSED)
    version = models.PositiveIntegerField(default=1)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField("变动原因", max_length=200, blank=True)
    proposed_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField("提出时间")
    recorded_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField("备案时间", null=True, blank=True)

    class Meta:
        verbose_name = "机构成员"
        ordering = ["body", "title", "id"]
        constraints = [
            models.CheckConstraint(
                name="post_names_someone", condition=Q(member__isnull=False) | ~Q(person="")
            )
        ]
