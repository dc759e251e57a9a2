"""包联: a leader is assigned an area, visits it, registers what was seen (PG 二（一）2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db import models, transaction
from django.db.models import F, Q

from core import audit, files, notices
from core.errors import Conflict, DomainError, NotAllowed
from core.once import once
from core.wording import words
from duties.actions.proofs import prove, retract
from duties.actions.steps import cancel
from duties.areas import TOWNSHIP, VILLAGE, assignable, may_assign, may_file
from duties.models import Assignment, Campaign, Duty, Task, Visit
from duties.words import ONE_DAY, day_words
from minewatch.lib.clock import day_end, local_date, now
from minewatch.lib.text import fold

if TYPE_CHECKING:
    from agencies.models import Division, Member

MOST_PHOTOS = 12
SLACK = dt.timedelta(minutes=5)  # a phone's clock may be ahead


def proof_kind(assignment: Assignment) -> str:
    """The proof of a visit counts for this assignment's duties and for no other."""
    return f"visit.{assignment.pk}"


def assign(
    *,
    by: Member,
    leader: Member,
    division: Division,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    task: Task | None = None,
    basis: str = "",
    token: UUID | None = None,
) -> Assignment:
    """`leader` answers for a township or village from `valid_from` to `valid_to`, both inclusive.

    By the joint office or the county's leader; for the own villages also by the township's head. `task` is
    the campaign's 包联 task whose cadence then binds the leader. Raises NotAllowed, DomainError with field.
    """
    if not may_assign(by, division):
        raise NotAllowed("包联由专班办公室安排；乡镇主要负责人可以安排本乡镇各村的包联。")
    basis = fold(basis)
    _check_assignment(leader, division, valid_from, valid_to, task, basis)

    def make() -> Assignment:
        if _overlapping(leader, division, valid_from, valid_to).exists():
            raise DomainError(
                f"{leader.name}在这段时间已经包联{division.name}，请改日期或先结束原来的安排。",
                field="valid_from",
            )
        row = Assignment.objects.create(
            county=by.agency.county,
            leader=leader,
            division=division,
            task=task,
            valid_from=valid_from,
            valid_to=valid_to,
            basis=basis,
            created_by=by,
        )
        facts = {"leader": leader.pk, "division": division.code, "from": valid_from.isoformat()}
        audit.record("assignment.made", actor=by, agency=leader.agency, subject=row, facts=facts)
        text = "您有一项新的包联安排，请查看。"
        notices.send(members=[leader], kind="assignment.made", text=text, subject=row)
        return row

    return once(token=token, verb="assignment.made", member=by, make=make)


def tie(*, assignment: Assignment, by: Member, task: Task, expected_version: int) -> Assignment:
    """An assignment that runs is given a campaign's 包联 task: from today on its visits are owed.

    What fell due before stays as it was, nothing of it is owed now. One that has a task of a running
    campaign keeps it. Raises NotAllowed, DomainError with field, Conflict when changed.
    """
    if not may_assign(by, assignment.division):
        raise NotAllowed("包联由专班办公室（本乡镇各村由乡镇主要负责人）安排和结束。")
    today = now().date()
    if assignment.valid_to and assignment.valid_to < today:
        raise DomainError("包联安排已结束，不能再对应任务。", field="task")
    if tied(assignment):
        raise DomainError("这项包联安排已经对应一项专项任务。", field="task")
    _check_task(task, assignment.division)
    with transaction.atomic():
        rows = Assignment.objects.filter(pk=assignment.pk, version=expected_version)
        owes_from = max(today, assignment.valid_from)
        if rows.update(task=task, owes_from=owes_from, version=F("version") + 1) != 1:
            raise Conflict("这项包联安排已经变动，请刷新后再办。")
        facts = {"task": task.pk, "from": owes_from.isoformat()}
        audit.record(
            "assignment.tied", actor=by, agency=assignment.leader.agency, subject=assignment, facts=facts
        )
    assignment.refresh_from_db()
    return assignment


def tied(assignment: Assignment) -> bool:
    """Whether a task that still stands in a running campaign gives its cadence."""
    task = assignment.task
    return bool(task) and not task.dropped_at and task.campaign.status == Campaign.Status.RUNNING


