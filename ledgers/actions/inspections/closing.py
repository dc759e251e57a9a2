"""归档, 撤回修改, 取消; 公开 of a 暗访."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from agencies.models import Agency, AgencyKind, Role
from agencies.posts import signers
from core import audit, notices
from core.errors import Conflict, DomainError, NotAllowed
from core.workflow import bump, conflict, move
from duties.actions import items
from duties.holders import oversees
from ledgers.actions.inspections.findings import is_hidden, the_list
from ledgers.actions.inspections.guards import guard_leading
from ledgers.actions.inspections.proving import prove_filed, take_back
from ledgers.actions.inspections.steps import settle
from ledgers.inspection_rules import concerned, findings, why_not_file
from ledgers.models.inspections import Inspection
from ledgers.states import INSPECTION_MOVES, InspectionStatus
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member
OWN_RELEASE = "归档人不能自己公开，由专班办公室其他人员或督办县领导公开。"


def file(*, inspection: Inspection, member: Member, version: int | None = None) -> Inspection:
    """归档: from now on it counts. Raises DomainError naming the unit and site that is still open."""
    guard_leading(member, inspection)
    if inspection.starts_at > now():
        raise DomainError("检查还没有开始，请核对开始时间。")
    why = why_not_file(inspection)
    if why:
        raise DomainError(why)
    with transaction.atomic():
        move(
            inspection,
            INSPECTION_MOVES["file"],
            expected_version=version,
            filed_by=member,
            filed_at=now(),
        )
        why = why_not_file(inspection)  # asked again with the row held: a child may have gone meanwhile
        if why:
            raise DomainError(why)
        settle(inspection)
        prove_filed(inspection, member)
        audit.record("inspection.filed", actor=member, agency=inspection.agency, subject=inspection)
        if is_hidden(inspection):
            _tell_office(inspection)
    return inspection


def _tell_office(inspection: Inspection) -> None:
    """A 暗访 waits for its release: by notice, because the duties of the office are read county-wide."""
    county = inspection.agency.division.code[:6]
    offices = Agency.objects.active().filter(kind=AgencyKind.JOINT_OFFICE, division__code__startswith=county)
    for office in offices:
        _tell_waiting(inspection, office, Role.OFFICE)
    if inspection.agency.kind == AgencyKind.JOINT_OFFICE:  # whoever filed it does not release it
        for government in Agency.objects.active().filter(kind=AgencyKind.COUNTY, division__code=county):
            _tell_waiting(inspection, government, Role.LEADER)


def _tell_waiting(inspection: Inspection, agency: Agency, role: str) -> None:
    """To those who may release it: not the person who filed it."""
    notices.send(
        members=[one for one in signers(agency, role)[0] if one.pk != inspection.filed_by_id],
        kind="inspection.waiting",
        text="一项检查已归档，等待公开。",
        subject=inspection,
    )


def unfile(*, inspection: Inspection, member: Member, reason: str, version: int | None = None) -> Inspection:
    """撤回修改: it counts no more until it is filed again."""
    guard_leading(member, inspection)
    transition = INSPECTION_MOVES["unfile"]
    reason = transition.require_reason(reason)
    if inspection.repeats.exclude(status=InspectionStatus.CANCELLED).exists():
        raise DomainError("已经按这次验收组织了再验收，不能撤回。")
    with transaction.atomic():
        move(inspection, transition, expected_version=version, filed_by=None, filed_at=None)
        take_back(inspection)
        settle(inspection)
        audit.record("inspection.unfiled", actor=member, agency=inspection.agency, subject=inspection)
    return inspection


def cancel(*, inspection: Inspection, member: Member, reason: str, version: int | None = None) -> Inspection:
    """取消 an inspection that does not take place; not one that has found something."""
    guard_leading(member, inspection)
    transition = INSPECTION_MOVES["cancel"]
    reason = transition.require_reason(reason)
    with transaction.atomic():
        move(inspection, transition, expected_version=version, conclusion=f"取消原因：{reason}")
        if findings(inspection).exists():
            raise DomainError("问题清单上已有条目，不能取消；误列的请先剔除。")
        settle(inspection)
        audit.record("inspection.cancelled", actor=member, agency=inspection.agency, subject=inspection)
    return inspection


def release(*, inspection: Inspection, by: Member, version: int | None = None) -> Inspection:
    """公开 a 暗访: the units it concerns learn of it, its findings become their duties, and it counts.

    By the joint office or the supervising leader, never by the person who filed it; only when it is filed.
    """
    if not oversees(by, inspection.agency):
        raise NotAllowed("暗访结果由专班办公室或督办县领导公开。")
    if not is_hidden(inspection):
        raise Conflict("这次检查已经公开。")
    if inspection.status != InspectionStatus.FILED:
        raise DomainError("暗访归档后才能公开。")
    with transaction.atomic():
        _seen(inspection, version)
        bump(inspection, InspectionStatus.FILED)
        if inspection.released_at is not None:
            raise Conflict("这次检查已经公开。")
        if inspection.filed_by_id == by.pk:
            raise NotAllowed(OWN_RELEASE)
        Inspection.objects.filter(pk=inspection.pk).update(released_at=now(), released_by=by)
        inspection.refresh_from_db()
        items.reveal(list=the_list(inspection, by), by=by)
        prove_filed(inspection, by)
        audit.record("inspection.released", actor=by, agency=inspection.agency, subject=inspection)
        for agency in Agency.objects.filter(pk__in=concerned(inspection), online=True):
            notices.send(
                members=signers(agency, Role.HEAD)[0],
                kind="inspection.released",
                text="一项涉及本单位的检查结果已公开，请查看。",
                subject=inspection,
            )
    return inspection


def _seen(inspection: Inspection, version: int | None) -> None:
    """Raises Conflict when the page that was released from is out of date."""
    rows = Inspection.objects.filter(pk=inspection.pk)
    if version is not None and not rows.filter(version=version).exists():
        raise conflict(inspection)
