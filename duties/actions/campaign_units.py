"""A unit joins or leaves a campaign on the way: it owes nothing due before it joined or after it left."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction

from core import audit
from core.errors import DomainError
from core.workflow import bump
from duties.actions.realigning import realign
from duties.campaign_rules import may_keep
from duties.models import Campaign, Task, TaskParty
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

HOST = TaskParty.Side.HOST


def join(
    *,
    campaign: Campaign,
    agency: Agency,
    on: dt.date,
    by: Member | None,
    task: str | None = None,
    side: str = HOST,
) -> list[TaskParty]:
    """`agency` takes part from `on`: in the task of code `task`, or – without one – in every task in which
    units of its kind take part, on their side.

    Raises DomainError for a unit of another county or out of service, a task that is not there, or where
    no unit of the kind takes part.
    """
    _check(campaign, agency, by)
    with transaction.atomic():
        bump(campaign, Campaign.Status.RUNNING)
        places = [(one, side) for one in _task(campaign, task)] if task else _places(campaign, agency)
        if not places:
            raise DomainError(f"没有同类单位参加的任务，请写明“{agency.label}”参加哪一项任务。", field="task")
        rows = [_join(one, agency, where, on) for one, where in places]
        _settle(campaign, "campaign.joined", agency, on, by)
    return rows


def leave(
    *, campaign: Campaign, agency: Agency, on: dt.date, by: Member | None, task: str | None = None
) -> int:
    """`agency` takes part until `on` (inclusive), in one task or in all. Returns in how many.

    Its open duties due later are cancelled; what was due stays owed. Raises DomainError when it takes no
    part, or would leave before it joined.
    """
    _check(campaign, agency, by)
    with transaction.atomic():
        bump(campaign, Campaign.Status.RUNNING)
        rows = TaskParty.objects.filter(task__campaign=campaign, agency=agency, left_on__isnull=True)
        rows = rows.filter(task__in=_task(campaign, task)) if task else rows
        if not rows:
            raise DomainError(
                f"“{agency.label}”没有参加{'这项任务' if task else '这个专项行动'}。", field="agency"
            )
        if any(row.joined_on and row.joined_on > on for row in rows):
            raise DomainError("退出日期不能早于加入日期。", field="on")
        left = rows.update(left_on=on, by_hand=True)
        _settle(campaign, "campaign.left", agency, on, by)
    return left


def _check(campaign: Campaign, agency: Agency, by: Member | None) -> None:
    may_keep(by, campaign.county)
    code = agency.division.code
    if not agency.is_active or not (
        code.startswith(campaign.county.code) or code == campaign.county.code[:4]
    ):
        raise DomainError(f"“{agency.label}”不是本县在用的单位。", field="agency")


def _task(campaign: Campaign, code: str) -> list[Task]:
    found = list(campaign.tasks.filter(code=code, dropped_at__isnull=True))
    if not found:
        raise DomainError(f"没有编号为“{code}”的任务。", field="task")
    return found


def _places(campaign: Campaign, agency: Agency) -> list[tuple[Task, str]]:
    """(task, side) of every standing task in which units of the same kind take part."""
    rows = TaskParty.objects.filter(
        task__campaign=campaign, task__dropped_at__isnull=True, agency__kind=agency.kind
    )
    seen = {(row.task_id, row.side): row.task for row in rows.select_related("task").order_by("task__order")}
    return [(task, side) for (_, side), task in seen.items()]


def _join(task: Task, agency: Agency, side: str, on: dt.date) -> TaskParty:
    order = task.parties.filter(side=side).count()
    row, made = TaskParty.objects.get_or_create(
        task=task, agency=agency, side=side, defaults={"order": order, "joined_on": on, "by_hand": True}
    )
    if not made and row.left_on is not None:
        row.joined_on, row.left_on, row.by_hand = on, None, True
        row.save()
    return row


def _settle(campaign: Campaign, verb: str, agency: Agency, on: dt.date, by: Member | None) -> None:
    done = realign(campaign, now(), apply=True)
    facts = {"unit": agency.code, "on": on.isoformat(), "opened": len(done.opened)}
    audit.record(verb, actor=by, subject=campaign, facts={**facts, "cancelled": len(done.cancelled)})
