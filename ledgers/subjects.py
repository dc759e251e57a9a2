"""How the house speaks of entries, sheets and leads (core.registry); what a leaving filler leaves open."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.urls import reverse

from agencies import handover
from agencies.models import Member
from core.registry import Subject, register
from duties import acts
from duties.models import Duty, Task
from ledgers.actions.filers import units_to_file_for
from ledgers.actions.places import OPEN
from ledgers.actions.steps import title_of
from ledgers.models import Entry, Lead, LeadAnswer, LeadCheck, LeadReply, Sheet
from minewatch.lib.periods import BadPeriod, parse_period
from minewatch.lib.text import fold


def _entries(member: Member) -> QuerySet[Entry]:
    return Entry.objects.visible_to(member).select_related("agency", "site")


def _sheets(member: Member) -> QuerySet[Sheet]:
    return Sheet.objects.visible_to(member).select_related("agency")


def _leads(member: Member) -> QuerySet[Lead]:
    return Lead.objects.visible_to(member).select_related("agency", "holder", "matter")


def search_entries(member: Member, text: str) -> QuerySet[Entry]:
    """Live rows by words in the place or the remark, or by the initials of the site."""
    words = fold(text)
    hit = (
        Q(location__icontains=words)
        | Q(remark__icontains=words)
        | Q(site__initials__startswith=words.lower())
    )
    return _entries(member).live().filter(hit).order_by("-patrolled_on", "-pk")


def search_sheets(member: Member, text: str) -> QuerySet[Sheet]:
    """Sheets of a unit by name or initials, or of a period as people write it."""
    words = fold(text)
    hit = Q(agency__name__icontains=words) | Q(agency__initials__startswith=words.lower())
    try:
        hit |= Q(period=parse_period(words).key)
    except BadPeriod:
        pass
    return _sheets(member).filter(hit)


def search_leads(member: Member, text: str) -> QuerySet[Lead]:
    """Leads by number, or by place where that is open."""
    words = fold(text)
    there = Lead.objects.open_to(member).filter(location__icontains=words)
    return _leads(member).filter(Q(number__icontains=words) | Q(pk__in=there.values("pk")))


def title_of_lead(lead: Lead) -> str:
    """Number and place; of a sealed one the number alone, for a title is read by whoever may know of it."""
    return lead.number if lead.matter.sealed else f"{lead.number} {lead.location}"


def open_sheets(member: Member) -> Iterable[handover.Item]:
    """Sheets that are being filled and bear rows of the member: they stay with the unit, and are shown."""
    rows = Sheet.objects.filter(status__in=OPEN, entries__filed_by=member, entries__voided_at__isnull=True)
    for sheet in rows.select_related("agency").distinct().order_by("pk"):
        yield handover.Item(title_of(sheet), reverse("ledgers:sheet", args=[sheet.pk]))


register(
    Entry,
    Subject(
        label="巡查记录",
        visible_to=_entries,
        title=lambda row: f"{row.patrolled_on:%Y-%m-%d} {row.location}",
        url=lambda row: reverse("ledgers:entry", args=[row.pk]),
        search=search_entries,
    ),
)
register(
    Sheet,
    Subject(
        label="巡查台账",
        visible_to=_sheets,
        title=title_of,
        url=lambda row: reverse("ledgers:sheet", args=[row.pk]),
        search=search_sheets,
    ),
)
register(
    Lead,
    Subject(
        label="线索",
        visible_to=_leads,
        title=title_of_lead,
        url=lambda row: reverse("ledgers:lead", args=[row.pk]),
        search=search_leads,
    ),
)
register(
    LeadCheck,
    Subject(
        label="线索核查",
        visible_to=lambda member: LeadCheck.objects.visible_to(member).select_related("lead"),
        title=lambda row: f"{row.lead.number} 核查",
        url=lambda row: reverse("ledgers:lead", args=[row.lead_id]),
    ),
)
register(
    LeadAnswer,
    Subject(
        label="线索处置反馈",
        visible_to=lambda member: LeadAnswer.objects.visible_to(member).select_related("lead"),
        title=lambda row: f"{row.lead.number} 处置反馈",
        url=lambda row: reverse("ledgers:lead", args=[row.lead_id]),
    ),
)
register(
    LeadReply,
    Subject(
        label="答复举报人",
        visible_to=lambda member: LeadReply.objects.visible_to(member).select_related("lead"),
        title=lambda row: f"{row.lead.number} 答复",
        url=lambda row: reverse("ledgers:lead", args=[row.lead_id]),
    ),
)
handover.register("sheet", "填报中的巡查台账（仍由本单位填表人办理）", open_sheets)


def _where_patrols_are_filed(duty: Duty) -> str:
    return f"{reverse('ledgers:entry_new')}?agency={duty.agency.code}"


def _patrols_of_task(task: Task, member: Member) -> str:
    """The form of a patrol for a unit of the task: the own one, else the first the member files for."""
    parties = task.parties.filter(left_on__isnull=True).values("agency")
    units = list(units_to_file_for(member).filter(pk__in=parties).order_by("division__code", "pk"))
    unit = next((unit for unit in units if unit.pk == member.agency_id), units[0] if units else None)
    return f"{reverse('ledgers:entry_new')}?agency={unit.code}" if unit else ""


acts.register("patrol", _where_patrols_are_filed, "去登记", of_task=_patrols_of_task)