def end_assignment(
    *, assignment: Assignment, by: Member, on: dt.date, reason: str, expected_version: int
) -> Assignment:
    """The assignment ends with the day `on`; its visits due later are not owed. Conflict when changed."""
    if not may_assign(by, assignment.division):
        raise NotAllowed("包联由专班办公室（本乡镇各村由乡镇主要负责人）安排和结束。")
    reason = words(reason, "原因", "reason", 200)
    if on < assignment.valid_from:
        first = day_words(assignment.valid_from)
        raise DomainError(f"结束日期不能早于开始日期（{first}）。", field="on")
    with transaction.atomic():
        if not _finish(assignment, on, by, expected_version, reason):
            raise Conflict("这项包联安排已经变动，请刷新后再办。")
    assignment.refresh_from_db()
    return assignment


def _finish(assignment: Assignment, on: dt.date, by: Member, version: int, reason: str) -> bool:
    """Set the last day and let go of what is due after it; in the caller's transaction."""
    longer = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    rows = Assignment.objects.filter(longer, pk=assignment.pk, version=version)
    if rows.update(valid_to=on, version=F("version") + 1) != 1:
        return False
    later = Duty.objects.open().filter(proof_kind=proof_kind(assignment), due_at__gt=day_end(on))
    for key in later.values_list("key", flat=True):
        cancel(key=key, reason="包联安排已结束", by=by)
    facts = {"on": on.isoformat(), "reason": reason}
    audit.record(
        "assignment.ended", actor=by, agency=assignment.leader.agency, subject=assignment, facts=facts
    )
    return True


def file_visit(
    *,
    member: Member,
    assignment: Assignment,
    at: dt.datetime,
    way: str,
    text: str,
    place: str = "",
    demands: str = "",
    photos: Sequence[BinaryIO] = (),
    token: UUID | None = None,
) -> Visit:
    """Register a visit of the assignment's leader; it proves the visit of the window `at` lies in.

    By the leader, the leader's unit on the leader's behalf, or the joint office. Raises NotAllowed, or
    DomainError with the field.
    """
    if not may_file(member, assignment):
        raise NotAllowed("督导由包联领导本人、本单位人员或专班办公室登记。")
    text = words(text, "了解的情况", "text", 4000)
    place = words(place, "地点", "place", 200, needed=False)
    demands = words(demands, "提出的要求", "demands", 4000, needed=False)
    _check_visit(assignment, at, way, photos)
    agency = assignment.leader.agency

    def make() -> Visit:
        if not Assignment.objects.filter(pk=assignment.pk).update(version=F("version") + 1):
            raise Conflict("这项包联安排已经变动，请刷新后再办。")
        visit = Visit.objects.create(
            assignment=assignment,
            agency=agency,
            at=at,
            way=way,
            place=place,
            text=text,
            demands=demands,
            filed_by=member,
            filed_at=now(),
        )
        for upload in photos:
            name = getattr(upload, "name", "") or "照片.jpg"
            files.store_photo(upload=upload, name=name, member=member, agency=agency, subject=visit)
        audit.record("visit.filed", actor=member, agency=agency, subject=visit, facts={"way": way})
        prove(kind=proof_kind(assignment), agency=agency, at=at, subject=visit)
        return visit

    return once(token=token, verb="visit.filed", member=member, make=make)


def withdraw_visit(*, visit: Visit, by: Member, reason: str, expected_version: int) -> Visit:
    """Take a registered visit back, with the reason; what it proved is owed again. Conflict when changed."""
    if not may_file(by, visit.assignment):
        raise NotAllowed("督导记录由包联领导本人、本单位人员或专班办公室撤回。")
    reason = words(reason, "撤回原因", "reason", 200)
    with transaction.atomic():
        rows = Visit.objects.filter(pk=visit.pk, version=expected_version, withdrawn_at__isnull=True)
        if rows.update(withdrawn_at=now(), version=F("version") + 1) != 1:
            raise Conflict("这条督导记录已经撤回或变动，请刷新后再办。")
        retract(subject=visit)
        audit.record(
            "visit.withdrawn", actor=by, agency=visit.agency, subject=visit, facts={"reason": reason}
        )
    visit.refresh_from_db()
    return visit


# handover ------------------------------------------------------------------------------------------


