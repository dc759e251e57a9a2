"""Notice: an in-app message to one member, without case content."""

from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """`text` says only that something waits; the subject is opened by those who may."""

    member = models.ForeignKey("agencies.Member", models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    text = models.CharField("内容", max_length=200)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    matter = models.ForeignKey("core.Matter", models.CASCADE, null=True, blank=True, related_name="+")
    needs_ack = models.BooleanField("需要已阅", default=False)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)
    acked_at = models.DateTimeField("已阅时间", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "消息"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["member"], condition=Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["subject_kind", "subject_id"]),
        ]
