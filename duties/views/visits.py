"""包联: who answers for which area, visits registered and withdrawn."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F, OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.models import Division
from agencies.views.pages import clean, filtered, sent
from core.files import files_of
from core.pages import fresh_token, listing, status_of, submitted, token_of
from core.paging import keyset
from core.templatetags.mw import zh_date, zh_datetime
from core.web import MemberRequest, business, seen_version
from duties.actions import visits
from duties.areas import (
    assignable,
    assignable_areas,
    fileable,
    lines,
    may_assign,
    may_file,
    running,
    visible_assignments,
    visit_tasks,
)
from duties.forms.visits import AssignmentForm, EndForm, VisitFilter, VisitForm
from duties.models import Assignment, Visit
from duties.views.trace import steps
from duties.views.watch import CRUMB
from minewatch.lib.clock import now

AREAS = {"label": "包联", "url": "/duties/visits/"}
LIST = {"label": "督导记录", "url": "/duties/visits/records/"}
HEAD = [{"label": label} for label in ("包联区域", "包联领导", "单位", "起止", "最近督导", "状态")]
VISIT_HEAD = [{"label": label} for label in ("督导时间", "包联区域", "包联领导", "方式", "地点", "状态")]


def _rows(request: MemberRequest) -> Any:
    rows = Visit.objects.visible_to(request.user)
    return rows.select_related(
        "assignment__leader__agency__division", "assignment__division", "agency", "filed_by"
    )


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Assignments by area, those in force first asked for."""
    rows = visible_assignments(request.user)
    past = request.GET.get("state") == "all"
    rows = rows if past else running(rows, now().date())
    seen = Visit.objects.visible_to(request.user).filter(assignment=OuterRef("pk"), withdrawn_at=None)
    rows = rows.annotate(area_code=F("division__code"), seen_at=Subquery(seen.values("at")[:1]))
    found, page = keyset(rows, ("area_code", "id"), request)
    mine = rows.filter(leader=request.user).exists()
    actions = [{"label": "督导记录", "url": LIST["url"]}]
    if fileable(request.user).exists():
        actions.insert(0, {"label": "登记督导", "url": reverse("duties:visit_new"), "primary": mine})
    if assignable_areas(request.user).exists():
        actions.append({"label": "安排包联", "url": reverse("duties:assignment_new"), "primary": not mine})
    where = "?state=" if past else "?state=all"
    actions.append({"label": "只看在期的" if past else "包括已结束的", "url": where})
    context = {
        "title": "包联",
        "lead": "县、乡领导分级包联重点乡镇和村，按期督导。区域内发生重大线索即时通知包联领导。",
        "crumbs": [CRUMB],
        "count": rows.count(),
        "unit_word": "项",
        "head": HEAD,
        "rows": [_row(row) for row in found],
        "page": page,
        "actions": actions,
        "empty": {"text": "还没有安排包联。"},
    }
    return listing(request, context, what="assignments", rows=rows.order_by("area_code", "id"), row_of=_row)


def _row(row: Assignment) -> dict[str, Any]:
    url = reverse("duties:assignment", args=[row.pk])
    cells = (
        row.division.name,
        row.leader.name,
        row.leader.agency.label if row.leader.agency else "—",
        days_words(row),
        zh_datetime(row.seen_at) or "—",
    )
    words, css = state_of(row)
    last = {"text": words, "tag": css} if css else {"text": words}
    return {"url": url, "cells": [*({"text": text} for text in cells), last]}


def days_words(row: Assignment) -> str:
    """2026年1月1日起，至2026年12月31日."""
    until = f"，至{zh_date(row.valid_to)}" if row.valid_to else ""
    return f"{zh_date(row.valid_from)}起{until}"


