"""Licences: one on its page, add and edit, the watch list of those that end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.web import MemberRequest, business, seen_version
from ledgers import watch
from ledgers.actions import licences, sites
from ledgers.corners import format_corners
from ledgers.models import Licence, Site
from ledgers.site_forms import LICENCE_GROUPS, LicenceForm
from ledgers.views.parts import (
    LEDGERS,
    SITES,
    filters_of,
    fresh_token,
    status_of,
    submitted,
    token_of,
    version_of,
)
from ledgers.views.sites import visible
from minewatch.lib.clock import day_end, local_date, now

HEAD = [
    {"label": label} for label in ("证号", "证照类别", "监管对象", "乡镇、村", "持证人", "有效期止", "到期")
]
SIZE = 50


class ExpiryFilter(forms.Form):
    """How near the end is."""

    days = forms.ChoiceField(
        label="到期时间", required=False, choices=[("", "90天内"), ("30", "30天内"), ("0", "已到期")]
    )
    kind = forms.ChoiceField(label="证照类别", required=False, choices=[("", "全部"), *Licence.Kind.choices])


@require_GET
@business
def expiring(request: MemberRequest) -> HttpResponse:
    """Licences that end within 90, 30 or 0 days and are not renewed, the earliest first."""
    form = ExpiryFilter(request.GET)
    form.is_valid()
    today = local_date(now())
    rows = Licence.objects.visible_to(request.user)
    rows = watch.ending(rows, today, int(form.cleaned_data.get("days") or 90))
    if form.cleaned_data.get("kind"):
        rows = rows.filter(kind=form.cleaned_data["kind"])
    rows = rows.select_related("site__agency__division", "site__village__division")
    page_rows, page = _by_end(rows, request)
    context = {
        "title": "证照到期",
        "crumbs": [LEDGERS, SITES],
        "lead": "到期前90天、30天和当天，自然资源局和属地乡镇各收到一条待办；登记延续后待办自动撤回。",
        "count": rows.count(),
        "unit_word": "张",
        "head": HEAD,
        "rows": [_row(licence) for licence in page_rows],
        "page": page,
        "empty": {"text": "没有临近到期的证照。"},
        **filters_of(request, form),
    }
    return render(request, "patterns/list.html", context)


def _by_end(rows: Any, request: MemberRequest) -> tuple[list[Licence], dict[str, str]]:
    """A short list by nature: ordered by end; pages by id of the edge row's end."""
    after = request.GET.get("after", "")
    day, _, pk = after.partition(",")
    ordered = rows.order_by("valid_to", "pk")
    if pk.isascii() and pk.isdigit() and len(pk) < 19:
        edge = rows.filter(pk=pk).values_list("valid_to", flat=True).first()
        if edge is not None:
            ordered = ordered.exclude(valid_to__lt=edge).exclude(valid_to=edge, pk__lte=int(pk))
    found = list(ordered[: SIZE + 1])
    page = {"previous_url": "", "next_url": ""}
    if len(found) > SIZE:
        query = request.GET.copy()
        query["after"] = f"{found[SIZE - 1].valid_to},{found[SIZE - 1].pk}"
        page["next_url"] = f"?{query.urlencode()}"
    return found[:SIZE], page


