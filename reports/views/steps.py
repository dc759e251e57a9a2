"""The steps of a report: edit, recompute, submit, accept, return. Fetch in scope, call, go back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core import drafts
from core.errors import Conflict
from core.web import MemberRequest, business, seen_version
from minewatch.lib.hashing import sha256
from reports import actions, reading
from reports.actions.watch import start_draft
from reports.forms import Narrative
from reports.kinds.base import HEADINGS
from reports.models import Report
from reports.rights import require_editable, require_maker
from reports.snapshot import snapshot
from reports.views.parts import client_token, crumbs, report_of

DRAFT = "report.words"


@require_http_methods(["GET", "POST"])
@business
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """The paragraphs; what another saved meanwhile is shown beside one's own."""
    report = report_of(request.user, pk)
    require_maker(request.user, report.agency)
    if request.method == "GET":
        require_editable(report)
        with snapshot():
            shown = reading.written(report, reading.live(report))
        return _form(request, report, Narrative(initial=shown), shown)
    form = Narrative(request.POST)
    shown = {key: request.POST.get(f"shown_{key}", "") for key in HEADINGS}
    if not form.is_valid():
        return _form(request, report, form, shown)
    texts = {key: text for key, text in form.cleaned_data.items() if _mark(text) != shown[key]}
    try:
        actions.edit_narrative(
            report=report, member=request.user, texts=texts, expected_version=seen_version(request)
        )
    except Conflict as error:
        return _form(request, report_of(request.user, pk), form, shown, error)
    drafts.drop(member=request.user, form=DRAFT, object_key=str(pk))
    messages.success(request, "文字已保存。")
    return redirect("reports:show", pk)


def _mark(text: str) -> str:
    """A short print of a paragraph, by which an untouched one is known."""
    return sha256("\n".join(text.split()).encode())[:16]


def _form(
    request: MemberRequest,
    report: Report,
    form: Narrative,
    shown: dict[str, str],
    error: Conflict | None = None,
) -> HttpResponse:
    saved = (
        drafts.load(member=request.user, form=DRAFT, object_key=str(report.pk)) if not form.is_bound else None
    )
    marks = shown if form.is_bound else {key: _mark(text) for key, text in shown.items()}
    theirs = [{"label": label, "value": report.narrative.get(key, "")} for key, label in HEADINGS.items()]
    context = {
        "title": "修改报表文字",
        "crumbs": crumbs(report),
        "lead": "改过的段落不再随数据变动；清空一段并保存，就恢复自动生成。",
        "form": form,
        "shown": [{"name": f"shown_{key}", "value": mark} for key, mark in marks.items()],
        "submit": "保存",
        "cancel_url": reverse("reports:show", args=[report.pk]),
        "client_token": client_token(request),
        "version": report.version,
        "draft": {
            "key": DRAFT,
            "object": str(report.pk),
            "saved_at": saved.saved_at if saved else None,
            "fields": saved.fields if saved else None,
        },
        "conflict": {"words": error.message, "theirs": theirs} if error else None,
    }
    return render(request, "reports/edit.html", context, status=409 if error else 200)


@require_POST
@business
def recompute(request: MemberRequest, pk: int) -> HttpResponse:
    """Compute the draft anew in a job."""
    report = report_of(request.user, pk)
    require_maker(request.user, report.agency)
    require_editable(report)
    return redirect("reports:job", start_draft(report, member=request.user).pk)


@require_http_methods(["GET", "POST"])
@business
def submit(request: MemberRequest, pk: int) -> HttpResponse:
    """Look at the main numbers once more, then freeze and send."""
    report = report_of(request.user, pk)
    if request.method == "POST":
        actions.submit(report=report, member=request.user, expected_version=seen_version(request))
        messages.success(request, "已报送，数字和文字已经固定。")
        return redirect("reports:show", pk)
    require_maker(request.user, report.agency)
    require_editable(report)
    with snapshot():
        numbers = reading.live(report)
    answers = [
        {"label": line.label, "value": str(line.now), "unit": line.unit}
        for line in reading.lines(report, numbers)
    ]
    context = {
        "title": f"报送{reading.kind_of(report).label}",
        "crumbs": crumbs(report),
        "warning": "报送后数字和文字固定，以后数据有变动会另行注明，不改已报数。",
        "answers": [
            {"label": "单位", "value": report.agency.name},
            {"label": "期间", "value": reading.period_words(report)},
            {"label": "报送对象", "value": report.recipient.name if report.recipient else "（无）"},
            *answers,
        ],
        "submit": "确认报送",
        "back_url": reverse("reports:show", args=[pk]),
        "client_token": client_token(request),
        "version": report.version,
    }
    return render(request, "patterns/check.html", context)


@require_POST
@business
def accept(request: MemberRequest, pk: int) -> HttpResponse:
    """The recipient takes it in."""
    report = report_of(request.user, pk)
    actions.accept(report=report, member=request.user, expected_version=seen_version(request))
    messages.success(request, "已接收。")
    return redirect("reports:show", pk)


@require_POST
@business
def return_report(request: MemberRequest, pk: int) -> HttpResponse:
    """The recipient sends it back with a reason."""
    report = report_of(request.user, pk)
    reason = request.POST.get("reason", "")
    actions.return_report(
        report=report, member=request.user, reason=reason, expected_version=seen_version(request)
    )
    messages.success(request, "已退回，对方会收到通知。")
    still = Report.objects.visible_to(request.user).filter(pk=pk).exists()
    return redirect("reports:show", pk) if still else redirect("reports:index")
