"""代录: what an 线下单位 did is put down by the other side's clerk and checked by a second person."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F

from cases import standing
from cases.actions.referrals import making, needs, owed, telling
from cases.actions.referrals.needs import Facts
from cases.models import Referral, ReferralStep
from cases.states import REFERRAL_MOVES, ReferralMove
from core import audit
from core.errors import DomainError, Missing, NotAllowed
from core.wording import words
from core.workflow import conflict
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

State = ReferralStep.State
NO_NUMBER = "代录须填写对方文书的文号。"
NO_SCAN = "代录须上传对方文书的扫描件。"


def put_down(
    *,
    referral: Referral,
    move: ReferralMove,
    facts: Facts,
    by: Member,
    at: dt.datetime,
    upload: Any,
    version: int,
) -> ReferralStep:
    """The pending step and the duty to check it; nothing moves yet."""
    if not facts.number:
        raise DomainError(NO_NUMBER, field="number")
    if upload is None:
        raise DomainError(NO_SCAN, field="upload")
    unit = standing.recorder(referral, move.side)
    _claim(referral, version)
    try:
        with transaction.atomic():
            step = _pending(referral, move, facts, by, at)
    except IntegrityError:
        raise DomainError(standing.WAITS_FOR_CHECK) from None
    making.keep_scan(step, upload, by)
    owed.open_check(referral, unit, by)
    _record("referral.recorded", referral, move.name, by, unit)
    telling.tell_check(referral, unit, by)
    return step


def _claim(referral: Referral, version: int) -> None:
    """A second clerk, or a colleague who moved on meanwhile, gets a Conflict."""
    rows = Referral.objects.filter(pk=referral.pk, status=referral.status, version=version)
    if rows.update(version=F("version") + 1) != 1:
        raise conflict(referral)
    referral.refresh_from_db()


def _pending(
    referral: Referral, move: ReferralMove, facts: Facts, by: Member, at: dt.datetime
) -> ReferralStep:
    return ReferralStep.objects.create(
        referral=referral,
        move=move.name,
        source=referral.status,
        target=move.target,
        label=making.label_of(referral, move),
        state=State.PENDING,
        proxy=True,
        by=by,
        organ=standing.side_agency(referral, move.side),
        happened_at=at,
        recorded_at=now(),
        number=facts.number,
        text=facts.text,
        result=facts.result,
        unit=facts.unit,
        reply_due=facts.reply_due,
        details=facts.details(),
    )


def check_proxy(
    *, step: ReferralStep, by: Member, agreed: bool, note: str = "", version: int | None = None
) -> ReferralStep:
    """核对: a second person of the recording unit agrees – the step takes effect from when it happened – or
    refuses and says why. `version` is the step's. Raises Missing, NotAllowed, DomainError, Conflict.
    """
    seen = Referral.objects.visible_to(by).filter(pk=step.referral_id)
    referral = seen.select_related("matter", "sender__division", "receiver__division").first()
    if referral is None:
        raise Missing
    step.referral = referral
    reason = standing.may_check(by, step)
    if reason:
        raise NotAllowed(reason)
    note = words(note, "核对意见", "note", 300, needed=False)
    if not agreed and not note:
        raise DomainError("核对不一致的，请写明哪里不一致。", field="note")
    with transaction.atomic():
        _decide(step, by, agreed, note, step.version if version is None else version)
        owed.close_check(referral, by)
        if agreed:
            _effect(step, by)
        else:
            unit = standing.recorder(referral, REFERRAL_MOVES[step.move].side)
            _record("referral.record_refused", referral, step.move, by, unit)
    step.refresh_from_db()
    return step


def _decide(step: ReferralStep, by: Member, agreed: bool, note: str, version: int) -> None:
    rows = ReferralStep.objects.filter(pk=step.pk, state=State.PENDING, version=version)
    changed = rows.update(
        state=State.TAKEN if agreed else State.REFUSED,
        checked_by=by,
        checked_at=now(),
        check_note=note,
        version=F("version") + 1,
    )
    if changed != 1:
        raise conflict(step.referral)


def _effect(step: ReferralStep, by: Member) -> None:
    """The move as it happened at the 线下单位: its clocks start then, its lateness is judged by it."""
    referral, move, facts = step.referral, REFERRAL_MOVES[step.move], needs.of_step(step)
    reason = standing.why_illegal(referral, move)
    if reason:
        raise DomainError(reason)
    due_at, basis = owed.answered(referral, move)
    left, former, organ = referral.status, referral.receiver, step.organ
    making.advance(referral, move, facts, by=step.by, at=step.happened_at, version=referral.version)
    late = due_at is not None and step.happened_at > due_at
    ReferralStep.objects.filter(pk=step.pk).update(
        source=left, target=referral.status, due_at=due_at, basis=basis[:300], late=late
    )
    making.follow(referral, move, facts, by=by, at=step.happened_at, left=left, former=former, organ=organ)


def _record(verb: str, referral: Referral, move: str, by: Member, unit: Agency | None) -> None:
    audit.record(
        verb,
        actor=by,
        agency=unit or by.agency,
        subject=referral,
        matter=referral.matter,
        facts={"number": referral.number, "move": move, "status": referral.status},
    )
