"""Run: the database truth of every job (design.md 4)."""

from django.db import models
from django.db.models import Q


class Run(models.Model):
    """One piece of background work under a unique key.

    A worker holds it by a lease renewed every few seconds; `fence` grows with
    each take-over, so that a worker that lost its lease cannot publish.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败，待人工处理"
        CANCELLED = "cancelled", "已取消"

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=160, unique=True)
    params = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, related_name="+")
    member = models.ForeignKey("agencies.Member", models.PROTECT, null=True, related_name="+")
    step = models.CharField("当前步骤", max_length=100, blank=True)
    done = models.PositiveIntegerField("已完成数", default=0)
    due = models.PositiveIntegerField("应完成数", default=0)
    attempts = models.PositiveIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)
    cancel_asked = models.BooleanField(default=False)
    catch_up = models.BooleanField("补生成", default=False)
    error = models.CharField("失败原因", max_length=300, blank=True)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    output = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "后台任务"
        indexes = [
            # the sweeper's query: what is queued or running, oldest first
            models.Index(
                fields=["created_at"], condition=Q(status__in=["queued", "running"]), name="run_unfinished"
            ),
        ]


class Heartbeat(models.Model):
    """Last sign of life of a background process; read by /healthz and the banner."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "心跳"
