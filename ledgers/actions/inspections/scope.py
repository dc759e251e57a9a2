"""Who takes part, which sites and units are inspected, and how each unit is judged in an acceptance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from agencies.models import Agency, AgencyKind
from core import audit
from core.errors import DomainError, NotAllowed
from core.wording import words
from ledgers.actions.inspections.guards import JUDGED, UNIT, guard_leading, open_draft, same
from ledgers.actions.inspections.steps import call, settle
from ledgers.inspection_rules import SHORTFALLS, concerned, findings, leads, writes_for
from ledgers.models import Site
from ledgers.models.inspections import (
    CheckAnswer,
    Inspection,
    InspectionSite,
    InspectionSubject,
    InspectionUnit,
)
from ledgers.models.sites import SiteKind

if TYPE_CHECKING:
    from agencies.models import Member

Kind = Inspection.Kind
Checklist = Inspection.Checklist
MOST = 200
BOTH_SIDES = "被检查的单位不能参加这次暗访，请核对参加单位和检查对象。"


def call_units(*, inspection: Inspection, member: Member, agencies: Sequence[Agency]) -> list[InspectionUnit]:
    """Call units of the county; those already called are left out."""
    guard_leading(member, inspection)
    with transaction.atomic():
        open_draft(inspection)
        there = set(inspection.units.values_list("agency_id", flat=True))
        fresh = [unit for unit in agencies if unit.pk not in there]
        for unit in fresh:
            _of_county(inspection, unit)
        made = call(inspection, fresh)
        _one_side(inspection)
        settle(inspection)
        audit.record(
            "inspection.units",
            actor=member,
            agency=inspection.agency,
            subject=inspection,
            facts={"added": len(made)},
        )
    return made


def _of_county(inspection: Inspection, unit: Agency) -> None:
    if not unit.is_active or unit.division.code[:6] != inspection.agency.division.code[:6]:
        raise DomainError(f"{unit.label}不是本县在用的单位，请重新选择。", field="agencies")


def _one_side(inspection: Inspection) -> None:
    """A 暗访 is not known to whom it concerns: nobody stands on both sides of it."""
    side = {inspection.agency_id, *inspection.units.values_list("agency_id", flat=True)}
    if inspection.kind == Kind.SECRET and side & concerned(inspection):
        raise DomainError(BOTH_SIDES)


def set_unit(
    *,
    unit: InspectionUnit,
    member: Member,
    people: str = "",
    headcount: int = 0,
    vehicles: int = 0,
    absent: bool = False,
    reason: str = "",
    seen: str | None = None,
) -> InspectionUnit:
    """People and vehicles of a unit, or 未参加 with the reason; by the unit itself or the leading one."""
    inspection = unit.inspection
    if not (writes_for(member, unit) or leads(member, inspection)):
        raise NotAllowed("由参加单位自己或组织单位填写。")
    if absent and unit.agency_id == inspection.agency_id:
        raise DomainError("组织单位必须参加。", field="absent")
    reason = words(reason, "未参加的原因", "reason", 200, needed=absent)
    people = words(people, "人员", "people", 200, needed=False)
    with transaction.atomic():
        open_draft(inspection)
        same(unit, UNIT, seen)
        answered = CheckAnswer.objects.filter(at_site__inspection=inspection, agency=unit.agency_id)
        if absent and answered.exists():
            raise DomainError("这个单位已经填写了检查表，不能登记为未参加。", field="absent")
        InspectionUnit.objects.filter(pk=unit.pk).update(
            people="" if absent else people,
            headcount=0 if absent else headcount,
            vehicles=0 if absent else vehicles,
            absent=absent,
            reason=reason if absent else "",
        )
        unit.refresh_from_db()
        settle(inspection)
        audit.record(
            "inspection.unit_set",
            actor=member,
            agency=unit.agency,
            subject=inspection,
            facts={"absent": absent},
        )
    return unit


def drop_unit(*, unit: InspectionUnit, member: Member) -> None:
    """Take a unit off that was called by mistake; not one that has answered."""
    inspection = unit.inspection
    guard_leading(member, inspection)
    with transaction.atomic():
        open_draft(inspection)
        if unit.agency_id == inspection.agency_id:
            raise DomainError("组织单位不能移除。")
        if CheckAnswer.objects.filter(at_site__inspection=inspection, agency=unit.agency_id).exists():
            raise DomainError("这个单位已经填写了检查表，不能移除。")
        unit.absent = True
        unit.save(update_fields=["absent"])
        settle(inspection)
        unit.delete()
        audit.record("inspection.units", actor=member, agency=inspection.agency, subject=inspection)


def add_sites(
    *, inspection: Inspection, member: Member, sites: Sequence[Site], checklist: str = ""
) -> list[InspectionSite]:
    """Sites of the register the member reads; without a checklist it follows from the way of mining."""
    guard_leading(member, inspection)
    if checklist and checklist not in Checklist.values:
        raise DomainError("请选择检查表。", field="checklist")
    seen = Site.objects.visible_to(member).filter(pk__in=[site.pk for site in sites], is_active=True)
    found = list(seen)
    if not found:
        raise DomainError("请至少选择一处监管对象。", field="sites")
    with transaction.atomic():
        open_draft(inspection)
        there = set(inspection.sites.values_list("site_id", flat=True))
        if len(there) + len(found) > MOST:
            raise DomainError(f"一次检查最多{MOST}处，请分次组织。", field="sites")
        made = InspectionSite.objects.bulk_create(
            InspectionSite(
                inspection=inspection, site=site, checklist=checklist or checklist_of(inspection, site)
            )
            for site in found
            if site.pk not in there
        )
        _one_side(inspection)
        settle(inspection)
        audit.record(
            "inspection.sites",
            actor=member,
            agency=inspection.agency,
            subject=inspection,
            facts={"added": len(made)},
        )
    return made


def checklist_of(inspection: Inspection, site: Site) -> str:
    """露天、地下 by the way of mining; 综合 for what is no mine."""
    if inspection.kind == Kind.ACCEPTANCE:
        return Checklist.ACCEPTANCE
    if site.kind != SiteKind.MINE:
        return Checklist.GENERAL
    return (
        Checklist.UNDERGROUND
        if "地下" in site.mining_method or "井" in site.mining_method
        else Checklist.OPEN_PIT
    )


def drop_site(*, at_site: InspectionSite, member: Member) -> None:
    """Take a site off on which nothing was written."""
    inspection = at_site.inspection
    guard_leading(member, inspection)
    with transaction.atomic():
        open_draft(inspection)
        listed = findings(inspection).filter(subject_kind="ledgers.site", subject_id=str(at_site.site_id))
        if at_site.answers.exists() or at_site.measured_text or at_site.measured_by or listed.exists():
            raise DomainError("这一处已经有检查记录，不能移除。")
        at_site.delete()
        settle(inspection)
        audit.record("inspection.sites", actor=member, agency=inspection.agency, subject=inspection)


def add_subjects(
    *, inspection: Inspection, member: Member, agencies: Sequence[Agency]
) -> list[InspectionSubject]:
    """Units that are themselves inspected: 督导检查 and 检查验收."""
    guard_leading(member, inspection)
    if inspection.kind in (Kind.JOINT, Kind.SURVEY):
        raise DomainError("这类检查的对象是监管对象；检查单位的请用督导检查或检查验收。")
    if inspection.kind == Kind.ACCEPTANCE and any(unit.kind != AgencyKind.TOWNSHIP for unit in agencies):
        raise DomainError("检查验收按乡镇（街道）进行，请只选择乡镇（街道）。", field="agencies")
    with transaction.atomic():
        open_draft(inspection)
        there = set(inspection.subjects.values_list("agency_id", flat=True))
        for unit in agencies:
            _of_county(inspection, unit)
        made = InspectionSubject.objects.bulk_create(
            InspectionSubject(inspection=inspection, agency=unit) for unit in agencies if unit.pk not in there
        )
        _one_side(inspection)
        audit.record(
            "inspection.subjects",
            actor=member,
            agency=inspection.agency,
            subject=inspection,
            facts={"added": len(made)},
        )
    return made


def drop_subject(*, subject: InspectionSubject, member: Member) -> None:
    """Take a unit off that was chosen by mistake; not one that was judged or has findings."""
    inspection = subject.inspection
    guard_leading(member, inspection)
    with transaction.atomic():
        open_draft(inspection)
        subject.refresh_from_db()
        if subject.result or findings(inspection).filter(agency=subject.agency_id).exists():
            raise DomainError("这个单位已经有检查记录，不能移除。")
        subject.delete()
        audit.record("inspection.subjects", actor=member, agency=inspection.agency, subject=inspection)


def judge(
    *,
    subject: InspectionSubject,
    member: Member,
    result: str = "",
    shortfalls: Sequence[str] = (),
    text: str = "",
    seen: str | None = None,
) -> InspectionSubject:
    """通过 or 不通过 of one unit, with what was short; a 督导检查 only writes the text."""
    inspection = subject.inspection
    guard_leading(member, inspection)
    if result not in InspectionSubject.Result.values or set(shortfalls) - set(SHORTFALLS):
        raise DomainError("请选择通过或不通过。", field="result")
    if inspection.kind == Kind.ACCEPTANCE and not result:
        raise DomainError("请选择通过或不通过。", field="result")
    if result == InspectionSubject.Result.FAILED and not shortfalls:
        raise DomainError("不通过的，请选择哪些方面不到位。", field="shortfalls")
    if result == InspectionSubject.Result.PASSED and shortfalls:
        raise DomainError("有不到位之处的不能评为通过，请核对。", field="result")
    text = words(text, "说明", "text", 2000, needed=False)
    with transaction.atomic():
        open_draft(inspection)
        same(subject, JUDGED, seen)
        InspectionSubject.objects.filter(pk=subject.pk).update(
            result=result,
            shortfalls=[key for key in SHORTFALLS if key in shortfalls],
            text=text,
        )
        subject.refresh_from_db()
        audit.record("inspection.judged", actor=member, agency=inspection.agency, subject=inspection)
    return subject
