"""巡查覆盖: patrols owed and sites visited in a window, by village, township, grid and 包联 area.

Pure reading through `visible_to`; lines stand in the order of division codes, never by how well somebody
did. A site counts as visited when a live patrol row or a filed inspection names it in the window; what the
reader may not see (a 暗访) does not count for the reader.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from agencies.models.units import COUNTY_WIDE
from duties.areas import visible_assignments
from duties.coverage import COUNTY, TOWNSHIP, numbers, owed, place_names
from duties.models import Duty
from ledgers.models import Entry, Inspection, Site
from ledgers.states import InspectionStatus
from minewatch.lib.periods import Period

if TYPE_CHECKING:
    from agencies.models import Member

TABS = (("village", "按村"), ("township", "按乡镇"), ("grid", "按网格"), ("leader", "按包联区域"))
STATES = (("", "全部"), ("visited", "已巡查"), ("missed", "漏查"))
SEPARATOR = "~"
NO_GRID = "未划网格"
OWN = "本级"


@dataclass
class Line:
    """One village, township, grid or area. `key` names it in addresses; `where` finds its duties
    (empty: duties are not kept by grid)."""

    key: str
    label: str = ""
    who: str = ""
    where: dict[str, str] = field(default_factory=dict)
    due: int = 0
    done: int = 0
    late: int = 0
    sites: int = 0
    visited: int = 0

    @property
    def missing(self) -> int:
        """Patrols due and not done."""
        return self.due - self.done

    @property
    def missed(self) -> int:
        """漏查: sites in the register that nobody visited."""
        return self.sites - self.visited


def sites_in_sight(member: Member, period: Period) -> QuerySet[Site]:
    """Sites on the books that the member may see, with `was_visited` for the window."""
    entries = (
        Entry.objects.visible_to(member)
        .live()
        .filter(site=OuterRef("pk"), patrolled_on__range=(period.first, period.last))
    )
    inspected = Inspection.objects.visible_to(member).filter(
        sites__site=OuterRef("pk"),
        status=InspectionStatus.FILED,
        starts_at__gte=period.window.start,
        starts_at__lt=period.window.end,
    )
    rows = Site.objects.visible_to(member).filter(is_active=True)
    return rows.annotate(was_visited=Exists(entries) | Exists(inspected))


def coverage(member: Member, period: Period, at: dt.datetime, by: str) -> list[Line]:
    """Lines of everything in the member's sight; `by` is a key of TABS."""
    if by == "leader":
        return _by_area(member, period, at)
    lines: dict[str, Line] = {}
    for code, grid, visited in _sites(member, period):
        key = key_of(by, code, grid)
        line = lines.setdefault(key, Line(key))
        line.sites += 1
        line.visited += visited
    if by != "grid":
        for row in _patrols(member, period, at):
            key = key_of(by, row["agency__division__code"], "")
            _add(lines.setdefault(key, Line(key)), row)
    _name(lines.values(), by)
    return [lines[key] for key in sorted(lines)]


def _sites(member: Member, period: Period) -> list[tuple[str, str, bool]]:
    rows = sites_in_sight(member, period).order_by()
    return list(rows.values_list("division__code", "grid", "was_visited"))


def _patrols(member: Member, period: Period, at: dt.datetime) -> list[dict]:
    return numbers(owed(member, period).filter(kind=Duty.Kind.PATROL), "agency__division__code", at)


def _add(line: Line, row: dict) -> None:
    line.due += row["due"]
    line.done += row["done"]
    line.late += row["late"]


def key_of(by: str, code: str, grid: str) -> str:
    """Which line a place belongs to: its own code, its township's, or its township's with the grid."""
    if by == "village":
        return code
    return code[:TOWNSHIP] if by == "township" else f"{code[:TOWNSHIP]}{SEPARATOR}{grid}"


def _name(lines: Iterable[Line], by: str) -> None:
    lines = list(lines)
    codes = {line.key.split(SEPARATOR)[0] for line in lines}
    names = place_names(codes | {code[:TOWNSHIP] for code in codes})
    for line in lines:
        code, _, grid = line.key.partition(SEPARATOR)
        township = names[code[:TOWNSHIP]]
        if by == "grid":
            line.label = f"{township} {grid or NO_GRID}"
        elif by == "village" and len(code) > TOWNSHIP:
            line.label, line.where = f"{township}{names[code]}", {"at": code}
        elif by == "village" and len(code) == TOWNSHIP:
            line.label, line.where = f"{township}（{OWN}）", {"at": code}
        else:
            line.label = township
            line.where = {"at" if len(code) <= COUNTY else "area": code}


def _by_area(member: Member, period: Period, at: dt.datetime) -> list[Line]:
    """One line for each 包联 assignment of the window: areas overlap, so that they have no sum."""
    rows = visible_assignments(member).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=period.first), valid_from__lte=period.last
    )
    if member.agency.kind not in COUNTY_WIDE:
        rows = rows.filter(division__code__startswith=member.agency.division.code)
    sites, patrols = _sites(member, period), _patrols(member, period, at)
    lines = []
    for assignment in rows.order_by("division__code", "pk"):
        code = assignment.division.code
        line = Line(str(assignment.pk), assignment.division.name, assignment.leader.name, {"area": code})
        for place, _, visited in sites:
            if place.startswith(code):
                line.sites += 1
                line.visited += visited
        for row in patrols:
            if row["agency__division__code"].startswith(code):
                _add(line, row)
        lines.append(line)
    return lines


def total(lines: Iterable[Line]) -> Line:
    """合计 of lines that do not overlap."""
    whole = Line("", "合计")
    for line in lines:
        for name in ("due", "done", "late", "sites", "visited"):
            setattr(whole, name, getattr(whole, name) + getattr(line, name))
    return whole


def narrowed(rows: QuerySet[Site], member: Member, by: str, key: str) -> tuple[QuerySet[Site], str]:
    """(the sites of one line, its words); an unknown line has none."""
    if not key:
        return rows, ""
    if by == "leader":
        number = int(key) if key.isascii() and key.isdigit() and len(key) < 10 else 0
        found = visible_assignments(member).filter(pk=number).first()
        if found is None:
            return rows.none(), ""
        return rows.filter(division__code__startswith=found.division.code), found.division.name
    line = Line(key)
    _name([line], by)
    code, _, grid = key.partition(SEPARATOR)
    if by == "village":
        return rows.filter(division__code=code), line.label
    # a site that stands at the county's own level belongs to no township
    whole = len(code) <= COUNTY
    rows = rows.filter(**{"division__code" if whole else "division__code__startswith": code})
    return (rows.filter(grid=grid) if by == "grid" else rows), line.label
