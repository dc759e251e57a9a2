"""Submission freezes: every number with its row keys as of one instant, the words, a hash over all."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from agencies.models import AgencyKind, Role
from core import audit, jobs, workflow
from core.errors import DomainError
from duties import actions as duties
from duties.models import Duty
from minewatch.lib.clock import SHANGHAI, midnight, now
from minewatch.lib.hashing import digest
from reports import reading
from reports.models import Report, ReportFigure
from reports.rights import require
from reports.snapshot import snapshot
from reports.states import ReportStatus

if TYPE_CHECKING:
    from agencies.models import Member

PAPERS = "report.papers"


def submit(*, report: Report, member: Member, expected_version: int | None = None) -> Report:
    """Freeze as of now and send to the recipient; the same click twice submits once.

    The figures are read in one snapshot before the short write. Raises NotAllowed, Conflict, DomainError.
    """
    if _already(report, member, expected_version):
        return report
    step = require(member, report, "submit")
    as_of = now()
    _require_time(report, as_of)
    with snapshot():
        found = reading.freeze(report, as_of)
        narrative = reading.written(report, reading.from_frozen(report, found))
    issue = report.issue + 1
    with transaction.atomic():
        workflow.move(
            report,
            step,
            expected_version=expected_version,
            issue=issue,
            frozen_at=as_of,
            submitted_at=as_of,
            submitted_by=member,
            narrative=narrative,
            hash=seal(report, issue, as_of, found, narrative),
            return_reason="",
            decided_at=None,
            decided_by=None,
        )
        ReportFigure.objects.bulk_create(
            [
                ReportFigure(report=report, issue=issue, key=one.key, value=one.value, rows=one.rows)
                for one in found
            ]
        )
        audit.record(
            "report.submitted",
            actor=member,
            agency=report.agency,
            subject=report,
            facts={"issue": issue, "hash": report.hash},
        )
        _tell_duties(report)
        jobs.start(
            kind=PAPERS,
            key=f"{PAPERS}:{report.pk}:{issue}",
            params={"report": report.pk, "issue": issue},
            agency=report.agency,
            member=member,
            subject=report,
        )
    return report


def seal(
    report: Report,
    issue: int,
    as_of: dt.datetime,
    found: list[reading.FrozenNumber],
    narrative: dict[str, str],
) -> str:
    """SHA-256 over everything that was submitted."""
    facts = {
        "kind": report.kind,
        "agency": report.agency.code,
        "period": report.period,
        "form": report.form_version,
        "window": [report.window_start, report.window_end],
        "issue": issue,
        "as_of": as_of,
        "narrative": narrative,
        "figures": {one.key: [one.value, one.rows] for one in found},
    }
    return digest(facts)


def received_key(report: Report) -> str:
    """Key of the step in which the recipient accepts or returns this report."""
    return f"report:{report.pk}:receive"


def correction_key(report: Report) -> str:
    """Key of the correction step of a report that no duty asked for."""
    return f"report:{report.pk}:correction"


def receiver_role(report: Report) -> str:
    """Who receives there: the office's clerk, the county's leader, a township's head, else an officer."""
    roles = {
        AgencyKind.JOINT_OFFICE: Role.OFFICE,
        AgencyKind.COUNTY: Role.LEADER,
        AgencyKind.TOWNSHIP: Role.HEAD,
    }
    return roles.get(report.recipient.kind, Role.OFFICER)


def _already(report: Report, member: Member, expected_version: int | None) -> bool:
    return (
        report.status == ReportStatus.SUBMITTED
        and report.submitted_by_id == member.pk
        and expected_version is not None
        and report.version == expected_version + 1
    )


def _require_time(report: Report, at: dt.datetime) -> None:
    """A report may go out from the last day of its window on, when the data are all but complete."""
    last = (report.window_end - dt.timedelta(microseconds=1)).astimezone(SHANGHAI).date()
    if at < midnight(last):
        raise DomainError(
            f"本期数据到{last.month}月{last.day}日为止，请在{last.month}月{last.day}日以后报送。"
        )


def _tell_duties(report: Report) -> None:
    duties.prove(
        kind=reading.kind_of(report).proof, agency=report.agency, at=report.submitted_at, subject=report
    )
    duties.fulfil(key=correction_key(report), at=report.submitted_at)
    if report.recipient:
        duties.open_step(
            key=received_key(report),
            kind=Duty.Kind.REVIEW,
            agency=report.recipient,
            subject=report,
            title=f"接收{report.agency.label}{reading.period_words(report)}{reading.kind_of(report).label}",
            role=receiver_role(report),
        )
