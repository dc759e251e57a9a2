"""责任追究: list without names, the form, one record; reading one that names somebody is written down."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from agencies.models import Agency
from agencies.views.pages import clean, filtered, sent
from core.files import files_of
from core.pages import fresh_token, listing, status_of, submitted, token_of
from core.paging import keyset
from core.registry import url_of
from core.templatetags.mw import zh_date, zh_datetime
from core.web import MemberRequest, business
from duties.accountability_rules import may_record, organs, subjects, visible_records
from duties.actions import accountability
from duties.card_rules import visible_cards
from duties.forms.cards import AccountabilityFilter, AccountabilityForm
from duties.models import Accountability, Campaign
from duties.views.trace import steps
from duties.views.watch import CRUMB
from minewatch.lib.clock import now

LIST = {"label": "责任追究", "url": "/duties/accountability/"}
HEAD = [{"label": label} for label in ("日期", "方式", "单位", "决定机关", "文号")]


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Records in sight, newest first, by unit; persons are named on the record only."""
    rows = visible_records(request.user)
    units = Agency.objects.filter(pk__in=rows.values("agency")).order_by("division__code", "code")
    form = AccountabilityFilter(request.GET, units=units)
    rows = rows.filter(**{key: value for key, value in clean(form).items() if value})
    found, page = keyset(rows, ("-on", "-id"), request)
    context = {
        "title": "责任追究",
        "lead": "通报批评、约谈、问责、追究责任和容错。决定机关、纪检监察机关和专班办公室可见。",
        "crumbs": [CRUMB],
        "count": rows.count(),
        "head": HEAD,
        "rows": [_row(row) for row in found],
        "page": page,
        "actions": [{"label": "登记", "url": reverse("duties:accountability_new"), "primary": True}]
        if may_record(request.user)
        else [],
        "empty": {"text": "没有您可以查看的记录。"},
        **filtered(request, form),
    }
    return listing(request, context, what="accountability", rows=rows, row_of=_row)


def _row(row: Accountability) -> dict[str, Any]:
    organ = row.decided_by_unit.label
    cells = (zh_date(row.on), row.get_kind_display(), row.agency.label, organ, row.number or "—")
    url = reverse("duties:accountability", args=[row.pk])
    return {"url": url, "cells": [{"text": text} for text in cells]}


@require_http_methods(["GET", "HEAD", "POST"])
@business
def new(request: MemberRequest) -> HttpResponse:
    """Put a decision down."""
    member = request.user
    if not may_record(member):
        raise Http404
    form = AccountabilityForm(
        sent(request),
        request.FILES or None,
        initial={"on": now().date(), "decided_by_unit": member.agency_id},
        units=subjects(member),
        organs=organs(member),
        campaigns=Campaign.objects.visible_to(member).exclude(status=Campaign.Status.DRAFT),
        cards=visible_cards(member),
    )
    row = submitted(
        request, form, lambda data: accountability.record(by=member, token=token_of(request), **data)
    )
    if row:
        messages.success(request, "已登记。")
        return redirect("duties:accountability", row.pk)
    context = {
        "title": "登记责任追究",
        "crumbs": [CRUMB, LIST],
        "lead": "登记后不能修改，请核对后提交。",
        "form": form,
        "multipart": True,
        "submit": "登记",
        "cancel_url": LIST["url"],
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One record."""
    row = get_object_or_404(visible_records(request.user), pk=pk)
    accountability.opened(row=row, by=request.user)
    papers = [{"label": paper.name, "url": reverse("core:file", args=[paper.pk])} for paper in files_of(row)]
    facts: list[dict[str, Any]] = [
        {"label": "方式", "value": row.get_kind_display()},
        {"label": "容错情形", "value": row.get_ground_display()},
        {"label": "单位", "value": row.agency.name},
        {"label": "人员", "value": row.person},
        {"label": "决定日期", "value": zh_date(row.on)},
        {"label": "决定机关", "value": row.decided_by_unit.name},
        {"label": "文号", "value": row.number},
        {"label": "事由", "value": row.reason},
        {"label": "依据", "value": row.basis},
        {"label": "专项行动", "value": row.campaign.name if row.campaign else ""},
        {"label": "登记", "value": f"{row.recorded_by.label}，{zh_datetime(row.recorded_at)}"},
    ]
    if row.card_id:
        url = url_of("duties.card", str(row.card_id), request.user)
        if url:
            facts.append({"label": "有关的牌", "value": row.card.get_colour_display(), "url": url})
    lenient = row.kind == Accountability.Kind.LENIENT
    context = {
        "title": "责任追究记录",
        "crumbs": [CRUMB, LIST],
        "state": {"words": row.get_kind_display(), "css": "tag-done" if lenient else "tag-late"},
        "facts": [fact for fact in facts if fact["value"]],
        "related": [{"title": "决定文件", "links": papers}] if papers else [],
        "missing": [{"label": "修改", "reason": "登记后不能修改；有误的另行登记并在事由中说明。"}],
        "timeline": steps(row),
    }
    return render(request, "duties/accountability/record.html", context)
