"""不移送决定: the head's form, the record with its second signature; cases at the line nobody referred."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import sentinel_panel
from cases.actions import sentinel as actions
from cases.case_sight import readable
from cases.forms.law import DecisionForm
from cases.line_rules import ABOVE_ONLY, HEAD_ONLY, deciders, may_countersign, seconds
from cases.line_sight import decided_on
from cases.line_states import DecisionStatus
from cases.models import Case, LineDecision
from cases.sentinel import at_line_unreferred, standing
from cases.sentinel_panel import bar
from cases.views.rights import gate
from core.audit import sentence
from core.errors import NotAllowed
from core.models import AuditEntry
from core.pages import fresh_token, listing, status_of, submitted, token_of
from core.paging import keyset
from core.templatetags.mw import zh_date, zh_datetime
from core.web import MemberRequest, business, seen_version
from duties.models import Duty

CRUMB = {"label": "线索案件", "url": "/cases/"}
HEAD = [{"label": label} for label in ("案件", "承办单位", "状态", "测算达到日期")]
CSS = {DecisionStatus.IN_FORCE: "tag-done", DecisionStatus.REFUSED: "tag-refused"}


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """该移送不移送: cases at the line without referral or decision, in states alone."""
    rows = at_line_unreferred(Case.objects.known_to(request.user))
    rows = rows.select_related("holder", "line_mark")
    found, page = keyset(rows, ("-id",), request)
    pages = readable(request.user, found)

    def row_of(case: Case) -> dict[str, Any]:
        cells = (
            {"text": case.serial},
            {"text": case.holder.label},
            {"text": case.get_status_display()},
            {"text": zh_date(case.line_mark.since)},
        )
        url = reverse("cases:line_standing", args=[case.pk]) if case.pk in pages else ""
        return {"url": url, "cells": list(cells)}

    context = {
        "title": "达到刑事标准未移送",
        "lead": "测算达到刑事标准、没有移送公安机关、也没有会签生效的不移送决定的案件。"
        "只列状态，案情由承办单位掌握。",
        "crumbs": [CRUMB],
        "count": rows.count(),
        "unit_word": "件",
        "head": HEAD,
        "rows": [row_of(case) for case in found],
        "page": page,
        "empty": {"text": "没有达到刑事标准未移送的案件。"},
    }
    return listing(request, context, what="cases.at_line", rows=rows, row_of=row_of)


def visible_case(request: MemberRequest, pk: int) -> Case:
    """An administrative case whose content the reader may read, else 404."""
    rows = Case.objects.visible_to(request.user).filter(track=Case.Track.ADMIN)
    related = ("holder__division", "holder__parent", "division", "matter")
    return get_object_or_404(rows.select_related(*related), pk=pk)


@require_GET
@business
def show_standing(request: MemberRequest, pk: int) -> HttpResponse:
    """移送标准测算 of one case on a page of its own."""
    case = visible_case(request, pk)
    held = gate(request, case, case.matter)
    if held:
        return held
    context = {
        "title": "移送标准测算",
        "number": case.serial,
        "crumbs": [CRUMB],
        "panel": sentinel_panel.of(case, request.user),
        "client_token": fresh_token(request),
    }
    return render(request, "cases/sentinel/standing.html", context)


@require_http_methods(["GET", "POST"])
@business
def decide(request: MemberRequest, pk: int) -> HttpResponse:
    """不移送决定: reason and document; somebody above countersigns."""
    case = visible_case(request, pk)
    if request.user not in deciders(case):
        raise NotAllowed(HEAD_ONLY)
    form = DecisionForm(request.POST or None, request.FILES or None)

    def act(data: dict[str, Any]) -> LineDecision:
        upload = data["file"]
        return actions.decide(
            case=case,
            by=request.user,
            reason=data["reason"],
            upload=(upload.name, upload),
            token=token_of(request),
        )

    row = submitted(request, form, act)
    if row:
        messages.success(request, "不移送决定已作出，等上级会签后生效。")
        return redirect("cases:line_decision", row.pk)
    if (asked := gate(request, case, case.matter)) is not None:
        return asked
    who = "、".join(one.label for one in seconds(case, request.user)[2]) or "（没有可以会签的人）"
    context = {
        "title": "不移送决定",
        "lead": f"案件 {case.serial} 测算达到刑事标准。决定由主要负责人书面作出，由{who}会签后才生效；"
        "没有生效以前不能作出行政处理决定或者结案。测算过程随决定一并保存。",
        "crumbs": [CRUMB],
        "form": form,
        "submit": "作出决定，报请会签",
        "cancel_url": reverse("cases:line_standing", args=[pk]),
        "client_token": fresh_token(request),
        "multipart": True,
        "bars": [bar(line) for line in standing(case, reader=request.user).lines if line.at_line],
    }
    return render(request, "cases/sentinel/decide.html", context, status=status_of(request, form))


def visible_decision(request: MemberRequest, pk: int) -> LineDecision:
    """A decision in sight, else 404."""
    rows = LineDecision.objects.visible_to(request.user)
    related = (
        "case__matter",
        "case__holder__division",
        "case__holder__parent",
        "decided_by",
        "countersigned_by",
    )
    return get_object_or_404(rows.select_related(*related, "file", "case__division"), pk=pk)


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One decision: reason, document, the working as it was, signatures."""
    row = visible_decision(request, pk)
    held = gate(request, row.case, row.case.matter)
    if held:
        return held
    buttons, missing = _acts(row, request.user)
    open_step = Duty.objects.open().filter(key=actions.step_key(row.case)).first()
    waiting = row.status == DecisionStatus.PROPOSED
    context = {
        "title": "不移送决定",
        "number": row.case.serial,
        "crumbs": [CRUMB],
        "state": {"words": row.get_status_display(), "css": CSS.get(row.status, "")},
        "holder": _waits_for(row) if waiting else "",
        "duty": open_step if waiting else None,
        "facts": _facts(row),
        "row": row,
        "lines": decided_on(row, request.user, signs=_signs(row, request.user)),
        "buttons": buttons,
        "missing": missing,
        "version": row.version,
        "timeline": _timeline(row),
        "client_token": fresh_token(request),
    }
    return render(request, "cases/sentinel/decision.html", context)


