"""Meetings: planned, held, minuted (actions.minutes), reported; cancelled or taken back with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import F

from core import audit, notices
from core.errors import DomainError, NotAllowed
from core.once import once
from core.workflow import conflict, move
from duties.actions import steps
from duties.actions.minutes import (
    DecisionRow,
    close_decision,
    decision_key,
    issue_minutes,
    report,
    report_key,
)
from duties.actions.proofs import prove, retract
from duties.agenda import AgendaRow, shown
from duties.meeting_tasks import MEETING, keeper, tasks_for
from duties.models import AgendaLine, Attendance, Meeting, Task
from duties.moments import plausible
from duties.standing import may_work, people_of, units_to_call
from duties.states import MEETING_MOVES, MeetingStatus
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Body, Member

__all__ = [
    "Attended",
    "DecisionRow",
    "amend",
    "cancel",
    "close_decision",
    "hold",
    "issue_minutes",
    "plan",
    "report",
    "tasks_for",
]
HELD_BY = "会议由组织会议的单位登记。"


@dataclass(frozen=True)
class Attended:
    """How one unit came: Attendance.Presence and the names as written."""

    agency: Agency
    presence: str
    person: str = ""


def plan(
    *,
    by: Member,
    agency: Agency,
    title: str,
    planned_at: dt.datetime,
    place: str = "",
    task: Task | None = None,
    body: Body | None = None,
    units: Iterable[Agency] = (),
    agenda: Sequence[AgendaRow] = (),
    token: UUID | None = None,
) -> Meeting:
    """A meeting of `agency` with the units called to it; they get a notice that says nothing of it.

    Raises NotAllowed, DomainError (no title, a task that is not this unit's meeting, a unit out of reach).
    """
    if not may_work(by, agency):
        raise NotAllowed(HELD_BY)
    plausible(planned_at, "planned_at")
    called = list(dict.fromkeys(units))
    _check(agency, title, task, called)

    def make() -> Meeting:
        meeting = Meeting.objects.create(
            agency=agency,
            campaign=task.campaign if task else None,
            task=task,
            body=body,
            title=title.strip(),
            planned_at=planned_at,
            place=place.strip(),
            created_by=by,
        )
        Attendance.objects.bulk_create(Attendance(meeting=meeting, agency=unit) for unit in called)
        _write_agenda(meeting, agenda)
        audit.record(
            "meeting.planned", actor=by, agency=agency, subject=meeting, facts={"units": len(called)}
        )
        _call(meeting, called, "有一个会议通知，请打开查看。")
        return meeting

    return once(token=token, verb="meeting.planned", member=by, make=make)


def _check(agency: Agency, title: str, task: Task | None, units: Sequence[Agency]) -> None:
    if not title.strip():
        raise DomainError("请填写会议名称。", field="title")
    if len(title.strip()) > 120:
        raise DomainError("会议名称不超过120字。", field="title")
    if task is not None and task not in tasks_for(agency):
        raise DomainError("这项会议任务不由本单位牵头，请重新选择。", field="task")
    near = {unit.pk for unit in units_to_call(agency)}
    far = [unit.label for unit in units if unit.pk not in near]
    if far:
        raise DomainError(f"不能通知{'、'.join(far)}，请重新选择参会单位。", field="units")


def _write_agenda(meeting: Meeting, rows: Sequence[AgendaRow]) -> None:
    lines = [row for row in rows if row.text.strip()]
    meeting.agenda.all().delete()
    AgendaLine.objects.bulk_create(
        AgendaLine(
            meeting=meeting,
            order=n,
            text=row.text.strip()[:300],
            subject_kind=row.about[0],
            subject_id=row.about[1],
        )
        for n, row in enumerate(lines, start=1)
    )


def _call(meeting: Meeting, units: Iterable[Agency], text: str) -> None:
    """Tell the units of a meeting to come; one that is over calls nobody."""
    if meeting.planned_at > now():
        members = [member for unit in units for member in people_of(unit)]
        notices.send(members=members, kind="meeting.called", text=text, subject=meeting)


def called(meeting: Meeting) -> list[Agency]:
    """Units called to the meeting, in the order of the list, the host left out."""
    rows = meeting.attendances.exclude(agency=meeting.agency_id).select_related("agency__division")
    return list(dict.fromkeys(row.agency for row in rows))


def amend(
    *,
    meeting: Meeting,
    by: Member,
    agenda: Sequence[AgendaRow],
    planned_at: dt.datetime | None = None,
    place: str | None = None,
    version: int,
) -> Meeting:
    """New agenda, and until the meeting is held a new time or place; called units hear of a new time."""
    if not may_work(by, meeting.agency):
        raise NotAllowed(HELD_BY)
    plausible(planned_at, "planned_at")
    planned = meeting.status == MeetingStatus.PLANNED
    values: dict[str, object] = {"version": F("version") + 1}
    if planned and planned_at is not None:
        values["planned_at"] = planned_at
    if planned and place is not None:
        values["place"] = place.strip()
    open_states = (MeetingStatus.PLANNED, MeetingStatus.HELD)
    with transaction.atomic():
        rows = Meeting.objects.filter(pk=meeting.pk, version=version, status__in=open_states)
        before = meeting.planned_at, meeting.place
        if rows.update(**values) != 1:
            raise conflict(meeting)
        meeting.refresh_from_db()
        # lines about what `by` may not see were not on the form: they stay as they are
        kept = [
            AgendaRow(line.text, subject_kind=line.subject_kind, subject_id=line.subject_id)
            for line in meeting.agenda.all()
            if shown(line, by) is None
        ]
        _write_agenda(meeting, [*agenda, *kept])
        audit.record("meeting.amended", actor=by, agency=meeting.agency, subject=meeting)
        if planned and (meeting.planned_at, meeting.place) != before:
            _call(meeting, called(meeting), "有一个会议的时间或地点有变动，请打开查看。")
    return meeting


def hold(
    *,
    meeting: Meeting,
    by: Member,
    held_at: dt.datetime,
    chair: str,
    attendance: Sequence[Attended],
    place: str | None = None,
    version: int | None = None,
) -> Meeting:
    """The meeting took place: who came, who led it. Proves its task for the host at `held_at`.

    Every called unit must be accounted for. Raises NotAllowed, DomainError, Conflict.
    """
    if not may_work(by, meeting.agency):
        raise NotAllowed(HELD_BY)
    plausible(held_at, "held_at")
    if held_at > now():
        raise DomainError("召开时间不能晚于现在。", field="held_at")
    if not chair.strip():
        raise DomainError("请填写主持人。", field="chair")
    said = {row.agency.pk: row for row in attendance if row.presence != Attendance.Presence.CALLED}
    units = called(meeting)
    silent = [unit.label for unit in units if unit.pk not in said]
    if silent:
        raise DomainError(f"请填写{'、'.join(silent)}的到会情况。")
    if set(said) - {unit.pk for unit in units} - {meeting.agency_id}:
        raise DomainError("到会情况里有没有通知的单位，请刷新后重试。")
    stamps: dict[str, object] = {"held_at": held_at, "chair": chair.strip()[:60]}
    if place is not None:
        stamps["place"] = place.strip()
    with transaction.atomic():
        move(meeting, MEETING_MOVES["hold"], expected_version=version, **stamps)
        _account(meeting, said.values())
        if meeting.task and meeting.task.proof_kind.startswith(MEETING):
            prove(
                kind=meeting.task.proof_kind,
                agency=keeper(meeting.task, meeting.agency),
                at=held_at,
                subject=meeting,
            )
        audit.record("meeting.held", actor=by, agency=meeting.agency, subject=meeting)
    return meeting


def _account(meeting: Meeting, rows: Iterable[Attended]) -> None:
    meeting.attendances.all().delete()
    Attendance.objects.bulk_create(
        Attendance(meeting=meeting, agency=row.agency, presence=row.presence, person=row.person.strip()[:60])
        for row in rows
    )


def cancel(*, meeting: Meeting, by: Member, reason: str, version: int | None = None) -> Meeting:
    """取消 a planned meeting, or 撤回 one recorded as held: what it proved and opened is taken back.

    Decisions already carried out stay as they are. Once reported, it stands.
    """
    if not may_work(by, meeting.agency):
        raise NotAllowed(HELD_BY)
    planned = meeting.status == MeetingStatus.PLANNED
    transition = MEETING_MOVES["cancel" if planned else "withdraw"]
    reason = transition.require_reason(reason)[:300]
    with transaction.atomic():
        move(meeting, transition, expected_version=version, reason=reason)
        retract(subject=meeting)
        steps.cancel(key=report_key(meeting), reason=reason, by=by)
        for decision in meeting.decisions.all():
            steps.cancel(key=decision_key(decision), reason=reason, by=by)
        audit.record("meeting.cancelled", actor=by, agency=meeting.agency, subject=meeting)
        if planned:
            _call(meeting, called(meeting), "有一个会议已经取消，请打开查看。")
    return meeting
