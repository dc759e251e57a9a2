"""A clock stands still 中止, runs on 恢复, or gets more time 延长 (counting: duties.stoppage)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db.models import F

from core import audit, files
from core.errors import DomainError, NotAllowed
from core.once import once
from core.workflow import conflict
from duties import clocks
from duties.models import ClockExtension, ClockStop, Duty
from duties.stop_rules import WHO, has_clock, may_change
from duties.stoppage import Changes
from duties.words import instant_words
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member
    from core.models import StoredFile

Upload = tuple[str, BinaryIO]


def stop(
    *,
    duty: Duty,
    by: Member,
    reason: str,
    basis: str,
    document: StoredFile | None = None,
    upload: Upload | None = None,
    at: dt.datetime | None = None,
    version: int | None = None,
    token: UUID | None = None,
) -> ClockStop:
    """中止计时 from `at` (default now): until it runs on, the duty is not late and nobody is reminded.

    The document that orders it is a stored file or an upload (name, opened file). Raises NotAllowed,
    DomainError (no clock, over, standing still already, no reason, a time outside the limit), Conflict.
    """
    at = at or now()

    def make() -> ClockStop:
        _check(duty, by, reason, basis, document, upload)
        if duty.stopped:
            raise DomainError("这项期限已经中止计时，恢复之后才能再中止。")
        _inside(duty, at, "中止")
        _touch(duty, version, stopped=True)
        _close_old(duty)
        row = ClockStop.objects.create(
            duty=duty,
            stopped_at=at,
            reason=reason.strip(),
            basis=basis.strip(),
            document=_document(duty, by, document, upload),
            stopped_by=by,
        )
        _told("duty.stopped", duty, by, at)
        return row

    return once(token=token, verb="duty.stopped", member=by, make=make)


def resume(
    *,
    duty: Duty,
    by: Member,
    reason: str,
    at: dt.datetime | None = None,
    version: int | None = None,
    token: UUID | None = None,
) -> ClockStop:
    """恢复计时 at `at` (default now): the date moves by what the clock stood still.

    Raises NotAllowed, DomainError (no stop, no reason, a time before the stop or to come), Conflict.
    """
    at = at or now()

    def make() -> ClockStop:
        _may(duty, by)
        if not reason.strip():
            raise DomainError("请写明恢复计时的原因。", field="reason")
        open_stop = duty.stops.filter(resumed_at__isnull=True).first()
        if open_stop is None or not duty.stopped:
            raise DomainError("这项期限没有中止，不用恢复。")
        if not open_stop.stopped_at <= at <= now():
            raise DomainError(
                f"恢复时间应在中止时间（{instant_words(open_stop.stopped_at)}）之后、现在之前。", field="at"
            )
        _touch(duty, version, stopped=False)
        open_stop.resumed_at, open_stop.resumed_by = at, by
        open_stop.resumed_note = reason.strip()[:200]
        open_stop.save(update_fields=["resumed_at", "resumed_by", "resumed_note"])
        _redate(duty)
        _told("duty.resumed", duty, by, at)
        return open_stop

    return once(token=token, verb="duty.resumed", member=by, make=make)


def extend(
    *,
    duty: Duty,
    by: Member,
    amount: int,
    authority: str,
    reason: str,
    basis: str,
    document: StoredFile | None = None,
    upload: Upload | None = None,
    at: dt.datetime | None = None,
    version: int | None = None,
    token: UUID | None = None,
) -> ClockExtension:
    """延长 by `amount` of the clock's own unit, granted by `authority` at `at` (default now).

    All extensions together stay within the clock's ceiling. Raises as `stop`, and a DomainError that names
    the ceiling and whose word it takes.
    """
    at = at or now()

    def make() -> ClockExtension:
        _check(duty, by, reason, basis, document, upload)
        if not authority.strip():
            who = duty.clock.extends_by or "有权批准延长的人"
            raise DomainError(f"请写明批准人（机关）：{who}。", field="authority")
        _inside(duty, at, "延长")
        _touch(duty, version)
        _within_ceiling(duty, amount)
        row = ClockExtension.objects.create(
            duty=duty,
            amount=amount,
            reason=reason.strip(),
            basis=basis.strip(),
            authority=authority.strip()[:80],
            document=_document(duty, by, document, upload),
            granted_by=by,
            granted_at=at,
        )
        _redate(duty)
        _told("duty.extended", duty, by, at, amount=amount)
        return row

    return once(token=token, verb="duty.extended", member=by, make=make)


def _may(duty: Duty, by: Member) -> None:
    if not has_clock(duty):
        raise DomainError("这项任务没有法定期限，不能中止、恢复或者延长。")
    if not may_change(by, duty):
        raise NotAllowed(WHO)


def _check(
    duty: Duty, by: Member, reason: str, basis: str, document: StoredFile | None, upload: Upload | None
) -> None:
    _may(duty, by)
    if duty.status != Duty.Status.OPEN:
        raise DomainError(f"这项任务的状态是“{duty.get_status_display()}”，期限不能再改。")
    for name, words, value, longest in (
        ("reason", "原因", reason, 200),
        ("basis", "依据（法律条款或文号）", basis, 200),
    ):
        if not value.strip():
            raise DomainError(f"请写明{words}。", field=name)
        if len(value.strip()) > longest:
            raise DomainError(f"{words}不能超过{longest}字。", field=name)
    if document is None and upload is None:
        raise DomainError("请上传批准文书（PDF、照片或 docx）。", field="file")


def _inside(duty: Duty, at: dt.datetime, what: str) -> None:
    """The act lies after the start and the last stop, not in the future, and before the limit has run out."""
    if at > now():
        raise DomainError(f"{what}时间不能晚于现在。", field="at")
    last = max([duty.started_at, *(row.resumed_at for row in Changes.of(duty).over)])
    if at < last:
        raise DomainError(f"{what}时间不能早于{instant_words(last)}。", field="at")
    if not duty.stopped and duty.due_at and at > duty.due_at:
        raise DomainError(f"期限已于{instant_words(duty.due_at)}届满，不能再{what}。", field="at")


def _within_ceiling(duty: Duty, amount: int) -> None:
    clock = duty.clock
    unit = clock.get_unit_display()
    if amount < 1:
        raise DomainError(f"延长数量至少1{unit}。", field="amount")
    if not clock.ceiling:
        raise DomainError(f"“{clock.name}”（{clock.basis}）没有规定可以延长。", field="amount")
    used = Changes.of(duty).extended
    if used + amount > clock.ceiling:
        already = f"，已延长{used}{unit}" if used else ""
        raise DomainError(
            f"“{clock.name}”最多延长{clock.ceiling}{unit}{already}，由{clock.extends_by}批准。",
            field="amount",
        )


def _touch(duty: Duty, version: int | None, **values: object) -> None:
    """Take the row as it was seen; the loser of a race gets a Conflict."""
    seen = duty.version if version is None else version
    rows = Duty.objects.filter(pk=duty.pk, status=Duty.Status.OPEN, version=seen)
    if rows.update(version=F("version") + 1, **values) != 1:
        raise conflict(duty)
    duty.refresh_from_db()


def _close_old(duty: Duty) -> None:
    """A stop left open when the step was done and opened anew ends where the new count begins."""
    duty.stops.filter(resumed_at__isnull=True).update(resumed_at=duty.started_at)


def _redate(duty: Duty) -> None:
    due = clocks.of_duty(duty)
    Duty.objects.filter(pk=duty.pk).update(due_at=due.due_at, provisional=due.provisional)
    duty.refresh_from_db()


def _document(duty: Duty, by: Member, document: StoredFile | None, upload: Upload | None) -> StoredFile:
    if document is not None:
        return document
    name, data = upload
    return files.store_document(
        upload=data, name=name, member=by, agency=duty.agency, subject=duty, matter=duty.matter
    )


def _told(verb: str, duty: Duty, by: Member, at: dt.datetime, **facts: object) -> None:
    audit.record(
        verb,
        actor=by,
        agency=duty.agency,
        subject=duty,
        matter=duty.matter,
        facts={"at": at.isoformat(), **facts},
    )