def state_of(row: Assignment) -> tuple[str, str]:
    """Its state in words, and the tag for it."""
    today = now().date()
    if row.valid_from > today:
        return "未开始", ""
    return ("已结束", "refused") if row.valid_to and row.valid_to < today else ("在期", "")


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One assignment: its days, its visits, what happened in the area meanwhile."""
    row = get_object_or_404(visible_assignments(request.user), pk=pk)
    shown = Visit.objects.visible_to(request.user).filter(assignment=row)
    words, css = state_of(row)
    over = words == "已结束"
    buttons: list[dict[str, Any]] = []
    missing: list[dict[str, str]] = []
    if over:
        missing.append({"label": "登记督导", "reason": "包联安排已结束。"})
    elif may_file(request.user, row):
        url = f"{reverse('duties:visit_new')}?assignment={pk}"
        buttons.append({"label": "登记督导", "url": url, "method": "get", "primary": True})
    else:
        missing.append({"label": "登记督导", "reason": "由包联领导本人、本单位人员或专班办公室登记。"})
    if not over and may_assign(request.user, row.division):
        url = reverse("duties:assignment_end", args=[pk])
        buttons.append({"label": "结束包联", "url": url, "method": "get", "danger": True})
        if not visits.tied(row) and visit_tasks(request.user).exists():
            url = reverse("duties:assignment_task", args=[pk])
            buttons.append({"label": "对应专项任务", "url": url, "method": "get"})
    elif not over:
        missing.append({"label": "结束包联", "reason": "由专班办公室办理。"})
    context = {
        "title": f"{row.division.name}包联",
        "crumbs": [CRUMB, AREAS],
        "state": {"words": words, "css": f"tag-{css}" if css else ""},
        "holder": row.leader.label,
        "facts": _facts(row),
        "lines": lines(request.user, row),
        "visits": shown.order_by("-at", "-pk")[:50],
        "buttons": buttons,
        "missing": missing,
        "timeline": steps(row),
        "client_token": fresh_token(request),
    }
    return render(request, "duties/visits/assignment.html", context)


def _facts(row: Assignment) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"label": "包联区域", "value": f"{row.division.name}（{row.division.code}）"},
        {"label": "包联领导", "value": row.leader.label},
        {"label": "起止", "value": days_words(row)},
        {"label": "依据", "value": row.basis},
    ]
    if row.task:
        url = reverse("duties:task", args=[row.task.campaign_id, row.task_id])
        facts.append({"label": "对应任务", "value": row.task.name, "url": url})
    return facts


@require_http_methods(["GET", "HEAD", "POST"])
@business
def assign(request: MemberRequest) -> HttpResponse:
    """Say who answers for an area."""
    member = request.user
    areas = assignable_areas(member)
    if not areas.exists():
        raise Http404
    code = member.agency.division.code[:6]
    form = AssignmentForm(
        sent(request),
        initial={"valid_from": now().date(), "task": request.GET.get("task", "")},
        leaders=assignable(code).order_by("agency__division__code", "agency__code", "username"),
        areas=areas,
        tasks=visit_tasks(member),
    )
    row = submitted(request, form, lambda data: visits.assign(by=member, token=token_of(request), **data))
    if row:
        messages.success(request, f"已安排{row.leader.name}包联{row.division.name}。")
        return redirect("duties:assignment", row.pk)
    return form_page(request, form, title="安排包联", submit="安排", back=reverse("duties:visits"))


@require_http_methods(["GET", "HEAD", "POST"])
@business
def end(request: MemberRequest, pk: int) -> HttpResponse:
    """End an assignment."""
    row = get_object_or_404(visible_assignments(request.user), pk=pk)
    if not may_assign(request.user, row.division):
        raise Http404
    form = EndForm(sent(request), initial={"on": now().date()})
    done = submitted(
        request,
        form,
        lambda data: visits.end_assignment(
            assignment=row, by=request.user, expected_version=seen_version(request), **data
        ),
    )
    back = reverse("duties:assignment", args=[pk])
    if done:
        messages.success(request, "包联已结束。")
        return redirect(back)
    title = f"结束包联：{row.leader.name} {row.division.name}"
    version = request.POST.get("version") or row.version
    return form_page(request, form, title=title, submit="结束包联", back=back, version=version)


@require_http_methods(["GET", "HEAD", "POST"])
@business
def new(request: MemberRequest) -> HttpResponse:
    """Register a visit; a duty's button brings its assignment along."""
    member = request.user
    rows = fileable(member).filter(valid_from__lte=now().date())
    if not rows.exists():
        raise Http404
    asked = request.GET.get("assignment", "")
    form = VisitForm(
        sent(request),
        request.FILES or None,
        initial={"assignment": asked, "at": now().replace(second=0), "way": Visit.Way.ROUTINE},
        assignments=rows.order_by("division__code", "pk"),
    )
    visit = submitted(
        request, form, lambda data: visits.file_visit(member=member, token=token_of(request), **data)
    )
    if visit:
        messages.success(request, "督导已登记。")
        return redirect("duties:visit", visit.pk)
    return form_page(
        request, form, title="登记督导", submit="登记", back=reverse("duties:visits"), multipart=True
    )


