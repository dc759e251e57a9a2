"""A rule's schedule as occurrences × owner units: pure reading, nothing is stored here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q

from agencies.models import Agency, AgencyKind
from duties import calendars
from duties.models import Duty, DutyRule
from minewatch.lib.clock import SHANGHAI, local_date, midnight
from minewatch.lib.periods import BadPeriod, parse_period
from minewatch.lib.windows import Occurrence, Schedule, occurrences
from minewatch.lib.workdays import Calendar

INSTANT = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Owed:
    """One unit's occurrence of one rule."""

    rule: DutyRule
    agency: Agency
    recipient: Agency | None
    occurrence: Occurrence

    @property
    def key(self) -> str:
        """Stable: rule, unit, window."""
        return f"{self.rule.key}:{self.agency.code}:{self.occurrence.key}"

    @property
    def history(self) -> bool:
        """Due before the rule was loaded: no reminder, no red light, still provable."""
        return self.occurrence.due_at < self.rule.loaded_at

    def duty(self) -> Duty:
        """The row for it, unsaved."""
        found = self.occurrence
        return Duty(
            key=self.key,
            rule=self.rule,
            kind=self.rule.kind,
            title=f"{self.rule.name} {period_words(found)}"[:160],
            agency=self.agency,
            role=self.rule.owner_role,
            recipient=self.recipient,
            period=found.key,
            proof_kind=self.rule.proof_kind,
            window_start=found.window.start,
            window_end=found.window.end,
            started_at=found.window.start,
            due_at=found.due_at,
            needed=self.rule.needed,
            basis=self.rule.basis,
            history=self.history,
            provisional=found.provisional,
        )


def schedule_of(rule: DutyRule) -> Schedule:
    """The schedule of a rule's JSON. Raises ValueError or TypeError for one that says nothing clear."""
    return read_schedule(rule.schedule)


def read_schedule(data: dict) -> Schedule:
    """Schedule from {kind, byday | days | month, day | on, at "18:00", window, roll}."""
    values = dict(data)
    for name in ("byday", "days"):
        if name in values:
            values[name] = tuple(values[name])
    if values.get("at"):
        values["at"] = dt.time.fromisoformat(str(values["at"]))
    if values.get("on"):
        values["on"] = dt.date.fromisoformat(str(values["on"]))
    return Schedule(**values)


def dates(
    rule: DutyRule, first: dt.date, last: dt.date, calendar: Calendar | None = None
) -> list[Occurrence]:
    """Occurrences of `rule` whose due day lies in [first, last], both inclusive."""
    return occurrences(
        schedule_of(rule),
        first,
        last,
        since=rule.valid_from,
        until=rule.valid_to,
        calendar=calendar or calendars.calendar(),
    )


def expand(
    rule: DutyRule,
    first: dt.date,
    last: dt.date,
    *,
    calendar: Calendar | None = None,
    when: Callable[[Occurrence], bool] = lambda found: True,
) -> Iterator[Owed]:
    """Every occurrence of `rule` due in [first, last], and passing `when`, for every unit that owes it."""
    due = [found for found in dates(rule, first, last, calendar) if when(found)]
    if not due:
        return
    for agency, recipient in owners(rule):
        for occurrence in due:
            yield Owed(rule, agency, recipient, occurrence)


def owners(rule: DutyRule) -> list[tuple[Agency, Agency | None]]:
    """(unit, unit it reports to) of every active unit that `rule` binds."""
    if rule.owner_id:
        units: Iterable[Agency] = [rule.owner]
    else:
        units = in_county(rule, rule.owner_kind)
    if not rule.recipient_kind:
        return [(unit, None) for unit in units]
    there = list(in_county(rule, rule.recipient_kind))
    return [(unit, _recipient(unit, there)) for unit in units]


def asked_of(agency: Agency, proof_kind: str) -> bool:
    """Whether any rule, in force or past, binds this unit to that proof."""
    county = agency.division.code[:6]
    binding = Q(owner=agency) | Q(owner_kind=agency.kind)
    return DutyRule.objects.filter(binding, proof_kind=proof_kind, county__code=county).exists()


def in_county(rule: DutyRule, kind: str) -> Iterable[Agency]:
    """Active units of `kind` in the rule's county."""
    found = Agency.objects.active().filter(kind=kind, division__code__startswith=rule.county.code)
    return found.select_related("division").order_by("division__code", "code")


def _recipient(unit: Agency, there: list[Agency]) -> Agency | None:
    """The township over a village by its code; else the county's one unit of that kind."""
    if there and there[0].kind == AgencyKind.TOWNSHIP:
        return next((one for one in there if unit.division.code.startswith(one.division.code)), None)
    return there[0] if there else None


def period_words(found: Occurrence) -> str:
    """2022年9月; 2022年第38周（9月17日—9月23日） where the window is not the calendar week itself."""
    first, last = local_date(found.window.start), local_date(found.window.end - INSTANT)
    days = f"{first.month}月{first.day}日—{last.month}月{last.day}日"
    try:
        period = parse_period(found.key)
    except BadPeriod:
        return f"{first.year}年{days}"
    if (period.first, period.last) == (first, last):
        return period.label
    return f"{period.label.split('（')[0]}（{days}）"


def shown_window(
    duty: Duty, occurrence: Occurrence | None = None
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """The window's bounds for people: 00:00:00 … 23:59:59, or previous cut-off … this cut-off."""
    if occurrence is not None:
        return occurrence.window_start_shown, occurrence.window_end_shown
    return duty.window_start, _shown_end(duty.window_end)


def _shown_end(end: dt.datetime | None) -> dt.datetime | None:
    if end is None:
        return None
    whole_day = end == midnight(end.astimezone(SHANGHAI).date())
    return end - dt.timedelta(seconds=1) if whole_day else end - dt.timedelta(microseconds=1)
