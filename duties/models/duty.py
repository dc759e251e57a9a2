"""Duty: everything that anyone owes by a time is one row; Proof shows it was done."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from agencies.models import Role
from agencies.scope import AgencyOrRecipientScoped
from core.access import matters_for, matters_known
from core.models import Access
from core.registry import SUBJECTS

if TYPE_CHECKING:
    from agencies.models import Member


class DutyQuerySet(AgencyOrRecipientScoped["Duty"]):
    """Reads of duties: by unit, and by the matter where there is one."""

    def visible_to(self, member: Member) -> DutyQuerySet:
        """Duties of units the member may read or receives from; on a matter only if known, on the criminal
        track (侦办) only if that is open to the member; none on a subject that is kept from the member."""
        rows = super().visible_to(member)
        rows = rows.filter(Q(matter__isnull=True) | Q(matter__in=matters_known(member).values("pk")))
        criminal = Access.Track.CRIMINAL
        rows = rows.filter(~Q(track=criminal) | Q(matter__in=matters_for(member, criminal).values("pk")))
        for kind, subject in SUBJECTS.items():
            if subject.kept_from is not None:
                keys = subject.kept_from(member).order_by().values(key=Cast("pk", models.CharField()))
                rows = rows.exclude(subject_kind=kind, subject_id__in=keys)
        return rows

    def open(self) -> DutyQuerySet:
        """Duties not yet done."""
        return self.filter(status=Duty.Status.OPEN)


class Duty(models.Model):
    """One obligation of one unit for one window. Late, days left and light are computed.

    `window_start` and `window_end` are half-open bounds, Asia/Shanghai;
    `due_at` of a day-long due is 23:59:59 of that day. `first_done_at` decides
    lateness: a return reopens the duty but moves no date. While `stopped` its clock stands still
    (a ClockStop is open): it is not late and nobody is reminded; the date is counted anew when it runs on.
    """

    class Kind(models.TextChoices):
        PATROL = "patrol", "巡查"
        REPORT = "report", "报表"
        SIGN = "sign", "签批"
        REVIEW = "review", "审核"
        LICENCE = "licence", "证照到期"
        LEAD = "lead", "线索处置"
        MEETING = "meeting", "会议"
        VISIT = "visit", "包联"
        TASK = "task", "专项任务"
        INSPECTION = "inspection", "联合检查"
        ITEM = "item", "问题整改"
        ORDER = "order", "交办督办"
        REFERRAL = "referral", "移送"
        CASE = "case", "案件"
        OTHER = "other", "其他"

    class Status(models.TextChoices):
        OPEN = "open", "未完成"
        FULFILLED = "fulfilled", "已完成"
        WAIVED = "waived", "免除"
        CANCELLED = "cancelled", "取消"

    key = models.CharField(max_length=160, unique=True)
    rule = models.ForeignKey("duties.DutyRule", models.PROTECT, null=True, blank=True, related_name="duties")
    campaign = models.ForeignKey(
        "duties.Campaign", models.PROTECT, null=True, blank=True, related_name="duties"
    )
    clock = models.ForeignKey("duties.Clock", models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    title = models.CharField("事项", max_length=160)
    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="duties", verbose_name="责任单位"
    )
    role = models.CharField("责任角色", max_length=20, choices=Role.choices)
    member = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="duties"
    )
    recipient = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    period = models.CharField("期间", max_length=30, blank=True)
    proof_kind = models.CharField(max_length=40, blank=True)
    window_start = models.DateTimeField(null=True, blank=True)
    window_end = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField("起算", null=True, blank=True)
    due_at = models.DateTimeField("期限", null=True, blank=True)
    needed = models.PositiveIntegerField("应完成", default=1)
    done = models.PositiveIntegerField("已完成", default=0)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.OPEN)
    version = models.PositiveIntegerField(default=1)
    first_done_at = models.DateTimeField("首次完成时间", null=True, blank=True)
    fulfilled_at = models.DateTimeField("完成时间", null=True, blank=True)
    basis = models.CharField("依据", max_length=300, blank=True)
    history = models.BooleanField("历史", default=False)
    catch_up = models.BooleanField("补生成", default=False)
    provisional = models.BooleanField("暂定", default=False)
    stopped = models.BooleanField("中止计时", default=False)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    matter = models.ForeignKey("core.Matter", models.PROTECT, null=True, blank=True, related_name="duties")
    track = models.CharField(max_length=10, choices=Access.Track.choices, default=Access.Track.ADMIN)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = "任务"
        ordering = ["due_at", "id"]
        indexes = [
            # the to-do page and the sweeps read open duties by due time
            models.Index(fields=["due_at", "id"], condition=Q(status="open"), name="duty_open_by_due"),
            models.Index(fields=["agency", "due_at"]),
            models.Index(fields=["subject_kind", "subject_id"]),
            models.Index(fields=["campaign", "due_at"]),
            # prove() looks for the windows a new fact falls into
            models.Index(fields=["agency", "proof_kind", "window_start"], name="duty_window"),
        ]

    def late(self, at: dt.datetime) -> bool:
        """Whether it was not (first) done by its due time, seen at `at`. 历史 and 中止 are never late."""
        if self.history or self.stopped or self.due_at is None:
            return False
        if self.status in (self.Status.WAIVED, self.Status.CANCELLED):
            return False
        return (self.first_done_at or at) > self.due_at

    def __str__(self) -> str:
        return self.title


class Proof(models.Model):
    """A fact that may fulfil duties: written by the proving action whether or not a duty is open."""

    kind = models.CharField(max_length=40)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    at = models.DateTimeField("发生时间")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    matter = models.ForeignKey("core.Matter", models.PROTECT, null=True, blank=True, related_name="+")
    retracted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "完成凭据"
        indexes = [
            models.Index(
                fields=["agency", "kind", "at"], condition=Q(retracted_at__isnull=True), name="proof_live"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "agency", "subject_kind", "subject_id"],
                condition=Q(retracted_at__isnull=True),
                name="proof_once_per_subject",
            )
        ]


class Urge(models.Model):
    """One 催报: who urged which duty when; content-free notices go with it."""

    duty = models.ForeignKey(Duty, models.CASCADE, related_name="urges")
    by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "催报"
        ordering = ["-id"]
