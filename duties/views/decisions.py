"""会议纪要 and its 议定事项: issue, print, download, and the closing of one decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from agencies.models import Agency, AgencyKind
from core import audit, drafts
from core.files import DOCX, files_of
from core.pages import fresh_token, status_of, submitted, token_of, workbook
from core.registry import url_of
from core.templatetags.mw import zh_datetime
from core.web import MemberRequest, business, seen_version
from duties.actions import meetings
from duties.actions.minutes import may_close
from duties.forms.meetings import MORE, CloseForm, MinutesForm
from duties.minutes_docx import paper_of, write_minutes
from duties.models import Decision, Meeting
from duties.standing import may_work, units_to_call
from duties.states import MeetingStatus
from duties.views.meetings import MEETINGS, steps_of, visible
from duties.views.watch import CRUMB
from duties.words import instant_words

DRAFT = "meeting.minutes"


@require_http_methods(["GET", "POST"])
@business
def minutes(request: MemberRequest, pk: int) -> HttpResponse:
    """Write and issue the minutes; 再加三项 shows more rows without losing what was typed."""
    meeting = visible(request, pk)
    if not may_work(request.user, meeting.agency):
        raise Http404
    reports = reports_to(meeting)
    facts: dict[str, Any] = {"units": [meeting.agency, *units_to_call(meeting.agency)], "reports": reports}
    rows = _count(request)
    if "more" in request.POST:
        form = MinutesForm(initial=request.POST.dict() | {"rows": rows + MORE}, rows=rows + MORE, **facts)
    else:
        initial = {"reports_to": str(reports[0].pk) if reports else ""}
        form = MinutesForm(request.POST or None, initial=initial, rows=rows, **facts)
    done = form.is_bound and submitted(
        request,
        form,
        lambda data: meetings.issue_minutes(
            meeting=meeting, by=request.user, version=seen_version(request), **form.facts()
        ),
    )
    if done:
        drafts.drop(member=request.user, form=DRAFT, object_key=str(pk))
        messages.success(request, "会议纪要已印发，议定事项已交各承办单位。")
        return redirect("duties:meeting", pk)
    url = reverse("duties:meeting", args=[pk])
    context = {
        "title": "印发会议纪要",
        "lead": meeting.title,
        "crumbs": [CRUMB, MEETINGS, {"label": meeting.title, "url": url}],
        "form": form,
        "groups": form.groups(),
        "submit": "印发纪要",
        "more_submits": [{"label": "再加三项", "name": "more", "value": "1"}],
        "draft": {"key": DRAFT, "object": str(pk)},
        "version": request.POST.get("version") or meeting.version,
        "client_token": fresh_token(request),
        "cancel_url": url,
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


def _count(request: MemberRequest) -> int:
    text = request.POST.get("rows", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else MORE


def reports_to(meeting: Meeting) -> list[Agency]:
    """To whom minutes may be reported, the likely one first: the task's recipient, then the county."""
    county = Agency.objects.active().filter(
        kind__in=(AgencyKind.COUNTY, AgencyKind.JOINT_OFFICE),
        division__code=meeting.agency.division.code[:6],
    )
    named = [meeting.task.recipient] if meeting.task and meeting.task.recipient else []
    found = dict.fromkeys([*named, *county.order_by("pk")])
    return [unit for unit in found if unit.pk != meeting.agency_id]


def issued(request: MemberRequest, pk: int) -> Meeting:
    """A meeting whose minutes are out, else 404."""
    meeting = visible(request, pk)
    if not meeting.minutes:
        raise Http404
    return meeting


@require_GET
@business
def printed(request: MemberRequest, pk: int) -> HttpResponse:
    """The minutes as they are printed."""
    meeting = issued(request, pk)
    audit.record("export.made", actor=request.user, subject=meeting, facts={"form": "minutes", "as": "print"})
    context = {
        "title": "会议纪要",
        "crumbs": [CRUMB, MEETINGS, {"label": meeting.title, "url": reverse("duties:meeting", args=[pk])}],
        "paper": paper_of(meeting, request.user),
        "meeting": meeting,
    }
    return render(request, "duties/meetings/print.html", context)


@require_GET
@business
def document(request: MemberRequest, pk: int) -> HttpResponse:
    """The minutes as a Word document."""
    meeting = issued(request, pk)
    data = write_minutes(paper_of(meeting, request.user))
    audit.record("export.made", actor=request.user, subject=meeting, facts={"form": "minutes", "as": "docx"})
    return workbook(data, f"会议纪要{meeting.number}.docx", DOCX)


@require_http_methods(["GET", "POST"])
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One decision: what is to be done, by when, and the form that closes it."""
    rows = Decision.objects.visible_to(request.user)
    decision = get_object_or_404(
        rows.select_related("agency__division", "meeting__agency__division", "duty", "closed_by__agency"),
        pk=pk,
    )
    standing = decision.meeting.status != MeetingStatus.CANCELLED
    open_now = decision.closed_at is None and standing
    form = CloseForm(request.POST or None, request.FILES or None)
    done = submitted(
        request,
        form,
        lambda data: meetings.close_decision(
            decision=decision,
            by=request.user,
            text=data["text"],
            uploads=[(one.name, one) for one in data["files"]],
            token=token_of(request),
        ),
    )
    if done:
        messages.success(request, "议定事项已办结。")
        return redirect("duties:decision", pk)
    may = may_close(request.user, decision)
    context = {
        "title": "会议议定事项",
        "crumbs": [CRUMB, MEETINGS],
        "state": _state(decision, standing),
        "duty": decision.duty,
        "facts": _facts(decision, request.user),
        "related": _related(decision),
        "missing": []
        if may or not open_now
        else [{"label": "办结", "reason": f"由承办单位{decision.agency.label}办结。"}],
        "timeline": steps_of(decision),
        "form": form if may and open_now else None,
        "client_token": fresh_token(request),
    }
    return render(request, "duties/meetings/decision.html", context, status=status_of(request, form))


def _state(decision: Decision, standing: bool) -> dict[str, str]:
    if decision.closed_at:
        return {"words": "已办结", "css": "tag-done"}
    return {"words": "办理中", "css": ""} if standing else {"words": "已取消", "css": "tag-refused"}


def _facts(decision: Decision, member: Any) -> list[dict[str, Any]]:
    meeting = decision.meeting
    found = [
        ("议定事项", decision.text, ""),
        ("承办单位", decision.agency.name, ""),
        ("期限", instant_words(decision.due_at) if decision.due_at else "未定", ""),
        ("会议", f"{meeting.title} {meeting.number}", url_of("duties.meeting", str(meeting.pk), member)),
        ("办结情况", decision.result, ""),
        ("办结人", decision.closed_by.label if decision.closed_by else "", ""),
        ("办结时间", zh_datetime(decision.closed_at), ""),
    ]
    return [{"label": label, "value": value, "url": url} for label, value, url in found if value]


def _related(decision: Decision) -> list[dict[str, Any]]:
    links = [{"label": one.name, "url": reverse("core:file", args=[one.pk])} for one in files_of(decision)]
    return [{"title": "办结材料", "links": links}] if links else []