def open_assignments(member: Member) -> models.QuerySet[Assignment]:
    """Assignments of the leader that run or are still to come."""
    on = Q(valid_to__isnull=True) | Q(valid_to__gte=now().date())
    rows = Assignment.objects.filter(on, leader=member).select_related("division", "county", "leader__agency")
    return rows.order_by("division__code", "pk")


def pass_on(*, source: Member, target: Member, by: Member) -> int:
    """Handover: each area of `source` goes to `target` for the rest of its days.

    What has begun ends yesterday (today, if a visit of today stands under it) and is made anew; what is
    still to come only changes its leader.
    """
    today, moved = now().date(), 0
    for row in open_assignments(source):
        begun = row.valid_from < today or row.visits.exists()
        if not begun:
            _change_leader(row, target, by)
        else:
            last = max(row.valid_from, today - ONE_DAY)
            if row.valid_to is not None and row.valid_to <= last:
                continue
            if not _finish(row, last, by, row.version, "工作移交"):
                raise Conflict("包联安排已经变动，请刷新后再办。")
            _make_anew(row, target, by, last + ONE_DAY)
        moved += 1
    return moved


def _change_leader(row: Assignment, target: Member, by: Member) -> None:
    changed = Assignment.objects.filter(pk=row.pk, version=row.version)
    if changed.update(leader=target, version=F("version") + 1) != 1:
        raise Conflict("包联安排已经变动，请刷新后再办。")
    facts = {"leader": target.pk, "instead_of": row.leader_id}
    audit.record("assignment.handed_over", actor=by, agency=target.agency, subject=row, facts=facts)


def _make_anew(row: Assignment, target: Member, by: Member, start: dt.date) -> None:
    if _overlapping(target, row.division, start, row.valid_to).exists():
        return  # the colleague answers for the area already
    fresh = Assignment.objects.create(
        county=row.county,
        leader=target,
        division=row.division,
        task=row.task,
        owes_from=row.owes_from,
        valid_from=start,
        valid_to=row.valid_to,
        basis=row.basis,
        created_by=by,
    )
    facts = {"leader": target.pk, "division": row.division.code, "instead_of": row.leader_id}
    audit.record("assignment.made", actor=by, agency=target.agency, subject=fresh, facts=facts)


# guards --------------------------------------------------------------------------------------------


def _check_assignment(
    leader: Member,
    division: Division,
    valid_from: dt.date,
    valid_to: dt.date | None,
    task: Task | None,
    basis: str,
) -> None:
    if len(division.code) not in (TOWNSHIP, VILLAGE):
        raise DomainError("包联区域须是乡镇或村。", field="division")
    if not assignable(division.code[:6], division).filter(pk=leader.pk).exists():
        raise DomainError("包联领导须是县级单位或该乡镇的督办县领导、主要负责人、分管领导。", field="leader")
    if valid_to is not None and valid_to < valid_from:
        raise DomainError("结束日期不能早于开始日期。", field="valid_to")
    if task is not None:
        _check_task(task, division)
    if len(basis) > 200:
        raise DomainError("依据不超过200个字。", field="basis")


def _check_task(task: Task, division: Division) -> None:
    if task.kind != Task.Kind.VISIT or task.dropped_at or task.campaign.county.code != division.code[:6]:
        raise DomainError("只能选择本县专项行动中的包联任务。", field="task")


def _overlapping(
    leader: Member, division: Division, first: dt.date, last: dt.date | None
) -> models.QuerySet[Assignment]:
    open_end = Q(valid_to__isnull=True) | Q(valid_to__gte=first)
    rows = Assignment.objects.filter(open_end, leader=leader, division=division)
    return rows.filter(valid_from__lte=last) if last else rows


def _check_visit(assignment: Assignment, at: dt.datetime, way: str, photos: Sequence[BinaryIO]) -> None:
    if way not in Visit.Way.values:
        raise DomainError("请选择督导方式。", field="way")
    if at > now() + SLACK:
        raise DomainError("督导时间在现在之后，请填写实际时间。", field="at")
    day = local_date(at)
    if day < assignment.valid_from or (assignment.valid_to and day > assignment.valid_to):
        raise DomainError("督导时间不在包联安排的起止日期内，请核对。", field="at")
    if len(photos) > MOST_PHOTOS:
        raise DomainError(f"一次最多{MOST_PHOTOS}张照片，现有{len(photos)}张，请减少后再传。", field="photos")
