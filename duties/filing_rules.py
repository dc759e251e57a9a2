"""Who may hand in and who may handle 办结材料: pure reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duties import acts, board
from duties.holders import oversees
from duties.models import Task
from duties.states import OFFICE, WORKERS

if TYPE_CHECKING:
    from agencies.models import Agency, Member
    from duties.models import Duty, Filing

DOCUMENT = "task."


def by_document(proof_kind: str) -> bool:
    """Whether it is closed by an uploaded document (it has no screen of its own)."""
    return proof_kind.startswith(DOCUMENT)


def done_elsewhere(task: Task, agency: Agency) -> str:
    """Why no paper is uploaded, where a screen of its own proves the task; "" when one is."""
    screen = acts.screen_of(task, agency)
    return f"这项任务在“{screen.name}”中办理，在那里办完即自动办结，不用上传材料。" if screen else ""


def task_of(duty: Duty) -> Task | None:
    """The campaign's task behind a duty: by its rule, or by the proof it waits for."""
    if duty.rule and duty.rule.task:
        return duty.rule.task
    number = duty.proof_kind.removeprefix(DOCUMENT)
    if not by_document(duty.proof_kind) or not number.isdigit():
        return None
    return Task.objects.select_related("campaign", "recipient").filter(pk=number).first()


def may_file(member: Member, agency: Agency, duty: Duty | None, task: Task | None) -> bool:
    """A member with a working post in the unit that owes it (by post or acting), or whoever it fell to."""
    if not member.is_business:
        return False
    if duty is not None:
        if duty.agency_id != agency.pk:
            return False
        if board.mine(member).filter(pk=duty.pk).exists():
            return True
    elif task is None or not task.parties.filter(agency=agency, left_on__isnull=True).exists():
        return False
    return any(member.holds(role, agency) for role in WORKERS)


def may_handle(member: Member, filing: Filing) -> bool:
    """The recipient's people or the office over the unit; never who filed it."""
    if not member.is_business or member.pk == filing.filed_by_id:
        return False
    recipient = filing.recipient_id
    own = recipient == member.agency_id and any(member.holds(role) for role in OFFICE)
    return own or oversees(member, filing.agency)