def form_page(
    request: MemberRequest, form: Any, *, title: str, submit: str, back: str, **more: Any
) -> HttpResponse:
    """A form of 包联, with the way back."""
    context = {
        "title": title,
        "crumbs": [CRUMB, AREAS],
        "form": form,
        "submit": submit,
        "cancel_url": back,
        "client_token": fresh_token(request),
        **more,
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


@require_GET
@business
def records(request: MemberRequest) -> HttpResponse:
    """Visits in sight, newest first."""
    assigned = visible_assignments(request.user)
    form = VisitFilter(
        request.GET,
        areas=Division.objects.filter(pk__in=assigned.values("division")).order_by("code"),
    )
    wanted, rows = clean(form), _rows(request)
    if wanted.get("state") != "all":
        rows = rows.filter(withdrawn_at__isnull=wanted.get("state") != "withdrawn")
    if wanted.get("way"):
        rows = rows.filter(way=wanted["way"])
    if wanted.get("area"):
        rows = rows.filter(assignment__division=wanted["area"])
    found, page = keyset(rows, ("-at", "-id"), request)
    context = {
        "title": "督导记录",
        "crumbs": [CRUMB, AREAS],
        "count": rows.count(),
        "head": VISIT_HEAD,
        "rows": [_visit_row(visit) for visit in found],
        "page": page,
        "empty": {"text": "没有督导记录。"},
        **filtered(request, form),
    }
    return listing(request, context, what="visits", rows=rows, row_of=_visit_row)


def _visit_row(visit: Visit) -> dict[str, Any]:
    row = visit.assignment
    cells = (zh_datetime(visit.at), row.division.name, row.leader.name, visit.get_way_display(), visit.place)
    state = {"text": "已撤回", "tag": "refused"} if visit.withdrawn_at else {"text": "有效"}
    url = reverse("duties:visit", args=[visit.pk])
    return {"url": url, "cells": [*({"text": text or "—"} for text in cells), state]}


@require_GET
@business
def record(request: MemberRequest, pk: int) -> HttpResponse:
    """One visit with its photos."""
    visit = get_object_or_404(_rows(request), pk=pk)
    row = visit.assignment
    buttons, missing = [], []
    if visit.withdrawn_at:
        missing.append({"label": "撤回", "reason": "已经撤回。"})
    elif may_file(request.user, row):
        url = reverse("duties:visit_withdraw", args=[pk])
        more = {"ask": "撤回原因", "ask_required": True, "danger": True}
        buttons.append({"label": "撤回", "url": url, "method": "post", **more})
    else:
        missing.append({"label": "撤回", "reason": "由包联领导本人、本单位人员或专班办公室撤回。"})
    facts = (
        ("督导时间", zh_datetime(visit.at)),
        ("方式", visit.get_way_display()),
        ("地点", visit.place),
        ("了解的情况", visit.text),
        ("提出的要求", visit.demands),
        ("登记人", f"{visit.filed_by.label}，{zh_datetime(visit.filed_at)}"),
    )
    area = {
        "label": "包联",
        "value": f"{row.leader.name}包联{row.division.name}",
        "url": reverse("duties:assignment", args=[row.pk]),
    }
    context = {
        "title": f"{row.division.name}督导记录",
        "crumbs": [CRUMB, AREAS, LIST],
        "state": {"words": "已撤回", "css": "tag-refused"}
        if visit.withdrawn_at
        else {"words": "有效", "css": "tag-done"},
        "facts": [area, *({"label": label, "value": value} for label, value in facts)],
        "photos": files_of(visit, "photo"),
        "buttons": buttons,
        "missing": missing,
        "version": visit.version,
        "timeline": steps(visit),
        "client_token": fresh_token(request),
    }
    return render(request, "duties/visits/visit.html", context)


@require_POST
@business
def withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    """撤回."""
    visit = get_object_or_404(_rows(request), pk=pk)
    visits.withdraw_visit(
        visit=visit,
        by=request.user,
        reason=request.POST.get("reason", ""),
        expected_version=seen_version(request),
    )
    messages.success(request, "督导记录已撤回。")
    return redirect("duties:visit", pk)
