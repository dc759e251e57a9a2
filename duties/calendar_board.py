"""日历: what is due on which day – stored duties as they stand, later ones computed and not written."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from agencies.models import Agency
from agencies.scope import readable_agencies
from duties import calendars
from duties.board import late_q
from duties.models import Duty
from duties.rules import expand, live_rules
from minewatch.lib.clock import SHANGHAI, local_date, midnight

if TYPE_CHECKING:
    from agencies.models import Member
    from duties.models import Campaign

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Wanted:
    """What the reader asked for; empty means all in sight."""

    campaign: Campaign | None = None
    unit: Agency | None = None
    kind: str = ""

    def query(self) -> str:
        """The conditions as a query string for the list of duties."""
        parts = {
            "campaign": self.campaign.pk if self.campaign else "",
            "unit": self.unit.code if self.unit else "",
            "kind": self.kind,
        }
        return "".join(f"&{name}={value}" for name, value in parts.items() if value)


@dataclass
class Line:
    """Duties of one rule (steps: of one kind) due at one instant: how many, done, late; `planned` ones are
    not opened yet.
    """

    title: str
    due_at: dt.datetime
    count: int = 0
    done: int = 0
    late: int = 0
    planned: bool = False
    pk: int | None = None

    @property
    def words(self) -> str:
        """2项，已完成1 · 计划 9项"""
        if self.planned:
            return f"计划{self.count}项"
        said = f"{self.count}项" if self.count > 1 else ""
        done = f"已完成{self.done}" if self.done and self.count > 1 else "已完成" if self.done else ""
        late = f"逾期{self.late}" if self.late else ""
        return "，".join(part for part in (said, done, late) if part)


@dataclass(frozen=True)
class Day:
    """One day of the month: off work or not, the holiday's name, its lines."""

    day: dt.date
    off: bool
    holiday: str
    lines: list[Line]
    url: str


def month(member: Member, first: dt.date, at: dt.datetime, wanted: Wanted) -> list[Day]:
    """Every day of the month that begins with `first`, with what is due on it."""
    following = (first.replace(day=28) + 4 * ONE_DAY).replace(day=1)
    lines = _stored(member, first, following, at, wanted)
    for line in _planned(member, first, following - ONE_DAY, at, wanted):
        lines[local_date(line.due_at)].append(line)
    calendar, names = calendars.calendar(), calendars.names()
    days = [first + n * ONE_DAY for n in range((following - first).days)]
    return [
        Day(
            day,
            not calendar.is_workday(day),
            names.get(day, ""),
            sorted(lines[day], key=lambda line: (line.due_at, line.title)),
            f"/duties/?period={day}..{day}&state=all{wanted.query()}",
        )
        for day in days
    ]


def _stored(
    member: Member, first: dt.date, following: dt.date, at: dt.datetime, wanted: Wanted
) -> dict[dt.date, list[Line]]:
    found: dict[dt.date, list[Line]] = defaultdict(list)
    rows = _asked(Duty.objects.visible_to(member), wanted).filter(
        due_at__gte=midnight(first), due_at__lt=midnight(following)
    )
    rows = rows.exclude(status__in=[Duty.Status.WAIVED, Duty.Status.CANCELLED]).order_by()
    counted = rows.values("rule__name", "kind", "due_at").annotate(
        n=Count("pk"),
        done=Count("pk", filter=Q(status=Duty.Status.FULFILLED)),
        late=Count("pk", filter=late_q(at) & Q(status=Duty.Status.OPEN)),
    )
    for row in counted:
        due = row["due_at"].astimezone(SHANGHAI)
        word = row["rule__name"] or str(Duty.Kind(row["kind"]).label)
        found[due.date()].append(Line(word, due, row["n"], row["done"], row["late"]))
    return found


def _asked(rows: QuerySet[Duty], wanted: Wanted) -> QuerySet[Duty]:
    if wanted.campaign:
        rows = rows.filter(campaign=wanted.campaign)
    if wanted.unit:
        rows = rows.filter(agency=wanted.unit)
    return rows.filter(kind=wanted.kind) if wanted.kind else rows


def _planned(member: Member, first: dt.date, last: dt.date, at: dt.datetime, wanted: Wanted) -> list[Line]:
    """Occurrences to come that no row stands for yet; the past is what is stored."""
    start = max(first, local_date(at))
    if last < start:
        return []
    mine = set(readable_agencies(member).values_list("pk", flat=True))
    rules = live_rules().filter(county__code=member.agency.division.code[:6])
    if wanted.campaign:
        rules = rules.filter(task__campaign=wanted.campaign)
    if wanted.kind:
        rules = rules.filter(kind=wanted.kind)
    calendar = calendars.calendar()
    owed = [
        item
        for rule in rules
        for item in expand(rule, start, last, calendar=calendar)
        if (item.agency.pk in mine or (item.recipient and item.recipient.pk == member.agency_id))
        and (wanted.unit is None or item.agency.pk == wanted.unit.pk)
    ]
    there = _there([item.key for item in owed])
    lines: dict[tuple[str, dt.datetime], Line] = {}
    for item in owed:
        if item.key in there:
            continue
        key = (item.rule.name, item.occurrence.due_at)
        lines.setdefault(key, Line(*key, planned=True)).count += 1
    return list(lines.values())


def _there(keys: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), 2000):
        found |= set(Duty.objects.filter(key__in=keys[start : start + 2000]).values_list("key", flat=True))
    return found


def weeks(days: list[Day]) -> list[list[Day | None]]:
    """Days in rows of seven, Monday first; None pads the edges."""
    cells: list[Day | None] = [None] * days[0].day.weekday() + list(days)
    cells += [None] * (-len(cells) % 7)
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]
