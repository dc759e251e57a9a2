"""What comes in: uploads with a receipt per row, drafts, once-only tokens."""

from django.db import models
from django.db.models import Q


class Upload(models.Model):
    """A bulk inlet's own receipt: the file, what was read, what was done.

    `kind` names the importer ("patrol", "sites", "grid"); `params` holds
    scalars such as the period, never case content.
    """

    class Status(models.TextChoices):
        JUDGED = "judged", "待确认"
        APPLIED = "applied", "已导入"
        REFUSED = "refused", "未导入"
        CANCELLED = "cancelled", "已放弃"

    kind = models.CharField(max_length=20)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    member = models.ForeignKey("agencies.Member", models.PROTECT, null=True, related_name="+")
    file = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, related_name="+")
    params = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.JUDGED)
    version = models.PositiveIntegerField(default=1)
    rows_read = models.PositiveIntegerField("读取行数", default=0)
    rows_added = models.PositiveIntegerField("新增行数", default=0)
    rows_known = models.PositiveIntegerField("已有行数", default=0)
    rows_refused = models.PositiveIntegerField("未采用行数", default=0)
    problems = models.JSONField("整份文件的问题", default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "导入"


class UploadRow(models.Model):
    """One row of an upload: as read, as judged, what became of it."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", "采用"
        NOTED = "noted", "采用并注明"
        REFUSED = "refused", "未采用"
        KNOWN = "known", "已有"
        SKIPPED = "skipped", "不是数据行"

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="rows")
    sheet = models.CharField("工作表", max_length=40)
    number = models.PositiveIntegerField("行号")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    values = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    identity = models.CharField(max_length=64, blank=True, db_index=True)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = "导入行"
        constraints = [
            models.UniqueConstraint(fields=["upload", "sheet", "number"], name="upload_row_once"),
        ]
        ordering = ["id"]


class Draft(models.Model):
    """Unsent typing of one member in one form; nobody else ever sees it."""

    member = models.ForeignKey("agencies.Member", models.CASCADE, related_name="+")
    form = models.CharField(max_length=40)
    object_key = models.CharField(max_length=60, blank=True)
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "草稿"
        constraints = [models.UniqueConstraint(fields=["member", "form", "object_key"], name="draft_once")]


class Once(models.Model):
    """A client token that has acted: the same form sent again gets the same answer."""

    token = models.UUIDField(unique=True)
    verb = models.CharField(max_length=60)
    member = models.ForeignKey("agencies.Member", models.CASCADE, null=True, related_name="+")
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "表单回执"
        constraints = [models.CheckConstraint(name="once_has_a_verb", condition=~Q(verb=""))]
