"""一矿一档: everything the reader may see of one site on one page, and the restricted mark beside it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_http_methods

from core import audit
from core.audit import AuditEntry
from core.errors import DomainError
from core.models import StoredFile
from core.registry import urls_of
from core.web import MemberRequest, business
from ledgers import watch
from ledgers.actions import gang, sites
from ledgers.models import Entry, Lead, Licence, Site
from ledgers.site_columns import COLUMNS, shown
from ledgers.views.parts import LEDGERS, SITES, fresh_token
from ledgers.views.sites import visible
from minewatch.lib.clock import day_end

SHOWN = 10
TOLD = ("site.saved", "site.retired", "site.restored", "sites.imported", "licence.saved")


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """Facts, licences, recent patrols, leads the reader may know of, photos, time line."""
    site = get_object_or_404(visible(request.user), pk=pk)
    keeps = sites.keeps(request.user, site.agency)
    licences = list(site.licences.all())
    entries = list(
        Entry.objects.visible_to(request.user)
        .live()
        .filter(site=site)
        .select_related("agency__division")
        .order_by("-patrolled_on", "-pk")[:SHOWN]
    )
    context = {
        "title": site.name,
        "number": site.number,
        "crumbs": [LEDGERS, SITES],
        "state": _state(site),
        "holder": site.watchers or site.agency.label,
        "facts": _facts(site),
        "site": site,
        "licences": [_licence(licence, licences, keeps) for licence in licences],
        "licence_new_url": reverse("ledgers:licence_new", args=[pk]) if keeps else "",
        "entries": _patrols(request, entries),
        "leads": _leads(request, site),
        "photos": _photos(site, request),
        "timeline": _timeline(site, licences),
        "version": site.version,
        **_acts(request, site, keeps),
    }
    return render(request, "ledgers/sites/show.html", context)


def _state(site: Site) -> dict[str, str]:
    return {"words": "在册", "css": "tag-done"} if site.is_active else {"words": "已停用", "css": ""}


def _facts(site: Site) -> list[dict[str, Any]]:
    facts = []
    for column in COLUMNS:
        if column.key in ("name", "number"):
            continue
        value = shown(site, column.key)
        if isinstance(value, bool):
            value = "有" if value else "无"
        facts.append({"label": column.label.removeprefix("有"), "value": value, "unit": column.unit})
    return facts


def _licence(licence: Licence, licences: list[Licence], keeps: bool) -> dict[str, Any]:
    renewed = licence.valid_to and watch.renewed_by(licence, licences)
    return {
        "row": licence,
        "due": day_end(licence.valid_to) if licence.valid_to and not renewed else None,
        "renewed": bool(renewed),
        "url": reverse("ledgers:licence", args=[licence.pk]),
        "edit_url": reverse("ledgers:licence_edit", args=[licence.pk]) if keeps else "",
    }


def _patrols(request: MemberRequest, entries: list[Entry]) -> list[dict[str, Any]]:
    urls = urls_of({("ledgers.entry", str(entry.pk)) for entry in entries}, request.user)
    found = []
    for entry in entries:
        said = [
            label
            for key, label in (("illegal", "盗采"), ("beyond", "越层越界"), ("irregular", "违规生产"))
            if getattr(entry, key) == "yes"
        ]
        words = "存在" + "、".join(said) if said else "未发现问题"
        url = urls.get(("ledgers.entry", str(entry.pk)), "")
        found.append({"entry": entry, "words": words, "late": bool(said), "url": url})
    return found


def _leads(request: MemberRequest, site: Site) -> list[dict[str, Any]]:
    leads = list(Lead.objects.open_to(request.user).filter(site=site).order_by("-id")[:SHOWN])
    urls = urls_of({("ledgers.lead", str(lead.pk)) for lead in leads}, request.user)
    return [{"lead": lead, "url": urls.get(("ledgers.lead", str(lead.pk)), "")} for lead in leads]


def _photos(site: Site, request: MemberRequest) -> list[StoredFile]:
    rows = Entry.objects.visible_to(request.user).live().filter(site=site).order_by("-patrolled_on", "-pk")
    ids = [str(pk) for pk in rows.values_list("pk", flat=True)[:200]]
    shots = StoredFile.objects.filter(subject_kind="ledgers.entry", subject_id__in=ids).exclude(copy="")
    return list(shots.order_by("-id")[:SHOWN])


def _timeline(site: Site, licences: list[Licence]) -> list[dict[str, Any]]:
    """What was done to the record; the restricted mark is not part of it."""
    ids = [str(licence.pk) for licence in licences]
    steps = AuditEntry.objects.filter(verb__in=TOLD, subject_kind="ledgers.site", subject_id=str(site.pk))
    steps |= AuditEntry.objects.filter(verb__in=TOLD, subject_kind="ledgers.licence", subject_id__in=ids)
    return [
        {
            "at": step.at,
            "who": step.actor_label,
            "words": audit.sentence(step),
            "text": step.facts.get("reason", ""),
        }
        for step in steps.order_by("-id")[:30]
    ]


def _acts(request: MemberRequest, site: Site, keeps: bool) -> dict[str, Any]:
    buttons, missing = [], []
    if site.is_active and Entry.objects.visible_to(request.user):
        buttons += _patrol_button(request, site)
    if keeps:
        edit = reverse("ledgers:site_edit", args=[site.pk])
        buttons.append({"label": "修改", "url": edit, "method": "get"})
        if site.is_active:
            url = reverse("ledgers:site_retire", args=[site.pk])
            ask = {"ask": "停用原因", "ask_required": True}
            buttons.append({"label": "停用", "url": url, "method": "post", "danger": True, **ask})
        else:
            url = reverse("ledgers:site_restore", args=[site.pk])
            buttons.append({"label": "恢复在册", "url": url, "method": "post"})
    else:
        reason = f"由{site.agency.label}填表人、分管领导或自然资源局维护"
        missing.append({"label": "修改", "reason": reason})
    if gang.may_read(request.user):
        url = reverse("ledgers:site_gang", args=[site.pk])
        buttons.append({"label": "涉黑涉恶标记", "url": url, "method": "get"})
    return {"buttons": buttons, "missing": missing}


def _patrol_button(request: MemberRequest, site: Site) -> list[dict[str, Any]]:
    """填报巡查 with this site chosen, where the form is there."""
    from ledgers.actions.filers import filing_posts

    try:
        url = reverse("ledgers:entry_new")
    except NoReverseMatch:
        return []
    if not filing_posts(request.user):
        return []
    return [{"label": "填报巡查", "url": f"{url}?site={site.pk}", "method": "get", "primary": True}]


@require_http_methods(["GET", "POST"])
@business
def gang_mark(request: MemberRequest, pk: int) -> HttpResponse:
    """The mark and its history, for those it is for; to everybody else there is no such page."""
    site = visible(request.user).filter(pk=pk).first() if gang.may_read(request.user) else None
    if site is None:
        raise Http404
    if request.method == "POST":
        return _mark(request, site)
    marks = gang.read(site=site, member=request.user)
    context = {
        "title": "涉黑涉恶标记",
        "crumbs": [LEDGERS, SITES, {"label": site.name, "url": reverse("ledgers:site", args=[pk])}],
        "site": site,
        "marks": marks,
        "live": next((mark for mark in marks if mark.lifted_at is None), None),
        "keeps": gang.may_keep(request.user),
        "client_token": fresh_token(request),
    }
    return render(request, "ledgers/sites/gang.html", context)


def _mark(request: MemberRequest, site: Site) -> HttpResponse:
    try:
        if request.POST.get("lift"):
            gang.lift(site=site, member=request.user)
            messages.success(request, "已解除标记，历史保留。")
        else:
            gang.mark(site=site, member=request.user, basis=request.POST.get("basis", ""))
            messages.success(request, "已标记。")
    except DomainError as error:
        if error.status != 400:
            raise
        messages.error(request, error.message)
    return redirect("ledgers:site_gang", site.pk)
