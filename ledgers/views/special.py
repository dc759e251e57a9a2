"""特殊情况报告 and leads: reported in one screen, read by those who must know, with who has 已阅."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from agencies.models import Agency
from agencies.views.pages import fresh_token, submitted, token_of
from core.files import files_of
from core.models import Notice
from core.paging import keyset
from core.templatetags.mw import zh_datetime
from core.web import MemberRequest, business
from ledgers.actions.filers import villages_of
from ledgers.actions.leads import report_special
from ledgers.forms.fields import point_of
from ledgers.forms.special import SpecialForm
from ledgers.models import Entry, Lead
from ledgers.views.pages import LEADS, LEDGERS, steps
from minewatch.lib.text import fold

HEAD = [
    {"label": label} for label in ("线索编号", "来源", "位置", "发现单位", "承办单位", "发现时间", "状态")
]


@require_http_methods(["GET", "POST"])
@business
def special(request: MemberRequest) -> HttpResponse:
    """The report; it raises a lead and the alarm at once."""
    own = Agency.objects.filter(pk=request.user.agency_id)
    units = (own | villages_of(own)).distinct().order_by("division__code", "pk")
    initial = {"agency": request.GET.get("agency") or request.user.agency.code}
    form = SpecialForm(request.POST or None, request.FILES or None, units=units, initial=initial)

    def act(facts: dict[str, Any]) -> Lead:
        return report_special(
            member=request.user,
            agency=facts["agency"],
            text=facts["text"],
            location=facts["location"],
            point=point_of(facts["point"]),
            photos=facts["photos"],
            token=token_of(request),
        )

    lead = submitted(request, form, act)
    if lead is not None:
        return redirect("ledgers:special_sent", lead.pk)
    context = {
        "title": "特殊情况报告",
        "crumbs": [LEDGERS],
        "lead": "提交后立即通知乡镇分管领导、主要负责人和县里的承办人，不用先填台账。",
        "form": form,
        "multipart": True,
        "client_token": fresh_token(request),
        "submit": "立即报告",
        "cancel_url": reverse("ledgers:home"),
    }
    return render(request, "ledgers/special.html", context, status=400 if form.errors else 200)


@require_GET
@business
def sent(request: MemberRequest, pk: int) -> HttpResponse:
    """The receipt, for whoever reported it."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    told = _acknowledged(lead)
    return render(request, "ledgers/special_sent.html", {"title": "已报告", "lead": lead, "told": told})


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Leads the member may know of, newest first."""
    rows = Lead.objects.visible_to(request.user)
    words = fold(request.GET.get("q", ""))
    if words:
        rows = rows.filter(Q(number__icontains=words) | Q(location__icontains=words))
    found, page = keyset(rows.select_related("agency", "holder"), ("-id",), request)
    context = {
        "title": "线索",
        "lead": "巡查发现非法违法盗采行为或报告特殊情况时自动登记；县乡承办单位和发现单位可见。",
        "count": rows.count(),
        "head": HEAD,
        "rows": [_row(lead) for lead in found],
        "page": page,
        "actions": [{"label": "特殊情况报告", "url": reverse("ledgers:special"), "primary": True}],
        "empty": {"text": "没有线索。"},
    }
    return render(request, "patterns/list.html", context)


def _row(lead: Lead) -> dict[str, Any]:
    withdrawn = lead.withdrawn_at is not None
    state = (
        {"text": "已撤回", "tag": "refused"}
        if withdrawn
        else {"text": lead.get_status_display(), "tag": "open"}
    )
    cells = (
        lead.number,
        lead.get_source_display(),
        lead.location,
        lead.agency.label,
        lead.holder.label,
        zh_datetime(lead.found_at),
    )
    url = reverse("ledgers:lead", args=[lead.pk])
    return {"url": url, "cells": [*({"text": text} for text in cells), state]}


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """The lead: what was seen, where, who holds it, who was told and has 已阅."""
    rows = Lead.objects.visible_to(request.user).select_related(
        "agency", "holder", "matter", "site", "reported_by"
    )
    lead = get_object_or_404(rows, pk=pk)
    told = _acknowledged(lead)
    mine = Notice.objects.filter(
        member=request.user, subject_kind="ledgers.lead", subject_id=str(pk), needs_ack=True, acked_at=None
    ).first()
    buttons = []
    if mine:
        buttons = [
            {
                "label": "已阅",
                "url": reverse("core:notice_read", args=[mine.pk]),
                "method": "post",
                "primary": True,
            }
        ]
    context = {
        "title": "线索",
        "crumbs": [LEADS],
        "number": lead.number,
        "state": _state(lead),
        "holder": lead.holder.label,
        "next_step": "" if lead.withdrawn_at else "由承办单位核查",
        "facts": _facts(request, lead),
        "facts_title": "情况",
        "buttons": buttons,
        "timeline": [*steps("ledgers.lead", pk), *told["steps"]],
        "told": told,
        "photos": files_of(lead, "photo") if lead.entry_id is None else files_of(lead.entry, "photo"),
    }
    return render(request, "ledgers/lead.html", context)


def _state(lead: Lead) -> dict[str, str]:
    if lead.withdrawn_at:
        return {"words": "已撤回", "css": "tag-refused"}
    return {"words": lead.get_status_display(), "css": ""}


def _facts(request: MemberRequest, lead: Lead) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"label": "来源", "value": lead.get_source_display()},
        {"label": "位置", "value": lead.location},
        {"label": "情况", "value": lead.text},
        {"label": "发现时间", "value": zh_datetime(lead.found_at)},
        {"label": "发现单位", "value": lead.agency.name},
        {"label": "报告人", "value": lead.reported_by.name if lead.reported_by else "系统"},
        {"label": "即时报告", "value": "已即时报告" if lead.alarmed else "补录，未即时报告"},
    ]
    if lead.lon is not None and lead.lat is not None:
        facts.insert(2, {"label": "坐标", "value": f"E{lead.lon:.6f}，N{lead.lat:.6f}"})
    if lead.entry_id and Entry.objects.visible_to(request.user).filter(pk=lead.entry_id).exists():
        url = reverse("ledgers:entry", args=[lead.entry_id])
        facts.append({"label": "巡查记录", "value": "查看巡查记录", "url": url})
    return facts


def _acknowledged(lead: Lead) -> dict[str, Any]:
    """Who was told and who has 已阅, with the instants."""
    rows = (
        Notice.objects.filter(subject_kind="ledgers.lead", subject_id=str(lead.pk), kind="lead.alarm")
        .select_related("member__agency")
        .order_by("id")
    )
    notices = list(rows)
    read = [
        {"at": n.acked_at, "who": n.member.label, "words": "已阅", "kind": "done"}
        for n in notices
        if n.acked_at
    ]
    return {"notices": notices, "steps": sorted(read, key=lambda step: step["at"])}
