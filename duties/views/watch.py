"""督办: the list of duties in one's sight, one duty, 催报, 免除."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from core.errors import DomainError
from core.registry import SUBJECTS, doors_of, resolve, urls_of
from core.web import MemberRequest, business
from duties import actions, board
from duties.card_rules import may_propose
from duties.coverage import STANDING, place_names
from duties.filters import STATES, DutyFilter
from duties.holders import holders, oversees
from duties.models import Duty, Proof
from duties.order_rules import issuing_units
from duties.paging import by_due
from duties.timeline import timeline
from duties.views import stops
from duties.words import instant_words, span_words
from minewatch.lib.clock import now
from minewatch.lib.windows import label

WITH = ("agency", "clock", "rule", "matter")
CRUMB = {"label": "督办", "url": "/duties/"}


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Duties in the member's sight, open ones first asked for, by due time."""
    member, at = request.user, now()
    found = DutyFilter(request.GET, queryset=Duty.objects.visible_to(member), member=member)
    rows = found.qs if found.is_valid() else Duty.objects.none()
    page_rows, page = by_due(rows.select_related(*WITH), request)
    return render(
        request,
        "duties/index.html",
        {
            "title": "督办",
            "actions": [
                {"label": "专项行动", "url": "/duties/campaigns/"},
                {"label": "日历", "url": "/duties/calendar/"},
                {"label": "单位和任务对照表", "url": "/duties/matrix/"},
                {"label": "完成情况", "url": "/duties/coverage/"},
                *([{"label": "提醒设置", "url": "/duties/ladder/"}] if oversees(member) else []),
                *doors_of("duties"),
            ],
            "filters": found.form,
            "chips": chips(request, found.form),
            "filter_count": len(chips(request, found.form)),
            "count": rows.count(),
            "unit_word": "项",
            "page": page,
            "duties": board.items(page_rows, member, at, urging=oversees(member)),
            "exports": [{"label": "导出表格", "url": f"/duties/export.xlsx?{request.GET.urlencode()}"}],
            "empty": {"text": "没有符合条件的任务。"},
            "client_token": uuid.uuid4(),
        },
    )


