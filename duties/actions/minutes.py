"""会议纪要: issued with its decisions, reported upward; each decision is closed by the unit it names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db import transaction

from core import audit, files, notices
from core.errors import Conflict, DomainError, NotAllowed
from core.models import Counter
from core.once import once
from core.workflow import bump, move
from duties.actions.steps import fulfil, open_step
from duties.models import Decision, Duty, Meeting
from duties.moments import plausible
from duties.standing import desk, may_work, people_of, units_to_call
from duties.states import MEETING_MOVES, MeetingStatus
from minewatch.lib.clock import SHANGHAI, day_end, now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

CLOCK = "meeting.report"
HOSTS_ONLY = "会议纪要由组织会议的单位印发、报送。"
STANDING = (MeetingStatus.MINUTED, MeetingStatus.REPORTED)


@dataclass(frozen=True)
class DecisionRow:
    """One 议定事项 as it is to be minuted; `due_on` is kept to 24时 of that day."""

    text: str
    agency: Agency
    due_on: dt.date | None = None


def decision_key(decision: Decision) -> str:
    """The key of its duty."""
    return f"decision:{decision.pk}"


def report_key(meeting: Meeting) -> str:
    """The key of the step 报送领导小组."""
    return f"meeting:{meeting.pk}:report"


def issue_minutes(
    *,
    meeting: Meeting,
    by: Member,
    minutes: str,
    number: str = "",
    decisions: Sequence[DecisionRow] = (),
    reports_to: Agency | None = None,
    version: int | None = None,
) -> Meeting:
    """印发纪要: each decision becomes a duty of its unit, and the host owes the report to `reports_to`.

    Without `number` the minutes take the host's next one of the year. Raises NotAllowed, DomainError,
    Conflict (not held, or issued by a colleague meanwhile).
    """
    if not may_work(by, meeting.agency):
        raise NotAllowed(HOSTS_ONLY)
    if not minutes.strip():
        raise DomainError("请填写会议纪要。", field="minutes")
    rows = [row for row in decisions if row.text.strip()]
    _check(meeting, rows, reports_to)
    with transaction.atomic():
        at = now()
        move(
            meeting,
            MEETING_MOVES["issue"],
            expected_version=version,
            minutes=minutes.strip(),
            number=number.strip()[:60] or _next_number(meeting.agency, at.year),
            reports_to=reports_to,
        )
        audit.record(
            "meeting.minuted",
            actor=by,
            agency=meeting.agency,
            subject=meeting,
            facts={"decisions": len(rows)},
        )
        for row in rows:
            _open(meeting, row)
        if reports_to is not None:
            _owe_report(meeting, reports_to)
        _tell(meeting, "meeting.minuted", "有一份会议纪要已印发，请打开查看。")
    return meeting


def _tell(meeting: Meeting, kind: str, text: str) -> None:
    """A notice to the people of every unit that was called."""
    seats = meeting.attendances.exclude(agency=meeting.agency_id).select_related("agency")
    members = [member for unit in dict.fromkeys(seat.agency for seat in seats) for member in people_of(unit)]
    notices.send(members=members, kind=kind, text=text, subject=meeting)


def _check(meeting: Meeting, rows: Sequence[DecisionRow], reports_to: Agency | None) -> None:
    near = {meeting.agency_id, *(unit.pk for unit in units_to_call(meeting.agency))}
    held = meeting.held_at.astimezone(SHANGHAI).date() if meeting.held_at else None
    for n, row in enumerate(rows, start=1):
        plausible(day_end(row.due_on) if row.due_on else None, "decisions")
        if row.agency.pk not in near:
            raise DomainError(f"第{n}项议定事项的承办单位不在本县范围内，请重新选择。", field="decisions")
        if held and row.due_on and row.due_on < held:
            raise DomainError(f"第{n}项议定事项的期限早于会议日期，请修改。", field="decisions")
        if len(row.text.strip()) > 500:
            raise DomainError(f"第{n}项议定事项超过500字，请精简。", field="decisions")
    if reports_to is not None and reports_to.pk == meeting.agency_id:
        raise DomainError("会议纪要不能报送给本单位自己。", field="reports_to")


def _next_number(agency: Agency, year: int) -> str:
    return f"〔{year}〕第{Counter.take(f'HY{year}:{agency.pk}')}期"


def _open(meeting: Meeting, row: DecisionRow) -> None:
    decision = Decision.objects.create(
        meeting=meeting,
        text=row.text.strip(),
        agency=row.agency,
        due_at=day_end(row.due_on) if row.due_on else None,
    )
    duty = open_step(
        key=decision_key(decision),
        kind=Duty.Kind.MEETING,
        title=f"落实会议议定事项：{decision.text}"[:160],
        agency=row.agency,
        role=desk(row.agency),
        subject=decision,
        due_at=decision.due_at,
        recipient=meeting.agency,
        basis=f"会议纪要{meeting.number}"[:300],
    )
    Decision.objects.filter(pk=decision.pk).update(duty=duty)
    notices.send(
        members=people_of(row.agency),
        kind="meeting.decided",
        text="会议有一项议定事项需要贵单位落实，请打开查看。",
        subject=decision,
    )


def _owe_report(meeting: Meeting, reports_to: Agency) -> None:
    open_step(
        key=report_key(meeting),
        kind=Duty.Kind.MEETING,
        title=f"报送会议纪要：{meeting.title}"[:160],
        agency=meeting.agency,
        role=desk(meeting.agency),
        subject=meeting,
        clock=CLOCK,
        recipient=reports_to,
    )


def report(*, meeting: Meeting, by: Member, version: int | None = None) -> Meeting:
    """报送领导小组: from now on that unit reads it too. Raises NotAllowed, DomainError, Conflict."""
    if not may_work(by, meeting.agency):
        raise NotAllowed(HOSTS_ONLY)
    if meeting.reports_to is None:
        raise DomainError("这份会议纪要没有指定报送对象。")
    with transaction.atomic():
        at = now()
        move(meeting, MEETING_MOVES["report"], expected_version=version, reported_at=at)
        fulfil(key=report_key(meeting), at=at, by=by)
        audit.record("meeting.reported", actor=by, agency=meeting.agency, subject=meeting)
        notices.send(
            members=people_of(meeting.reports_to),
            kind="meeting.reported",
            text="有一份会议纪要报送贵单位，请打开查看。",
            subject=meeting,
        )
    return meeting


def may_close(member: Member, decision: Decision) -> bool:
    """The unit that has to carry it out; for one without access to the system, the host's people."""
    unit = decision.agency if decision.agency.online else decision.meeting.agency
    return may_work(member, unit)


