"""会议: the list and one meeting. Its steps: views.meeting_steps; minutes and decisions: views.decisions."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.audit import sentence, subject_of
from core.models import AuditEntry
from core.pages import filters_of, fresh_token, listing
from core.paging import keyset
from core.templatetags.mw import zh_datetime
from core.web import MemberRequest, business
from duties import agenda
from duties.actions import meetings
from duties.actions.minutes import report_key
from duties.forms.meetings import MeetingFilter
from duties.models import Attendance, Decision, Duty, Meeting
from duties.standing import hosts_of, may_work
from duties.states import MeetingStatus
from duties.views.watch import CRUMB
from minewatch.lib.clock import now

MEETINGS = {"label": "会议", "url": "/duties/meetings/"}
HEAD = [
    {"label": "会议"},
    {"label": "组织单位"},
    {"label": "时间"},
    {"label": "状态"},
    {"label": "议定事项", "num": True},
]
TAGS = {MeetingStatus.CANCELLED: "refused", MeetingStatus.PLANNED: "open"}
SEATS = (
    Attendance.Presence.PRESENT,
    Attendance.Presence.EXCUSED,
    Attendance.Presence.SITTING_IN,
    Attendance.Presence.ABSENT,
)


def visible(request: MemberRequest, pk: int) -> Meeting:
    """A meeting in sight, else 404."""
    rows = Meeting.objects.visible_to(request.user)
    related = ("agency__division", "campaign", "task__recipient", "body", "reports_to", "created_by")
    return get_object_or_404(rows.select_related(*related), pk=pk)


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Meetings, the latest first."""
    form = MeetingFilter(request.GET, member=request.user)
    form.is_valid()
    rows = Meeting.objects.visible_to(request.user)
    if form.cleaned_data.get("campaign"):
        rows = rows.filter(campaign=form.cleaned_data["campaign"])
    if form.cleaned_data.get("state"):
        rows = rows.filter(status=form.cleaned_data["state"])
    page_rows, page = keyset(rows.select_related("agency"), ("-planned_at", "-id"), request)
    counted = Decision.objects.filter(meeting__in=rows.order_by().values("pk")).values("meeting")
    counts = {
        row["meeting"]: (row["done"], row["total"])
        for row in counted.annotate(
            total=Count("pk"), done=Count("pk", filter=Q(closed_at__isnull=False))
        ).order_by()
    }
    actions = [{"label": "登记会议", "url": reverse("duties:meeting_new"), "primary": True}]
    context = {
        "title": "会议",
        "crumbs": [CRUMB],
        "actions": actions if hosts_of(request.user) else [],
        "count": rows.count(),
        "unit_word": "次",
        "head": HEAD,
        "rows": [_row(row, counts.get(row.pk)) for row in page_rows],
        "page": page,
        "empty": {"text": "没有符合条件的会议。"},
        **filters_of(request, form),
    }
    return listing(
        request,
        context,
        what="meetings",
        rows=rows.select_related("agency").iterator(500),
        row_of=lambda row: _row(row, counts.get(row.pk)),
    )


