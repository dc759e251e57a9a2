"""StoredFile: bytes with their hash; originals are kept bit for bit."""

from django.db import models


class StoredFile(models.Model):
    """One file as received or produced. `copy` is the re-encoded view copy without EXIF."""

    class Kind(models.TextChoices):
        PHOTO = "photo", "照片"
        SCAN = "scan", "盖章扫描件"
        UPLOAD = "upload", "导入文件"
        OUTPUT = "output", "生成文件"
        DOCUMENT = "document", "文件"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField("文件名", max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField("大小（字节）")
    sha256 = models.CharField(max_length=64, db_index=True)
    path = models.FileField(max_length=200)
    copy = models.FileField(max_length=200, blank=True)
    facts = models.JSONField("接收信息", default=dict)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, related_name="+")
    matter = models.ForeignKey("core.Matter", models.PROTECT, null=True, blank=True, related_name="+")
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    created_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "文件"
        indexes = [models.Index(fields=["subject_kind", "subject_id"])]

    def __str__(self) -> str:
        return self.name
