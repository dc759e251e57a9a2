"""What a filed inspection proves, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from agencies.models import AgencyKind
from core.audit import subject_of
from duties.actions import fulfil, prove, retract
from duties.actions.items import unvisited, visited
from duties.models import Duty, Proof, TaskParty
from ledgers.actions.inspections.findings import is_hidden
from ledgers.models.inspections import Inspection, InspectionSubject
from ledgers.states import InspectionStatus

if TYPE_CHECKING:
    from agencies.models import Member

Kind = Inspection.Kind
PROOFS = {
    Kind.JOINT: "inspection.joint",
    Kind.SURVEY: "inspection.survey",
    Kind.OPEN: "inspection.open",
    Kind.SECRET: "inspection.open",
    Kind.ACCEPTANCE: "inspection.acceptance",
}
#: Kind of the mark that an inspection closed the duty of that id after its window; it counts for none.
LATE = "late."


def prove_filed(inspection: Inspection, by: Member) -> None:
    """Proofs of the leading unit and of each unit that came, at the time it took place; visits of sites.

    A 暗访 proves nothing until it is released: progress is counted where everybody reads it.
    """
    if is_hidden(inspection):
        return
    at = inspection.starts_at
    present = inspection.units.filter(absent=False).select_related("agency__division")
    for agency in {unit.agency_id: unit.agency for unit in present}.values():
        prove(kind=PROOFS[Kind(inspection.kind)], agency=agency, at=at, subject=inspection)
    places = [str(pk) for pk in inspection.sites.values_list("site_id", flat=True)]
    visited(subject_kind="ledgers.site", subject_ids=places, at=at, source=inspection)
    _prove_task(inspection, by)


def _prove_task(inspection: Inspection, by: Member) -> None:
    """The campaign's task itself, where its proof is this task's alone."""
    task = inspection.task
    if task is None or task.proof_kind != f"task.{task.pk}":
        return
    if inspection.kind == Kind.ACCEPTANCE and not all_passed(inspection):
        return
    if inspection.kind != Kind.ACCEPTANCE and task.spec.get("proof") == "acceptance":
        return  # 检查验收 is done when all have passed, not by an inspection of another kind
    prove(kind=task.proof_kind, agency=inspection.agency, at=inspection.starts_at, subject=inspection)
    missed = Duty.objects.filter(
        proof_kind=task.proof_kind,
        agency=inspection.agency_id,
        needed__lte=1,
        status=Duty.Status.OPEN,
        window_end__lte=inspection.starts_at,
    )
    if inspection.kind == Kind.ACCEPTANCE:
        _close_late(inspection, missed, by)  # every township has passed: nothing of the task is left
    else:
        _close_late(inspection, missed.order_by("-window_end")[:1], by)  # one inspection, one missed term


def _close_late(inspection: Inspection, missed: Iterable[Duty], by: Member) -> None:
    """Done after its window: done late, not never. A proof of its own kind remembers which duty it was."""
    for duty in missed:
        prove(kind=f"{LATE}{duty.pk}", agency=inspection.agency, at=inspection.starts_at, subject=inspection)
        fulfil(key=duty.key, at=inspection.starts_at, by=by)


def all_passed(inspection: Inspection) -> bool:
    """Whether every township of the campaign (else: every unit ever judged for the task) has passed; the
    latest filed result counts.
    """
    rows = InspectionSubject.objects.filter(
        inspection__task=inspection.task_id,
        inspection__kind=Kind.ACCEPTANCE,
        inspection__status=InspectionStatus.FILED,
    )
    latest: dict[int, str] = {}
    for agency_id, result in rows.order_by("inspection__starts_at", "inspection_id").values_list(
        "agency_id", "result"
    ):
        latest[agency_id] = result
    asked = set(latest) | set(
        TaskParty.objects.filter(
            task__campaign=inspection.task.campaign_id,
            agency__kind=AgencyKind.TOWNSHIP,
            agency__is_active=True,
            left_on__isnull=True,
        ).values_list("agency_id", flat=True)
    )
    return bool(asked) and all(latest.get(pk) == InspectionSubject.Result.PASSED for pk in asked)


def take_back(inspection: Inspection) -> None:
    """撤回: nothing is proved any more; duties that no longer hold are open again."""
    closed = _closed_late(inspection)
    retract(subject=inspection)
    unvisited(source=inspection)
    for duty in closed:
        retract(subject=duty)


def _closed_late(inspection: Inspection) -> list[Duty]:
    """Duties closed after their window that no longer hold without the inspection.

    An acceptance that every township has passed stands on all acceptances of the task together: any of
    them taken back reopens what the last of them closed, unless all have passed without it.
    """
    subject_kind, subject_id = subject_of(inspection)
    marks = Proof.objects.filter(kind__startswith=LATE, subject_kind=subject_kind)
    if inspection.kind == Kind.ACCEPTANCE and inspection.task_id:
        if all_passed(inspection):
            return []
        rows = Inspection.objects.filter(task=inspection.task_id, kind=Kind.ACCEPTANCE)
        marks = marks.filter(subject_id__in=[str(pk) for pk in rows.values_list("pk", flat=True)])
    else:
        marks = marks.filter(subject_id=subject_id, retracted_at__isnull=True)
    closed = {int(kind.removeprefix(LATE)) for kind in marks.values_list("kind", flat=True)}
    return list(Duty.objects.filter(pk__in=closed))
