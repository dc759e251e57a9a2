"""Units that are called: a content-free notice, and for a joint inspection the duty to fill the checklist."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from agencies.models import Role
from agencies.posts import signers
from core import notices
from duties.actions import cancel, fulfil, open_step
from duties.models import Duty
from duties.owners import DESKS
from ledgers.inspection_rules import gaps
from ledgers.models.inspections import Inspection, InspectionUnit
from ledgers.states import InspectionStatus

if TYPE_CHECKING:
    from agencies.models import Agency


def call(inspection: Inspection, agencies: Iterable[Agency]) -> list[InspectionUnit]:
    """Put units on the inspection and tell their desks."""
    made = []
    for agency in agencies:
        made.append(InspectionUnit.objects.create(inspection=inspection, agency=agency))
        notices.send(
            members=signers(agency, desk(agency))[0] if agency.online else [],
            kind="inspection.called",
            text="本单位被列为一项检查的参加单位，请查看。",
            subject=inspection,
        )
    return made


def desk(agency: Agency) -> str:
    """The post that fills the unit's part."""
    return DESKS.get(agency.kind, Role.OFFICER)


def step_key(inspection: Inspection, agency: Agency) -> str:
    """Key of the unit's duty to fill the checklist."""
    return f"inspection:{inspection.pk}:answer:{agency.code}"


def settle(inspection: Inspection) -> None:
    """Bring the units' duties in line with what they have answered.

    Only for a joint inspection: the duties of a bureau are read county-wide, and a 暗访 must not show there.
    """
    if inspection.kind != Inspection.Kind.JOINT:
        return
    running = inspection.status == InspectionStatus.DRAFT
    waiting = {gap.unit.agency_id for gap in gaps(inspection)} if running else set()
    for unit in inspection.units.select_related("agency__division"):
        key = step_key(inspection, unit.agency)
        if unit.agency_id in waiting:
            open_step(
                key=key,
                kind=Duty.Kind.INSPECTION,
                title=f"填写检查表（{inspection.number}）",
                agency=unit.agency,
                role=desk(unit.agency),
                subject=inspection,
                recipient=inspection.agency,
            )
        elif inspection.status == InspectionStatus.CANCELLED or unit.absent:
            cancel(key=key)
        else:
            fulfil(key=key)
