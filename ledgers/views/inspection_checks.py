"""On site: a unit's part of the checklist, measurement, and what goes onto the 问题清单."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from agencies.models import Agency
from core.errors import Conflict
from core.web import MemberRequest, business
from ledgers import checklists
from ledgers.actions import inspections
from ledgers.actions.inspections.answering import unit_of
from ledgers.actions.inspections.guards import MEASURED, seen_of
from ledgers.forms.inspections import (
    CheckForm,
    FindingForm,
    MeasureForm,
)
from ledgers.inspection_rules import offered, own_units
from ledgers.models.inspections import CheckAnswer, Inspection, InspectionSite
from ledgers.views.inspection_parts import (
    county_units,
    crumbs,
    form_page,
    url_of,
    visible,
    visible_site,
)
from ledgers.views.parts import submitted, token_of
from minewatch.lib.clock import day_end


def _mine(request: MemberRequest, at_site: InspectionSite) -> Agency:
    """The unit the reader writes for: ?agency= among those of the inspection, else the own one."""
    units = [unit.agency for unit in own_units(request.user, at_site.inspection) if not unit.absent]
    code = request.GET.get("agency", "")
    named = [agency for agency in units if agency.code == code]
    if named or units:
        return (named or units)[0]
    raise Http404


def _back(at_site: InspectionSite) -> str:
    return reverse("ledgers:inspection_site", args=[at_site.inspection_id, at_site.pk])


@require_http_methods(["GET", "POST"])
@business
def answer(request: MemberRequest, pk: int, at_pk: int) -> HttpResponse:
    """The unit's part of the checklist; what a colleague wrote meanwhile is shown, never overwritten."""
    at_site = visible_site(request, pk, at_pk)
    agency = _mine(request, at_site)
    unit_of(request.user, at_site, agency)
    asked = offered(at_site, agency)
    there = {row.question: row for row in at_site.answers.filter(agency=agency).select_related("answered_by")}
    form = CheckForm(request.POST or None, request.FILES or None, questions=asked, answers=there)
    conflict = None
    try:
        saved = submitted(request, form, lambda data: _answered(request, at_site, agency, form))
    except Conflict as error:
        conflict = {"words": error.message, "theirs": _theirs(form, at_site, agency)}
        form = _fresh(request, form, at_site, agency)
        saved = None
    if saved is not None:
        messages.success(request, f"“{at_site.site.name}”的检查表已保存。")
        return redirect(_back(at_site))
    return form_page(
        request,
        form,
        f"检查表：{at_site.site.name}",
        _back(at_site),
        status=409 if conflict else None,
        crumbs=crumbs(at_site.inspection, {"label": at_site.site.name, "url": _back(at_site)}),
        lead=f"{agency.label}填写。没有把握的选“不清楚”，可以分几次填。",
        groups=form.groups,
        conflict=conflict,
        multipart=True,
        template="ledgers/inspections/answer.html",
    )


def _answered(
    request: MemberRequest, at_site: InspectionSite, agency: Agency, form: CheckForm
) -> InspectionSite:
    return inspections.answer(
        at_site=at_site,
        member=request.user,
        agency=agency,
        rows=form.rows(),
        seen=form.seen(),
        photos=form.cleaned_data["photos"],
        token=token_of(request),
    )


def _theirs(form: CheckForm, at_site: InspectionSite, agency: Agency) -> list[dict[str, str]]:
    """What stands there now where it differs from what was typed."""
    typed = form.rows()
    found = []
    for row in at_site.answers.filter(agency=agency):
        mine = typed.get(row.question, ("", ""))
        if mine[0] and mine != (row.result, row.text):
            words = f"{row.get_result_display()} {row.text}".strip()
            found.append({"label": checklists.label_of(row.question), "value": words})
    return found


def _fresh(request: MemberRequest, form: CheckForm, at_site: InspectionSite, agency: Agency) -> CheckForm:
    """The same form with what was typed, now carrying the versions that the page shows."""
    data = request.POST.copy()
    there = {row.question: row for row in at_site.answers.filter(agency=agency)}
    for code, row in there.items():
        data[f"seen_{code}"] = str(row.version)
    return CheckForm(data, questions=form.questions, answers=there)


