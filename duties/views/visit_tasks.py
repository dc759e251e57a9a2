"""An assignment of 包联 that runs is given the campaign's task whose cadence it then follows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from agencies.views.pages import sent
from core.pages import submitted
from core.web import MemberRequest, business, seen_version
from duties.actions import visits
from duties.areas import may_assign, visible_assignments, visit_tasks
from duties.forms.visits import TieForm
from duties.models import Assignment
from duties.views.visits import form_page


@require_http_methods(["GET", "HEAD", "POST"])
@business
def tie(request: MemberRequest, pk: int) -> HttpResponse:
    """对应专项任务."""
    row = get_object_or_404(visible_assignments(request.user), pk=pk)
    if not may_assign(request.user, row.division):
        raise Http404
    tasks = visit_tasks(request.user)
    form = TieForm(sent(request), initial={"task": tasks.first()}, tasks=tasks)

    def act(data: dict[str, Any]) -> Assignment:
        return visits.tie(
            assignment=row, by=request.user, task=data["task"], expected_version=seen_version(request)
        )

    back = reverse("duties:assignment", args=[pk])
    if submitted(request, form, act):
        messages.success(request, "已对应专项任务，从今天起按期督导。")
        return redirect(back)
    title = f"对应专项任务：{row.leader.name}包联{row.division.name}"
    version = request.POST.get("version") or row.version
    return form_page(request, form, title=title, submit="保存", back=back, version=version)
