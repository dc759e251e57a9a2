"""年度联合检查计划: drawn up by the office, approved or returned by the county government (LZ 二（三）1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from agencies.models import Agency, AgencyKind, Role
from agencies.posts import signers
from core import audit, notices
from core.errors import DomainError, Missing, NotAllowed
from core.once import once
from core.wording import words
from core.workflow import bump, conflict, move
from duties.actions import cancel, fulfil, open_step, prove
from duties.models import Campaign, Duty, Task
from duties.owners import DESKS
from ledgers.inspection_rules import units_of
from ledgers.models.inspections import InspectionPlan, PlanLine
from ledgers.states import OFFICE_HANDS, PLAN_MOVES, PlanStatus
from minewatch.lib.clock import local_date, midnight, now
from minewatch.lib.periods import BadPeriod, Period, parse_period

if TYPE_CHECKING:
    from agencies.models import Member

HOSTS = (AgencyKind.JOINT_OFFICE, AgencyKind.NATURAL_RESOURCES)
YEARS = range(2000, 2101)


def hosts_of(member: Member) -> QuerySet[Agency]:
    """Units for which the member may draw up a plan: the joint office, or the bureau that seats it."""
    return units_of(member, OFFICE_HANDS).filter(kind__in=HOSTS)


def guard(member: Member, plan: InspectionPlan) -> None:
    """Raises NotAllowed for whoever does not act for the unit that draws up the plan."""
    if not hosts_of(member).filter(pk=plan.agency_id).exists():
        raise NotAllowed(f"计划由{plan.agency.label}的人员拟订。")


def draft(
    *,
    member: Member,
    agency: Agency,
    year: int,
    title: str,
    text: str = "",
    campaign: Campaign | None = None,
    plan: InspectionPlan | None = None,
    version: int | None = None,
    token: UUID | None = None,
) -> InspectionPlan:
    """A new plan of `agency`, or the head of one being drawn up. Raises NotAllowed, DomainError, Conflict."""
    if plan is None and not hosts_of(member).filter(pk=agency.pk).exists():
        raise NotAllowed("年度联合检查计划由专班办公室（监管办）或自然资源局拟订。")
    if plan is not None:
        guard(member, plan)
    title = words(title, "计划名称", "title", 120)
    if year not in YEARS:
        raise DomainError("请填写四位数的年度。", field="year")
    if campaign is not None and campaign.county.code != agency.division.code[:6]:
        raise Missing
    values = {"year": year, "title": title, "text": text.strip(), "campaign": campaign}

    def make() -> InspectionPlan:
        if plan is not None:
            return _correct(plan, member, values, version)
        approver = Agency.objects.active().filter(
            kind=AgencyKind.COUNTY, division__code=agency.division.code[:6]
        )
        county = approver.first()
        if county is None:
            raise DomainError("本县没有登记县人民政府，请先由系统管理员设置单位。")
        row = InspectionPlan.objects.create(agency=agency, approver=county, created_by=member, **values)
        audit.record("plan.drafted", actor=member, agency=agency, subject=row)
        return row

    return once(token=token, verb="plan.drafted", member=member, make=make)


def _correct(plan: InspectionPlan, member: Member, values: dict, version: int | None) -> InspectionPlan:
    open_plan(plan, version)
    odd = [line for line in plan.lines.all() if parse_period(line.period).first.year != values["year"]]
    if odd:
        raise DomainError(f"已有安排的时间不在{values['year']}年内，请先修改安排。", field="year")
    InspectionPlan.objects.filter(pk=plan.pk).update(**values)
    plan.refresh_from_db()
    audit.record("plan.edited", actor=member, agency=plan.agency, subject=plan)
    return plan


def open_plan(plan: InspectionPlan, version: int | None = None) -> None:
    """Hold a plan that is being drawn up and still is what the page showed, else Conflict."""
    if version is not None and not InspectionPlan.objects.filter(pk=plan.pk, version=version).exists():
        raise conflict(plan)
    bump(plan, PlanStatus.DRAFT, PlanStatus.RETURNED)


def set_line(
    *,
    plan: InspectionPlan,
    member: Member,
    period: str,
    theme: str,
    agencies: Sequence[Agency],
    scope: str = "",
    line: PlanLine | None = None,
    version: int | None = None,
    token: UUID | None = None,
) -> PlanLine:
    """Add a line to the plan or correct one: when (2026-Q3, 2026-09 …), what is checked, where, by whom."""
    guard(member, plan)
    found = _period(plan, period)
    theme = words(theme, "检查内容", "theme", 120)
    scope = words(scope, "检查对象", "scope", 200, needed=False)
    county = plan.agency.division.code[:6]
    for unit in agencies:
        if unit.division.code[:6] != county or not unit.is_active:
            raise DomainError(f"{unit.label}不是本县在用的单位，请重新选择。", field="agencies")
    values = {"period": found.key, "theme": theme, "scope": scope}

    def make() -> PlanLine:
        open_plan(plan, version)
        if line is None:
            last = plan.lines.aggregate(last=Max("order"))["last"] or 0
            row = PlanLine.objects.create(plan=plan, order=last + 1, **values)
        else:
            PlanLine.objects.filter(pk=line.pk).update(**values)
            line.refresh_from_db()
            row = line
        row.agencies.set(agencies)
        audit.record("plan.edited", actor=member, agency=plan.agency, subject=plan)
        return row

    return once(token=token, verb="plan.line_set", member=member, make=make)


def _period(plan: InspectionPlan, text: str) -> Period:
    try:
        found = parse_period(text)
    except BadPeriod as error:
        raise DomainError(str(error), field="period") from None
    if {found.first.year, found.last.year} != {plan.year} or len(found.key) > 20:
        raise DomainError(f"时间要在{plan.year}年内，如 {plan.year}-Q3 或 {plan.year}-09。", field="period")
    return found


def drop_line(*, line: PlanLine, member: Member, version: int | None = None) -> None:
    """Take a line out while the plan is being drawn up; not one by which an inspection was held."""
    plan = line.plan
    guard(member, plan)
    with transaction.atomic():
        open_plan(plan, version)
        if line.inspections.exists():
            raise DomainError("已经按这项安排组织了检查，不能删除。")
        line.delete()
        audit.record("plan.edited", actor=member, agency=plan.agency, subject=plan)


def submit(*, plan: InspectionPlan, member: Member, version: int | None = None) -> InspectionPlan:
    """报县政府审批: the approval waits as a duty of the county's leader."""
    guard(member, plan)
    if not plan.lines.exists():
        raise DomainError("计划还没有安排，请至少增加一项。")
    with transaction.atomic():
        move(
            plan,
            PLAN_MOVES["submit"],
            expected_version=version,
            submitted_by=member,
            submitted_at=now(),
            reason="",
        )
        fulfil(key=mend_key(plan), by=member)
        open_step(
            key=step_key(plan),
            kind=Duty.Kind.REVIEW,
            title=f"审批{plan.year}年度联合检查计划",
            agency=plan.approver,
            role=Role.LEADER,
            subject=plan,
            recipient=plan.agency,
        )
        audit.record("plan.submitted", actor=member, agency=plan.agency, subject=plan)
    return plan


