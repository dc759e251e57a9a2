"""/reports/<id>/: the report as the paper it becomes; every number opens its rows."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.audit import sentence, subject_of
from core.models import AuditEntry
from core.web import MemberRequest, business
from minewatch.lib.clock import now
from reports import reading
from reports.kinds.base import HEADINGS
from reports.models import Report
from reports.restatement import restatement
from reports.rights import EDITABLE, MAKERS, may_make, role_words, why_not
from reports.snapshot import snapshot
from reports.states import REPORT_MOVES, ReportStatus
from reports.views.parts import client_token, crumbs, report_of
from reports.writers import WRITERS

HEAD = ({"label": "项目"}, {"label": "本期"}, {"label": "累计"})
SHOWN = ("report.opened", "report.edited", "report.submitted", "report.accepted", "report.returned")


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """The record page."""
    report = report_of(request.user, pk)
    context = _paper(report) | {
        "crumbs": crumbs(),
        "state": _state(report),
        "next_step": _next_step(report),
        "duty": report.duty,
        "why": report.duty.basis if report.duty else "",
        "changes": restatement(report),
        "changes_url": reverse("reports:changes", args=[report.pk]),
        "exports": _exports(report),
        "timeline": _timeline(report),
        "version": report.version,
        "client_token": client_token(request),
        **_buttons(request, report),
    }
    return render(request, "reports/report.html", context)


@require_GET
@business
def paper(request: MemberRequest, pk: int) -> HttpResponse:
    """The print view: the paper alone."""
    return render(request, "reports/paper.html", _paper(report_of(request.user, pk)) | {"bare": True})


@require_GET
@business
def changes(request: MemberRequest, pk: int) -> HttpResponse:
    """数据有变动: each number as submitted and as it is now."""
    report = report_of(request.user, pk)
    context = {
        "title": "数据有变动",
        "crumbs": crumbs(report),
        "report": report,
        "report_title": reading.title_of(report),
        "period_words": reading.period_words(report),
        "changes": restatement(report),
        "at": now(),
    }
    return render(request, "reports/changes.html", context)


def _paper(report: Report) -> dict[str, Any]:
    """What stands on the paper: live words and numbers of a draft, frozen ones afterwards."""
    if reading.is_frozen(report):
        numbers, words, as_of = reading.frozen(report), report.narrative, report.frozen_at
    else:
        with snapshot():
            as_of, numbers = now(), reading.live(report)
        words = reading.written(report, numbers)
    return {
        "title": f"{report.agency.label}{reading.kind_of(report).label}",
        "report": report,
        "paper_title": reading.title_of(report),
        "unit_name": report.agency.name,
        "period_words": reading.period_words(report),
        "recipient": report.recipient.name if report.recipient else "",
        "as_of": as_of,
        "draft": not reading.is_frozen(report),
        "sections": [
            {"key": key, "title": title, "text": words.get(key, "")} for key, title in HEADINGS.items()
        ],
        "table": {"head": HEAD, "rows": [_line(report, line) for line in reading.lines(report, numbers)]},
        "notes": reading.notes_of(report),
        "sign": _signers(report),
        "numbers": numbers,
    }


def _line(report: Report, line) -> dict[str, Any]:
    url = reverse("reports:rows", args=[report.pk, line.key])
    cells: list[dict[str, Any]] = [{"value": line.now, "url": url, "unit": line.unit}]
    cells.append(
        {"value": None}
        if line.year is None
        else {"value": line.year, "url": f"{url}?of=year", "unit": line.unit}
    )
    return {"label": line.label, "cells": cells}


def _signers(report: Report) -> list[dict[str, str]]:
    name = report.submitted_by.name if reading.is_frozen(report) and report.submitted_by else ""
    return [{"label": "填表人", "name": name}, {"label": "分管领导"}, {"label": "主要负责人"}]


def _state(report: Report) -> dict[str, str]:
    css = {ReportStatus.RETURNED: "tag-refused", ReportStatus.ACCEPTED: "tag-done"}.get(
        report.status, "tag-now"
    )
    words = report.get_status_display() + ("（补生成）" if report.catch_up else "")
    return {"words": words, "css": css}


def _next_step(report: Report) -> str:
    if report.status in EDITABLE:
        return f"由{report.agency.label}核对后报送"
    if report.status == ReportStatus.SUBMITTED:
        return f"由{report.recipient.label}接收" if report.recipient else "存档备查"
    return ""


def _buttons(request: MemberRequest, report: Report) -> dict[str, Any]:
    """Legal buttons, and why another is missing."""
    member, buttons, missing = request.user, [], []
    for name, move in REPORT_MOVES.items():
        reason = why_not(member, report, move)
        if reason:
            missing.append({"label": move.label, "reason": reason})
            continue
        button = {"label": move.label, "url": reverse(f"reports:{name}", args=[report.pk]), "method": "post"}
        if name == "submit":
            button |= {"method": "get", "primary": True}
        if move.needs_reason:
            button |= {"ask": "退回原因", "ask_required": True, "danger": True}
        buttons.append(button | ({"primary": True} if name == "accept" else {}))
    edits = (("修改文字", "reports:edit", "get"), ("重新生成", "reports:recompute", "post"))
    if report.status in EDITABLE and may_make(member, report.agency):
        buttons += [
            {"label": label, "url": reverse(name, args=[report.pk]), "method": method}
            for label, name, method in edits
        ]
    else:
        reason = (
            f"由{report.agency.label}的{role_words(MAKERS)}办理"
            if report.status in EDITABLE
            else "报送后数字和文字已经固定"
        )
        missing.append({"label": "修改文字", "reason": reason})
    return {"buttons": buttons, "missing": missing}


def _exports(report: Report) -> list[dict[str, str]]:
    found = [
        {"label": f"下载{words}", "url": reverse("reports:download", args=[report.pk, ending])}
        for ending, (_, _, words) in WRITERS.items()
    ]
    return found


def _timeline(report: Report) -> list[dict[str, Any]]:
    kind, key = subject_of(report)
    rows = AuditEntry.objects.filter(subject_kind=kind, subject_id=key, verb__in=SHOWN).order_by("-id")[:50]
    kinds = {"report.returned": "refused", "report.accepted": "done"}
    return [
        {
            "at": row.at,
            "who": row.actor_label,
            "words": sentence(row),
            "text": row.facts.get("reason", ""),
            "kind": kinds.get(row.verb, ""),
        }
        for row in rows
    ]
