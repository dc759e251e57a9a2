"""Rungs of the ladder, reminders already given, and what is sent by e-mail or webhook."""

from django.db import models


class Rung(models.Model):
    """One rung of the ladder, per county: at `offset_hours` from the due instant (negative = before).

    `to` lists whom it goes to: holder, filler, deputy, head, office, leader. `kinds` limits it to kinds of
    duty (empty = all). `urgent` rungs do not wait for quiet hours to end.
    """

    county = models.ForeignKey("agencies.Division", models.CASCADE, related_name="+")
    key = models.CharField(max_length=30)
    name = models.CharField("名称", max_length=40)
    offset_hours = models.IntegerField("距期限（小时）")
    to = models.JSONField("提醒对象", default=list)
    kinds = models.JSONField("适用类别", default=list, blank=True)
    urgent = models.BooleanField("不受免打扰时段限制", default=False)
    is_active = models.BooleanField("启用", default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "提醒阶梯"
        ordering = ["county", "offset_hours"]
        constraints = [models.UniqueConstraint(fields=["county", "key"], name="rung_once")]

    def __str__(self) -> str:
        return self.name


class QuietHours(models.Model):
    """免打扰时段 of a county, local time; reminders wait until they end."""

    county = models.OneToOneField("agencies.Division", models.CASCADE, related_name="+")
    starts_at = models.TimeField("开始")
    ends_at = models.TimeField("结束")
    rest_days = models.BooleanField("休息日不提醒", default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "免打扰时段"


class Reminder(models.Model):
    """A rung reached for a duty and its due instant: each once, whoever sweeps.

    `skipped`: passed together with a later rung (a late start, an outage), told only once by the later one;
    `to` is then everyone whom those rungs go to together. Empty: whom its own rung goes to.
    `told_at` is written in the transaction that writes the digests: a sweep that was killed between the
    two is finished by the next one.
    """

    duty = models.ForeignKey("duties.Duty", models.CASCADE, related_name="reminders")
    rung = models.ForeignKey(Rung, models.CASCADE, related_name="+")
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    skipped = models.BooleanField(default=False)
    to = models.JSONField("提醒对象", default=list, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "提醒记录"
        constraints = [models.UniqueConstraint(fields=["duty", "rung", "due_at"], name="rung_once_per_due")]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(told_at__isnull=True, skipped=False), name="reminder_untold"
            )
        ]


class Dispatch(models.Model):
    """A digest on its way out through one channel. `text` carries no case content.

    Sent at most once where the gateway cannot tell (短信): a lost answer leaves it 未知, never sent again.
    `tried_at` is when it was last handed over; the rate of a channel is counted by it.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", "电子邮件"
        WEBHOOK = "webhook", "消息接口"

    class Status(models.TextChoices):
        QUEUED = "queued", "待发送"
        SENDING = "sending", "发送中"
        SENT = "sent", "已发送"
        FAILED = "failed", "失败"
        UNKNOWN = "unknown", "未知"

    member = models.ForeignKey("agencies.Member", models.CASCADE, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    text = models.CharField(max_length=200)
    link = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "消息发送"
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(status="queued"), name="dispatch_waiting"),
            models.Index(fields=["channel", "tried_at"], name="dispatch_rate"),
        ]
