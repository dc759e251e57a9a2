"""Sheet 巡查台账 and Entry: what was seen, row by row (domain.md A.9)."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from agencies.scope import AgencyScoped
from ledgers.states import SheetStatus


class Answer(models.TextChoices):
    """A yes/no column as a fact; the text as written is kept beside it."""

    YES = "yes", "是"
    NO = "no", "否"
    UNCLEAR = "unclear", "不清"


class EntryQuerySet(AgencyScoped["Entry"]):
    """Reads of patrol rows."""

    def live(self, as_of: dt.datetime | None = None) -> EntryQuerySet:
        """Rows that count: filed and not superseded or withdrawn, now or as seen at `as_of`."""
        if as_of is None:
            return self.filter(voided_at__isnull=True)
        return self.filter(recorded_at__lte=as_of).filter(Q(voided_at__isnull=True) | Q(voided_at__gt=as_of))


class Sheet(models.Model):
    """One unit, one window, one sign-off chain. `number` > 1 is a supplement after signing."""

    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="sheets")
    period = models.CharField("期间", max_length=30)
    first_day = models.DateField("起")
    last_day = models.DateField("止")
    number = models.PositiveSmallIntegerField("份数", default=1)
    status = models.CharField("状态", max_length=10, choices=SheetStatus.choices, default=SheetStatus.DRAFT)
    version = models.PositiveIntegerField(default=1)
    filled_on = models.DateField("填写时间", null=True, blank=True)
    zero_report = models.BooleanField("零报告", default=False)
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    round = models.PositiveSmallIntegerField("报送次数", default=0)
    submitted_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    scan = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AgencyScoped.as_manager()

    class Meta:
        verbose_name = "巡查台账"
        ordering = ["-first_day", "-id"]
        constraints = [models.UniqueConstraint(fields=["agency", "period", "number"], name="sheet_once")]


class Signature(models.Model):
    """Who signed which step of which round; an acting person's name prints with 代签."""

    class Step(models.TextChoices):
        FILLER = "filler", "填表人"
        DEPUTY = "deputy", "分管领导"
        HEAD = "head", "主要负责人"

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="signatures")
    step = models.CharField(max_length=10, choices=Step.choices)
    round = models.PositiveSmallIntegerField()
    member = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    name = models.CharField("签名", max_length=40)
    acting = models.BooleanField("代签", default=False)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "签名"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["sheet", "step", "round"], name="signature_once")]


class Entry(models.Model):
    """One row of a patrol ledger. Never edited after filing: a correction supersedes it.

    The five yes/no columns are facts with the words as written; `period` and
    `identity` + `nth` are its identity on paper (unit + period + the normalised
    ten columns without 序号 + nth occurrence). A row counts in figures from
    `recorded_at` until `voided_at`, whatever becomes of its sheet.
    """

    class Precision(models.TextChoices):
        MINUTE = "minute", "到分"
        DAY = "day", "到日"
        SHEET = "sheet", "按填写时间"

    class Source(models.TextChoices):
        PHONE = "phone", "现场填报"
        GRID = "grid", "批量填报"
        UPLOAD = "upload", "表格导入"
        API = "api", "接口报送"

    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="entries")
    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="entries")
    site = models.ForeignKey("ledgers.Site", models.PROTECT, null=True, blank=True, related_name="entries")
    period = models.CharField("期间", max_length=30)
    identity = models.CharField(max_length=64)
    nth = models.PositiveIntegerField(default=1)

    seq = models.PositiveIntegerField("序号", null=True, blank=True)
    location = models.CharField("巡查检查区域位置", max_length=200)
    mineral = models.CharField("矿种", max_length=60, blank=True)
    licence = models.CharField("有无采矿证", max_length=8, choices=Answer.choices)
    licence_text = models.CharField(max_length=100, blank=True)
    shallow = models.CharField("是否浅层煤浅层矿", max_length=8, choices=Answer.choices)
    shallow_text = models.CharField(max_length=100, blank=True)
    illegal = models.CharField("是否存在非法违法盗采行为", max_length=8, choices=Answer.choices)
    illegal_text = models.CharField(max_length=100, blank=True)
    beyond = models.CharField("是否存在越层越界", max_length=8, choices=Answer.choices)
    beyond_text = models.CharField(max_length=100, blank=True)
    irregular = models.CharField("是否存在违规生产行为", max_length=8, choices=Answer.choices)
    irregular_text = models.CharField(max_length=100, blank=True)
    measures = models.CharField("制止取缔及关闭情况", max_length=500, blank=True)
    remark = models.CharField("备注", max_length=500, blank=True)

    patrolled_on = models.DateField("巡查日期")
    patrolled_at = models.DateTimeField("巡查时间", null=True, blank=True)
    precision = models.CharField(max_length=8, choices=Precision.choices, default=Precision.DAY)
    night = models.BooleanField("夜间巡查", default=False)
    people = models.PositiveSmallIntegerField("出动人数（人）", null=True, blank=True)
    vehicles = models.PositiveSmallIntegerField("出动车辆（辆）", null=True, blank=True)
    lon = models.FloatField("经度（度）", null=True, blank=True)
    lat = models.FloatField("纬度（度）", null=True, blank=True)
    datum = models.CharField("坐标系", max_length=20, blank=True)
    coordinate_raw = models.CharField("原坐标", max_length=120, blank=True)
    accuracy_m = models.FloatField("定位精度（米）", null=True, blank=True)

    source = models.CharField("填报方式", max_length=8, choices=Source.choices)
    late_entry = models.BooleanField("补录", default=False)
    filed_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, related_name="+")
    filed_for = models.BooleanField("代填", default=False)
    recorded_at = models.DateTimeField("填报时间")
    voided_at = models.DateTimeField("失效时间", null=True, blank=True)
    void_reason = models.CharField("更正（撤回）原因", max_length=300, blank=True)
    voided_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    upload = models.ForeignKey("core.Upload", models.PROTECT, null=True, blank=True, related_name="+")

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "巡查记录"
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "period", "identity", "nth"],
                condition=Q(voided_at__isnull=True),
                name="entry_once_on_paper",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "-patrolled_on", "-id"], name="entry_unit_day"),
            models.Index(fields=["-patrolled_on", "-id"], name="entry_day"),
            models.Index(fields=["site", "-patrolled_on"], name="entry_site_day"),
            models.Index(
                fields=["patrolled_on"],
                condition=Q(illegal="yes", voided_at__isnull=True),
                name="entry_illegal",
            ),
        ]


class SheetComment(models.Model):
    """A remark on a sheet or on one of its rows while it is being signed off."""

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="comments")
    entry = models.ForeignKey(Entry, models.CASCADE, null=True, blank=True, related_name="comments")
    member = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    text = models.CharField("意见", max_length=300)
    round = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "审核意见"
        ordering = ["id"]


class Tally(models.Model):
    """Roll-up of live entries per unit and day: new − old in the action that writes them."""

    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    day = models.DateField()
    entries = models.IntegerField(default=0)
    illegal = models.IntegerField(default=0)
    beyond = models.IntegerField(default=0)
    irregular = models.IntegerField(default=0)
    night = models.IntegerField(default=0)
    people = models.IntegerField(default=0)
    vehicles = models.IntegerField(default=0)

    class Meta:
        verbose_name = "巡查汇总"
        constraints = [models.UniqueConstraint(fields=["agency", "day"], name="tally_once")]
        indexes = [models.Index(fields=["day"])]
