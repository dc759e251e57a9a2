"""Filings 办结材料: the uploaded document that closes a task, or records that it was done once more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db import transaction
from django.db.models import F

from core import audit, files
from core.audit import subject_of
from core.errors import DomainError, NotAllowed
from core.once import once
from core.workflow import conflict, move
from duties.actions.proofs import prove, retract
from duties.actions.steps import fulfil, send_back
from duties.actions.telling import CORRECTION
from duties.filing_rules import by_document, done_elsewhere, may_file, may_handle, task_of
from duties.models import Duty, Filing
from duties.states import FILING_MOVES
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member
    from duties.models import Task

Upload = tuple[str, BinaryIO]
FILED_BY = "这项任务由责任单位的人员办理。"


def file(
    *,
    member: Member,
    agency: Agency,
    duty: Duty | None = None,
    task: Task | None = None,
    uploads: Sequence[Upload] = (),
    note: str = "",
    at: dt.datetime | None = None,
    token: UUID | None = None,
) -> Filing:
    """Hand in documents (name, opened file) for `duty`, or record for `task` that it was done at `at`.

    A duty is closed by it; lateness is decided by this moment, not by `at`. A task without dates only
    shows 最近一次. Raises NotAllowed, DomainError (no document, fewer papers than asked, a time to come).
    """
    if (duty is None) == (task is None):
        raise ValueError("a filing is for one duty or for one task")
    task = task or _task_of(duty)
    done_at = at or now()
    _check(member, agency, duty, task, uploads, note, done_at)

    def make() -> Filing:
        _take(duty)
        filing = Filing.objects.create(
            task=task,
            duty=duty,
            agency=agency,
            recipient=duty.recipient if duty else task.recipient,
            at=done_at,
            note=note.strip(),
            filed_by=member,
            filed_at=now(),
        )
        for name, upload in uploads:
            files.store_document(upload=upload, name=name, member=member, agency=agency, subject=filing)
        _count(filing, member)
        audit.record("filing.filed", actor=member, agency=agency, subject=filing)
        return filing

    return once(token=token, verb="filing.filed", member=member, make=make)


def _take(duty: Duty | None) -> None:
    """Hold the duty while the filing is written: of two colleagues who file at once one is told."""
    if duty is None:
        return
    rows = Duty.objects.filter(pk=duty.pk, status=Duty.Status.OPEN)
    if rows.update(version=F("version") + 1) != 1:
        raise conflict(duty)


def _check(
    member: Member,
    agency: Agency,
    duty: Duty | None,
    task: Task,
    uploads: Sequence[Upload],
    note: str,
    at: dt.datetime,
) -> None:
    if not may_file(member, agency, duty, task):
        raise NotAllowed(FILED_BY)
    if not by_document(task.proof_kind):
        raise DomainError("这项任务在自己的页面办理，不用上传材料。")
    elsewhere = done_elsewhere(task, agency)
    if elsewhere:
        raise DomainError(elsewhere)
    if duty is not None and duty.status != Duty.Status.OPEN:
        raise DomainError(f"这项任务的状态是“{duty.get_status_display()}”，不能再报送材料。")
    if at > now():
        raise DomainError("完成时间不能晚于现在。", field="at")
    papers = task.spec.get("papers") or []
    if duty is not None and len(uploads) < max(1, len(papers)):
        asked = "、".join(papers) or "办结材料"
        raise DomainError(f"请上传{asked}（PDF、照片、docx 或 xlsx），现有{len(uploads)}份。", field="files")
    if duty is None and not uploads and not note.strip():
        raise DomainError("请写明办理情况，或上传材料。", field="note")


def _task_of(duty: Duty | None) -> Task:
    """The task a duty belongs to; one without a date has no rule, only its kind of proof."""
    task = task_of(duty) if duty else None
    if task is None:
        raise DomainError("这项任务不用上传材料。")
    return task


def _count(filing: Filing, member: Member) -> None:
    """What the filing proves: its duty as a whole, one of several, or one more time of a task."""
    duty = filing.duty
    if duty is not None and duty.needed <= 1:
        kind, key = subject_of(filing)
        Duty.objects.filter(pk=duty.pk).update(subject_kind=kind, subject_id=key)
        fulfil(key=duty.key, at=filing.filed_at, by=member)
        fulfil(key=f"{duty.key}{CORRECTION}", at=filing.filed_at, by=member)
        return
    prove(kind=filing.task.proof_kind, agency=filing.agency, at=filing.at, subject=filing)


def accept(*, filing: Filing, by: Member, version: int | None = None) -> Filing:
    """接收: the recipient has it; nothing moves any more."""
    _handles(filing, by)
    with transaction.atomic():
        move(
            filing,
            FILING_MOVES["accept"],
            expected_version=version,
            handled_by=by,
            handled_at=now(),
        )
        audit.record("filing.accepted", actor=by, agency=filing.agency, subject=filing)
    return filing


def return_filing(*, filing: Filing, by: Member, reason: str, version: int | None = None) -> Filing:
    """退回: the duty is open again with a correction step; its date does not move."""
    _handles(filing, by)
    transition = FILING_MOVES["return"]
    reason = transition.require_reason(reason)
    with transaction.atomic():
        move(
            filing,
            transition,
            expected_version=version,
            handled_by=by,
            handled_at=now(),
            reason=reason[:300],
        )
        if filing.duty and filing.duty.needed <= 1:
            send_back(key=filing.duty.key, reason=reason)
        else:
            retract(subject=filing)
        audit.record("filing.returned", actor=by, agency=filing.agency, subject=filing)
    return filing


def withdraw(*, filing: Filing, by: Member, reason: str, version: int | None = None) -> Filing:
    """撤回 by the unit itself, until it is accepted; the duty is open again."""
    transition = FILING_MOVES["withdraw"]
    reason = transition.require_reason(reason)
    if not may_file(by, filing.agency, filing.duty, filing.task):
        raise NotAllowed("只有报送单位可以撤回。")
    with transaction.atomic():
        move(filing, transition, expected_version=version, reason=reason[:300])
        retract(subject=filing.duty if filing.duty and filing.duty.needed <= 1 else filing)
        audit.record("filing.withdrawn", actor=by, agency=filing.agency, subject=filing)
    return filing


def _handles(filing: Filing, by: Member) -> None:
    if not may_handle(by, filing):
        raise NotAllowed("由报送对象或专班办公室接收、退回，报送人不能处理自己的材料。")
