"""Inspections 联合检查: the list, its export, a new one, its head."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from core import audit
from core.errors import NotAllowed
from core.paging import keyset
from core.web import MemberRequest, business
from duties.models import Campaign, Task
from ledgers.actions import inspections
from ledgers.actions.inspections.guards import HEAD, guard_leading, seen_of
from ledgers.forms.inspections import DraftForm, HeadForm, InspectionFilter
from ledgers.inspection_columns import INSPECTIONS as COLUMNS
from ledgers.inspection_columns import texts
from ledgers.inspection_rules import units_of
from ledgers.models.inspections import Inspection, InspectionPlan, InspectionSubject, PlanLine
from ledgers.states import INSPECTION_HANDS, InspectionStatus, PlanStatus
from ledgers.views.inspection_parts import INSPECTIONS, county_units, crumbs, form_page, url_of, visible
from ledgers.views.parts import LEDGERS, filters_of, submitted, token_of, workbook
from minewatch.lib.clock import local_date, now
from minewatch.lib.periods import BadPeriod, parse_period
from minewatch.lib.text import fold
from minewatch.lib.xlsx import stream_rows

HEADS = [{"label": column.label} for column in COLUMNS]
TAGS = {InspectionStatus.FILED: "done", InspectionStatus.CANCELLED: "refused"}


def chosen(request: MemberRequest) -> tuple[QuerySet[Inspection], InspectionFilter]:
    """Inspections in sight that pass the filters; what cannot be read shows nothing."""
    rows = Inspection.objects.visible_to(request.user).select_related("agency")
    form = InspectionFilter(
        request.GET,
        units=county_units(request.user),
        campaigns=Campaign.objects.visible_to(request.user),
    )
    if not form.is_valid():
        return rows.none(), form
    data = form.cleaned_data
    for name in ("kind", "status", "agency", "campaign"):
        if data[name]:
            rows = rows.filter(**{name: data[name]})
    if data["period"]:
        try:
            window = parse_period(data["period"]).window
        except BadPeriod as error:
            form.add_error("period", str(error))
            return rows.none(), form
        rows = rows.filter(starts_at__gte=window.start, starts_at__lt=window.end)
    words = fold(data["q"])
    if words:
        rows = rows.filter(Q(title__icontains=words) | Q(number__icontains=words))
    return rows, form


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """The list, the latest first."""
    rows, form = chosen(request)
    found, page = keyset(rows, ("-starts_at", "-id"), request)
    _with_objects(found)
    leads = units_of(request.user, INSPECTION_HANDS).exists()
    actions = [{"label": "年度计划", "url": reverse("ledgers:plans")}]
    if leads:
        actions.insert(0, {"label": "组织检查", "url": reverse("ledgers:inspection_new"), "primary": True})
    context = {
        "title": "联合检查",
        "crumbs": [LEDGERS],
        "lead": "联合检查、督导检查、检查验收和储量动态监测。",
        "actions": actions,
        "count": rows.count(),
        "unit_word": "次",
        "head": HEADS,
        "rows": [_row(row) for row in found],
        "page": page,
        "exports": [
            {
                "label": "导出表格",
                "url": f"{reverse('ledgers:inspections_export')}?{request.GET.urlencode()}",
            }
        ],
        "empty": {"text": "没有符合条件的检查。"},
        **filters_of(request, form),
    }
    return render(request, "patterns/list.html", context)


def _with_objects(rows: list[Inspection]) -> None:
    """Hang on each row what was inspected, in words."""
    names: dict[int, list[str]] = {row.pk: [] for row in rows}
    for model, name in (("sites", "site__name"), ("subjects", "agency__short_name")):
        source = Inspection._meta.get_field(model).related_model.objects
        for pk, label in (
            source.filter(inspection__in=names).order_by("pk").values_list("inspection_id", name)
        ):
            names[pk].append(label)
    for row in rows:
        own = [name for name in names[row.pk] if name]
        row.objects_words = "、".join(own[:2]) + (f"等{len(own)}处" if len(own) > 2 else "")


def _row(row: Inspection) -> dict[str, Any]:
    cells: list[dict[str, Any]] = [{"text": text} for text in texts(COLUMNS, row)]
    cells[-1]["tag"] = TAGS.get(row.status, "open")
    cells[0], cells[1] = cells[1], cells[0]
    return {"url": url_of(row), "cells": cells}


HEADS[0], HEADS[1] = HEADS[1], HEADS[0]


@require_GET
@business
def export(request: MemberRequest) -> HttpResponse:
    """Exactly the rows of the list as a workbook; logged."""
    rows, _ = chosen(request)
    found = list(rows.order_by("-starts_at", "-id"))
    _with_objects(found)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "inspections.xlsx"
        lines = (texts(COLUMNS, row) for row in found)
        header, widths = [c.label for c in COLUMNS], [c.width for c in COLUMNS]
        count = stream_rows(path, header, lines, widths, title="检查")
        data = path.read_bytes()
    audit.record("export.made", actor=request.user, facts={"what": "inspections", "rows": count})
    return workbook(data, f"检查{local_date(now()):%Y%m%d}.xlsx")


@require_http_methods(["GET", "POST"])
@business
def new(request: MemberRequest) -> HttpResponse:
    """组织检查, free or from a plan's line, a task, an acceptance not passed (?line=&task=&again=&kind=)."""
    units = units_of(request.user, INSPECTION_HANDS)
    if not units.exists():
        raise NotAllowed("检查由组织单位的承办人、审批人、负责人或专班办公室发起。")
    form = DraftForm(request.POST or None, initial=_initial(request), **_choices(request), units=units)
    made = submitted(
        request,
        form,
        lambda data: inspections.draft(
            member=request.user,
            agency=data["agency"],
            kind=data["kind"],
            title=data["title"],
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            task=data.get("task"),
            line=data.get("line"),
            campaign=data["line"].plan.campaign if data.get("line") and not data.get("task") else None,
            again=data.get("again"),
            text=data["text"],
            token=token_of(request),
        ),
    )
    if made is not None:
        messages.success(request, f"已建立检查{made.number}，请选择检查对象和参加单位。")
        return redirect(url_of(made))
    back = reverse("ledgers:inspections")
    return form_page(request, form, "组织检查", back, crumbs=[LEDGERS, INSPECTIONS], submit="建立")


