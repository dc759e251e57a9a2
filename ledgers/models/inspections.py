"""InspectionPlan 年度联合检查计划 and Inspection 检查 (XB 二（二）2, LZ 二（三）1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from agencies.models import Agency, AgencyKind, Role
from agencies.scope import AgencyScoped, readable_agencies
from ledgers.states import InspectionStatus, PlanStatus

if TYPE_CHECKING:
    from agencies.models import Member


class InspectionPlanQuerySet(models.QuerySet["InspectionPlan"]):
    """Reads of plans."""

    def visible_to(self, member: Member) -> InspectionPlanQuerySet:
        """Plans of the member's county; until approved, only for the host and the county government."""
        if not member.is_business:
            return self.none()
        county = self.filter(agency__division__code__startswith=member.agency.division.code[:6])
        near = Q(agency=member.agency_id) | Q(approver=member.agency_id)
        return county.filter(near | Q(status=PlanStatus.APPROVED))


class InspectionPlan(models.Model):
    """A year's joint inspections, submitted by the office and approved by the county government."""

    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="inspection_plans")
    approver = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="审批机关")
    campaign = models.ForeignKey("duties.Campaign", models.PROTECT, null=True, blank=True, related_name="+")
    year = models.PositiveIntegerField("年度")
    title = models.CharField("名称", max_length=120)
    text = models.TextField("总体安排", blank=True)
    status = models.CharField("状态", max_length=10, choices=PlanStatus.choices, default=PlanStatus.DRAFT)
    version = models.PositiveIntegerField(default=1)
    number = models.CharField("批复文号", max_length=60, blank=True)
    created_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField("报审时间", null=True, blank=True)
    decided_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)
    reason = models.CharField("退回原因", max_length=300, blank=True)

    objects = InspectionPlanQuerySet.as_manager()

    class Meta:
        verbose_name = "年度联合检查计划"
        ordering = ["-year", "-id"]


class PlanLine(models.Model):
    """One planned inspection: in which period, on what theme, of which kind of mine, by whom."""

    plan = models.ForeignKey(InspectionPlan, models.CASCADE, related_name="lines")
    order = models.PositiveIntegerField(default=0)
    period = models.CharField("时间", max_length=20)
    theme = models.CharField("检查内容", max_length=120)
    scope = models.CharField("检查对象", max_length=200, blank=True)
    agencies = models.ManyToManyField("agencies.Agency", related_name="+", verbose_name="参加单位")

    class Meta:
        ordering = ["plan", "order", "id"]


def _led_counties(member: Member) -> list[str]:
    """Codes of the counties whose supervising leader (督办县领导) the member is, by post or acting."""
    units = {unit for unit, role in member.posts if role == Role.LEADER}
    if not units:
        return []
    rows = Agency.objects.filter(pk__in=units, kind=AgencyKind.COUNTY)
    return [code[:6] for code in rows.values_list("division__code", flat=True)]


class InspectionQuerySet(AgencyScoped["Inspection"]):
    """Reads of inspections."""

    def visible_to(self, member: Member) -> InspectionQuerySet:
        """Those of units the member may read, that the unit takes part in, or that concern its area.

        A 暗访 does not exist for the units it concerns, nor for anyone but its own side and the office, until
        released; once filed also for the supervising leader, who may release it.
        """
        if not member.is_business:
            return self.none()
        invited = self.model.objects.filter(units__agency__in=member.units)
        side = Q(agency__in=member.units) | Q(pk__in=invited.values("pk"))
        if member.agency.kind == AgencyKind.JOINT_OFFICE:
            side |= Q(agency__division__code__startswith=member.agency.division.code[:6])
        for code in _led_counties(member):
            side |= Q(kind="secret", status=InspectionStatus.FILED, agency__division__code__startswith=code)
        units = readable_agencies(member).values("pk")
        concerns = Q(agency__in=units) | Q(
            pk__in=self.model.objects.filter(sites__site__agency__in=units).values("pk")
        )
        concerns |= Q(pk__in=self.model.objects.filter(subjects__agency__in=member.units).values("pk"))
        return self.filter(side | (concerns & (~Q(kind="secret") | Q(released_at__isnull=False))))