@require_http_methods(["GET", "POST"])
@business
def measure(request: MemberRequest, pk: int, at_pk: int) -> HttpResponse:
    """实地测量."""
    at_site = visible_site(request, pk, at_pk)
    agency = _mine(request, at_site)
    initial = {name: getattr(at_site, name) for name in MEASURED} | {"seen": seen_of(at_site, MEASURED)}
    form = MeasureForm(request.POST or None, request.FILES or None, initial=initial)
    saved = submitted(
        request,
        form,
        lambda data: inspections.measure(
            at_site=at_site,
            member=request.user,
            agency=agency,
            measured_by=data["measured_by"],
            text=data["measured_text"],
            m2=data["measured_m2"],
            t=data["measured_t"],
            uploads=[(one.name, one) for one in data["files"]],
            seen=data["seen"] or None,
            token=token_of(request),
        ),
    )
    if saved is not None:
        messages.success(request, "实地测量已保存。")
        return redirect(_back(at_site))
    return form_page(
        request,
        form,
        f"实地测量：{at_site.site.name}",
        _back(at_site),
        crumbs=crumbs(at_site.inspection),
        multipart=True,
    )


@require_http_methods(["GET", "POST"])
@business
def finding(request: MemberRequest, pk: int) -> HttpResponse:
    """列入问题清单 (?site=&answer=&subject= prefill)."""
    inspection = visible(request, pk)
    mine = [unit.agency_id for unit in own_units(request.user, inspection) if not unit.absent]
    if not mine:
        raise Http404
    at_sites = {
        f"site-{row.pk}": row for row in inspection.sites.select_related("site__agency", "site__division")
    }
    units = {f"unit-{row.pk}": row for row in inspection.subjects.select_related("agency")}
    places = [(key, row.site.name) for key, row in at_sites.items()]
    places += [(key, row.agency.name) for key, row in units.items()]
    form = FindingForm(
        request.POST or None,
        initial=_prefilled(request, inspection, at_sites, units),
        places=places,
        finders=Agency.objects.filter(pk__in=mine),
        units=county_units(request.user),
    )
    made = submitted(
        request,
        form,
        lambda data: inspections.add_finding(
            inspection=inspection,
            member=request.user,
            found_by=data["found_by"],
            agency=data["agency"],
            problem=data["problem"],
            demand=data["demand"],
            due_at=day_end(data["due_on"]),
            at_site=at_sites.get(data["where"]),
            subject=units.get(data["where"]),
            category=data["category"],
            responsible=data["responsible"],
            token=token_of(request),
        ),
    )
    if made is not None:
        messages.success(request, f"已列入问题清单第{made.number}项。")
        return redirect(url_of(inspection))
    lead = "" if places else "还没有检查对象，请先选择被检查的矿山或单位。"
    return form_page(
        request,
        form,
        "列入问题清单",
        url_of(inspection),
        crumbs=crumbs(inspection),
        submit="列入清单",
        lead=lead,
    )


def _prefilled(
    request: MemberRequest, inspection: Inspection, at_sites: dict[str, Any], units: dict[str, Any]
) -> dict[str, Any]:
    """The place, its township and the words of a 不符合."""
    initial: dict[str, Any] = {"found_by": request.user.agency.code}
    at_site = at_sites.get(f"site-{request.GET.get('site', '')}")
    subject_row = units.get(f"unit-{request.GET.get('subject', '')}")
    if at_site is not None:
        initial |= {"where": f"site-{at_site.pk}", "agency": at_site.site.agency.code}
    elif subject_row is not None:
        initial |= {"where": f"unit-{subject_row.pk}", "agency": subject_row.agency.code}
    text = request.GET.get("answer", "")
    if at_site is not None and text.isascii() and text.isdigit() and len(text) < 19:
        row = CheckAnswer.objects.filter(pk=int(text), at_site=at_site).first()
        if row is not None:
            initial["problem"] = f"{checklists.label_of(row.question)}：{row.text}"
            initial["found_by"] = row.agency.code
    return initial
