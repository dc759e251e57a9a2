"""Leads are raised: matter, number, rights, audit and alarm, set-based."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agencies.models import Member
from core import audit, notices
from core.models import Access, Counter, Matter
from ledgers.actions.leads import owed
from ledgers.actions.leads.parties import Parties
from ledgers.actions.rows import is_late
from ledgers.models import Entry, Lead
from minewatch.lib.clock import midnight, now

if TYPE_CHECKING:
    from collections.abc import Iterable

ALARM = "有一条紧急线索需要您阅知，请打开查看。"
BATCH = 1000


def raise_for(entries: Sequence[Entry], *, member: Member | None) -> list[Lead]:
    """A lead for each row, in the caller's transaction; 补录 raises it without the alarm."""
    if not entries:
        return []
    at = now()
    drafts = [
        Lead(
            source=Lead.Source.PATROL,
            agency=entry.agency,
            entry=entry,
            site=entry.site,
            location=entry.location,
            lon=entry.lon,
            lat=entry.lat,
            text=text_of(entry),
            found_at=entry.patrolled_at or midnight(entry.patrolled_on),
            alarmed=not is_late(entry.patrolled_on, at.date()),
            reported_by=member,
            recorded_at=at,
        )
        for entry in entries
    ]
    return register(drafts, member)


def text_of(entry: Entry) -> str:
    """What the row says of the digging."""
    said = [entry.illegal_text, entry.measures, entry.remark]
    return "；".join(part for part in said if part)[:1000] or "巡查发现非法违法盗采行为"


def register(leads: list[Lead], member: Member | None) -> list[Lead]:
    """Matter, number, rights, audit and alarm of fresh leads, set-based; the numbers have no gap."""
    parties, at = Parties(), now()
    matters = Matter.objects.bulk_create([Matter() for _ in leads], batch_size=BATCH)
    series = f"XS{at.year}"
    first = Counter.take(series, len(leads))
    access = []
    for n, (lead, matter) in enumerate(zip(leads, matters, strict=True)):
        lead.matter = matter
        lead.number = f"{series}-{first + n:04d}"
        lead.holder = parties.holder(lead)
        access += [*parties.access(lead, lead.holder), *parties.answerable(lead)]
    Access.objects.bulk_create(access, batch_size=BATCH)
    Lead.objects.bulk_create(leads, batch_size=BATCH)
    for lead in leads:
        audit.record(
            "lead.raised",
            actor=member,
            agency=lead.agency,
            subject=lead,
            matter=lead.matter,
            facts={"number": lead.number, "source": lead.source, "alarmed": lead.alarmed},
        )
        owed.owe(lead, owed.VERIFY)
        if lead.alarmed:
            alarm(lead, (*parties.alarmed(lead.holder, lead.agency), *parties.leaders(lead)))
    return leads


def alarm(lead: Lead, members: Iterable[Member]) -> None:
    """Tell those who must know at once; the text says nothing of the case, each confirms 已阅."""
    notices.send(
        members=members, kind="lead.alarm", text=ALARM, subject=lead, matter=lead.matter, needs_ack=True
    )
