"""Who may do what in an inspection, and what is still unanswered: pure reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from agencies.models import Agency, AgencyKind
from duties.models import Item
from duties.states import OFFICE, WORKERS
from ledgers import checklists
from ledgers.checklists import Question
from ledgers.models.inspections import (
    CheckAnswer,
    Inspection,
    InspectionSite,
    InspectionSubject,
    InspectionUnit,
)
from ledgers.states import INSPECTION_HANDS, InspectionStatus

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from agencies.models import Member

#: Who may write for a unit that takes part.
DESK = tuple(dict.fromkeys((*WORKERS, *OFFICE)))
#: What was short in an acceptance (SZ 三（三）1).
SHORTFALLS = {"survey": "排查不到位", "handling": "查处不到位", "closure": "取缔不到位"}


def units_of(member: Member, roles: Iterable[str]) -> QuerySet[Agency]:
    """Units in service in which the member holds one of `roles`, by post or acting; never a village."""
    if not member.is_business:
        return Agency.objects.none()
    found = Agency.objects.active().filter(pk__in=_held(member, roles))
    return found.exclude(kind__in=(AgencyKind.VILLAGE, AgencyKind.SYSTEM)).select_related("division")


def _held(member: Member, roles: Iterable[str]) -> set[int]:
    """Ids of the units in which the member holds one of `roles`, by post or acting."""
    wanted = set(roles)
    return {unit for unit, role in member.posts if role in wanted}


def leads(member: Member, inspection: Inspection) -> bool:
    """Whether the member acts for the unit that leads the inspection."""
    return member.is_business and any(member.holds(role, inspection.agency_id) for role in INSPECTION_HANDS)


def serves(member: Member, agency: Agency | int) -> bool:
    """Whether the member may write for the unit."""
    return member.is_business and any(member.holds(role, agency) for role in DESK)


def writes_for(member: Member, unit: InspectionUnit) -> bool:
    """The unit's own people; for a unit without accounts (不在线) those of the leading unit."""
    if serves(member, unit.agency_id):
        return True
    return not unit.agency.online and leads(member, unit.inspection)


def own_units(member: Member, inspection: Inspection) -> list[InspectionUnit]:
    """Units of the inspection for which the member may write, the own one first."""
    rows = inspection.units.select_related("agency__division", "inspection")
    found = [unit for unit in rows if writes_for(member, unit)]
    return sorted(found, key=lambda unit: (unit.agency_id != member.agency_id, unit.pk))


def partaking(member: Member) -> Q:
    """Inspections on whose inspecting side the member acts: leads them, or writes for a unit that came."""
    if not member.is_business or not member.is_active:
        return Q(pk__in=[])
    called = InspectionUnit.objects.filter(agency__in=_held(member, DESK)).values("inspection")
    return Q(agency__in=_held(member, INSPECTION_HANDS)) | Q(pk__in=called)


def opened(member: Member) -> Q:
    """Inspections of which the member may read what was written, once in sight (`visible_to`): the side
    that inspects always, the others once filed. Pages and files ask the same.
    """
    return Q(status=InspectionStatus.FILED) | partaking(member)


def concerned(inspection: Inspection) -> set[int]:
    """Ids of the units that are inspected: subjects, and the townships and villages of the sites."""
    found = set(inspection.subjects.values_list("agency_id", flat=True))
    for agency_id, village_id in inspection.sites.values_list("site__agency_id", "site__village_id"):
        found |= {agency_id, village_id}
    return found - {None}


def offered(at_site: InspectionSite, agency: Agency) -> list[Question]:
    """The questions that the unit may answer at the site."""
    inspection = at_site.inspection
    leading = agency.pk == inspection.agency_id
    present = [unit.agency for unit in _present(inspection) if unit.agency_id != agency.pk]
    return checklists.offered(at_site.checklist, agency, leading=leading, present=present)


def _present(inspection: Inspection) -> list[InspectionUnit]:
    return list(inspection.units.filter(absent=False).select_related("agency"))


@dataclass(frozen=True)
class Gap:
    """What a unit has not answered at a site."""

    unit: InspectionUnit
    at_site: InspectionSite
    missing: int


def gaps(inspection: Inspection) -> list[Gap]:
    """Unanswered questions of the units that take part, by unit and site."""
    sites = list(inspection.sites.select_related("site"))
    rows = CheckAnswer.objects.filter(at_site__inspection=inspection)
    answered = set(rows.values_list("at_site_id", "agency_id", "question"))
    found = []
    for unit in _present(inspection):
        for at_site in sites:
            asked = checklists.owed(at_site.checklist, unit.agency)
            missing = sum((at_site.pk, unit.agency_id, one.code) not in answered for one in asked)
            if missing:
                found.append(Gap(unit, at_site, missing))
    return found


def findings(inspection: Inspection) -> QuerySet[Item]:
    """Items on the inspection's 问题清单 that still stand (not struck). For readers: `.visible_to` on top."""
    rows = Item.objects.filter(list__source_kind="ledgers.inspection", list__source_id=str(inspection.pk))
    return rows.exclude(status=Item.Status.STRUCK)


def why_not_file(inspection: Inspection) -> str:
    """What still stands against 归档, in Chinese; "" when nothing does."""
    if not inspection.sites.exists() and not inspection.subjects.exists():
        return "还没有检查对象，请先选择被检查的矿山或单位。"
    if inspection.kind == Inspection.Kind.JOINT:
        open_ = gaps(inspection)
        if open_:
            first = open_[0]
            more = f"等{len(open_)}处" if len(open_) > 1 else ""
            return (
                f"{first.unit.agency.label}在“{first.at_site.site.name}”还有{first.missing}项没有填写{more}，"
                "请填完检查表；没有参加的单位请注明未参加。"
            )
    if inspection.kind == Inspection.Kind.ACCEPTANCE:
        return _why_not_accepted(inspection)
    return ""


def _why_not_accepted(inspection: Inspection) -> str:
    subjects = list(inspection.subjects.select_related("agency"))
    if not subjects:
        return "还没有验收对象，请先选择被验收的乡镇（街道）。"
    for subject in subjects:
        if not subject.result:
            return f"{subject.agency.label}还没有评定结果。"
        listed = findings(inspection).filter(agency=subject.agency_id, due_at__isnull=False)
        if subject.result == InspectionSubject.Result.FAILED and not listed.exists():
            return f"{subject.agency.label}不通过，请把问题列入问题清单并定整改期限。"
    return ""
