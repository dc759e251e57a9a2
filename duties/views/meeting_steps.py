"""Steps of a meeting: plan, amend, hold, report, cancel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import NotAllowed
from core.pages import fresh_token, status_of, submitted, token_of
from core.web import MemberRequest, business, seen_version
from duties import agenda
from duties.actions import meetings
from duties.forms.meetings import AmendForm, HoldForm, PlanForm
from duties.meeting_tasks import MEETING
from duties.models import Duty, Meeting, Task
from duties.standing import hosts_of, may_work, units_to_call
from duties.states import MeetingStatus
from duties.views.meetings import MEETINGS, visible
from duties.views.watch import CRUMB
from minewatch.lib.clock import now


@require_http_methods(["GET", "POST"])
@business
def new(request: MemberRequest) -> HttpResponse:
    """Plan a meeting; `?duty=` brings its task and unit along, `?task=` a task that has no duty."""
    hosts = hosts_of(request.user)
    if not hosts:
        raise NotAllowed(meetings.HELD_BY)
    duty = _duty(request)
    wanted = duty.proof_kind if duty else f"{MEETING}{request.GET.get('task', '')}"
    host = next((unit for unit in hosts if duty and unit.pk == duty.agency_id), None)
    chosen = request.POST.get("agency")
    host = host or next((unit for unit in hosts if str(unit.pk) == chosen), None)
    host = host or next((unit for unit in hosts if _task(meetings.tasks_for(unit), wanted)), hosts[0])
    tasks = meetings.tasks_for(host)
    task = _task(tasks, wanted)
    initial = {
        "agency": str(host.pk),
        "task": str(task.pk) if task else "",
        "title": task.name[:120] if task else "",
    }
    rows = agenda.proposed(request.user, host)
    form = PlanForm(
        request.POST or None,
        initial=initial,
        hosts=hosts,
        units=units_to_call(host),
        tasks=tasks,
        rows=rows,
        labels=[agenda.named(row, request.user) for row in rows],
    )
    meeting = submitted(
        request,
        form,
        lambda data: meetings.plan(by=request.user, token=token_of(request), **form.facts()),
    )
    if meeting:
        messages.success(
            request, "会议已登记，已通知参会单位。" if meetings.called(meeting) else "会议已登记。"
        )
        return redirect("duties:meeting", meeting.pk)
    context = {
        "title": "登记会议",
        "lead": "会前登记会发出会议通知；会后补登记的，填实际时间即可。",
        "crumbs": [CRUMB, MEETINGS],
        "form": form,
        "submit": "登记",
        "client_token": fresh_token(request),
        "cancel_url": MEETINGS["url"],
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


def _task(tasks: Iterable[Task], proof_kind: str) -> Task | None:
    """The one of `tasks` that such a meeting proves."""
    return next((row for row in tasks if row.proof_kind == proof_kind), None)


def _duty(request: MemberRequest) -> Duty | None:
    pk = request.GET.get("duty", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    return Duty.objects.visible_to(request.user).filter(pk=pk).first()


def _own(request: MemberRequest, pk: int) -> Meeting:
    """A meeting in sight that the member works on; asked before a form is judged."""
    meeting = visible(request, pk)
    if not may_work(request.user, meeting.agency):
        raise NotAllowed(meetings.HELD_BY)
    return meeting


@require_http_methods(["GET", "POST"])
@business
def amend(request: MemberRequest, pk: int) -> HttpResponse:
    """Agenda, time and place."""
    meeting = _own(request, pk)
    form = AmendForm(
        request.POST or None,
        initial={"planned_at": meeting.planned_at, "place": meeting.place},
        lines=[line for line in meeting.agenda.all() if agenda.shown(line, request.user) is not None],
        planned=meeting.status == MeetingStatus.PLANNED,
    )
    done = submitted(
        request,
        form,
        lambda data: meetings.amend(
            meeting=meeting, by=request.user, version=seen_version(request), **form.facts()
        ),
    )
    if done:
        messages.success(request, "会议已修改。")
        return redirect("duties:meeting", pk)
    return _form(request, meeting, form, "修改会议", "保存")


@require_http_methods(["GET", "POST"])
@business
def hold(request: MemberRequest, pk: int) -> HttpResponse:
    """Record that it took place."""
    meeting = _own(request, pk)
    begun = meeting.planned_at if meeting.planned_at <= now() else None
    form = HoldForm(
        request.POST or None,
        initial={"held_at": begun, "place": meeting.place},
        units=[meeting.agency, *meetings.called(meeting)],
    )
    done = submitted(
        request,
        form,
        lambda data: meetings.hold(
            meeting=meeting, by=request.user, version=seen_version(request), **form.facts()
        ),
    )
    if done:
        messages.success(request, "已登记召开。")
        return redirect("duties:meeting", pk)
    return _form(request, meeting, form, "登记召开", "登记召开", groups=form.groups())


def _form(
    request: MemberRequest, meeting: Meeting, form: Any, title: str, submit: str, **more: Any
) -> HttpResponse:
    url = reverse("duties:meeting", args=[meeting.pk])
    context = {
        "title": title,
        "lead": meeting.title,
        "crumbs": [CRUMB, MEETINGS, {"label": meeting.title, "url": url}],
        "form": form,
        "submit": submit,
        "version": request.POST.get("version") or meeting.version,
        "client_token": fresh_token(request),
        "cancel_url": url,
        **more,
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


@require_POST
@business
def report(request: MemberRequest, pk: int) -> HttpResponse:
    """报送领导小组."""
    meeting = meetings.report(meeting=visible(request, pk), by=request.user, version=seen_version(request))
    messages.success(request, f"会议纪要已报送{meeting.reports_to.label}。")
    return redirect("duties:meeting", pk)


@require_POST
@business
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """取消会议 or 撤回登记."""
    meetings.cancel(
        meeting=visible(request, pk),
        by=request.user,
        reason=request.POST.get("reason", ""),
        version=seen_version(request),
    )
    messages.success(request, "会议已取消。")
    return redirect("duties:meeting", pk)
