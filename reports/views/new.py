"""/reports/new/ and the page of the job that computes the draft."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from agencies.models import Agency
from core.errors import DomainError
from core.models import Run
from core.views.runs import own_runs
from core.web import MemberRequest, business
from minewatch.lib.clock import now
from minewatch.lib.periods import before, period_of
from reports import reading
from reports.actions import open_draft
from reports.actions.watch import start_draft
from reports.forms import NewReport
from reports.models import Report
from reports.rights import own_units
from reports.views.parts import client_token, crumbs

STEPS = {
    "report.draft": ("计算数字和文字", "读取数据", "生成表格", "生成公文"),
    "report.papers": ("读取数据", "生成表格", "生成公文"),
}


@require_http_methods(["GET", "POST"])
@business
def new(request: MemberRequest) -> HttpResponse:
    """Choose report, unit and period; the draft opens and a job computes it."""
    units = own_units(request.user)
    if not units:
        raise Http404
    choices = Agency.objects.filter(pk__in=[unit.pk for unit in units]).select_related("division", "parent")
    form = NewReport(request.POST or None, units=choices, initial=_asked(request, units))
    if request.method == "POST" and form.is_valid():
        try:
            report = open_draft(member=request.user, **form.cleaned_data)
            if reading.is_frozen(report):
                return redirect("reports:show", report.pk)
            return redirect("reports:job", start_draft(report, member=request.user).pk)
        except DomainError as error:
            if error.status != 400:
                raise
            form.add_error(error.field if error.field in form.fields else None, error.message)
    context = {
        "title": "生成报表",
        "crumbs": crumbs(),
        "form": form,
        "submit": "生成草稿",
        "cancel_url": reverse("reports:index"),
        "client_token": client_token(request),
    }
    return render(request, "patterns/form.html", context, status=200)


def _asked(request: MemberRequest, units: list[Agency]) -> dict[str, Any]:
    """What a link asked for, else last month's report of one's own unit."""
    month = before(period_of(now().date(), "month")).key
    usual = {"kind": "monthly", "agency": units[0].code, "period": month}
    return {name: request.GET.get(name) or value for name, value in usual.items()}


@require_GET
@business
def job(request: MemberRequest, pk: int) -> HttpResponse:
    """Steps with real counts; htmx asks for the moving part every two seconds."""
    run = get_object_or_404(own_runs(request.user), pk=pk, kind__in=STEPS)
    report = Report.objects.visible_to(request.user).filter(pk=run.params.get("report")).first()
    if report is None:
        raise Http404
    show = reverse("reports:show", args=[report.pk])
    context = {
        "title": f"生成{reading.kind_of(report).label}",
        "lead": f"{report.agency.name}　{reading.period_words(report)}",
        "crumbs": crumbs(),
        "job": run,
        "steps": _steps(run),
        "unit_word": "步",
        "poll_url": reverse("reports:job", args=[run.pk]),
        "cancel_url": reverse("core:run_cancel", args=[run.pk]),
        "retry_url": reverse("core:run_retry", args=[run.pk]),
        "outputs": [{"label": "打开报表", "url": show}] if run.status == Run.Status.DONE else [],
        "back": {"label": "先看报表", "url": show},
    }
    fragment = bool(request.headers.get("HX-Request"))
    return render(request, "parts/job_status.html" if fragment else "patterns/job.html", context)


def _steps(run: Run) -> list[dict[str, str]]:
    labels = STEPS[run.kind]
    if run.status == Run.Status.DONE:
        return [{"label": label, "state": "done"} for label in labels]
    at = run.done if run.due else -1
    now_state = {Run.Status.RUNNING: "running", Run.Status.FAILED: "failed"}.get(run.status, "waiting")
    states = [
        "done" if place < at else now_state if place == at else "waiting" for place in range(len(labels))
    ]
    return [{"label": label, "state": state} for label, state in zip(labels, states, strict=True)]
