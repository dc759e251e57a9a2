"""核查: who went and what was found; 不属实 takes a second person's word (有举必查, 查实必惩)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import BinaryIO
from uuid import UUID

from django.db import transaction

from agencies.models import Member, Role
from core.access import barred_from, grant, hold
from core.errors import DomainError
from core.models import Access
from core.once import once
from core.wording import words
from core.workflow import move
from duties.standing import people_of
from ledgers.actions import photos as shots
from ledgers.actions.leads import owed
from ledgers.actions.leads.answering import close_children, keep, spread, undo
from ledgers.actions.leads.guard import guard, past, recorded
from ledgers.lead_rules import deciders
from ledgers.lead_states import LEAD_MOVES, Ending, Finding
from ledgers.models import Lead, LeadCheck
from minewatch.lib.clock import local_date, midnight, now

TO_CONFIRM = "有一条线索核查为不属实，请复核。"
AGAIN = "一条线索被退回重新核查，请打开查看。"


def verify(
    *,
    lead: Lead,
    by: Member,
    finding: str,
    text: str,
    checked_at: dt.datetime | None,
    officers: Iterable[Member] = (),
    photos: Sequence[BinaryIO] = (),
    kind: dict[str, object] | None = None,
    concealed: bool | None = None,
    version: int | None = None,
    token: UUID | None = None,
) -> LeadCheck:
    """Put the check down. Found (partly) true the holder owes an answer; 不属实 waits for a second word.

    `officers` (≥ 1) are people of the holder. `kind` may set campaign, violation, violation_name, party,
    vehicle as they turned out. Raises Missing, NotAllowed, DomainError with the field, Conflict.
    """
    name = "refute" if finding == Finding.FALSE else "verify"

    def make() -> LeadCheck:
        hold(lead.matter_id)  # before it is asked who of the officers must stay out
        guard(lead, by, name)
        at = now()
        facts = _checked(lead, finding, text, checked_at)
        there = _officers(lead, officers)
        looked = shots.look_at(photos)
        stamps = dict(kind or {}) | {"finding": finding, "verified_at": at}
        if concealed is not None:
            stamps["concealed"] = concealed and not lead.self_reported
        due_at = owed.due_of(lead, owed.VERIFY)
        facts |= {"due_at": due_at, "late": due_at is not None and at > due_at}
        move(lead, LEAD_MOVES[name], expected_version=version, **stamps)
        check = LeadCheck.objects.create(
            lead=lead, agency=lead.holder, recorded_by=by, recorded_at=at, **facts
        )
        check.officers.set(there)
        shots.keep(looked, member=by, agency=lead.holder, subject=check, matter=lead.matter)
        owed.done(lead, owed.VERIFY, by, at)
        recorded("lead.verified", lead, by)
        if finding == Finding.FALSE:
            _ask_second(lead, [by, *there])
        else:
            owed.owe(lead, owed.FEEDBACK)
        return check

    return once(token=token, verb="lead.verified", member=by, make=make)


def _checked(lead: Lead, finding: str, text: str, checked_at: dt.datetime | None) -> dict[str, object]:
    if finding not in Finding.values:
        raise DomainError("请选择核查结果。", field="finding")
    text = words(text, "核查情况", "text", 2000)
    past(checked_at, "核查时间", "checked_at")
    if checked_at < midnight(local_date(lead.found_at)):
        raise DomainError("核查时间早于线索的发现时间，请核对。", field="checked_at")
    return {"finding": finding, "text": text, "checked_at": checked_at}


def _officers(lead: Lead, officers: Iterable[Member]) -> list[Member]:
    found = list({member.pk: member for member in officers}.values())
    if not found:
        raise DomainError("请选择核查人员，至少1人。", field="officers")
    far = [m.name for m in found if m.agency_id != lead.holder_id or not m.is_active]
    if far:
        raise DomainError(f"{'、'.join(far)}不是承办单位的人员，请重新选择。", field="officers")
    away = Member.objects.filter(barred_from(lead.matter), pk__in=[m.pk for m in found])
    if away.exists():
        raise DomainError("所选人员中有人不能参加核查，请重新选择。", field="officers")
    return found


def _ask_second(lead: Lead, made: list[Member]) -> None:
    people, role = deciders(lead, but=made)
    for member in people:
        if member.agency_id != lead.holder_id:  # passed up: the superior has no other right to it
            grant(lead.matter, Access.Relation.INVITED, member=member, basis="复核不属实线索")
    owed.owe(lead, owed.CONFIRM, role=role or Role.HEAD)
    owed.tell(lead, people, "lead.unfounded", TO_CONFIRM)


def confirm(*, lead: Lead, by: Member, words_: str = "", version: int | None = None) -> Lead:
    """同意核销 of a lead found untrue: closed, and that is told as its answer.

    Raises Missing, NotAllowed (the checker's own word), Conflict.
    """
    guard(lead, by, "confirm")
    note = words(words_, "复核意见", "reason", 300, needed=False)
    with transaction.atomic():
        at = now()
        check = lead.checks.last()
        said = {"ending": Ending.NOTHING, "feedback": check.text[:1000], "feedback_by": by, "feedback_at": at}
        move(lead, LEAD_MOVES["confirm"], expected_version=version, **said)
        keep(lead, owed.CONFIRM)
        _decided(check, by, True, note)
        owed.done(lead, owed.CONFIRM, by, at)
        recorded("lead.confirmed", lead, by)
        owed.owe_reply(lead, lead.holder)
        spread(lead)
        close_children(lead, by)
    return lead


def recheck(*, lead: Lead, by: Member, reason: str, version: int | None = None) -> Lead:
    """退回重新核查: the holder owes a check anew. Raises Missing, NotAllowed, DomainError, Conflict."""
    guard(lead, by, "recheck")
    reason = words(LEAD_MOVES["recheck"].require_reason(reason), "退回原因", "reason", 300)
    with transaction.atomic():
        move(lead, LEAD_MOVES["recheck"], expected_version=version, finding="", verified_at=None)
        _decided(lead.checks.last(), by, False, reason)
        undo(lead)
        owed.done(lead, owed.CONFIRM, by)
        owed.owe(lead, owed.VERIFY)
        owed.tell(lead, people_of(lead.holder), "lead.rechecked", AGAIN)
        recorded("lead.rechecked", lead, by)
    return lead


def _decided(check: LeadCheck, by: Member, agreed: bool, note: str) -> None:
    rows = LeadCheck.objects.filter(pk=check.pk)
    rows.update(decided_by=by, decided_at=now(), agreed=agreed, words=note)
