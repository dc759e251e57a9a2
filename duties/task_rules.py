"""What a campaign's task says about its duties: their key, first day, basis, and those without a day."""

from __future__ import annotations

import datetime as dt

from duties.models import Campaign, Duty, Task
from duties.owners import DUTY_KINDS, hosts
from minewatch.lib.clock import local_date, midnight

UNDATED = "undated"


def task_key(task: Task) -> str:
    """The key of a task's rule: county code / campaign key / the notice's own row (141122/jc-2021/JC-R1)."""
    campaign = task.campaign
    return f"{campaign.county.code}/{campaign.key}/{task.code}"


def binds_from(campaign: Campaign, own: dt.date | None = None) -> dt.date:
    """The first day on which a task of `campaign` may fall due: signing and start, and the task's own `from`.

    Where the signing day is unknown the start serves (domain.md A.12).
    """
    return max(day for day in (campaign.signed_on, campaign.starts_on, own) if day)


def undated(task: Task) -> list[Duty]:
    """Unsaved duties of a thing to be done once whose day nobody knows: one for each host, never red.

    Empty unless the deadline is an impossible date that nobody has confirmed, or none at all with `once`.
    Of a campaign that was over when it was loaded they are 历史.
    """
    if not _waits_for_a_day(task):
        return []
    campaign = task.campaign
    at = campaign.loaded_at or campaign.created_at
    over = campaign.ends_on is not None and campaign.ends_on < local_date(at)
    bound = [owner for owner in hosts(task) if owner.left_on is None]
    return [
        Duty(
            key=f"{task_key(task)}:{owner.agency.code}:{UNDATED}",
            campaign=campaign,
            kind=DUTY_KINDS.get(task.kind, Duty.Kind.TASK),
            title=task.name,
            agency=owner.agency,
            role=owner.role or task.role,
            recipient=owner.recipient,
            proof_kind=task.proof_kind or f"task.{task.pk}",
            started_at=midnight(campaign.starts_on),
            basis=basis_of(task),
            history=over,
            subject_kind="duties.task",
            subject_id=str(task.pk),
        )
        for owner in (bound[:1] if task.joint else bound)
    ]


def _waits_for_a_day(task: Task) -> bool:
    if task.dropped_at or task.campaign.status != Campaign.Status.RUNNING:
        return False
    if task.deadline == Task.Deadline.IMPOSSIBLE:
        return task.confirmed_on is None
    return task.deadline == Task.Deadline.NONE and bool((task.spec.get("deadline") or {}).get("once"))


def basis_of(task: Task) -> str:
    """The notice and its clause, as a duty cites them: 交自然资字〔2021〕62号 六（五）."""
    campaign = task.campaign
    return f"{campaign.number or campaign.name} {task.paragraph}".strip()[:200]
