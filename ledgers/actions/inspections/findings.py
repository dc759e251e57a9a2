"""列入问题清单: what was found becomes an item of duties, and its 销号 is the item's."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from core import audit
from core.errors import DomainError, NotAllowed
from core.once import once
from duties.actions import items
from duties.models import Item, ItemList
from ledgers.actions.inspections.drafting import list_title
from ledgers.actions.inspections.guards import open_draft
from ledgers.inspection_rules import leads, own_units
from ledgers.models.inspections import Inspection
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member
    from ledgers.models.inspections import InspectionSite, InspectionSubject


def add_finding(
    *,
    inspection: Inspection,
    member: Member,
    found_by: Agency,
    agency: Agency,
    problem: str,
    demand: str,
    due_at: dt.datetime,
    at_site: InspectionSite | None = None,
    subject: InspectionSubject | None = None,
    category: str = Item.Category.RECTIFY,
    responsible: str = "",
    token: UUID | None = None,
) -> Item:
    """One problem of a site or of an inspected unit; `agency` answers for it until `due_at`.

    Of a 暗访 not yet released it is hidden and opens no duty. Raises DomainError with field.
    """
    _guard(inspection, member, found_by)
    name, place = _of(inspection, at_site, subject)
    for value, field, words in ((problem, "problem", "问题"), (demand, "demand", "整改要求")):
        if not value.strip():
            raise DomainError(f"请填写{words}。", field=field)
    if due_at < now():
        raise DomainError("整改期限不能早于今天。", field="due_on")
    if agency.division.code[:6] != inspection.agency.division.code[:6] or not agency.is_active:
        raise DomainError(f"{agency.label}不能作为整改责任单位，请重新选择。", field="agency")

    def make() -> Item:
        with transaction.atomic():
            open_draft(inspection)
            item = items.add(
                list=the_list(inspection, member),
                by=member,
                name=name,
                agency=agency,
                place=place,
                problem=problem,
                demand=demand,
                category=category,
                due_at=due_at,
                subject=at_site.site if at_site else None,
                found_by=found_by,
                hidden=is_hidden(inspection),
                responsible=responsible,
                division=at_site.site.division if at_site else agency.division,
            )
            audit.record("inspection.found", actor=member, agency=found_by, subject=inspection)
        return item

    return once(token=token, verb="inspection.found", member=member, make=make)


def is_hidden(inspection: Inspection) -> bool:
    """A 暗访 that nobody outside its own side knows of yet."""
    return inspection.kind == Inspection.Kind.SECRET and inspection.released_at is None


def the_list(inspection: Inspection, member: Member) -> ItemList:
    """The inspection's 问题清单, opened with it."""
    rows = ItemList.objects.filter(source_kind="ledgers.inspection", source_id=str(inspection.pk))
    return rows.select_related("agency__division").first() or items.open_list(
        title=list_title(inspection), agency=inspection.agency, source=inspection, by=member
    )


def _guard(inspection: Inspection, member: Member, found_by: Agency) -> None:
    mine = {unit.agency_id for unit in own_units(member, inspection) if not unit.absent}
    if leads(member, inspection):
        mine.add(inspection.agency_id)
    if found_by.pk not in mine:
        raise NotAllowed("问题由参加检查的单位列入清单。")


def _of(
    inspection: Inspection, at_site: InspectionSite | None, subject: InspectionSubject | None
) -> tuple[str, str]:
    if (at_site is None) == (subject is None):
        raise DomainError("请选择问题在哪一处监管对象或哪个单位。", field="where")
    if (at_site or subject).inspection_id != inspection.pk:
        raise DomainError("所选对象不在这次检查中，请重新选择。", field="where")
    if at_site is not None:
        return at_site.site.name, at_site.site.location or at_site.site.division.name
    return subject.agency.name, ""