def close_decision(
    *,
    decision: Decision,
    by: Member,
    text: str = "",
    uploads: Sequence[tuple[str, BinaryIO]] = (),
    token: UUID | None = None,
) -> Decision:
    """办结 in words, by documents (name, opened file), or both; the duty is done now.

    Raises NotAllowed, DomainError (neither words nor document), Conflict (closed or taken back meanwhile).
    """
    if not may_close(by, decision):
        raise NotAllowed("议定事项由承办单位办结。")
    if not text.strip() and not uploads:
        raise DomainError("请写明办结情况，或上传办结材料。", field="text")

    def make() -> Decision:
        at = now()
        bump(decision.meeting, *STANDING)
        fresh = Decision.objects.filter(pk=decision.pk, closed_at__isnull=True)
        if fresh.update(result=text.strip(), closed_by=by, closed_at=at) != 1:
            raise Conflict("这项议定事项已由同事办结，请刷新后查看。您填写的内容仍保留在页面上。")
        decision.refresh_from_db()
        for name, upload in uploads:
            files.store_document(
                upload=upload, name=name, member=by, agency=decision.agency, subject=decision
            )
        fulfil(key=decision_key(decision), at=at, by=by)
        audit.record("decision.closed", actor=by, agency=decision.agency, subject=decision)
        notices.send(
            members=[m for m in people_of(decision.meeting.agency) if m.pk != by.pk],
            kind="meeting.decision_closed",
            text="有一项会议议定事项已办结，请打开查看。",
            subject=decision,
        )
        return decision

    return once(token=token, verb="decision.closed", member=by, make=make)
