"""应完成、已完成、逾期、未完成 over a period: by unit, by township, by campaign; never by person.

Lines stand in the order of division codes (of names for campaigns), and every number is the count of the
rows that its address opens.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from agencies.models import Agency, Division
from duties.board import late_q
from duties.models import Campaign, Duty
from minewatch.lib.periods import BadPeriod, Period, parse_period

if TYPE_CHECKING:
    from agencies.models import Member

COUNTY, TOWNSHIP = 6, 9  # digits of a division code
TABS = (("unit", "按单位"), ("township", "按乡镇"), ("campaign", "按专项行动"))
COLUMNS = (("due", "应完成", "owed"), ("done", "已完成", "kept"), ("late", "逾期", "late"))
MISSING = ("missing", "未完成", "")
COUNTY_UNITS = "县直单位"
STANDING = "日常任务"


@dataclass
class Line:
    """One line's numbers of duties due in the period (历史, 免除 and 取消 left out).

    `where` are the parameters of /duties/ that open exactly these rows.
    """

    label: str
    where: dict[str, str] = field(default_factory=dict)
    due: int = 0
    done: int = 0
    late: int = 0

    @property
    def missing(self) -> int:
        """应完成未完成."""
        return self.due - self.done

    def add(self, row: dict[str, int]) -> None:
        """Sum a row of the database into the line."""
        self.due += row["due"]
        self.done += row["done"]
        self.late += row["late"]


def coverage(member: Member, period: Period, at: dt.datetime, by: str = "unit") -> list[Line]:
    """Lines of everything in the member's sight that was owed in `period`; `by` is a key of TABS."""
    rows = owed(member, period)
    return {"unit": _by_unit, "township": _by_township, "campaign": _by_campaign}[by](rows, at)


def owed(member: Member, period: Period) -> QuerySet[Duty]:
    """Duties in sight that count as owed in the period."""
    rows = Duty.objects.visible_to(member).filter(in_period(period), history=False)
    return rows.exclude(status__in=[Duty.Status.WAIVED, Duty.Status.CANCELLED])


def numbers(rows: QuerySet[Duty], key: str, at: dt.datetime) -> list[dict]:
    """[{key, due, done, late}] in one query."""
    return list(
        rows.order_by()
        .values(key)
        .annotate(
            due=Count("pk"),
            done=Count("pk", filter=Q(status=Duty.Status.FULFILLED)),
            late=Count("pk", filter=late_q(at)),
        )
    )


def _by_unit(rows: QuerySet[Duty], at: dt.datetime) -> list[Line]:
    found = {row["agency"]: row for row in numbers(rows, "agency", at)}
    lines = []
    for unit in Agency.objects.filter(pk__in=found).order_by("division__code", "code"):
        line = Line(unit.label, {"unit": unit.code})
        line.add(found[unit.pk])
        lines.append(line)
    return lines


def _by_township(rows: QuerySet[Duty], at: dt.datetime) -> list[Line]:
    """A township with its villages; the units of the county and above stand apart."""
    return grouped(numbers(rows, "agency__division__code", at), township_of)


def township_of(code: str) -> tuple[str, dict[str, str]]:
    """(division code of the line, parameters of its rows) for a unit's division code."""
    if len(code) < TOWNSHIP:
        return code, {"at": code}
    return code[:TOWNSHIP], {"area": code[:TOWNSHIP]}


def grouped(
    found: Iterable[dict],
    place: Callable[[str], tuple[str, dict[str, str]]],
    key: str = "agency__division__code",
) -> list[Line]:
    """Lines by place, in the order of codes, summed from rows by division."""
    lines: dict[str, Line] = {}
    for row in found:
        code, where = place(row[key])
        lines.setdefault(code, Line("", where)).add(row)
    names = place_names(lines)
    for code, line in lines.items():
        line.label = names[code]
    return [lines[code] for code in sorted(lines)]


def place_names(codes: Iterable[str]) -> dict[str, str]:
    """Division code → its name; the county's own code stands for 县直单位."""
    known = dict(Division.objects.filter(code__in=list(codes)).order_by("id").values_list("code", "name"))
    return {code: COUNTY_UNITS if len(code) == COUNTY else known.get(code, code) for code in codes}


def _by_campaign(rows: QuerySet[Duty], at: dt.datetime) -> list[Line]:
    found = {row["campaign"]: row for row in numbers(rows, "campaign", at)}
    lines = []
    for campaign in Campaign.objects.filter(pk__in=found).order_by("starts_on", "key"):
        line = Line(campaign.name, {"campaign": str(campaign.pk)})
        line.add(found[campaign.pk])
        lines.append(line)
    if None in found:
        lines.append(Line(STANDING, {"standing": "1"}))
        lines[-1].add(found[None])
    return lines


def total(lines: Iterable[Line]) -> Line:
    """合计."""
    whole = Line("合计")
    for line in lines:
        whole.add({"due": line.due, "done": line.done, "late": line.late})
    return whole


def url_of(line: Line, period: Period, state: str, **more: str) -> str:
    """The duties behind one number; without a state /duties/ shows what is open."""
    asked = {**line.where, **more, "period": period.key} | ({"state": state} if state else {})
    return f"/duties/?{urlencode(asked)}"


def in_period(period: Period) -> Q:
    """Due inside the period."""
    return Q(due_at__gte=period.window.start, due_at__lt=period.window.end)


def asked_period(text: str, default: Period) -> tuple[Period, str]:
    """The period asked for; one that cannot be read gives the default and the message."""
    try:
        return (parse_period(text), "") if text.strip() else (default, "")
    except BadPeriod as error:
        return default, str(error)