def _row(licence: Licence) -> dict[str, Any]:
    site = licence.site
    place = site.agency.division.name + (site.village.division.name if site.village_id else "")
    cells = [
        {"text": licence.number},
        {"text": licence.get_kind_display()},
        {"text": site.name, "url": reverse("ledgers:site", args=[site.pk])},
        {"text": place},
        {"text": licence.holder or "—"},
        {"text": f"{licence.valid_to:%Y-%m-%d}"},
        {"due": day_end(licence.valid_to)},
    ]
    return {"url": reverse("ledgers:licence", args=[licence.pk]), "cells": cells}


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One licence with its outline, and the duty that waits over its end."""
    licence = _visible(request, pk)
    site = licence.site
    keeps = sites.keeps(request.user, site.agency)
    waiting = watch.open_duties(licence).filter(agency_id=request.user.agency_id).first()
    site_url = reverse("ledgers:site", args=[site.pk])
    buttons = []
    if waiting:
        url = reverse("ledgers:licence_attend", args=[pk])
        buttons.append({"label": "已核实处理", "url": url, "method": "post", "primary": True})
    if keeps:
        buttons.append({"label": "登记延续后的证照", "url": _renewal(licence), "method": "get"})
        buttons.append({"label": "修改", "url": reverse("ledgers:licence_edit", args=[pk]), "method": "get"})
    renewed = licence.valid_to and watch.renewed_by(licence, site.licences.all())
    context = {
        "title": licence.get_kind_display(),
        "number": licence.number,
        "crumbs": [LEDGERS, SITES, {"label": site.name, "url": site_url}],
        "state": {"words": "已延续" if renewed else "有效期内" if _valid(licence) else "已到期或未填有效期"},
        "due_at": day_end(licence.valid_to) if licence.valid_to and not renewed else None,
        "why": "有效期止当日24时" if licence.valid_to and not renewed else "",
        "facts": _facts(licence, site_url),
        "buttons": buttons,
        "missing": [] if keeps else [{"label": "修改", "reason": f"由{site.agency.label}或自然资源局维护"}],
        "licence": licence,
        "outline": format_corners(licence.corners),
        "warning": licences.number_warning(licence.kind, licence.number),
    }
    return render(request, "ledgers/sites/licence.html", context)


def _valid(licence: Licence) -> bool:
    return licence.valid_to is not None and licence.valid_to >= local_date(now())


def _renewal(licence: Licence) -> str:
    return f"{reverse('ledgers:licence_new', args=[licence.site_id])}?from={licence.pk}"


def _facts(licence: Licence, site_url: str) -> list[dict[str, Any]]:
    fields = (
        "holder",
        "issuer",
        "issued_on",
        "valid_from",
        "valid_to",
        "mineral",
        "method",
        "capacity",
        "area_km2",
        "datum",
        "zone",
    )
    facts = [{"label": "监管对象", "value": licence.site.name, "url": site_url}]
    for name in fields:
        value = getattr(licence, name)
        label = licence._meta.get_field(name).verbose_name
        facts.append({"label": label, "value": f"{value:%Y-%m-%d}" if name in DAYS and value else value})
    if licence.elevation_from is not None:
        span = f"由{licence.elevation_from:f}米至{licence.elevation_to:f}米"
        facts.append({"label": "开采标高", "value": span})
    return facts


DAYS = ("issued_on", "valid_from", "valid_to")


def _visible(request: MemberRequest, pk: int) -> Licence:
    rows = Licence.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("site__agency__division", "site__village__division"), pk=pk)


@require_http_methods(["GET", "POST"])
@business
def new(request: MemberRequest, pk: int) -> HttpResponse:
    """Add a licence to a site; `?from=` copies what a renewal keeps."""
    site = get_object_or_404(visible(request.user), pk=pk)
    sites.guard_keeping(request.user, site.agency)
    before = request.GET.get("from", "")
    known = before.isascii() and before.isdigit() and len(before) < 19
    old = site.licences.filter(pk=before).first() if known else None
    if old is not None:
        old.valid_from = old.valid_to = old.issued_on = None
    form = LicenceForm(request.POST or None, licence=old)
    return _answer(request, form, site, None, "登记证照")


@require_http_methods(["GET", "POST"])
@business
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Edit a licence; who comes second is told who was first."""
    licence = _visible(request, pk)
    sites.guard_keeping(request.user, licence.site.agency)
    form = LicenceForm(request.POST or None, licence=licence)
    return _answer(request, form, licence.site, licence, "修改证照")


def _answer(
    request: MemberRequest, form: LicenceForm, site: Site, licence: Licence | None, title: str
) -> HttpResponse:
    saved = submitted(request, form, lambda data: _save(request, data, site, licence))
    if saved is not None:
        messages.success(request, "已保存证照。")
        for words in filter(None, [licences.number_warning(saved.kind, saved.number), *form.notes]):
            messages.warning(request, words)
        return redirect("ledgers:site", site.pk)
    url = reverse("ledgers:site", args=[site.pk])
    context = {
        "title": title,
        "crumbs": [LEDGERS, SITES, {"label": site.name, "url": url}],
        "form": form,
        "groups": LICENCE_GROUPS,
        "submit": "保存",
        "cancel_url": url,
        "client_token": fresh_token(request),
        "version": (version_of(request) or licence.version) if licence else None,
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


def _save(request: MemberRequest, data: dict[str, Any], site: Site, licence: Licence | None) -> Licence:
    return licences.save_licence(
        member=request.user,
        site=site,
        facts=data,
        licence=licence,
        expected_version=seen_version(request) if licence else None,
        token=token_of(request),
    )


@require_POST
@business
def attend(request: MemberRequest, pk: int) -> HttpResponse:
    """已核实处理: the unit's duty over the end of this licence is done."""
    licences.attend(licence=_visible(request, pk), member=request.user)
    messages.success(request, "已办结本单位的到期待办。")
    return redirect("ledgers:licence", pk)
