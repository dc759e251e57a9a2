"""What becomes of a decision after it was served: 复议 and 诉讼 against it (C15), 没收物处置 (C17)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Remedy(models.Model):
    """One 行政复议 or 行政诉讼 of a party (none = all) against one decision of a case.

    Days are Shanghai days, both inclusive: the surcharge on a fine is not counted from `filed_on` to
    `ended_on` (行政处罚法第七十三条). `decision` is the step that made the decision; one made anew has
    remedies of its own. From `notified_on` the unit's own 答复 or 答辩 is owed: without it the decision is
    taken to have no evidence (行政复议法第七十条, 行政诉讼法第三十四条).
    """

    class Kind(models.TextChoices):
        RECONSIDERATION = "reconsider", "行政复议"
        SUIT = "suit", "行政诉讼"

    class Result(models.TextChoices):
        UPHELD = "upheld", "维持"
        DISMISSED = "dismissed", "驳回复议申请、诉讼请求"
        VARIED = "varied", "变更（含调解改变处罚）"
        ANNULLED = "annulled", "撤销"
        ANEW = "anew", "撤销并责令重新作出"
        UNLAWFUL = "unlawful", "确认违法"
        INVALID = "invalid", "确认无效"
        NOT_TAKEN = "not_taken", "不予受理、不予立案、驳回起诉"
        WITHDRAWN = "withdrawn", "撤回、终止"

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="remedies")
    decision = models.ForeignKey("cases.CaseStep", models.PROTECT, related_name="+")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    party = models.ForeignKey(
        "cases.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提起人"
    )
    organ = models.CharField("复议机关、法院", max_length=80)
    number = models.CharField("受理（立案）文号", max_length=80, blank=True)
    filed_on = models.DateField("提起日期")
    halted = models.BooleanField("决定停止执行", default=False)
    notified_on = models.DateField("收到申请书、起诉状副本日期", null=True, blank=True)
    simple = models.BooleanField("复议适用简易程序", default=False)
    answered_on = models.DateField("提交答复、答辩日期", null=True, blank=True)
    answer_file = models.ForeignKey(
        "core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField("答复、答辩登记时间", null=True, blank=True)
    note = models.CharField("请求和理由", max_length=1000, blank=True)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间")
    ended_on = models.DateField("收到决定（裁判生效）日期", null=True, blank=True)
    result = models.CharField("结果", max_length=10, choices=Result.choices, blank=True)
    result_number = models.CharField("决定（裁判）文号", max_length=80, blank=True)
    result_note = models.CharField("决定（裁判）内容", max_length=1000, blank=True)
    result_file = models.ForeignKey(
        "core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField("结果登记时间", null=True, blank=True)
    applied_at = models.DateTimeField("变更内容登记时间", null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "复议、诉讼"
        ordering = ["filed_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="remedy_ends_after_it_began",
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("filed_on")),
            ),
            models.CheckConstraint(
                name="remedy_answered_after_notified",
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("notified_on")),
            ),
        ]


class Disposal(models.Model):
    """One 处置 of what a penalty confiscated: to whom, on which day, proceeds (元) with the receipt's number.

    A penalty may take several; the one with `complete` is the last.
    """

    class Way(models.TextChoices):
        GOVERNMENT = "government", "移交本级人民政府或者其指定的部门"
        AUCTION = "auction", "公开拍卖"
        RULES = "rules", "按照国家有关规定处理（变卖等）"
        DESTROYED = "destroyed", "销毁"
        HANDED = "handed", "移交其他机关"
        TREASURY = "treasury", "上缴国库"

    penalty = models.ForeignKey("cases.Penalty", models.PROTECT, related_name="disposals")
    way = models.CharField("处置方式", max_length=10, choices=Way.choices)
    disposed_on = models.DateField("处置日期")
    receiver = models.CharField("接收单位（拍卖机构、国库）", max_length=80, blank=True)
    quantity = models.DecimalField("数量（吨）", max_digits=14, decimal_places=3, null=True, blank=True)
    amount = models.DecimalField("上缴国库（元）", max_digits=16, decimal_places=2, null=True, blank=True)
    receipt = models.CharField("缴款书（票据）号", max_length=60, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    complete = models.BooleanField("全部处置完毕", default=False)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "没收物处置"
        ordering = ["disposed_on", "id"]