def _signs(row: LineDecision, member: Any) -> bool:
    return member.pk in (row.decided_by_id, row.countersigned_by_id) or may_countersign(member, row)


def _waits_for(row: LineDecision) -> str:
    people = seconds(row.case, row.decided_by)[2]
    return f"{'、'.join(one.label for one in people)}会签" if people else "没有可以会签的人"


def _facts(row: LineDecision) -> list[dict[str, Any]]:
    seen = [
        ("案件", row.case.serial, ""),
        ("承办单位", row.case.holder.label, ""),
        ("决定人", row.decided_by.label, ""),
        ("决定时间", zh_datetime(row.decided_at), ""),
        ("书面决定", row.file.name, reverse("core:file", args=[row.file_id])),
        ("会签人", row.countersigned_by.label if row.countersigned_by else "", ""),
        ("会签时间", zh_datetime(row.countersigned_at), ""),
        ("会签意见", row.words, ""),
        ("撤回时间", zh_datetime(row.withdrawn_at), ""),
        ("撤回原因", row.withdraw_reason, ""),
    ]
    return [{"label": label, "value": value, "url": url} for label, value, url in seen if value]


def _timeline(row: LineDecision) -> list[dict[str, Any]]:
    acts = AuditEntry.objects.filter(subject_kind=row._meta.label_lower, subject_id=str(row.pk)).order_by(
        "-id"
    )
    return [{"at": act.at, "who": act.actor_label or "系统", "words": sentence(act)} for act in acts]


def _acts(row: LineDecision, member: Any) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    buttons: list[dict[str, Any]] = []
    missing: list[dict[str, str]] = []

    def post(name: str, label: str, **more: Any) -> dict[str, Any]:
        url = reverse("cases:line_move", args=[row.pk, name])
        return {"label": label, "url": url, "method": "post"} | more

    if row.status == DecisionStatus.PROPOSED:
        if may_countersign(member, row):
            buttons.append(post("countersign", "会签同意", primary=True, ask="会签意见"))
            buttons.append(post("refuse", "不同意，应当移送", danger=True, ask="理由", ask_required=True))
        else:
            missing.append({"label": "会签", "reason": ABOVE_ONLY})
    if row.status in (DecisionStatus.PROPOSED, DecisionStatus.IN_FORCE):
        if member in deciders(row.case):
            buttons.append(post("withdraw", "撤回不移送决定", danger=True, ask="撤回原因", ask_required=True))
        else:
            missing.append({"label": "撤回不移送决定", "reason": HEAD_ONLY})
    return buttons, missing


DONE = {
    "countersign": "已会签，决定生效。",
    "refuse": "已退回，案件应当移送。",
    "withdraw": "不移送决定已撤回。",
}


@require_POST
@business
def take(request: MemberRequest, pk: int, move: str) -> HttpResponse:
    """会签同意、不同意、撤回."""
    row = visible_decision(request, pk)
    words, version = request.POST.get("reason", ""), seen_version(request)
    if move == "countersign":
        actions.countersign(decision=row, by=request.user, words=words, version=version)
    elif move == "refuse":
        actions.refuse(decision=row, by=request.user, words=words, version=version)
    elif move == "withdraw":
        actions.withdraw(decision=row, by=request.user, reason=words, version=version)
    else:
        raise Http404
    messages.success(request, DONE[move])
    if LineDecision.objects.visible_to(request.user).filter(pk=pk).exists():
        return redirect("cases:line_decision", pk)
    return redirect("/todo/")