def _row(meeting: Meeting, count: tuple[int, int] | None) -> dict[str, Any]:
    state = {"text": meeting.get_status_display(), "tag": TAGS.get(meeting.status, "done")}
    waiting = meeting.status == MeetingStatus.PLANNED and meeting.planned_at < now()
    cells = [
        {"text": meeting.title},
        {"text": meeting.agency.label},
        {"text": zh_datetime(meeting.held_at or meeting.planned_at)},
        state | {"text": "待登记召开"} if waiting else state,
        {"text": f"{count[0]}/{count[1]}" if count else ""},
    ]
    return {"url": reverse("duties:meeting", args=[meeting.pk]), "cells": cells}


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One meeting: agenda, who came, minutes, what was decided and how far it is."""
    meeting = visible(request, pk)
    member = request.user
    works = may_work(member, meeting.agency)
    buttons, missing = acts_on(meeting, works)
    context = {
        "title": meeting.title,
        "number": meeting.number,
        "crumbs": [CRUMB, MEETINGS],
        "state": {
            "words": meeting.get_status_display(),
            "css": f"tag-{TAGS.get(meeting.status, 'done')}",
        },
        "duty": Duty.objects.open().filter(key=report_key(meeting)).first() if works else None,
        "facts": facts(meeting),
        "meeting": meeting,
        "lines": agenda.lines_for(meeting.agenda.all(), member),
        "may_amend": works and meeting.status in (MeetingStatus.PLANNED, MeetingStatus.HELD),
        "seats": meeting.attendances.select_related("agency").order_by("id"),
        "decisions": decisions_of(meeting),
        "buttons": buttons,
        "missing": missing,
        "prints": prints(meeting),
        "version": meeting.version,
        "timeline": steps_of(meeting),
        "client_token": fresh_token(request),
    }
    return render(request, "duties/meetings/record.html", context)


def prints(meeting: Meeting) -> list[dict[str, str]]:
    """What may be printed once the minutes are out."""
    if not meeting.minutes:
        return []
    return [
        {"label": "打印纪要", "url": reverse("duties:meeting_print", args=[meeting.pk])},
        {"label": "下载纪要（docx）", "url": reverse("duties:meeting_docx", args=[meeting.pk])},
    ]


def facts(meeting: Meeting) -> list[dict[str, Any]]:
    """The meeting in words."""
    found: list[tuple[str, str, str]] = [
        ("组织单位", meeting.agency.name, ""),
        ("专项行动", meeting.campaign.name if meeting.campaign else "", ""),
        ("对应任务", meeting.task.name if meeting.task else "", ""),
        ("计划时间", zh_datetime(meeting.planned_at), ""),
        ("召开时间", zh_datetime(meeting.held_at), ""),
        ("地点", meeting.place, ""),
        ("主持人", meeting.chair, ""),
        ("报送对象", meeting.reports_to.name if meeting.reports_to else "", ""),
        ("报送时间", zh_datetime(meeting.reported_at), ""),
        ("取消、撤回原因", meeting.reason, ""),
    ]
    return [{"label": label, "value": value, "url": url} for label, value, url in found if value]


def decisions_of(meeting: Meeting) -> list[Decision]:
    """Decisions with their duty (for the light) and unit."""
    return list(meeting.decisions.select_related("agency", "duty", "closed_by__agency").order_by("id"))


def acts_on(meeting: Meeting, works: bool) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Buttons that are legal now, and why another is missing."""
    status = meeting.status
    if not works:
        return [], [{"label": "登记、印发、报送", "reason": meetings.HELD_BY}]

    def at(name: str) -> str:
        return reverse(f"duties:meeting_{name}", args=[meeting.pk])

    buttons: list[dict[str, Any]] = []
    missing: list[dict[str, str]] = []
    if status == MeetingStatus.PLANNED:
        buttons.append({"label": "登记召开", "url": at("hold"), "method": "get", "primary": True})
        missing.append({"label": "印发纪要", "reason": "登记召开后才能印发纪要。"})
    elif status == MeetingStatus.HELD:
        buttons.append({"label": "印发纪要", "url": at("minutes"), "method": "get", "primary": True})
    elif status == MeetingStatus.MINUTED and meeting.reports_to:
        buttons.append(
            {
                "label": f"报送{meeting.reports_to.label}",
                "url": at("report"),
                "method": "post",
                "primary": True,
            }
        )
    elif status == MeetingStatus.MINUTED:
        missing.append({"label": "报送", "reason": "印发时选了本次不报送。"})
    if status in (MeetingStatus.PLANNED, MeetingStatus.HELD, MeetingStatus.MINUTED):
        planned = status == MeetingStatus.PLANNED
        buttons.append(
            {
                "label": "取消会议" if planned else "撤回登记",
                "url": at("cancel"),
                "method": "post",
                "danger": True,
                "ask": "取消原因" if planned else "撤回原因",
                "ask_required": True,
            }
        )
    elif status == MeetingStatus.REPORTED:
        missing.append({"label": "撤回登记", "reason": "纪要已经报送，不能再撤回。"})
    return buttons, missing


def steps_of(row: Any) -> list[dict[str, Any]]:
    """The audited acts on a row, newest first."""
    kind, key = subject_of(row)
    entries = AuditEntry.objects.filter(subject_kind=kind, subject_id=key).exclude(verb="export.made")
    return [
        {"at": entry.at, "who": entry.actor_label or "系统", "words": sentence(entry)}
        for entry in entries.order_by("-id")[:50]
    ]
