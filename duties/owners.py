"""Who a rule binds: units of a kind, one unit, the hosts of a campaign's task, or leaders with an area."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from agencies.models import Agency, AgencyKind, Division, Member, Role
from duties.models import Assignment, Duty, DutyRule, Task, TaskParty
from minewatch.lib.clock import local_date
from minewatch.lib.windows import Occurrence

#: what a duty of a task is called; the rest are 专项任务
DUTY_KINDS = {
    Task.Kind.REPORT: Duty.Kind.REPORT,
    Task.Kind.BULLETIN: Duty.Kind.REPORT,
    Task.Kind.MEETING: Duty.Kind.MEETING,
    Task.Kind.VISIT: Duty.Kind.VISIT,
    Task.Kind.PATROL: Duty.Kind.PATROL,
    Task.Kind.INSPECTION: Duty.Kind.INSPECTION,
}
#: whose desk a task comes to where the notice names no post; bureaus: the officer in charge
DESKS = {
    AgencyKind.TOWNSHIP: Role.FILLER,
    AgencyKind.VILLAGE: Role.FILLER,
    AgencyKind.JOINT_OFFICE: Role.OFFICE,
    AgencyKind.COUNTY: Role.LEADER,
}


@dataclass(frozen=True)
class Owner:
    """A unit that a rule binds, from `joined_on` to `left_on` (both inclusive; None = open).

    Of a visit it is the unit of one leader with the area of the assignment.
    """

    agency: Agency
    recipient: Agency | None = None
    joined_on: dt.date | None = None
    left_on: dt.date | None = None
    role: str = ""
    member: Member | None = None
    assignment_id: int | None = None
    area: Division | None = None

    def owes(self, occurrence: Occurrence) -> bool:
        """Whether it is bound on the day the occurrence is due."""
        return self.bound_on(local_date(occurrence.due_at))

    def bound_on(self, day: dt.date) -> bool:
        """Whether it takes part on `day`."""
        joined = self.joined_on is None or self.joined_on <= day
        return joined and (self.left_on is None or day <= self.left_on)

    @property
    def suffix(self) -> str:
        """What tells one leader's duty from another's of the same unit."""
        return f":a{self.assignment_id}" if self.assignment_id else ""

    @property
    def proof_kind(self) -> str:
        """visit.<assignment>: a visit counts for the area it was assigned, for no other."""
        return f"visit.{self.assignment_id}" if self.assignment_id else ""

    def titled(self, name: str) -> str:
        """The task's name with the area of a visit."""
        return f"{name}（{self.area.name}）" if self.area else name


def owners(rule: DutyRule) -> list[Owner]:
    """Everyone whom `rule` binds, in order."""
    if rule.task:
        return leaders(rule.task) if rule.task.kind == Task.Kind.VISIT else hosts(rule.task)
    if rule.owner_id:
        units: Iterable[Agency] = [rule.owner]
    else:
        units = in_county(rule, rule.owner_kind)
    if not rule.recipient_kind:
        return [Owner(unit) for unit in units]
    there = list(in_county(rule, rule.recipient_kind))
    return [Owner(unit, _recipient(unit, there)) for unit in units]


def hosts(task: Task) -> list[Owner]:
    """The 牵头单位 of a task, in the notice's order. Units out of service owe nothing new."""
    parties = [party for party in task.parties.all() if party.side == TaskParty.Side.HOST]
    return [
        Owner(
            party.agency,
            task.recipient,
            party.joined_on,
            party.left_on,
            role=desk(task, party.agency),
        )
        for party in sorted(parties, key=lambda party: (party.order, party.pk))
        if party.agency.is_active
    ]


def leaders(task: Task) -> list[Owner]:
    """包联: each leader for each area, for the days of the assignment."""
    return [
        _leader(task, assignment)
        for assignment in sorted(task.assignments.all(), key=lambda row: row.pk)
        if assignment.leader.agency_id
    ]


def _leader(task: Task, assignment: Assignment) -> Owner:
    leader = assignment.leader
    roles = sorted(grant.role for grant in leader.grants.all())
    return Owner(
        leader.agency,
        task.recipient,
        max(day for day in (assignment.valid_from, assignment.owes_from) if day),
        assignment.valid_to,
        role=Role.LEADER if Role.LEADER in roles else (roles or [task.role])[0],
        member=leader,
        assignment_id=assignment.pk,
        area=assignment.division,
    )


def desk(task: Task, agency: Agency) -> str:
    """The role a task comes to in `agency`: the notice's own, else the one that does such work there."""
    return task.spec.get("role") or DESKS.get(agency.kind, Role.OFFICER)


def role_in(rule: DutyRule, owner: Owner) -> str:
    """The role that owes it."""
    return owner.role or rule.owner_role


def in_county(rule: DutyRule, kind: str) -> Iterable[Agency]:
    """Active units of `kind` in the rule's county."""
    found = Agency.objects.active().filter(kind=kind, division__code__startswith=rule.county.code)
    return found.select_related("division").order_by("division__code", "code")


def _recipient(unit: Agency, there: list[Agency]) -> Agency | None:
    """The township over a village by its code; else the county's one unit of that kind."""
    if there and there[0].kind == AgencyKind.TOWNSHIP:
        return next((one for one in there if unit.division.code.startswith(one.division.code)), None)
    return there[0] if there else None
