"""/reports/: what is due, drafts, what was sent, what was accepted."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from agencies.models import Member
from core.paging import keyset
from core.web import MemberRequest, business
from duties.models import Duty
from minewatch.lib.clock import now
from reports import reading
from reports.kinds import KINDS
from reports.models import Report
from reports.rights import own_units
from reports.states import ReportStatus

PROOFS = {kind.proof: kind for kind in KINDS.values()}
TABS = {
    "due": ("应报", ()),
    "draft": ("草稿", (ReportStatus.DRAFT, ReportStatus.RETURNED)),
    "submitted": ("已报送", (ReportStatus.SUBMITTED,)),
    "accepted": ("已接收", (ReportStatus.ACCEPTED,)),
}
EMPTY = {
    "due": "目前没有应报的报表。",
    "draft": "没有草稿。",
    "submitted": "没有等待接收的报表。",
    "accepted": "还没有已接收的报表。",
}


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """The four tabs; the first that holds something opens."""
    counts = {tab: _rows(request.user, tab).count() for tab in TABS}
    tab = request.GET.get("tab", "")
    if tab not in TABS:
        tab = next((name for name, count in counts.items() if count), "due")
    rows, page = keyset(_rows(request.user, tab), ("id" if tab == "due" else "-id",), request)
    make = _duty_row if tab == "due" else _report_row
    context = {
        "title": "报表",
        "lead": TABS[tab][0],
        "tabs": [
            {"label": label, "count": counts[name], "url": f"?tab={name}", "active": name == tab}
            for name, (label, _) in TABS.items()
        ],
        "head": [{"label": label} for label in ("报表", "单位", "期间", "状态", "期限")],
        "rows": [make(row) for row in rows],
        "count": counts[tab],
        "unit_word": "份",
        "page": page,
        "empty": {"text": EMPTY[tab]},
        "actions": _actions(request.user),
    }
    return render(request, "reports/index.html", context)


def _rows(member: Member, tab: str) -> QuerySet:
    if tab != "due":
        rows = Report.objects.visible_to(member).filter(status__in=TABS[tab][1])
        return rows.select_related("agency", "duty", "recipient")
    due = (
        Duty.objects.visible_to(member)
        .open()
        .filter(kind=Duty.Kind.REPORT, proof_kind__in=PROOFS, history=False, window_start__lte=now())
    )
    return due.filter(rule__isnull=False, report__isnull=True).select_related("agency")


def _duty_row(duty: Duty) -> dict[str, Any]:
    return {
        "url": reverse("reports:of_duty", args=[duty.pk]),
        "late": duty.late(now()),
        "cells": [
            {"text": PROOFS[duty.proof_kind].label},
            {"text": duty.agency.label},
            {"text": reading.span_words(reading.Window(duty.window_start, duty.window_end))},
            {"text": "未生成"},
            {"due": duty},
        ],
    }


def _report_row(report: Report) -> dict[str, Any]:
    kinds = {ReportStatus.RETURNED: "refused", ReportStatus.ACCEPTED: "done"}
    return {
        "url": reverse("reports:show", args=[report.pk]),
        "cells": [
            {"text": reading.kind_of(report).label},
            {"text": report.agency.label},
            {"text": reading.period_words(report)},
            {"text": report.get_status_display(), "tag": kinds.get(report.status, "now")},
            {"due": report.duty} if report.duty else {"text": "不限期"},
        ],
    }


def _actions(member: Member) -> list[dict[str, Any]]:
    actions = [{"label": "统计数字", "url": reverse("reports:figures")}]
    if own_units(member):
        actions.append({"label": "生成报表", "url": reverse("reports:new"), "primary": True})
    return actions


@require_GET
@business
def of_duty(request: MemberRequest, pk: int) -> HttpResponse:
    """Where a report duty is done: its report, else the form that opens the draft."""
    rows = Duty.objects.visible_to(request.user).filter(kind=Duty.Kind.REPORT, proof_kind__in=PROOFS)
    duty = get_object_or_404(rows.select_related("agency"), pk=pk)
    report = Report.objects.visible_to(request.user).filter(duty=duty).first()
    if report is not None:
        return redirect("reports:show", report.pk)
    about = {"kind": PROOFS[duty.proof_kind].key, "agency": duty.agency.code, "period": duty.period}
    return redirect(f"{reverse('reports:new')}?{urlencode(about)}")
