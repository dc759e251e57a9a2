"""The site register: list, export, add, edit, take off the books, and the picker of patrol forms."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.models import Agency, AgencyKind
from core import audit
from core.errors import NotAllowed
from core.paging import keyset
from core.web import MemberRequest, business, seen_version
from ledgers.actions import sites, uploads
from ledgers.actions.refs import load_refs
from ledgers.models import Licence, Site
from ledgers.site_columns import COLUMNS, shown
from ledgers.site_forms import SITE_GROUPS, SiteFilter, SiteForm
from ledgers.site_search import filtered, offered
from ledgers.views.parts import (
    LEDGERS,
    SITES,
    filters_of,
    fresh_token,
    status_of,
    submitted,
    token_of,
    version_of,
    workbook,
)
from minewatch.lib.clock import day_end, local_date, now
from minewatch.lib.xlsx import stream_rows

HEAD = [
    {"label": label}
    for label in ("名称", "编号", "类别", "乡镇、村", "矿种", "经营主体", "生产状态", "采矿许可证到期")
]
WIDTHS = {"name": 24, "operator": 26, "location": 28, "point": 26, "operator_uscc": 22, "watchers": 18}


def visible(member: object) -> QuerySet[Site]:
    """The sites the member may read, with what every page of them shows."""
    return Site.objects.visible_to(member).select_related("division", "agency__division", "village__division")


def chosen(request: MemberRequest) -> tuple[QuerySet[Site], SiteFilter]:
    """The sites of this list and its filter form; a value the form does not know filters nothing."""
    rows = visible(request.user)
    units = Agency.objects.filter(kind=AgencyKind.TOWNSHIP, pk__in=rows.values("agency"))
    form = SiteFilter(request.GET, townships=list(units.select_related("division")))
    form.is_valid()
    return filtered(rows, form.cleaned_data, local_date(now())), form


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """The register, by number."""
    rows, form = chosen(request)
    permits = Licence.objects.filter(site=OuterRef("pk"), kind=Licence.Kind.PERMIT).order_by("-valid_to")
    rows = rows.annotate(permit_until=Subquery(permits.values("valid_to")[:1]))
    page_rows, page = keyset(rows, ("number", "id"), request)
    query = request.GET.urlencode()
    context = {
        "title": "监管对象",
        "crumbs": [LEDGERS],
        "actions": _actions(request),
        "count": rows.count(),
        "unit_word": "处",
        "head": HEAD,
        "rows": [_row(site) for site in page_rows],
        "page": page,
        "exports": [{"label": "导出表格", "url": f"{reverse('ledgers:sites_export')}?{query}"}],
        **filters_of(request, form),
    }
    return render(request, "patterns/list.html", context)


def _actions(request: MemberRequest) -> list[dict[str, Any]]:
    actions = [{"label": "证照到期", "url": reverse("ledgers:licences_expiring")}]
    if sites.kept_townships(request.user).exists():
        actions.insert(0, {"label": "登记监管对象", "url": reverse("ledgers:site_new"), "primary": True})
        actions.append({"label": "导入", "url": reverse("ledgers:upload_new", args=["sites"])})
    return actions


def _row(site: Site) -> dict[str, Any]:
    place = site.agency.division.name + (site.village.division.name if site.village_id else "")
    until = {"due": day_end(site.permit_until)} if site.permit_until else {"text": "—"}
    texts = (site.name, site.number, site.get_kind_display(), place, site.mineral, site.operator)
    cells = [{"text": text or "—"} for text in (*texts, site.get_production_display())]
    return {"url": reverse("ledgers:site", args=[site.pk]), "cells": [*cells, until]}


@require_GET
@business
def export(request: MemberRequest) -> HttpResponse:
    """Exactly the rows of the list as a workbook that can be imported again; logged."""
    rows, _ = chosen(request)
    header = [f"{column.label}（{column.unit}）" if column.unit else column.label for column in COLUMNS]
    lines = ([_cell(site, column.key) for column in COLUMNS] for site in rows.order_by("number", "pk"))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sites.xlsx"
        widths = [WIDTHS.get(column.key, 12) for column in COLUMNS]
        count = stream_rows(path, header, lines, widths, title="监管对象")
        data = path.read_bytes()
    audit.record("export.made", actor=request.user, facts={"what": "sites", "rows": count})
    return workbook(data, f"监管对象{local_date(now()):%Y%m%d}.xlsx")


def _cell(site: Site, key: str) -> object:
    value = shown(site, key)
    return float(value) if key.endswith("_t") and value is not None else value


@require_http_methods(["GET", "POST"])
@business
def new(request: MemberRequest) -> HttpResponse:
    """Add a site."""
    townships = list(sites.kept_townships(request.user))
    if not townships:
        raise NotAllowed(sites.KEPT_BY)
    form = SiteForm(request.POST or None, refs=load_refs(request.user.agency), townships=townships)
    site = submitted(request, form, lambda data: _save(request, form))
    if site is not None:
        return _saved(request, site, form)
    return _page(request, form, "登记监管对象", reverse("ledgers:sites"))


@require_http_methods(["GET", "POST"])
@business
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Edit a site; who comes second is told who was first."""
    site = get_object_or_404(visible(request.user), pk=pk)
    sites.guard_keeping(request.user, site.agency)
    townships = list(sites.kept_townships(request.user))
    form = SiteForm(request.POST or None, refs=load_refs(request.user.agency), townships=townships, site=site)
    saved = submitted(request, form, lambda data: _save(request, form, site))
    if saved is not None:
        return _saved(request, saved, form)
    url = reverse("ledgers:site", args=[pk])
    crumbs = [{"label": site.name, "url": url}]
    return _page(request, form, "修改监管对象", url, crumbs, version=version_of(request) or site.version)