def step_key(plan: InspectionPlan) -> str:
    """Key of the approval that waits."""
    return f"plan:{plan.pk}:approve"


def mend_key(plan: InspectionPlan) -> str:
    """Key of the correction after a return."""
    return f"plan:{plan.pk}:mend"


def why_not_decide(member: Member, plan: InspectionPlan) -> str:
    """Why this member may not approve or return, in Chinese; "" when nothing stands against it."""
    if not member.is_business:
        return "由县人民政府审批。"
    if member.pk == plan.submitted_by_id:
        return "报审的人不能审批自己报的计划。"
    leaders = signers(plan.approver, Role.LEADER, but=plan.submitted_by)[0]
    heads = signers(plan.approver, Role.HEAD, but=plan.submitted_by)[0]
    if member in leaders or member in heads:
        return ""
    return f"由{plan.approver.label}的县领导或主要负责人审批。"


def approve(
    *, plan: InspectionPlan, by: Member, number: str = "", version: int | None = None
) -> InspectionPlan:
    """批准; proves the campaign's yearly duty to draw it up."""
    why = why_not_decide(by, plan)
    if why:
        raise NotAllowed(why)
    number, at = words(number, "批复文号", "number", 60, needed=False), now()
    with transaction.atomic():
        move(
            plan,
            PLAN_MOVES["approve"],
            expected_version=version,
            decided_by=by,
            decided_at=at,
            number=number,
        )
        fulfil(key=step_key(plan), by=by)
        _prove(plan, at, by)
        audit.record("plan.approved", actor=by, agency=plan.agency, subject=plan)
        _tell(plan, "年度联合检查计划已批准。")
    return plan


def _prove(plan: InspectionPlan, at: dt.datetime, by: Member) -> None:
    """A plan counts for its own year, whenever in the winter before or after it was approved."""
    for task in tasks_of(plan):
        if local_date(at).year <= plan.year:
            begins = max(at, midnight(dt.date(plan.year, 1, 1)))
            prove(kind=task.proof_kind, agency=plan.agency, at=begins, subject=plan)
            continue
        own = Duty.objects.filter(proof_kind=task.proof_kind, agency=plan.agency, status=Duty.Status.OPEN)
        for duty in own.filter(window_start__lt=midnight(dt.date(plan.year + 1, 1, 1))):
            if local_date(duty.window_start).year == plan.year:
                fulfil(key=duty.key, at=at, by=by)


def tasks_of(plan: InspectionPlan) -> QuerySet[Task]:
    """The tasks of the plan's campaign that demand it."""
    rows = Task.objects.filter(kind=Task.Kind.PLAN, dropped_at__isnull=True, proof_kind__startswith="task.")
    return rows.filter(campaign=plan.campaign_id) if plan.campaign_id else rows.none()


def return_plan(
    *, plan: InspectionPlan, by: Member, reason: str, version: int | None = None
) -> InspectionPlan:
    """退回 with the reason; the office finds the correction among its duties."""
    why = why_not_decide(by, plan)
    if why:
        raise NotAllowed(why)
    transition = PLAN_MOVES["return"]
    reason = words(transition.require_reason(reason), "退回原因", "reason", 300)
    with transaction.atomic():
        move(plan, transition, expected_version=version, decided_by=by, decided_at=now(), reason=reason)
        cancel(key=step_key(plan), by=by)
        open_step(
            key=mend_key(plan),
            kind=Duty.Kind.OTHER,
            title=f"修改{plan.year}年度联合检查计划",
            agency=plan.agency,
            role=DESKS.get(plan.agency.kind, Role.OFFICER),
            subject=plan,
            recipient=plan.approver,
        )
        audit.record("plan.returned", actor=by, agency=plan.agency, subject=plan)
        _tell(plan, "年度联合检查计划已退回，请修改后再报。")
    return plan


def _tell(plan: InspectionPlan, text: str) -> None:
    who = [member for member in (plan.submitted_by, plan.created_by) if member and member.is_active]
    notices.send(members=who, kind="plan.decided", text=text, subject=plan)