def chips(request: HttpRequest, form: Any) -> list[dict[str, str]]:
    """The conditions in use, each with the address without it."""
    if not form.is_valid():
        return []
    data = form.cleaned_data
    words = {
        "unit": data["unit"].label if data.get("unit") else "",
        "kind": dict(Duty.Kind.choices).get(data.get("kind"), ""),
        "state": dict(STATES).get(data.get("state"), ""),
        "period": label(data["period"]) if data.get("period") else "",
        "campaign": data["campaign"].name if data.get("campaign") else "",
        "rule": data["rule"].name if data.get("rule") else "",
        "area": "、".join(place_names([data["area"]]).values()) if data.get("area") else "",
        "at": "、".join(place_names([data["at"]]).values()) if data.get("at") else "",
        "standing": STANDING if data.get("standing") else "",
        "task": f"{data['task'].code} {data['task'].name}" if data.get("task") else "",
    }
    found = []
    for name, word in words.items():
        if word:
            query = request.GET.copy()
            for gone in (name, "after", "before"):
                query.pop(gone, None)
            found.append({"label": word, "remove_url": f"?{query.urlencode()}"})
    return found


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One duty: why this date, in whose hands, what proves it, who urged."""
    member, at = request.user, now()
    duty = get_object_or_404(
        Duty.objects.visible_to(member).select_related(*WITH, "recipient", "member"), pk=pk
    )
    (item,) = board.items([duty], member, at, urging=oversees(member, duty.agency))
    buttons, missing = acts_on(duty, item, member)
    return render(
        request,
        "patterns/record.html",
        {
            "title": duty.title,
            "crumbs": [CRUMB],
            "state": {"words": item.state_words, "css": "tag-late" if item.late else ""},
            "holder": "、".join(holder.label for holder in holders(duty)) if item.status == "open" else "",
            "duty": item,
            "why": item.why,
            "facts": facts(duty),
            "related": [*stops.links(duty), *related(duty, member)],
            "buttons": buttons,
            "missing": missing,
            "timeline": timeline(duty, member),
            "client_token": uuid.uuid4(),
        },
    )


def acts_on(duty: Duty, item: board.Item, member: Any) -> tuple[list[dict], list[dict]]:
    """Buttons that are legal now, and why another is missing."""
    buttons: list[dict[str, Any]] = []
    missing: list[dict[str, str]] = []
    mine = item.status == "open" and board.mine(member).filter(pk=duty.pk).exists()
    if mine and item.act_url != item.url:
        buttons.append({"label": item.act_label, "url": item.act_url, "method": "get", "primary": True})
    elif item.status == "open" and not mine:
        missing.append({"label": "办理", "reason": "由责任单位的责任人员办理。"})
    if item.may_urge and not item.urged:
        buttons.append({"label": "催报", "url": f"{item.url}urge/", "method": "post"})
    elif item.urged:
        missing.append({"label": "催报", "reason": "今天已经催报过，每项任务每天只催一次。"})
    # an order is read by whole units: what stands on a matter is not carried into one
    plain = duty.kind != Duty.Kind.ORDER and duty.matter_id is None
    if item.may_urge and item.late and plain and issuing_units(member):
        url = f"/duties/orders/new/?duty={duty.pk}"
        buttons.append({"label": "发督办单", "url": url, "method": "get"})
    if item.may_urge and item.late and duty.matter_id is None and may_propose(member, duty.agency):
        url = f"/duties/cards/new/?duty={duty.pk}"
        buttons.append({"label": "提出亮牌", "url": url, "method": "get"})
    if item.may_urge:
        buttons.append(
            {
                "label": "免除",
                "url": f"{item.url}waive/",
                "method": "post",
                "ask": "免除原因",
                "ask_required": True,
            }
        )
    more, why_not = stops.buttons(duty, member)
    return buttons + more, missing + why_not


def facts(duty: Duty) -> list[dict[str, Any]]:
    """The facts of one duty in words."""
    window = span_words(duty.window_start, duty.window_end) if duty.window_start and duty.window_end else ""
    marks = [
        word
        for word, on in (("历史", duty.history), ("补生成", duty.catch_up), ("暂定", duty.provisional))
        if on
    ]
    found = [
        ("责任单位", duty.agency.name),
        ("责任角色", duty.get_role_display()),
        ("报送对象", duty.recipient.name if duty.recipient else ""),
        ("数据期间", window),
        ("应完成", f"{duty.needed} 次，已完成 {duty.done} 次" if duty.proof_kind else ""),
        ("首次完成", instant_words(duty.first_done_at) if duty.first_done_at else ""),
        ("依据", duty.basis),
        ("标记", "、".join(marks)),
    ]
    return [{"label": word, "value": value} for word, value in found if value]


def related(duty: Duty, member: Any) -> list[dict[str, Any]]:
    """What the duty is about and what proves it, as far as the reader may see; empty groups left out."""
    about = []
    found = resolve(duty.subject_kind, duty.subject_id, member)
    if found is not None:
        subject, row = found
        about.append({"url": subject.url(row), "label": subject.title(row)})
    groups = [{"title": "相关记录", "links": about}, {"title": "完成凭据", "links": proofs(duty, member)}]
    return [group for group in groups if group["links"]]


def proofs(duty: Duty, member: Any) -> list[dict[str, str]]:
    """Facts that count for it, linked where the reader may see them; the rest is only counted."""
    if not duty.proof_kind or (duty.kind != Duty.Kind.REPORT and duty.window_start is None):
        return []
    live = Proof.objects.filter(retracted_at__isnull=True, agency=duty.agency_id, kind=duty.proof_kind)
    if duty.kind == Duty.Kind.REPORT:
        live = live.filter(subject_kind=duty.subject_kind, subject_id=duty.subject_id)
    else:
        live = live.filter(at__gte=duty.window_start, at__lt=duty.window_end)
    rows = list(live.order_by("at")[:20])
    urls = urls_of({(row.subject_kind, row.subject_id) for row in rows}, member)
    found = [
        {"url": urls[key], "label": SUBJECTS[row.subject_kind].label, "note": f" {instant_words(row.at)}"}
        for row in rows
        if (key := (row.subject_kind, row.subject_id)) in urls
    ]
    if duty.done > len(found):
        found.append(
            {"url": f"/duties/{duty.pk}/", "label": f"其余 {duty.done - len(found)} 条由承办单位掌握"}
        )
    return found


@require_POST
@business
def urge(request: MemberRequest, pk: int) -> HttpResponse:
    """催报."""
    duty = get_object_or_404(Duty.objects.visible_to(request.user).select_related("agency__division"), pk=pk)
    try:
        actions.urge(duty=duty, by=request.user)
    except DomainError as error:
        messages.warning(request, error.message)
    else:
        messages.success(request, f"已向{duty.agency.label}催报。")
    return redirect(back(request, f"/duties/{pk}/"))


@require_POST
@business
def waive(request: MemberRequest, pk: int) -> HttpResponse:
    """免除."""
    duty = get_object_or_404(Duty.objects.visible_to(request.user).select_related("agency__division"), pk=pk)
    actions.waive(duty=duty, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, "已免除这项任务。")
    return redirect(f"/duties/{pk}/")


def back(request: HttpRequest, default: str) -> str:
    """Where the button stood, when that is a page of this house."""
    there = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return there if ours and there.startswith("/") else default
