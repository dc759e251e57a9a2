"""Who and what an inspection is about: units that are called, sites, units that are inspected."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from agencies.models import Agency, AgencyKind
from core.web import MemberRequest, business
from ledgers.actions import inspections
from ledgers.actions.inspections.guards import JUDGED, UNIT, guard_leading, seen_of
from ledgers.forms.inspections import (
    CallForm,
    JudgeForm,
    SearchForm,
    SitesForm,
    UnitForm,
)
from ledgers.models import Site
from ledgers.models.inspections import Inspection
from ledgers.views.inspection_parts import (
    county_units,
    crumbs,
    form_page,
    url_of,
    visible,
)
from ledgers.views.parts import submitted
from minewatch.lib.text import fold

OFFERED = 100


@require_http_methods(["GET", "POST"])
@business
def call(request: MemberRequest, pk: int) -> HttpResponse:
    """Call units."""
    inspection = visible(request, pk)
    guard_leading(request.user, inspection)
    there = inspection.units.values("agency")
    form = CallForm(
        request.POST or None, units=county_units(request.user).exclude(pk__in=there), label="参加单位"
    )
    made = submitted(
        request,
        form,
        lambda data: inspections.call_units(
            inspection=inspection, member=request.user, agencies=list(data["agencies"])
        ),
    )
    if made is not None:
        messages.success(request, f"已增加{len(made)}个参加单位，并已通知。")
        return redirect(url_of(inspection))
    return form_page(
        request, form, "增加参加单位", url_of(inspection), crumbs=crumbs(inspection), submit="增加并通知"
    )


@require_http_methods(["GET", "POST"])
@business
def unit(request: MemberRequest, pk: int, unit_pk: int) -> HttpResponse:
    """A unit's people and vehicles."""
    inspection = visible(request, pk)
    row = get_object_or_404(inspection.units.select_related("agency__division", "inspection"), pk=unit_pk)
    initial = {name: getattr(row, name) for name in UNIT} | {"seen": seen_of(row, UNIT)}
    leading = row.agency_id == inspection.agency_id
    form = UnitForm(request.POST or None, initial=initial, leading=leading)
    saved = submitted(
        request,
        form,
        lambda data: inspections.set_unit(
            unit=row,
            member=request.user,
            people=data["people"],
            headcount=data["headcount"] or 0,
            vehicles=data["vehicles"] or 0,
            absent=data.get("absent", False),
            reason=data.get("reason", ""),
            seen=data["seen"] or None,
        ),
    )
    if saved is not None:
        messages.success(request, "已保存。")
        return redirect(url_of(inspection))
    return form_page(
        request, form, f"{row.agency.label}：人员和车辆", url_of(inspection), crumbs=crumbs(inspection)
    )


@require_http_methods(["GET", "POST"])
@business
def sites(request: MemberRequest, pk: int) -> HttpResponse:
    """Choose sites of the register (?township=&q=)."""
    inspection = visible(request, pk)
    guard_leading(request.user, inspection)
    rows = Site.objects.visible_to(request.user).filter(is_active=True)
    rows = rows.exclude(pk__in=inspection.sites.values("site"))
    townships = Agency.objects.filter(kind=AgencyKind.TOWNSHIP, pk__in=rows.values("agency"))
    search = SearchForm(request.GET, townships=townships.order_by("division__code"))
    if search.is_valid():
        if search.cleaned_data["township"]:
            rows = rows.filter(agency=search.cleaned_data["township"])
        words = fold(search.cleaned_data["q"])
        if words:
            initials = Q(initials__startswith=words.lower())
            rows = rows.filter(Q(name__icontains=words) | Q(number__icontains=words) | initials)
    found = list(rows.select_related("agency").order_by("number", "pk")[: OFFERED + 1])
    choices = [
        (str(site.pk), f"{site.name}（{site.number}，{site.agency.label}，{site.get_kind_display()}）")
        for site in found[:OFFERED]
    ]
    form = SitesForm(request.POST or None, offered=choices)
    made = submitted(
        request,
        form,
        lambda data: inspections.add_sites(
            inspection=inspection,
            member=request.user,
            sites=[site for site in found if str(site.pk) in data["sites"]],
            checklist=data["checklist"],
        ),
    )
    if made is not None:
        messages.success(request, f"已增加{len(made)}处检查对象。")
        return redirect(url_of(inspection))
    more = f"只列出前{OFFERED}处，请按乡镇或名称筛选。" if len(found) > OFFERED else ""
    return form_page(
        request,
        form,
        "选择检查对象",
        url_of(inspection),
        crumbs=crumbs(inspection),
        submit="加入检查",
        filters=search,
        lead=more,
        offered=bool(choices),
        template="ledgers/inspections/sites.html",
    )


@require_http_methods(["GET", "POST"])
@business
def subjects(request: MemberRequest, pk: int) -> HttpResponse:
    """Choose units to be inspected."""
    inspection = visible(request, pk)
    guard_leading(request.user, inspection)
    units = county_units(request.user).exclude(pk__in=inspection.subjects.values("agency"))
    if inspection.kind == Inspection.Kind.ACCEPTANCE:
        units = units.filter(kind=AgencyKind.TOWNSHIP)
    form = CallForm(request.POST or None, units=units, label="被检查单位")
    made = submitted(
        request,
        form,
        lambda data: inspections.add_subjects(
            inspection=inspection, member=request.user, agencies=list(data["agencies"])
        ),
    )
    if made is not None:
        messages.success(request, f"已增加{len(made)}个被检查单位。")
        return redirect(url_of(inspection))
    return form_page(
        request, form, "选择被检查单位", url_of(inspection), crumbs=crumbs(inspection), submit="加入检查"
    )


@require_http_methods(["GET", "POST"])
@business
def subject(request: MemberRequest, pk: int, subject_pk: int) -> HttpResponse:
    """Judge one inspected unit."""
    inspection = visible(request, pk)
    guard_leading(request.user, inspection)
    row = get_object_or_404(inspection.subjects.select_related("agency", "inspection"), pk=subject_pk)
    initial = {name: getattr(row, name) for name in JUDGED} | {"seen": seen_of(row, JUDGED)}
    acceptance = inspection.kind == Inspection.Kind.ACCEPTANCE
    form = JudgeForm(request.POST or None, initial=initial, acceptance=acceptance)
    saved = submitted(
        request,
        form,
        lambda data: inspections.judge(
            subject=row,
            member=request.user,
            result=data.get("result", ""),
            shortfalls=data.get("shortfalls", []),
            text=data["text"],
            seen=data["seen"] or None,
        ),
    )
    if saved is not None:
        messages.success(request, "已保存。")
        if saved.result == "failed":
            messages.warning(request, "不通过的，请把问题列入问题清单并定整改期限。")
        return redirect(url_of(inspection))
    return form_page(
        request, form, f"{row.agency.label}：检查结果", url_of(inspection), crumbs=crumbs(inspection)
    )
