"""How the house speaks of inspections and their plans (core.registry), and where their duties are done."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from agencies.models import Agency, AgencyKind, Member
from core.registry import Subject, hang, register
from duties import acts
from duties.acts import Screen
from duties.models import Duty, Task, TaskParty
from ledgers.inspection_rules import opened, units_of
from ledgers.models.inspections import Inspection, InspectionPlan, InspectionSite
from ledgers.states import INSPECTION_HANDS, PlanStatus
from minewatch.lib.clock import local_date
from minewatch.lib.text import fold


def _inspections(member: Member) -> QuerySet[Inspection]:
    return Inspection.objects.visible_to(member).select_related("agency")


def _sites(member: Member) -> QuerySet[InspectionSite]:
    """What was written and photographed at a site, files with it: as the pages show it (`opened`)."""
    seen = Inspection.objects.visible_to(member).filter(opened(member)).values("pk")
    return InspectionSite.objects.filter(inspection__in=seen).select_related("inspection", "site")


def search_inspections(member: Member, text: str) -> QuerySet[Inspection]:
    """By number, by words of the name, by the name of an inspected site."""
    words = fold(text)
    at_site = InspectionSite.objects.filter(site__name__icontains=words).values("inspection")
    hit = Q(number__icontains=words) | Q(title__icontains=words) | Q(pk__in=at_site)
    return _inspections(member).filter(hit).order_by("-starts_at", "-pk")


def search_plans(member: Member, text: str) -> QuerySet[InspectionPlan]:
    """By words of the name."""
    return InspectionPlan.objects.visible_to(member).filter(title__icontains=fold(text))


register(
    Inspection,
    Subject(
        label="检查",
        visible_to=_inspections,
        url=lambda row: reverse("ledgers:inspection", args=[row.pk]),
        title=lambda row: f"{row.title}（{row.number}）",
        search=search_inspections,
    ),
)
register(
    InspectionSite,
    Subject(
        label="检查现场",
        visible_to=_sites,
        url=lambda row: reverse("ledgers:inspection_site", args=[row.inspection_id, row.pk]),
        title=lambda row: row.site.name,
    ),
)
register(
    InspectionPlan,
    Subject(
        label="年度联合检查计划",
        visible_to=lambda member: InspectionPlan.objects.visible_to(member),
        url=lambda row: reverse("ledgers:plan", args=[row.pk]),
        title=lambda row: row.title,
        search=search_plans,
    ),
)


def _new(duty: Duty) -> str:
    """A new inspection of the kind that the duty waits for, for its task."""
    return _begun(duty.proof_kind, duty.rule.task_id if duty.rule else None)


def _begun(proof_kind: str, task_id: int | None) -> str:
    kind = proof_kind.partition(".")[2]
    query = {"kind": kind if kind in Inspection.Kind.values else Inspection.Kind.JOINT.value}
    if task_id:
        query["task"] = str(task_id)
    return f"{reverse('ledgers:inspection_new')}?{urlencode(query)}"


def _new_of_task(task: Task, member: Member) -> str:
    """A new inspection for a task without dates, for whoever organises those of one of its hosts."""
    side = TaskParty.Side.HOST
    hosts = task.parties.filter(side=side, left_on__isnull=True).values("agency")
    organises = units_of(member, INSPECTION_HANDS).filter(pk__in=hosts).exists()
    return _begun(task.proof_kind, task.pk) if organises else ""


def _acceptance(task: Task, duty: Duty | None) -> str:
    """A new 检查验收 for the task, which is done when every township has passed."""
    query = {"kind": Inspection.Kind.ACCEPTANCE.value, "task": str(task.pk)}
    return f"{reverse('ledgers:inspection_new')}?{urlencode(query)}"


def _yearly(task: Task, unit: Agency) -> bool:
    """年度联合检查计划: a plan of the joint office, or one of the bureau that goes to the county government.
    Any other plan (各镇街的工作方案) is a paper.
    """
    to_county = bool(task.recipient) and task.recipient.kind == AgencyKind.COUNTY
    bureau = unit.kind == AgencyKind.NATURAL_RESOURCES and to_county
    return unit.kind == AgencyKind.JOINT_OFFICE or bureau


def _plan(task: Task, duty: Duty | None) -> str:
    """The plan that is under way for the duty's year, else a new one for the task's campaign."""
    query = {"campaign": str(task.campaign_id)}
    if duty and duty.window_start:
        year = local_date(duty.window_start).year
        query["year"] = str(year)
        waiting = InspectionPlan.objects.filter(campaign=task.campaign_id, agency=duty.agency_id, year=year)
        row = waiting.exclude(status=PlanStatus.APPROVED).order_by("pk").last()
        if row is not None:
            return reverse("ledgers:plan", args=[row.pk])
    return f"{reverse('ledgers:plan_new')}?{urlencode(query)}"


acts.register("inspection", _new, "组织检查", of_task=_new_of_task)
acts.register_screen(
    Task.Kind.INSPECTION,
    Screen(
        serves=lambda task, unit: task.spec.get("proof") == "acceptance",
        url_of=_acceptance,
        label="组织验收",
        name="检查验收",
    ),
)
acts.register_screen(
    Task.Kind.PLAN, Screen(serves=_yearly, url_of=_plan, label="拟订年度计划", name="年度联合检查计划")
)
hang("ledgers", "联合检查", "ledgers:inspections")
