"""处置结果反馈: it reaches the joint office and whoever told, with or without a referral."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db import transaction
from django.db.models import F

from core import audit
from core.errors import DomainError
from core.once import once
from core.wording import words
from core.workflow import move
from duties.standing import people_of
from ledgers import lead_doors
from ledgers.actions import photos as shots
from ledgers.actions.leads import owed
from ledgers.actions.leads.guard import guard, recorded
from ledgers.lead_rules import office_of
from ledgers.lead_states import LEAD_MOVES, Ending
from ledgers.models import Lead, LeadAnswer, LeadNote
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

NOT_YET = {
    Ending.CASE: "本线索还没有立案，请先立案，或选择其他处置方式。",
    Ending.REFERRAL: "本线索还没有移送，请先移送，或选择其他处置方式。",
}


def answer(
    *,
    lead: Lead,
    by: Member,
    ending: str,
    text: str,
    photos: Sequence[BinaryIO] = (),
    version: int | None = None,
    token: UUID | None = None,
) -> Lead:
    """反馈 of a lead that was found true: it ends in a case, a referral, or what was done on the spot.

    A case or a referral must be there (`lead_doors.ending`). Leads merged into it are answered with it.
    Raises Missing, NotAllowed, DomainError with the field, Conflict.
    """

    def make() -> Lead:
        guard(lead, by, "answer")
        if ending not in (Ending.SITE, Ending.CASE, Ending.REFERRAL):
            raise DomainError("请选择处置方式。", field="ending")
        said = words(text, "处置结果", "text", 1000)
        if ending in NOT_YET and not lead_doors.ended(lead, ending):
            raise DomainError(NOT_YET[Ending(ending)], field="ending")
        looked = shots.look_at(photos)
        at = now()
        facts = {"ending": ending, "feedback": said, "feedback_by": by, "feedback_at": at}
        move(lead, LEAD_MOVES["answer"], expected_version=version, **facts)
        keep(lead, owed.FEEDBACK)
        shots.keep(
            looked,
            member=by,
            agency=lead.holder,
            subject=lead,
            matter=lead.matter,
            facts={"step": "answer"},
        )
        owed.done(lead, owed.FEEDBACK, by, at)
        recorded("lead.answered", lead, by)
        owed.owe_reply(lead, lead.holder)
        spread(lead)
        close_children(lead, by)
        return lead

    return once(token=token, verb="lead.answered", member=by, make=make)


def keep(lead: Lead, step: str, agency: Agency | None = None) -> None:
    """The answer that `lead` bears now, as it was given, with the limit of the open `step`."""
    due_at = owed.due_of(lead, step)
    LeadAnswer.objects.create(
        lead=lead,
        agency=agency or lead.holder,
        ending=lead.ending,
        text=lead.feedback,
        by=lead.feedback_by,
        at=lead.feedback_at,
        due_at=due_at,
        late=due_at is not None and lead.feedback_at > due_at,
    )


def undo(lead: Lead) -> None:
    """Checks and answers that stood for `lead` count no more from now on."""
    for rows in (lead.checks.all(), lead.answers.all()):
        rows.filter(undone_at__isnull=True).update(undone_at=now())


def spread(lead: Lead) -> None:
    """Tell the joint office, the finder and who told the unit of it; the text says nothing of the lead."""
    office = office_of(lead)
    units = {unit.pk: unit for unit in (office, lead.agency, lead.told_by) if unit}
    units.pop(lead.holder_id, None)
    members = [member for unit in units.values() for member in people_of(unit)]
    if lead.reported_by:
        members.append(lead.reported_by)
    owed.tell(lead, members, "lead.answered", f"线索 {lead.number} 的处置结果已反馈，请打开查看。")


@audit.from_outside()
def close_children(lead: Lead, by: Member) -> None:
    """Leads merged into this one are answered by its answer; whoever told them hears of it too.

    Also one of which `by` must find no trace: a refusal would tell of it.
    """
    said = {name: getattr(lead, name) for name in ("ending", "feedback", "feedback_by", "feedback_at")}
    for child in lead.merged.select_related("matter", "holder", "agency__division", "reported_by", "told_by"):
        Lead.objects.filter(pk=child.pk).update(version=F("version") + 1, **said)
        child.refresh_from_db(fields=list(said))
        keep(child, owed.FEEDBACK, lead.holder)
        owed.done(child, owed.FEEDBACK, by, lead.feedback_at)
        recorded("lead.answered", child, by)
        owed.owe_reply(child, lead.holder)
        spread(child)


def reopen(*, lead: Lead, by: Member, reason: str, version: int | None = None) -> Lead:
    """重新核查 of a closed lead: new facts, a referral that came back.

    Raises Missing, NotAllowed, DomainError, Conflict.
    """
    guard(lead, by, "reopen")
    reason = words(LEAD_MOVES["reopen"].require_reason(reason), "原因", "reason", 300)
    anew = {"finding": "", "verified_at": None, "ending": "", "feedback": ""}
    anew |= {"feedback_by": None, "feedback_at": None}
    with transaction.atomic():
        move(lead, LEAD_MOVES["reopen"], expected_version=version, **anew)
        for one in (lead, *lead.merged.all()):
            undo(one)
        lead.merged.update(ending="", feedback="", feedback_by=None, feedback_at=None)
        owed.go_along(lead)
        text = f"线索 {lead.number} 需要重新核查，请打开查看。"
        owed.tell(lead, people_of(lead.holder), "lead.reopened", text)
        recorded("lead.reopened", lead, by)
        LeadNote.objects.create(lead=lead, verb="lead.reopened", text=reason, by=by, at=now())
    return lead
