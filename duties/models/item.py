"""ItemList 清单 and Item 条目: 清单式管理、挂账式销号 (JC 五（一）三, SZ 三（二）)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from agencies.models import AgencyKind
from agencies.scope import AgencyScoped, readable_agencies
from duties.states import ItemStatus

if TYPE_CHECKING:
    from agencies.models import Member


class ItemQuerySet(AgencyScoped["Item"]):
    """Reads of items."""

    def visible_to(self, member: Member) -> ItemQuerySet:
        """Items of units the member may read, or that the member's unit watches over or found; those of
        an unreleased 暗访 only for the side that went there and the joint office."""
        if not member.is_business:
            return self.none()
        units = readable_agencies(member).values("pk")
        found = self.filter(
            Q(agency__in=units) | Q(list__agency=member.agency_id) | Q(found_by=member.agency_id)
        )
        if member.agency.kind == AgencyKind.JOINT_OFFICE:
            return found
        return found.filter(Q(hidden=False) | Q(list__agency=member.agency_id) | Q(found_by=member.agency_id))


class ItemList(models.Model):
    """A list of objects to be worked off one by one: a task's objects, or the 问题台账 of an inspection.

    `agency` keeps the list. A frozen list takes no more items. `questions` = [{code, label,
    site_kinds}] asked of each item. `times` > 0: each item is to be visited that often (every site n times).
    """

    title = models.CharField("名称", max_length=120)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="item_lists")
    campaign = models.ForeignKey(
        "duties.Campaign", models.PROTECT, null=True, blank=True, related_name="item_lists"
    )
    task = models.ForeignKey("duties.Task", models.PROTECT, null=True, blank=True, related_name="item_lists")
    source_kind = models.CharField(max_length=40, blank=True)
    source_id = models.CharField(max_length=40, blank=True)
    growing = models.BooleanField("可增加", default=True)
    frozen_at = models.DateTimeField("锁定时间", null=True, blank=True)
    categories = models.JSONField("分类", default=list)
    questions = models.JSONField("核查项", default=list)
    times = models.PositiveIntegerField("每个对象次数", default=0)
    due_at = models.DateTimeField("统一期限", null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "清单"
        ordering = ["-id"]
        indexes = [models.Index(fields=["source_kind", "source_id"])]

    def __str__(self) -> str:
        return self.title


class Item(models.Model):
    """One object or problem on a list, 挂账 until 销号 by two people.

    `subject_*` names a site (or a case file) through core.registry; `name` and `place` stand for themselves.
    `needed`/`done` count visits on a list with `times`. Each reopening (死灰复燃) is counted.
    """

    class Category(models.TextChoices):
        CLOSE = "close", "关闭"
        DEMOLISH = "demolish", "拆除"
        RECTIFY = "rectify", "限期整改"
        MOVE = "move", "搬迁"
        STOP = "stop", "停产整顿"
        CHECK = "check", "核查"
        OTHER = "other", "其他"

    Status = ItemStatus

    list = models.ForeignKey(ItemList, models.PROTECT, related_name="items")
    number = models.PositiveIntegerField("序号")
    name = models.CharField("名称", max_length=160)
    place = models.CharField("位置", max_length=200, blank=True)
    division = models.ForeignKey("agencies.Division", models.PROTECT, null=True, blank=True, related_name="+")
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    site_kind = models.CharField("对象类别", max_length=15, blank=True)
    category = models.CharField("分类", max_length=10, choices=Category.choices, blank=True)
    problem = models.TextField("问题", blank=True)
    demand = models.TextField("整改要求", blank=True)
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="items", verbose_name="责任单位"
    )
    responsible = models.CharField("监管责任人", max_length=60, blank=True)
    found_by = models.ForeignKey(
        "agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="发现单位"
    )
    hidden = models.BooleanField("未公开", default=False)
    due_at = models.DateTimeField("期限", null=True, blank=True)
    answers = models.JSONField("核查结果", default=dict)
    outcome = models.TextField("处置结果", blank=True)
    needed = models.PositiveIntegerField("应查次数", default=0)
    done = models.PositiveIntegerField("已查次数", default=0)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.OPEN)
    version = models.PositiveIntegerField(default=1)
    reopened = models.PositiveIntegerField("复燃次数", default=0)
    submitted_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField("报请销号时间", null=True, blank=True)
    closed_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        verbose_name = "挂账条目"
        ordering = ["list", "number"]
        constraints = [models.UniqueConstraint(fields=["list", "number"], name="item_number_once")]
        indexes = [
            models.Index(fields=["agency", "status", "due_at"]),
            models.Index(fields=["subject_kind", "subject_id"]),
        ]

    def __str__(self) -> str:
        return self.name