def _choices(request: MemberRequest) -> dict[str, QuerySet]:
    member = request.user
    plans = InspectionPlan.objects.visible_to(member).filter(status=PlanStatus.APPROVED)
    kinds = (Task.Kind.INSPECTION, Task.Kind.SURVEY)
    tasks = Task.objects.filter(campaign__in=Campaign.objects.visible_to(member), kind__in=kinds)
    failed = Inspection.objects.visible_to(member).filter(
        kind=Inspection.Kind.ACCEPTANCE,
        status=InspectionStatus.FILED,
        subjects__result=InspectionSubject.Result.FAILED,
    )
    return {
        "tasks": tasks.filter(dropped_at__isnull=True).select_related("campaign"),
        "lines": PlanLine.objects.filter(plan__in=plans)
        .select_related("plan")
        .order_by("-plan__year", "order"),
        "failed": failed.distinct(),
    }


def _initial(request: MemberRequest) -> dict[str, Any]:
    initial: dict[str, Any] = {"kind": request.GET.get("kind") or Inspection.Kind.JOINT, "starts_at": now()}
    for name in ("line", "task", "again"):
        text = request.GET.get(name, "")
        if text.isascii() and text.isdigit() and len(text) < 19:
            initial[name] = int(text)
    line = _choices(request)["lines"].filter(pk=initial.get("line", 0)).first()
    if line is not None:
        initial["title"] = line.theme
    return initial


@require_http_methods(["GET", "POST"])
@business
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """The head: when, 检查情况, 检查结论."""
    inspection = visible(request, pk)
    guard_leading(request.user, inspection)
    initial = {name: getattr(inspection, name) for name in HEAD} | {"seen": seen_of(inspection, HEAD)}
    form = HeadForm(request.POST or None, initial=initial)
    saved = submitted(
        request,
        form,
        lambda data: inspections.edit(
            inspection=inspection,
            member=request.user,
            **{name: data[name] for name in HEAD},
            seen=data["seen"] or None,
        ),
    )
    if saved is not None:
        messages.success(request, "已保存。")
        return redirect(url_of(inspection))
    return form_page(request, form, "检查情况和结论", url_of(inspection), crumbs=crumbs(inspection))