def _save(request: MemberRequest, form: SiteForm, site: Site | None = None) -> Site:
    return sites.save_site(
        member=request.user,
        agency=form.township,
        village=form.village,
        facts=form.facts,
        site=site,
        expected_version=seen_version(request) if site else None,
        token=token_of(request),
    )


def _saved(request: MemberRequest, site: Site, form: SiteForm) -> HttpResponse:
    messages.success(request, f"已保存“{site.name}”（编号{site.number}）。")
    for note in form.notes:
        messages.warning(request, f"{note}。")
    return redirect("ledgers:site", site.pk)


def _page(
    request: MemberRequest, form: SiteForm, title: str, back: str, crumbs: list | None = None, **more: Any
) -> HttpResponse:
    context = {
        "title": title,
        "crumbs": [LEDGERS, SITES, *(crumbs or [])],
        "form": form,
        "groups": SITE_GROUPS,
        "submit": "保存",
        "cancel_url": back,
        "client_token": fresh_token(request),
        **more,
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


@require_POST
@business
def retire(request: MemberRequest, pk: int) -> HttpResponse:
    """停用, with a reason."""
    site = get_object_or_404(visible(request.user), pk=pk)
    sites.retire(
        site=site,
        member=request.user,
        reason=request.POST.get("reason", ""),
        expected_version=seen_version(request),
        token=token_of(request),
    )
    messages.success(request, f"已停用“{site.name}”。")
    return redirect("ledgers:site", pk)


@require_POST
@business
def restore(request: MemberRequest, pk: int) -> HttpResponse:
    """恢复在册."""
    site = get_object_or_404(visible(request.user), pk=pk)
    sites.restore(
        site=site, member=request.user, expected_version=seen_version(request), token=token_of(request)
    )
    messages.success(request, f"“{site.name}”已恢复在册。")
    return redirect("ledgers:site", pk)


@require_GET
@business
def pick(request: MemberRequest) -> HttpResponse:
    """?q= → {items: [{id, label, note}]} for picker.js; ?agency= where one files for a village."""
    unit = None
    code = request.GET.get("agency", "")
    if code:
        unit = next(
            (u for u in uploads.units_for(request.user, "patrol") if code in (u.code, str(u.pk))), None
        )
    found = offered(request.user, request.GET.get("q", "")[:60], unit)
    items = [
        {"id": site.pk, "label": site.name, "note": f"{_where(site)} · {remark}"} for site, remark in found
    ]
    return JsonResponse({"items": items})


def _where(site: Site) -> str:
    return site.village.division.name if site.village_id else site.agency.division.name
