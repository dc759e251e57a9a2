"""年度联合检查计划: the list, one plan with its lines, submission and approval."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.models import Agency
from core.errors import NotAllowed
from core.pages import listing
from core.paging import keyset
from core.web import MemberRequest, business, seen_version
from duties.models import Campaign
from ledgers.actions import plans
from ledgers.forms.plans import LineForm, PlanFilter, PlanForm
from ledgers.inspection_rules import units_of
from ledgers.models.inspections import Inspection, InspectionPlan, PlanLine
from ledgers.states import INSPECTION_HANDS, PlanStatus
from ledgers.views.inspection_parts import INSPECTIONS, PLANS, county_units, form_page
from ledgers.views.pages import steps
from ledgers.views.parts import LEDGERS, filters_of, fresh_token, submitted, token_of, version_of
from minewatch.lib.clock import local_date, now
from minewatch.lib.periods import parse_period

HEADS = [{"label": label} for label in ("名称", "年度", "拟订单位", "安排", "状态", "批复文号")]
TAGS = {PlanStatus.APPROVED: "done", PlanStatus.RETURNED: "refused"}
CSS = {PlanStatus.APPROVED: "tag-done", PlanStatus.RETURNED: "tag-refused"}


def visible(request: MemberRequest, pk: int) -> InspectionPlan:
    """A plan in sight, else 404."""
    rows = InspectionPlan.objects.visible_to(request.user).select_related(
        "agency__division", "approver", "campaign", "created_by", "submitted_by", "decided_by"
    )
    return get_object_or_404(rows, pk=pk)


def url_of(plan: InspectionPlan) -> str:
    """The page of a plan."""
    return reverse("ledgers:plan", args=[plan.pk])


def drafts(request: MemberRequest, plan: InspectionPlan) -> bool:
    """Whether the reader may change the plan now."""
    mine = plans.hosts_of(request.user).filter(pk=plan.agency_id).exists()
    return mine and plan.status in (PlanStatus.DRAFT, PlanStatus.RETURNED)


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Plans, the latest first."""
    rows = InspectionPlan.objects.visible_to(request.user).select_related("agency")
    form = PlanFilter(request.GET)
    if form.is_valid():
        for name in ("year", "status"):
            if form.cleaned_data[name]:
                rows = rows.filter(**{name: form.cleaned_data[name]})
    else:
        rows = rows.none()
    found, page = keyset(rows.prefetch_related("lines"), ("-year", "-id"), request)
    actions = []
    if plans.hosts_of(request.user).exists():
        actions.append({"label": "拟订年度计划", "url": reverse("ledgers:plan_new"), "primary": True})
    context = {
        "title": "年度联合检查计划",
        "crumbs": [LEDGERS, INSPECTIONS],
        "lead": "由专班办公室（监管办）拟订，报县人民政府审批；批准后按安排组织检查。",
        "actions": actions,
        "count": rows.count(),
        "unit_word": "份",
        "head": HEADS,
        "rows": [_row(plan) for plan in found],
        "page": page,
        "empty": {"text": "没有符合条件的计划。"},
        **filters_of(request, form),
    }
    listed = rows.prefetch_related("lines").order_by("-year", "-id")
    return listing(request, context, what="inspection_plans", rows=listed, row_of=_row)


