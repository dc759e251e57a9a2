"""并案: a person ties a later lead to an earlier one, and may take it back. Each keeps its informant."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from core.access import barred_units, hold
from core.errors import DomainError, Missing
from core.wording import words
from core.workflow import bump, move
from duties.standing import people_of
from ledgers.actions.leads import owed
from ledgers.actions.leads.guard import guard, recorded
from ledgers.actions.leads.handing import let_see, see_no_more
from ledgers.lead_states import LEAD_MOVES, LEAD_OVER, Finding, LeadStatus
from ledgers.models import Lead, LeadNote
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member

LIVE = tuple(status for status in LeadStatus.values if status not in LEAD_OVER)


def merge(*, lead: Lead, into: Lead, by: Member, reason: str = "", version: int | None = None) -> Lead:
    """`lead` is handled under the earlier `into`, whose holder owes the answer to both from now on.

    Raises Missing (either out of sight), NotAllowed, DomainError, Conflict (either moved on meanwhile).
    """
    guard(lead, by, "merge")
    if not Lead.objects.visible_to(by).filter(pk=into.pk).exists():
        raise Missing("没有找到要并入的线索。")
    note = words(reason, "并案理由", "reason", 300, needed=False)
    _check_pair(lead, into)
    with transaction.atomic():
        for one in (into, lead):  # before it is asked who must stay out; the earlier one first
            hold(one.matter_id)
        bump(into, *LIVE)
        if into.holder_id in barred_units([lead.matter_id]):  # its holder would owe the answer to both
            raise DomainError(f"不能并入{into.number}，请分别办理。", field="into")
        move(lead, LEAD_MOVES["merge"], expected_version=version, merged_into=into)
        if lead.merged.exists():  # asked again behind the move: a twin may have merged one into this
            raise DomainError("这条线索下已有并案线索，请先撤销那些并案。", field="into")
        let_see(lead, into.holder)
        let_see(into, lead.holder)
        owed.drop(lead, by)
        owed.owe(lead, owed.FEEDBACK, agency=into.holder)
        LeadNote.objects.create(lead=lead, verb="lead.merged", text=note or "疑似重复", by=by, at=now())
        # what it was merged into is not named: a reader of the one may have to stay out of the other
        text = f"线索 {lead.number} 已并案，请打开查看。"
        owed.tell(lead, [*people_of(into.holder), *people_of(lead.holder)], "lead.merged", text)
        recorded("lead.merged", lead, by)
        recorded("lead.took_in", into, by)
    return lead


def _check_pair(lead: Lead, into: Lead) -> None:
    if into.pk == lead.pk:
        raise DomainError("不能并入自己。", field="into")
    if into.pk > lead.pk:
        raise DomainError(f"{into.number}登记在后，请把它并入本线索。", field="into")
    if into.withdrawn_at is not None or into.status in LEAD_OVER:
        raise DomainError(f"{into.number}已经办结、并案或者撤回，不能并入。", field="into")
    if lead.merged.exists():
        raise DomainError("这条线索下已有并案线索，请先撤销那些并案。", field="into")


def split(*, lead: Lead, by: Member | None, reason: str, version: int | None = None) -> Lead:
    """撤销并案: the lead stands by itself again, where it was before; its holder owes the next step.

    `by` None: the lead it was merged into was withdrawn. Raises Missing, NotAllowed, DomainError, Conflict.
    """
    if by is not None:
        guard(lead, by, "split")
    reason = words(LEAD_MOVES["split"].require_reason(reason), "撤销原因", "reason", 300)
    main = lead.merged_into
    known = lead.finding in (Finding.TRUE, Finding.PARTLY)
    back = replace(LEAD_MOVES["split"], target=LeadStatus.HANDLING if known else LeadStatus.OPEN)
    anew = {"merged_into": None, "ending": "", "feedback": "", "feedback_by": None, "feedback_at": None}
    with transaction.atomic():
        hold(main.matter_id)  # of two split off at once the second takes back what both were given
        move(lead, back, expected_version=version, **anew)
        see_no_more(lead)
        see_no_more(main, but=main.merged.values("holder"))
        lead.answers.filter(undone_at__isnull=True).update(undone_at=now())
        owed.drop(lead, by)
        owed.go_along(lead)
        LeadNote.objects.create(lead=lead, verb="lead.split", text=reason, by=by, at=now())
        owed.tell(lead, people_of(lead.holder), "lead.split", f"线索 {lead.number} 已撤销并案，请打开查看。")
        recorded("lead.split", lead, by)
    return lead
