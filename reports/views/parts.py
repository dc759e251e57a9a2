"""What the views of reports share."""

from __future__ import annotations

import uuid

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from agencies.models import Member
from reports.models import Report

REPORTS = {"label": "报表", "url": "/reports/"}


def report_of(member: Member, pk: int) -> Report:
    """The report if the member may see it, with what its pages need. Raises Http404."""
    rows = Report.objects.visible_to(member).select_related(
        "agency__division", "recipient", "duty", "submitted_by", "decided_by"
    )
    return get_object_or_404(rows, pk=pk)


def crumbs(report: Report | None = None) -> list[dict[str, str]]:
    """Where one is."""
    if report is None:
        return [REPORTS]
    return [REPORTS, {"label": "本期报表", "url": reverse("reports:show", args=[report.pk])}]


def client_token(request: HttpRequest) -> str:
    """The client id to put into the form: the one that came, else a fresh one."""
    return request.POST.get("token") or str(uuid.uuid4())
