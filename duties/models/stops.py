"""ClockStop 中止 and ClockExtension 延长 of one duty's limit, each with a document and a reason."""

from django.db import models


class ClockStop(models.Model):
    """The clock stood still from `stopped_at` to `resumed_at` (open while null)."""

    duty = models.ForeignKey("duties.Duty", models.CASCADE, related_name="stops")
    stopped_at = models.DateTimeField("中止时间")
    resumed_at = models.DateTimeField("恢复时间", null=True, blank=True)
    reason = models.CharField("原因", max_length=200)
    basis = models.CharField("依据", max_length=200)
    document = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    stopped_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, related_name="+")
    resumed_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    resumed_note = models.CharField("恢复原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "期限中止"
        ordering = ["duty", "stopped_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["duty"], condition=models.Q(resumed_at__isnull=True), name="one_open_stop"
            )
        ]


class ClockExtension(models.Model):
    """More time, in the clock's own unit, by the authority that may grant it, up to the clock's ceiling."""

    duty = models.ForeignKey("duties.Duty", models.CASCADE, related_name="extensions")
    amount = models.PositiveIntegerField("延长数量")
    reason = models.CharField("原因", max_length=200)
    basis = models.CharField("依据", max_length=200)
    authority = models.CharField("批准人（机关）", max_length=80)
    document = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    granted_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField("批准时间")

    class Meta:
        verbose_name = "期限延长"
        ordering = ["duty", "granted_at"]
