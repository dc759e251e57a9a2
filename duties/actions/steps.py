"""Steps that wait for someone (sign, review, receive, handle) and the ends of a duty."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import F

from core import audit
from core.audit import subject_of
from core.errors import DomainError, NotAllowed
from core.models import Access
from duties import clocks
from duties.actions.reaching import let_in, take_back
from duties.holders import oversees
from duties.models import Duty, Proof
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member
    from core.models import Matter

OVER = (Duty.Status.FULFILLED, Duty.Status.CANCELLED)


def open_step(
    *,
    key: str,
    kind: str,
    title: str,
    agency: Agency,
    role: str,
    subject: models.Model | None,
    due_at: dt.datetime | None = None,
    clock: str | None = None,
    member: Member | None = None,
    recipient: Agency | None = None,
    matter: Matter | None = None,
    basis: str = "",
    started_at: dt.datetime | None = None,
    track: str = Access.Track.ADMIN,
) -> Duty:
    """The step under `key`, opened if it is not open: twice is once.

    `clock` is a code of `duties.clocks`; it gives due_at and basis, counted from `started_at` (default
    now). A step that had ended opens again under its key – a resubmitted sheet waits anew. Of a step on a
    matter that passes upward the people above are let in.
    """
    at = started_at or now()
    values = {
        "kind": kind,
        "title": title,
        "agency": agency,
        "role": role,
        "member": member,
        "recipient": recipient,
        "matter": matter,
        "track": track,
        "started_at": at,
        "due_at": due_at,
        "basis": basis,
        # a date that was set takes the place of the clock that a step had before
        "clock": None,
        "provisional": False,
    }
    values["subject_kind"], values["subject_id"] = subject_of(subject)
    if clock and due_at is None:
        values |= _clocked(clock, at, basis)
    with transaction.atomic():
        duty, made = Duty.objects.get_or_create(key=key, defaults=values)
        if not made:
            if not _again(duty, values):
                return duty
            duty.refresh_from_db()
        audit.record(
            "duty.opened", actor=None, agency=agency, subject=duty, matter=matter, facts={"kind": duty.kind}
        )
        let_in(duty)
    return duty


def _clocked(code: str, at: dt.datetime, basis: str) -> dict[str, object]:
    row = clocks.clock_of(code, clocks.instant(at))
    due = clocks.count(row, clocks.instant(at))
    return {
        "due_at": due.due_at,
        "basis": basis or due.basis,
        "provisional": due.provisional,
        "clock": row if row.pk else None,
    }


def _again(duty: Duty, values: dict[str, object]) -> bool:
    """Open an ended step once more; the second of two callers changes nothing."""
    return (
        Duty.objects.filter(pk=duty.pk, status__in=OVER).update(
            **values,
            status=Duty.Status.OPEN,
            done=0,
            first_done_at=None,
            fulfilled_at=None,
            stopped=False,
            version=F("version") + 1,
        )
        == 1
    )


def fulfil(*, key: str, at: dt.datetime | None = None, by: Member | None = None) -> None:
    """The duty under `key` is done at `at` (default now). Unknown or already ended: nothing happens."""
    at = at or now()
    with transaction.atomic():
        duty = (
            Duty.objects.filter(key=key, status=Duty.Status.OPEN).select_related("agency", "matter").first()
        )
        if duty is None or not _end(duty, Duty.Status.FULFILLED, at):
            return
        if duty.proof_kind:
            _prove_by_hand(duty, at)
        audit.record(
            "duty.fulfilled",
            actor=by,
            agency=duty.agency,
            subject=duty,
            matter=duty.matter,
            facts={"status": Duty.Status.FULFILLED.value},
        )


def _end(duty: Duty, status: str, at: dt.datetime) -> bool:
    values: dict[str, object] = {"status": status, "fulfilled_at": now(), "version": F("version") + 1}
    if status == Duty.Status.FULFILLED:
        values |= {"done": F("needed"), "first_done_at": duty.first_done_at or at}
    if Duty.objects.filter(pk=duty.pk, status=Duty.Status.OPEN).update(**values) != 1:
        return False
    take_back(duty)
    return True


def _prove_by_hand(duty: Duty, at: dt.datetime) -> None:
    """A duty that counts proofs keeps one of its own, so that a recount agrees."""
    subject_kind, subject_id = subject_of(duty)
    Proof.objects.get_or_create(
        kind=duty.proof_kind,
        agency=duty.agency,
        subject_kind=subject_kind,
        subject_id=subject_id,
        retracted_at=None,
        defaults={"at": at, "matter": duty.matter},
    )


def cancel(*, key: str, reason: str = "", by: Member | None = None) -> None:
    """The duty under `key` no longer stands (the sheet was withdrawn). Unknown or ended: nothing happens."""
    with transaction.atomic():
        duty = (
            Duty.objects.filter(key=key, status=Duty.Status.OPEN).select_related("agency", "matter").first()
        )
        if duty is None or not _end(duty, Duty.Status.CANCELLED, now()):
            return
        audit.record(
            "duty.cancelled",
            actor=by,
            agency=duty.agency,
            subject=duty,
            matter=duty.matter,
            facts={} if duty.matter_id else {"reason": reason[:200]},
        )


def waive(*, duty: Duty, by: Member, reason: str) -> Duty:
    """Free a unit from one duty (免除), with a reason; for the office and the supervising leader only."""
    if not oversees(by, duty.agency):
        raise NotAllowed("只有专班办公室或督办县领导可以免除任务。")
    if not reason.strip():
        raise DomainError("免除任务必须写明原因。", field="reason")
    with transaction.atomic():
        if not _end(duty, Duty.Status.WAIVED, now()):
            raise DomainError("这项任务已经办结，不用免除。")
        duty.refresh_from_db()
        audit.record(
            "duty.waived",
            actor=by,
            agency=duty.agency,
            subject=duty,
            matter=duty.matter,
            facts={} if duty.matter_id else {"reason": reason.strip()[:200]},
        )
    return duty


def send_back(*, key: str, reason: str = "", clock: str = "report.correction", role: str = "") -> Duty | None:
    """A returned report: its duty is open again, a correction step waits; no date moves.

    first_done_at stays – the first submission decides lateness. Gives the correction step
    (key `<key>:correction`), or None when there is no such duty; the next `prove` closes both.
    """
    with transaction.atomic():
        duty = Duty.objects.filter(key=key).select_related("agency", "recipient", "matter").first()
        if duty is None:
            return None
        _take_back(duty)
        Duty.objects.filter(pk=duty.pk, status=Duty.Status.FULFILLED).update(
            status=Duty.Status.OPEN,
            done=0,
            fulfilled_at=None,
            version=F("version") + 1,
        )
        audit.record("duty.reopened", actor=None, agency=duty.agency, subject=duty, matter=duty.matter)
        step = open_step(
            key=f"{key}:correction",
            kind=Duty.Kind.REPORT,
            title=f"退回修改：{duty.title}"[:160],
            agency=duty.agency,
            role=role or duty.role,
            subject=None,
            clock=clock,
            recipient=duty.recipient,
            matter=duty.matter,
        )
        Duty.objects.filter(pk=step.pk).update(subject_kind=duty.subject_kind, subject_id=duty.subject_id)
        step.refresh_from_db()
    return step


def _take_back(duty: Duty) -> None:
    """Proofs of this report's paper are spent; the next submission proves anew."""
    own = subject_of(duty)
    for kind, key in {own, (duty.subject_kind, duty.subject_id)}:
        Proof.objects.filter(
            kind=duty.proof_kind,
            agency=duty.agency,
            subject_kind=kind,
            subject_id=key,
            retracted_at__isnull=True,
        ).update(retracted_at=now())
