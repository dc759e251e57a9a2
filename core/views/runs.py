"""The job page: steps with real counts, cancel, retry; leave freely and come back."""

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from core import jobs
from core.models import Run
from core.registry import url_of
from core.views.files import send_file
from core.web import MemberRequest, business


def own_runs(member: object) -> QuerySet[Run]:
    """Runs the member started, or of the member's unit."""
    return Run.objects.filter(Q(member=member) | Q(agency_id=member.agency_id, member__isnull=True))


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """Progress; htmx asks again every two seconds for the fragment."""
    run = get_object_or_404(own_runs(request.user), pk=pk)
    done_url = url_of(run.subject_kind, run.subject_id, request.user) if run.status == Run.Status.DONE else ""
    template = "core/run_fragment.html" if request.headers.get("HX-Request") else "core/run.html"
    return render(request, template, {"run": run, "done_url": done_url})


@require_GET
@business
def output(request: MemberRequest, pk: int) -> HttpResponse:
    """The produced file."""
    run = get_object_or_404(own_runs(request.user), pk=pk, output__isnull=False)
    return send_file(run.output)


@require_POST
@business
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask it to stop."""
    jobs.cancel(run=get_object_or_404(own_runs(request.user), pk=pk), member=request.user)
    return redirect("core:run", pk)


@require_POST
@business
def retry(request: MemberRequest, pk: int) -> HttpResponse:
    """Put it back in the queue."""
    jobs.retry(run=get_object_or_404(own_runs(request.user), pk=pk), member=request.user)
    return redirect("core:run", pk)
