"""Drafts open by themselves for report duties whose data are complete; what was missed is caught up."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from core import jobs
from core.audit import subject_of
from core.errors import DomainError
from core.models import Run
from duties.models import Duty
from minewatch.lib.clock import midnight
from reports.actions.drafts import open_draft
from reports.kinds import KINDS
from reports.models import Report

if TYPE_CHECKING:
    from agencies.models import Member

logger = logging.getLogger(__name__)

DRAFT = "report.draft"
UNDER_WAY = (Run.Status.QUEUED, Run.Status.RUNNING)
A_DAY = dt.timedelta(days=1)


def open_due(today: dt.date) -> int:
    """Open the drafts of open report duties from the last day of their window on. Returns how many.

    Called once a day by `duties.watch`; twice opens nothing twice. A draft opened later than the day after
    its window closed was missed, and is marked 补生成.
    """
    at = midnight(today)
    proofs = {kind.proof: kind.key for kind in KINDS.values()}
    waiting = (
        Duty.objects.open()
        .filter(
            kind=Duty.Kind.REPORT,
            proof_kind__in=proofs,
            rule__isnull=False,
            history=False,
            report__isnull=True,
            window_end__lte=at + A_DAY,
        )
        .select_related("agency__division", "agency__parent")
    )
    opened = 0
    for duty in waiting.order_by("window_end", "pk")[:500]:
        opened += _open(duty, proofs[duty.proof_kind], late=duty.window_end < at)
    return opened


def _open(duty: Duty, kind: str, *, late: bool) -> int:
    try:
        report = open_draft(member=None, agency=duty.agency, kind=kind, period=duty.period, catch_up=late)
    except DomainError as error:
        logger.warning("no draft for duty %s: %s", duty.pk, error.code)
        return 0
    start_draft(report, member=None, catch_up=late)
    return 1


def start_draft(report: Report, *, member: Member | None, catch_up: bool = False) -> Run:
    """The job that computes the draft; while one waits or runs, a second click is the same job."""
    kind, key = subject_of(report)
    ended = Run.objects.filter(kind=DRAFT, subject_kind=kind, subject_id=key).exclude(status__in=UNDER_WAY)
    return jobs.start(
        kind=DRAFT,
        key=f"{DRAFT}:{report.pk}:{ended.count() + 1}",
        params={"report": report.pk},
        agency=report.agency,
        member=member,
        subject=report,
        catch_up=catch_up,
    )
