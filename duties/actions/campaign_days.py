"""Days that a person sets: for a task whose frequency is open, and for an impossible date."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from agencies.models import Agency, AgencyKind, Role
from core import audit
from core.errors import DomainError, NotAllowed
from core.workflow import bump, conflict
from duties.actions.campaign_task_rule import rule_of
from duties.actions.realigning import realign
from duties.campaign_rules import may_keep
from duties.definitions import Definition
from duties.definitions.timing import Timing, on_day
from duties.models import Campaign, Duty, DutyRule, Task
from duties.rules import read_rhythm
from minewatch.lib.clock import local_date, midnight, now
from minewatch.lib.windows import occurrences

if TYPE_CHECKING:
    from agencies.models import Member

#: Who settles what a notice has written wrongly: not everybody in the office.
SETTLERS = (Role.OFFICE, Role.DEPUTY, Role.HEAD, Role.LEADER)
FAR = dt.timedelta(days=3 * 366)


def set_day(
    *,
    task: Task,
    schedule: dict[str, Any],
    basis: str,
    from_: dt.date,
    by: Member,
    version: int | None = None,
) -> DutyRule:
    """The organ sets a day for a task whose frequency or day the notice leaves open (定期, 每月 …).

    From `from_` (today or later) the task falls due by `schedule` (minewatch.lib.windows.Schedule as JSON);
    duties of an earlier setting due before that day stay. Who, when and why are kept with the task, its
    rule and the audit. Raises DomainError for another kind of task or a schedule that never falls due.
    """
    may_keep(by, task.campaign.county)
    basis = _basis(basis)
    if task.deadline != Task.Deadline.OPEN:
        raise DomainError("只有日期待定的任务可以另定日期。")
    at = now()
    if from_ < local_date(at):
        raise DomainError("起始日期不能早于今天。", field="from_")
    roll = Definition(task.campaign.definition).roll
    dressed = {"roll": roll, **schedule} if roll != "none" else dict(schedule)
    when = Timing({**dressed, "opens": from_.isoformat()}, from_, task.campaign.ends_on)
    _check_falls(when)
    with transaction.atomic():
        _take(task, version, confirmed_on=from_, confirmed_by=by, confirmed_at=at)
        # what was due under an earlier setting is no longer judged by the rule: it stays as it stands
        Duty.objects.filter(rule__task=task, due_at__lt=midnight(from_)).update(rule=None)
        rule_of(task, when, at, needed=task.spec.get("needed", 1), basis=basis)
        realign(task.campaign, at, apply=True)
        facts = {"code": task.code, "from": from_.isoformat(), "schedule": schedule, "basis": basis}
        audit.record("campaign.date_set", actor=by, subject=task, facts=facts)
    return DutyRule.objects.get(task=task)


def confirm_date(*, task: Task, on: dt.date, by: Member, basis: str, version: int | None = None) -> DutyRule:
    """A person says which day an impossible date means; its undated duties get that day.

    Only office, deputy, head or county leader. May be said again: the day moves. A day that has passed is
    历史. Raises DomainError for another kind of task.
    """
    may_keep(by, task.campaign.county)
    if not _settles(by, task.campaign):
        raise NotAllowed("只有专班办公室经办人、分管领导、主要负责人和县领导可以确认日期。")
    basis = _basis(basis)
    if task.deadline != Task.Deadline.IMPOSSIBLE:
        raise DomainError("这项任务的日期没有问题，不用确认。")
    at = now()
    with transaction.atomic():
        _take(task, version, confirmed_on=on, confirmed_by=by, confirmed_at=at)
        when = on_day(Definition(task.campaign.definition), on)
        rule_of(task, when, at, needed=task.spec.get("needed", 1), basis=basis)
        realign(task.campaign, at, apply=True)
        facts = {"code": task.code, "on": on.isoformat(), "basis": basis}
        audit.record("campaign.date_confirmed", actor=by, subject=task, facts=facts)
    return DutyRule.objects.get(task=task)


def _basis(text: str) -> str:
    text = text.strip()
    if not text:
        raise DomainError("请写明依据，如哪次会议、哪份通知。", field="basis")
    return text[:200]


def _settles(by: Member, campaign: Campaign) -> bool:
    units = Agency.objects.filter(pk__in={unit for unit, role in by.posts if role in SETTLERS})
    return units.filter(
        kind__in=(AgencyKind.JOINT_OFFICE, AgencyKind.COUNTY), division__code=campaign.county.code
    ).exists()


def _check_falls(when: Timing) -> None:
    try:
        rhythm = read_rhythm(when.schedule)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise DomainError("周期不完整或前后矛盾，请重新选择。", field="schedule") from None
    first, last = when.valid_from, when.valid_to or when.valid_from + FAR
    if last < first or not occurrences(rhythm.schedule, first, last, since=first, until=when.valid_to):
        raise DomainError("按这个周期，到行动结束一次也不会到期，请核对。", field="schedule")


def _take(task: Task, version: int | None, **values: object) -> None:
    """Write the task where its campaign runs and nobody was quicker. Raises Conflict, DomainError."""
    bump(task.campaign, Campaign.Status.RUNNING)
    rows = Task.objects.filter(pk=task.pk, dropped_at__isnull=True)
    if version is not None:
        rows = rows.filter(version=version)
    if rows.update(**values, version=F("version") + 1) != 1:
        raise conflict(task.campaign)
    campaign = task.campaign
    task.refresh_from_db()
    task.campaign = campaign