def _row(plan: InspectionPlan) -> dict[str, Any]:
    texts = (plan.title, f"{plan.year}年", plan.agency.label, f"{len(plan.lines.all())}项")
    cells: list[dict[str, Any]] = [{"text": text} for text in texts]
    cells.append({"text": plan.get_status_display(), "tag": TAGS.get(plan.status, "open")})
    return {"url": url_of(plan), "cells": [*cells, {"text": plan.number or "—"}]}


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One plan: its lines with what was held by them, and the legal moves."""
    plan = visible(request, pk)
    buttons, missing = _buttons(request, plan)
    waiting = plan.status == PlanStatus.SUBMITTED
    facts = (
        ("年度", f"{plan.year}年"),
        ("拟订单位", plan.agency.name),
        ("审批机关", plan.approver.name),
        ("专项行动", str(plan.campaign or "")),
        ("总体安排", plan.text),
        ("批复文号", plan.number),
        ("退回原因", plan.reason),
    )
    context = {
        "title": plan.title,
        "crumbs": [LEDGERS, INSPECTIONS, PLANS],
        "state": {"words": plan.get_status_display(), "css": CSS.get(plan.status, "")},
        "holder": plan.approver.label
        if waiting
        else ""
        if plan.status == PlanStatus.APPROVED
        else plan.agency.label,
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "lines": _lines(request, plan),
        "drafts": drafts(request, plan),
        "plan": plan,
        "buttons": buttons,
        "missing": missing,
        "version": plan.version,
        "timeline": steps("ledgers.inspectionplan", pk),
        "client_token": fresh_token(request),
    }
    return render(request, "ledgers/inspections/plan.html", context)


def _lines(request: MemberRequest, plan: InspectionPlan) -> list[dict[str, Any]]:
    rows = plan.lines.prefetch_related("agencies").order_by("order", "id")
    holds = plan.status == PlanStatus.APPROVED and units_of(request.user, INSPECTION_HANDS).exists()
    seen = Inspection.objects.visible_to(request.user).filter(line__plan=plan)
    held: dict[int, list[Inspection]] = {}
    for row in seen.order_by("starts_at"):
        held.setdefault(row.line_id, []).append(row)
    return [
        {
            "row": line,
            "period": parse_period(line.period).label,
            "units": "、".join(unit.label for unit in line.agencies.all()),
            "held": [
                {"label": row.title, "url": reverse("ledgers:inspection", args=[row.pk])}
                for row in held.get(line.pk, [])
            ],
            "new_url": f"{reverse('ledgers:inspection_new')}?line={line.pk}" if holds else "",
            "edit_url": reverse("ledgers:plan_line", args=[plan.pk, line.pk]),
            "drop_url": reverse("ledgers:plan_line_drop", args=[plan.pk, line.pk]),
        }
        for line in rows
    ]


def _buttons(request: MemberRequest, plan: InspectionPlan) -> tuple[list[dict], list[dict]]:
    buttons, missing = [], []
    mine = plans.hosts_of(request.user).filter(pk=plan.agency_id).exists()
    if plan.status in (PlanStatus.DRAFT, PlanStatus.RETURNED):
        if not mine:
            missing.append({"label": "报县政府审批", "reason": f"由{plan.agency.label}的人员办理。"})
        elif not plan.lines.exists():
            missing.append({"label": "报县政府审批", "reason": "计划还没有安排，请至少增加一项。"})
        else:
            url = reverse("ledgers:plan_submit", args=[plan.pk])
            buttons.append({"label": "报县政府审批", "url": url, "method": "post", "primary": True})
    if plan.status == PlanStatus.SUBMITTED:
        why = plans.why_not_decide(request.user, plan)
        if why:
            missing.append({"label": "批准、退回", "reason": why})
        else:
            url = reverse("ledgers:plan_approve", args=[plan.pk])
            buttons.append(
                {"label": "批准", "url": url, "method": "post", "primary": True, "ask": "批复文号"}
            )
            url = reverse("ledgers:plan_return", args=[plan.pk])
            buttons.append(
                {"label": "退回", "url": url, "method": "post", "ask": "退回原因", "ask_required": True}
            )
    return buttons, missing


@require_http_methods(["GET", "POST"])
@business
def new(request: MemberRequest) -> HttpResponse:
    """拟订年度计划."""
    units = plans.hosts_of(request.user)
    if not units.exists():
        raise NotAllowed("年度联合检查计划由专班办公室（监管办）或自然资源局拟订。")
    asked, campaign = request.GET.get("year", ""), request.GET.get("campaign", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else local_date(now()).year
    initial = {"year": year, "title": f"{year}年度联合检查计划", "campaign": campaign}
    return _head(request, None, initial, units, "拟订年度计划")


@require_http_methods(["GET", "POST"])
@business
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """The head of a plan."""
    plan = visible(request, pk)
    plans.guard(request.user, plan)
    names = ("year", "title", "text", "campaign")
    initial = {name: getattr(plan, name) for name in names} | {"agency": plan.agency.code}
    return _head(request, plan, initial, Agency.objects.filter(pk=plan.agency_id), "修改年度计划")


def _head(
    request: MemberRequest, plan: InspectionPlan | None, initial: dict[str, Any], units: Any, title: str
) -> HttpResponse:
    campaigns = Campaign.objects.visible_to(request.user)
    form = PlanForm(request.POST or None, initial=initial, units=units, campaigns=campaigns)
    saved = submitted(
        request,
        form,
        lambda data: plans.draft(
            member=request.user,
            agency=data["agency"],
            year=data["year"],
            title=data["title"],
            text=data["text"],
            campaign=data["campaign"],
            plan=plan,
            version=seen_version(request) if plan else None,
            token=token_of(request),
        ),
    )
    if saved is not None:
        messages.success(request, "已保存。")
        return redirect(url_of(saved))
    back = url_of(plan) if plan else reverse("ledgers:plans")
    version = (version_of(request) or plan.version) if plan else None
    return form_page(request, form, title, back, crumbs=[LEDGERS, INSPECTIONS, PLANS], version=version)


@require_http_methods(["GET", "POST"])
@business
def new_line(request: MemberRequest, pk: int) -> HttpResponse:
    """Add a line."""
    return _line(request, visible(request, pk), None)


@require_http_methods(["GET", "POST"])
@business
def edit_line(request: MemberRequest, pk: int, line_pk: int) -> HttpResponse:
    """Correct a line."""
    plan = visible(request, pk)
    return _line(request, plan, get_object_or_404(plan.lines.all(), pk=line_pk))


def _line(request: MemberRequest, plan: InspectionPlan, line: PlanLine | None) -> HttpResponse:
    plans.guard(request.user, plan)
    initial = {"period": f"{plan.year}-Q1"}
    if line is not None:
        initial = {name: getattr(line, name) for name in ("period", "theme", "scope")}
        initial["agencies"] = list(line.agencies.all())
    form = LineForm(request.POST or None, initial=initial, units=county_units(request.user))
    saved = submitted(
        request,
        form,
        lambda data: plans.set_line(
            plan=plan,
            member=request.user,
            period=data["period"],
            theme=data["theme"],
            scope=data["scope"],
            agencies=list(data["agencies"]),
            line=line,
            version=seen_version(request),
            token=token_of(request),
        ),
    )
    if saved is not None:
        messages.success(request, "安排已保存。")
        return redirect(url_of(plan))
    return form_page(
        request,
        form,
        "修改安排" if line else "增加安排",
        url_of(plan),
        crumbs=[LEDGERS, INSPECTIONS, PLANS, {"label": plan.title, "url": url_of(plan)}],
        version=version_of(request) or plan.version,
    )


@require_POST
@business
def drop_line(request: MemberRequest, pk: int, line_pk: int) -> HttpResponse:
    """Take a line out."""
    plan = visible(request, pk)
    line = get_object_or_404(plan.lines.select_related("plan"), pk=line_pk)
    plans.drop_line(line=line, member=request.user, version=seen_version(request))
    messages.success(request, "这项安排已删除。")
    return redirect(url_of(plan))


@require_POST
@business
def submit(request: MemberRequest, pk: int) -> HttpResponse:
    """报县政府审批."""
    plan = plans.submit(plan=visible(request, pk), member=request.user, version=seen_version(request))
    messages.success(request, "已报县人民政府审批。")
    return redirect(url_of(plan))


@require_POST
@business
def approve(request: MemberRequest, pk: int) -> HttpResponse:
    """批准."""
    number = request.POST.get("reason", "")
    plan = plans.approve(
        plan=visible(request, pk), by=request.user, number=number, version=seen_version(request)
    )
    messages.success(request, "计划已批准。")
    return redirect(url_of(plan))


@require_POST
@business
def send_back(request: MemberRequest, pk: int) -> HttpResponse:
    """退回."""
    reason = request.POST.get("reason", "")
    plan = plans.return_plan(
        plan=visible(request, pk), by=request.user, reason=reason, version=seen_version(request)
    )
    messages.success(request, "计划已退回。")
    return redirect(url_of(plan))
