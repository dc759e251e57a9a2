"""Work inside a case: tasks to officers as duties, and the running record 办案记录 that is only added to."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import F

from cases.actions.cases import owing
from cases.actions.cases.facts import guard_facts, record
from cases.actions.cases.officers import eligible
from cases.case_states import CASE_OVER
from cases.models import Case, CaseTask, RunningNote
from cases.states import HANDS, CaseStatus
from core.errors import DomainError, NotAllowed
from core.once import once
from core.wording import words
from core.workflow import conflict
from duties.actions import steps
from duties.models import Duty
from duties.moments import plausible
from duties.standing import desk
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member

GIVING = tuple(status for status in CaseStatus if status not in (*CASE_OVER, CaseStatus.CLOSING))
NOTING = tuple(status for status in CaseStatus if status not in CASE_OVER)
OWN_TASK = "由承办这项任务的人或者交办人办理。"


def give_task(
    *,
    case: Case,
    by: Member,
    title: str,
    member: Member,
    due_at: dt.datetime | None = None,
    token: UUID | None = None,
) -> CaseTask:
    """交办 to a person of the unit by a day: a duty of its own until it is done.

    Raises NotAllowed, DomainError with the field, Conflict (closing, closed).
    """
    if not title.strip() or len(title.strip()) > 120:
        raise DomainError("请填写事项，不超过120字。", field="title")
    if member.pk not in {one.pk for one in eligible(case)}:
        raise DomainError("承办人应当是承办单位的在岗人员，且不须回避。", field="member")
    plausible(due_at, "due_at")
    if due_at is not None and due_at <= now():
        raise DomainError("期限已经过去，请改为以后的时间。", field="due_at")

    def make() -> CaseTask:
        guard_facts(case, by, GIVING)
        task = CaseTask.objects.create(
            case=case, title=title.strip(), member=member, due_at=due_at, given_by=by, given_at=now()
        )
        steps.open_step(
            key=task_key(task),
            kind=Duty.Kind.CASE,
            title=f"案件任务 {case.serial}",
            agency=case.holder,
            role=_role(case, member),
            member=member,
            subject=case,
            due_at=due_at,
            matter=case.matter,
            track=case.track,
        )
        record("case.task_given", case, by)
        return task

    return once(token=token, verb="case.task_given", member=by, make=make)


def _role(case: Case, member: Member) -> str:
    """The post under which the task lies should its person leave."""
    return next((role for role in HANDS if member.holds(role, case.holder)), desk(case.holder))


def task_key(task: CaseTask) -> str:
    """case:<pk>:task:<pk>"""
    return owing.key_of(task.case, f"task:{task.pk}")


def finish_task(*, task: CaseTask, by: Member, result: str, token: UUID | None = None) -> CaseTask:
    """办结 with what came of it, by its person or who gave it. Raises NotAllowed, DomainError, Conflict."""
    if by.pk not in (task.member_id, task.given_by_id):
        raise NotAllowed(OWN_TASK)
    if not result.strip() or len(result.strip()) > 500:
        raise DomainError("请填写办理情况，不超过500字。", field="result")

    def make() -> CaseTask:
        guard_facts(task.case, by, NOTING)
        _end(task, result.strip())
        steps.fulfil(key=task_key(task), by=by)
        record("case.task_done", task.case, by)
        return task

    return once(token=token, verb="case.task_done", member=by, make=make)


def take_back_task(*, task: CaseTask, by: Member, reason: str) -> CaseTask:
    """收回 by whoever gave it. Raises NotAllowed, DomainError, Conflict."""
    if by.pk != task.given_by_id:
        raise NotAllowed("由交办人收回。")
    reason = words(reason, "收回的原因", "reason", 300)

    def make() -> CaseTask:
        guard_facts(task.case, by, NOTING)
        _end(task, f"已收回：{reason}")
        steps.cancel(key=task_key(task), reason="收回", by=by)
        record("case.task_taken_back", task.case, by)
        return task

    return once(token=None, verb="case.task_taken_back", member=by, make=make)


def _end(task: CaseTask, result: str) -> None:
    rows = CaseTask.objects.filter(pk=task.pk, version=task.version, done_at__isnull=True)
    if rows.update(done_at=now(), result=result, version=F("version") + 1) != 1:
        raise conflict(task.case)
    task.refresh_from_db()


def note(
    *, case: Case, by: Member, text: str, at: dt.datetime | None = None, token: UUID | None = None
) -> RunningNote:
    """办案记录: what was done, when; added, never changed. Raises NotAllowed, DomainError, Conflict."""
    at = at or now()
    if not text.strip() or len(text.strip()) > 5000:
        raise DomainError("请填写内容，不超过5000字。", field="text")
    plausible(at, "at")
    if at > now():
        raise DomainError("时间不能晚于现在。", field="at")

    def make() -> RunningNote:
        guard_facts(case, by, NOTING)
        row = RunningNote.objects.create(case=case, at=at, by=by, text=text.strip(), recorded_at=now())
        record("case.noted", case, by)
        return row

    return once(token=token, verb="case.noted", member=by, make=make)
