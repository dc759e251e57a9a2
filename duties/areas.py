"""包联: which leader answers for which township or village, on which days, and what happened there.

    duties.areas.register(fn)      # in AppConfig.ready() of a room above

`fn(member, division, first, last) -> Line` says of an area what the reader may see of it in those days;
the assignment's page shows each line (同步追究 needs to know what happened under whose eyes).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from agencies.models import AgencyKind, Division, Member, Role
from agencies.people import posts_of
from duties.holders import oversees
from duties.models import Assignment, Campaign, Task
from duties.states import WORKERS
from minewatch.lib.clock import now

TOWNSHIP, VILLAGE = 9, 12  # digits of their codes
#: 党政主要负责人 and those who stand for them (PG 二（一）2)
LEADING = (Role.LEADER, Role.HEAD, Role.DEPUTY)


@dataclass(frozen=True)
class Line:
    """What happened in an area: a label, how many, and the newest of them as (label, url)."""

    label: str
    count: int
    links: tuple[tuple[str, str], ...] = ()


Figure = Callable[[Member, Division, dt.date, dt.date | None], Line]
FIGURES: list[Figure] = []


def register(figure: Figure) -> Figure:
    """Show a line on the pages of assignments; the same function stands once."""
    if figure not in FIGURES:
        FIGURES.append(figure)
    return figure


def lines(member: Member, assignment: Assignment) -> list[Line]:
    """What the rooms above know of the area in the days of the assignment, as far as the reader may see."""
    days = assignment.valid_from, assignment.valid_to
    return [figure(member, assignment.division, *days) for figure in FIGURES]


def running(rows: QuerySet[Assignment], on: dt.date) -> QuerySet[Assignment]:
    """Assignments that are in force on the day; both ends are inclusive."""
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


def visible_assignments(member: Member) -> QuerySet[Assignment]:
    """Assignments of the member's county: who answers for an area is made known there."""
    rows = Assignment.objects.select_related(
        "leader__agency__division", "division", "county", "task__campaign"
    )
    if not member.is_business:
        return rows.none()
    return rows.filter(county__code=member.agency.division.code[:6])


def leaders_of(division: Division, on: dt.date | None = None) -> list[Member]:
    """Active leaders who answer on the day (default today) for `division` or for its township."""
    if len(division.code) < TOWNSHIP:
        return []
    areas = {division.code, division.code[:TOWNSHIP]}
    rows = running(Assignment.objects.filter(division__code__in=areas), on or now().date())
    found = (
        rows.filter(leader__is_active=True).select_related("leader__agency").order_by("division__code", "pk")
    )
    return list({row.leader_id: row.leader for row in found}.values())


def assignable(county_code: str, division: Division | None = None) -> QuerySet[Member]:
    """Leaders who may be assigned: of the county's units, and of the township that holds the area."""
    place = Q(agency__division__code=county_code)
    if division is None:
        place |= Q(agency__kind=AgencyKind.TOWNSHIP, agency__division__code__startswith=county_code)
    else:
        place |= Q(agency__kind=AgencyKind.TOWNSHIP, agency__division__code=division.code[:TOWNSHIP])
    return (
        Member.objects.active()
        .filter(place, agency__is_active=True, grants__role__in=LEADING)
        .select_related("agency__division")
        .distinct()
    )


def assignable_areas(member: Member) -> QuerySet[Division]:
    """Areas the member may assign: the office all of the county, a township's head the own villages."""
    rows = Division.objects.filter(valid_to__isnull=True)
    if not member.is_business:
        return rows.none()
    if oversees(member):
        inside = Q(code__startswith=member.agency.division.code[:6])
        return rows.filter(inside, code__regex=r"^([0-9]{9}|[0-9]{12})$").order_by("code")
    heads = posts_of(member, Role.HEAD)
    own = Division.objects.filter(agencies__in=heads, agencies__kind=AgencyKind.TOWNSHIP)
    below = Q(pk__in=[])
    for code in own.values_list("code", flat=True):
        below |= Q(code__startswith=code, code__regex=r"^[0-9]{12}$")
    return rows.filter(below).order_by("code")


def may_assign(member: Member, division: Division) -> bool:
    """Whether the member may say who answers for `division`."""
    return assignable_areas(member).filter(pk=division.pk).exists()


def visit_tasks(member: Member) -> QuerySet[Task]:
    """包联 tasks of campaigns in sight that have not ended."""
    campaigns = Campaign.objects.visible_to(member).exclude(status=Campaign.Status.ENDED)
    rows = Task.objects.filter(campaign__in=campaigns, kind=Task.Kind.VISIT, dropped_at__isnull=True)
    return rows.select_related("campaign")


def fileable(member: Member) -> QuerySet[Assignment]:
    """Assignments whose visits the member may register: one's own, those of the leaders of the unit where
    one works, all of the county for the office and the supervising leader.
    """
    rows = visible_assignments(member)
    if not member.is_business or oversees(member):
        return rows
    units = {agency_id for role in WORKERS for agency_id in posts_of(member, role)}
    return rows.filter(Q(leader=member) | Q(leader__agency__in=units))


def may_file(member: Member, assignment: Assignment) -> bool:
    """Whether the member may register and withdraw visits of `assignment`."""
    return fileable(member).filter(pk=assignment.pk).exists()
