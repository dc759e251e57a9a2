"""What the pages of inspections share: the row in sight, crumbs, who may be chosen, a form's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from agencies.models import Agency, AgencyKind
from core.web import MemberRequest
from ledgers import inspection_rules as rules
from ledgers.models.inspections import Inspection, InspectionSite
from ledgers.views.parts import LEDGERS, fresh_token, status_of

INSPECTIONS = {"label": "联合检查", "url": "/ledgers/inspections/"}
PLANS = {"label": "年度计划", "url": "/ledgers/plans/"}
#: Not units that inspect or are inspected.
NEVER = (AgencyKind.VILLAGE, AgencyKind.SYSTEM, AgencyKind.CITY_OFFICE)


def visible(request: MemberRequest, pk: int) -> Inspection:
    """An inspection in sight, else 404."""
    rows = Inspection.objects.visible_to(request.user).select_related(
        "agency__division", "campaign__county", "task", "line__plan", "again", "created_by", "filed_by"
    )
    return get_object_or_404(rows, pk=pk)


def visible_site(request: MemberRequest, pk: int, at_pk: int) -> InspectionSite:
    """A site of an inspection in sight, else 404."""
    inspection = visible(request, pk)
    rows = inspection.sites.select_related("site__agency__division", "site__division")
    at_site = get_object_or_404(rows, pk=at_pk)
    at_site.inspection = inspection
    return at_site


def opened(request: MemberRequest, inspection: Inspection) -> bool:
    """Whether the reader may read what was written: the side that inspects always, the others once filed."""
    return Inspection.objects.filter(rules.opened(request.user), pk=inspection.pk).exists()


def crumbs(inspection: Inspection, *more: dict[str, str]) -> list[dict[str, str]]:
    """台账 › 联合检查 › this one › …"""
    return [LEDGERS, INSPECTIONS, {"label": inspection.title, "url": url_of(inspection)}, *more]


def url_of(inspection: Inspection) -> str:
    """The page of an inspection."""
    return reverse("ledgers:inspection", args=[inspection.pk])


def county_units(member: Any) -> QuerySet[Agency]:
    """Units of the member's county that may take part or be inspected."""
    code = member.agency.division.code[:6]
    rows = Agency.objects.active().filter(division__code__startswith=code).exclude(kind__in=NEVER)
    return rows.select_related("division").order_by("division__code", "code")


def form_page(
    request: MemberRequest, form: forms.Form, title: str, back: str, *, status: int | None = None, **more: Any
) -> HttpResponse:
    """patterns/form.html with what every one of these forms needs."""
    template = more.pop("template", "patterns/form.html")
    context = {
        "title": title,
        "form": form,
        "submit": "保存",
        "cancel_url": back,
        "client_token": fresh_token(request),
        **more,
    }
    return render(request, template, context, status=status or status_of(request, form))