class Inspection(models.Model):
    """One inspection, filed on phone or PC. `agency` leads it; `client_token` makes a resent form one row."""

    class Kind(models.TextChoices):
        JOINT = "joint", "联合检查"
        OPEN = "open", "督导检查（明查）"
        SECRET = "secret", "督导检查（暗访）"
        ACCEPTANCE = "acceptance", "检查验收"
        SURVEY = "survey", "储量动态监测"

    class Checklist(models.TextChoices):
        OPEN_PIT = "open_pit", "露天开采矿山"
        UNDERGROUND = "underground", "地下开采矿山"
        GENERAL = "general", "综合监管"
        ACCEPTANCE = "acceptance", "检查验收"

    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="inspections", verbose_name="组织单位"
    )
    campaign = models.ForeignKey("duties.Campaign", models.PROTECT, null=True, blank=True, related_name="+")
    task = models.ForeignKey("duties.Task", models.PROTECT, null=True, blank=True, related_name="+")
    line = models.ForeignKey(
        PlanLine, models.PROTECT, null=True, blank=True, related_name="inspections", verbose_name="计划安排"
    )
    again = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="repeats", verbose_name="再验收自"
    )
    kind = models.CharField("类别", max_length=10, choices=Kind.choices, default=Kind.JOINT)
    title = models.CharField("名称", max_length=120)
    number = models.CharField("编号", max_length=40, blank=True)
    starts_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("结束时间", null=True, blank=True)
    text = models.TextField("检查情况", blank=True)
    conclusion = models.TextField("检查结论", blank=True)
    status = models.CharField(
        "状态", max_length=10, choices=InspectionStatus.choices, default=InspectionStatus.DRAFT
    )
    version = models.PositiveIntegerField(default=1)
    released_at = models.DateTimeField("公开时间", null=True, blank=True)
    released_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    filed_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    filed_at = models.DateTimeField("归档时间", null=True, blank=True)
    client_token = models.UUIDField(null=True, blank=True, unique=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = "检查"
        ordering = ["-starts_at", "-id"]

    def __str__(self) -> str:
        return self.title


class InspectionUnit(models.Model):
    """A unit that takes part, with its people and vehicles; `absent`: called, but 未参加, with the reason."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="units")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    people = models.CharField("人员", max_length=200, blank=True)
    headcount = models.PositiveIntegerField("人数", default=0)
    vehicles = models.PositiveIntegerField("车辆（台）", default=0)
    absent = models.BooleanField("未参加", default=False)
    reason = models.CharField("未参加原因", max_length=200, blank=True)

    class Meta:
        ordering = ["inspection", "id"]
        constraints = [models.UniqueConstraint(fields=["inspection", "agency"], name="unit_once")]


class InspectionSite(models.Model):
    """A site that was inspected; `checklist` decides which questions are asked there."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="sites")
    site = models.ForeignKey("ledgers.Site", models.PROTECT, related_name="inspections")
    checklist = models.CharField(max_length=12, choices=Inspection.Checklist.choices)
    checked_at = models.DateTimeField("到场时间", null=True, blank=True)
    measured_text = models.TextField("实地测量情况", blank=True)
    measured_by = models.CharField("测量单位", max_length=80, blank=True)
    measured_m2 = models.DecimalField(
        "越界面积（平方米）", max_digits=12, decimal_places=2, null=True, blank=True
    )
    measured_t = models.DecimalField("越界矿量（吨）", max_digits=14, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering = ["inspection", "id"]
        constraints = [models.UniqueConstraint(fields=["inspection", "site"], name="inspected_once")]


class InspectionSubject(models.Model):
    """A unit that is inspected itself (督导检查, 验收 per township)."""

    class Result(models.TextChoices):
        PENDING = "", "未评定"
        PASSED = "passed", "通过"
        FAILED = "failed", "不通过"

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="subjects")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    result = models.CharField(
        "结果", max_length=10, choices=Result.choices, default=Result.PENDING, blank=True
    )
    shortfalls = models.JSONField("不到位之处", default=list)
    text = models.TextField("说明", blank=True)

    class Meta:
        ordering = ["inspection", "id"]
        constraints = [models.UniqueConstraint(fields=["inspection", "agency"], name="inspected_unit_once")]


class CheckAnswer(models.Model):
    """One unit's answer to one question at one site (ledgers/data/checklists.yaml)."""

    class Result(models.TextChoices):
        GOOD = "good", "符合"
        BAD = "bad", "不符合"
        UNCLEAR = "unclear", "不清楚"
        NOT_APPLICABLE = "na", "不适用"

    at_site = models.ForeignKey(InspectionSite, models.CASCADE, related_name="answers")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    question = models.CharField(max_length=40)
    result = models.CharField("结果", max_length=10, choices=Result.choices)
    text = models.CharField("情况", max_length=500, blank=True)
    answered_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["at_site", "id"]
        constraints = [models.UniqueConstraint(fields=["at_site", "agency", "question"], name="answer_once")]
