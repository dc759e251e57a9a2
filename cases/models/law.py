"""Law as data: offences with their penalties, lines to crime, prices, case number templates; all dated."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from cases.line_states import FigureStatus


class Offence(models.Model):
    """违法行为 under the law of a time (domain.md D.3, D.4): article, what may be imposed, who is competent.

    `rule` holds the figures of the penalty as JSON (see cases/data/README.md); valid_from/valid_to are the
    days on which the act falls under this text.
    """

    code = models.CharField("代码", max_length=40)
    name = models.CharField("违法行为", max_length=120)
    kind = models.CharField("主管部门类别", max_length=20)
    law = models.CharField("依据", max_length=120)
    article = models.CharField("条款", max_length=60)
    penalty = models.CharField("处罚种类和幅度", max_length=400)
    rule = models.JSONField("幅度", default=dict)
    line = models.CharField("刑事标准", max_length=40, blank=True)
    uncertain = models.BooleanField("待核实", default=False)
    valid_from = models.DateField("施行日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)

    class Meta:
        verbose_name = "违法行为"
        ordering = ["code", "valid_from"]
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="offence_once")]

    def __str__(self) -> str:
        return self.name


class Threshold(models.Model):
    """刑事标准 of a province and a time: `low`–`high` as the interpretation gives them, `chosen` what the
    province fixed (empty: not known, the lower bound warns, 以本省标准为准). Units: 元, 亩, 次, 月, 倍.

    `basis` is the interpretation, `source` the provincial text behind `chosen`. What the row measures:
    cases.lines; a later row of the same key takes the place of an earlier one from its day on.
    """

    line = models.CharField("标准", max_length=40)
    measure = models.CharField("计量", max_length=20)
    zone = models.CharField("区域、地类", max_length=20, blank=True)
    province = models.CharField("省级区划代码", max_length=2, blank=True)
    low = models.DecimalField("下限", max_digits=16, decimal_places=3)
    high = models.DecimalField("上限", max_digits=16, decimal_places=3, null=True, blank=True)
    chosen = models.DecimalField("本省标准", max_digits=16, decimal_places=3, null=True, blank=True)
    unit = models.CharField("单位", max_length=10)
    basis = models.CharField("依据", max_length=200)
    source = models.CharField("本省标准来源", max_length=200, blank=True)
    uncertain = models.BooleanField("待核实", default=False)
    valid_from = models.DateField("施行日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)

    class Meta:
        verbose_name = "刑事标准"
        ordering = ["line", "measure", "zone", "province", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "measure", "zone", "province", "valid_from"], name="threshold_once"
            )
        ]


class ProvinceFigure(models.Model):
    """本省标准 of one line, registered by one and confirmed by another; then it is a Threshold of its own."""

    Status = FigureStatus

    county = models.ForeignKey("agencies.Division", models.PROTECT, related_name="+", verbose_name="登记县")
    province = models.CharField("省级区划代码", max_length=2)
    line = models.CharField("标准", max_length=40)
    measure = models.CharField("计量", max_length=20)
    zone = models.CharField("区域、地类", max_length=20, blank=True)
    amount = models.DecimalField("本省标准", max_digits=16, decimal_places=3)
    source = models.CharField("来源（文号、条款）", max_length=200)
    valid_from = models.DateField("施行日期")
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.PROPOSED)
    version = models.PositiveIntegerField(default=1)
    proposed_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, related_name="+", verbose_name="登记人"
    )
    proposed_at = models.DateTimeField("登记时间")
    decided_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核对人"
    )
    decided_at = models.DateTimeField("核对时间", null=True, blank=True)
    words = models.CharField("核对意见", max_length=200, blank=True)
    threshold = models.ForeignKey(
        Threshold, models.PROTECT, null=True, blank=True, related_name="figures", verbose_name="生效的标准"
    )

    class Meta:
        verbose_name = "本省刑事标准登记"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="figure_by_two",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=models.F("proposed_by")),
            )
        ]


class MineralPrice(models.Model):
    """Price of a mineral product (元/吨) in a county from a day on, with its source (价格认证、行情).

    Never edited: a wrong one is withdrawn with a reason, and every case that it lowers is logged.
    """

    county = models.ForeignKey("agencies.Division", models.PROTECT, related_name="+")
    mineral = models.CharField("矿种", max_length=40)
    price = models.DecimalField("单价（元/吨）", max_digits=12, decimal_places=2)
    source = models.CharField("来源", max_length=200)
    valid_from = models.DateField("起")
    entered_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    withdrawn_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField("作废时间", null=True, blank=True)
    withdraw_reason = models.CharField("作废原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "矿产品价格"
        ordering = ["mineral", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "mineral", "valid_from"],
                condition=Q(withdrawn_at__isnull=True),
                name="mineral_price_once",
            )
        ]


class CaseNumber(models.Model):
    """Template of a unit's numbers of one kind of paper, e.g. {organ}立字〔{year}〕{seq}号; a series a year.

    `kind` is "case" 立案 or the code of a paper. Placeholders: {year}, {seq}, {seq:03}, {organ}.
    """

    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    kind = models.CharField("文种", max_length=30)
    organ = models.CharField("机关代字", max_length=30, blank=True)
    template = models.CharField("格式", max_length=80)
    valid_from = models.DateField("启用日期")

    class Meta:
        verbose_name = "编号格式"
        ordering = ["agency", "kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "kind", "valid_from"], name="case_number_template_once"
            ),
            models.CheckConstraint(name="template_counts", condition=Q(template__contains="{seq")),
        ]
