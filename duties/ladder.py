"""The ladder of reminders (提醒阶梯): a county's rungs, when each is reached, when the county keeps quiet.

A rung stands `offset_hours` from the due instant. One before it that falls on a day off is given at the
same hour of the last working day before, so that a due on a holiday is not remembered too late
(domain.md A.12). Calendars of the notices keep the due day; only the reminder moves.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db.models import Q, QuerySet

from agencies.models import Agency, Division, Member
from duties.holders import stands_for_office
from duties.models import QuietHours, Rung
from duties.words import ONE_DAY
from minewatch.lib.clock import SHANGHAI, local_date, midnight
from minewatch.lib.workdays import Calendar

DATA = Path(__file__).parent / "data" / "rungs.yaml"
#: Whom a rung may go to, in the words of the page.
RECIPIENTS = {
    "holder": "承办人",
    "filler": "填表人",
    "deputy": "分管领导",
    "head": "主要负责人",
    "office": "专班办公室",
    "leader": "督办领导",
}
#: Farthest a rung may stand from the due instant, in hours.
FARTHEST = 90 * 24


@cache
def shipped() -> dict[str, Any]:
    """The rungs and quiet hours that a county starts with."""
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))


def ensure(county: Division) -> int:
    """Give `county` the rungs and quiet hours it has not; those that are there stay. Returns how many."""
    quiet = shipped()["quiet"]
    QuietHours.objects.get_or_create(
        county=county,
        defaults={
            "starts_at": dt.time.fromisoformat(quiet["starts_at"]),
            "ends_at": dt.time.fromisoformat(quiet["ends_at"]),
            "rest_days": quiet["rest_days"],
        },
    )
    made = 0
    for row in shipped()["rungs"]:
        values = {name: value for name, value in row.items() if name != "key"}
        made += Rung.objects.get_or_create(county=county, key=row["key"], defaults=values)[1]
    return made


def counties() -> list[Division]:
    """Counties that have units; one without any rung (set up before there were ladders) is given them."""
    codes = {code[:6] for code in Agency.objects.active().values_list("division__code", flat=True)}
    rows = list(Division.objects.filter(code__in=[code for code in codes if len(code) == 6]).order_by("pk"))
    laddered = set(Rung.objects.values_list("county_id", flat=True).distinct())
    for county in rows:
        if county.pk not in laddered:
            ensure(county)
    return rows


# when ----------------------------------------------------------------------------------------------


def rung_at(due_at: dt.datetime, offset_hours: int, calendar: Calendar) -> dt.datetime:
    """The instant at which a rung of `offset_hours` is reached for a duty due at `due_at`."""
    at = (due_at + dt.timedelta(hours=offset_hours)).astimezone(SHANGHAI)
    if offset_hours >= 0 or calendar.is_workday(at.date()):
        return at
    return at - (at.date() - calendar.prev_workday(at.date()).date)


def reached(offset_hours: int, at: dt.datetime, calendar: Calendar) -> Q:
    """Duties whose rung of `offset_hours` is reached at `at`: `rung_at(due_at) <= at`, said in due times."""
    shift = dt.timedelta(hours=offset_hours)
    found = Q(due_at__lte=at - shift)
    if offset_hours < 0:
        for start, end in _drawn_forward(at.astimezone(SHANGHAI), calendar):
            found |= Q(due_at__gte=start - shift, due_at__lte=end - shift)
    return found


def _drawn_forward(at: dt.datetime, calendar: Calendar) -> list[tuple[dt.datetime, dt.datetime]]:
    """Spans after `at`, on the days off that follow, whose reminders belong before them; bounds included."""
    today = local_date(at)
    off = []
    day = today + ONE_DAY
    while not calendar.is_workday(day):
        off.append(day)
        day += ONE_DAY
    if not calendar.is_workday(today):
        return [(at, midnight(day) - dt.timedelta(microseconds=1))]
    clock = at - midnight(today)
    return [(midnight(one), midnight(one) + clock) for one in off]


def is_quiet(quiet: QuietHours | None, at: dt.datetime, calendar: Calendar) -> bool:
    """Whether reminders wait at `at`: inside the quiet hours, or on a day off where those are quiet too."""
    if quiet is None:
        return False
    if quiet.rest_days and not calendar.is_workday(local_date(at)):
        return True
    start, end, clock = quiet.starts_at, quiet.ends_at, at.astimezone(SHANGHAI).time()
    if start <= end:
        return start <= clock < end
    return clock >= start or clock < end


def offset_words(hours: int) -> str:
    """期限前39小时 · 到期时 · 期限后57小时"""
    if not hours:
        return "到期时"
    return f"期限{'前' if hours < 0 else '后'}{abs(hours)}小时"


def day_words(hours: int) -> str:
    """到期日前3天9时 · 到期当天9时 · 到期日后1天9时: what an offset means for a due of a whole day (24时)."""
    days, hour = divmod(24 + hours, 24)
    day = f"到期日{'前' if days < 0 else '后'}{abs(days)}天" if days else "到期当天"
    return f"{day}{hour}时"


# who keeps it --------------------------------------------------------------------------------------


def rungs_of(member: Member) -> QuerySet[Rung]:
    """The rungs of the member's county, for those who watch over its duties."""
    return Rung.objects.filter(county=member.agency.county)


def keeps(member: Member) -> bool:
    """Whether the member changes the ladder of the own county: the joint office's people."""
    return member.is_business and stands_for_office(member, member.agency.division.code[:6])
