"""A lead goes along with its row: corrected, raised late, withdrawn."""

from __future__ import annotations

from django.db.models import F

from agencies.models import Member
from core import audit, notices
from core.models import Access
from ledgers.actions.leads import owed
from ledgers.actions.leads.guard import recorded
from ledgers.actions.leads.merging import split
from ledgers.actions.leads.parties import Parties, invited
from ledgers.actions.leads.raising import alarm, raise_for, text_of
from ledgers.models import Entry, Lead
from ledgers.states import Finding, LeadStatus
from minewatch.lib.clock import now


@audit.from_outside()
def follow(*, old: Entry, new: Entry | None, member: Member | None) -> None:
    """After a correction (`new`) or withdrawal (None): the lead goes along, is raised, or is withdrawn."""
    lead = Lead.objects.filter(entry=old, withdrawn_at__isnull=True).select_related("matter").first()
    digging = new is not None and new.illegal == "yes"
    if lead is None:
        if digging:
            raise_for([new], member=member)
    elif digging:
        Lead.objects.filter(pk=lead.pk).update(
            entry=new,
            site=new.site,
            location=new.location,
            lon=new.lon,
            lat=new.lat,
            text=text_of(new),
            version=F("version") + 1,
        )
        audit.record(
            "lead.moved",
            actor=member,
            agency=lead.agency,
            subject=lead,
            matter=lead.matter,
            facts={"number": lead.number},
        )
        lead.refresh_from_db()
        _tell_new_area(lead)
    elif lead.finding in (Finding.TRUE, Finding.PARTLY):
        # people went and found it true: what the row says now does not undo that
        recorded("lead.row_gone", lead, member)
    else:
        _withdraw(lead, member)


def _tell_new_area(lead: Lead) -> None:
    """A serious lead whose place was corrected reaches the leaders who answer for the place it has now."""
    known = {leader.pk for leader in invited(lead)}
    fresh = [row for row in Parties().answerable(lead) if row.member_id not in known]
    Access.objects.bulk_create(fresh)
    if fresh:
        alarm(lead, [row.member for row in fresh])


def _withdraw(lead: Lead, member: Member | None) -> None:
    """The row behind the lead is gone: whoever was alarmed hears that there is news."""
    Lead.objects.filter(pk=lead.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=now(), status=LeadStatus.CLOSED, merged_into=None, version=F("version") + 1
    )
    owed.drop(lead, member)
    for child in lead.merged.select_related("matter", "holder", "merged_into__holder", "merged_into__matter"):
        split(lead=child, by=None, reason="并入的线索已撤回")
    audit.record(
        "lead.withdrawn",
        actor=member,
        agency=lead.agency,
        subject=lead,
        matter=lead.matter,
        facts={"number": lead.number},
    )
    if lead.alarmed:
        notices.send(
            members=(*Parties().alarmed(lead.holder, lead.agency), *invited(lead)),
            kind="lead.withdrawn",
            text="您阅知过的一条线索已撤回，请查看。",
            subject=lead,
            matter=lead.matter,
        )
