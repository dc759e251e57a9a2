"""The recipient's answer: accepted, or returned with a reason. Neither moves a date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from agencies.models import Role
from core import audit, notices, workflow
from duties import actions as duties
from duties.models import Duty
from minewatch.lib.clock import now
from reports.actions.submission import correction_key, received_key
from reports.models import Report
from reports.rights import require

if TYPE_CHECKING:
    from agencies.models import Member


def accept(*, report: Report, member: Member, expected_version: int | None = None) -> Report:
    """Take the report in. Raises NotAllowed, Conflict."""
    step = require(member, report, "accept")
    with transaction.atomic():
        workflow.move(report, step, expected_version=expected_version, decided_at=now(), decided_by=member)
        audit.record("report.accepted", actor=member, agency=report.recipient, subject=report)
        duties.fulfil(key=received_key(report), by=member)
        _notify(report, "report.accepted", "报送的报表已被接收。")
    return report


def return_report(
    *, report: Report, member: Member, reason: str, expected_version: int | None = None
) -> Report:
    """Send the report back with a reason: its duty is open again and a correction step waits.

    Lateness stays with the first submission. Raises DomainError (no reason), NotAllowed, Conflict.
    """
    step = require(member, report, "return")
    reason = step.require_reason(reason)[:300]
    with transaction.atomic():
        workflow.move(
            report,
            step,
            expected_version=expected_version,
            decided_at=now(),
            decided_by=member,
            return_reason=reason,
        )
        audit.record(
            "report.returned", actor=member, agency=report.recipient, subject=report, facts={"reason": reason}
        )
        duties.fulfil(key=received_key(report), by=member)
        _reopen(report, reason)
        _notify(report, "report.returned", "报送的报表被退回，请按原因修改后重新报送。")
    return report


def _reopen(report: Report, reason: str) -> None:
    if report.duty_id:
        duties.send_back(key=report.duty.key, reason=reason)
        return
    duties.retract(subject=report)
    duties.open_step(
        key=correction_key(report),
        kind=Duty.Kind.REPORT,
        agency=report.agency,
        subject=report,
        title="退回修改：报表",
        role=Role.FILLER,
        clock="report.correction",
        recipient=report.recipient,
    )


def _notify(report: Report, kind: str, text: str) -> None:
    if report.submitted_by:
        notices.send(members=[report.submitted_by], kind=kind, text=text, subject=report)
