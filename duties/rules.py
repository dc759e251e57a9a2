"""A rule's schedule as occurrences × owner units: pure reading, nothing is stored here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Prefetch, Q, QuerySet

from agencies.models import Agency
from duties import calendars
from duties.models import Assignment, Campaign, Duty, DutyRule, TaskParty
from duties.owners import DUTY_KINDS, Owner, owners, role_in
from duties.task_rules import basis_of, binds_from, task_key, undated
from minewatch.lib.clock import SHANGHAI, local_date, midnight
from minewatch.lib.periods import BadPeriod, parse_period
from minewatch.lib.windows import Occurrence, Schedule, occurrences
from minewatch.lib.workdays import Calendar

__all__ = [
    "Owed",
    "Owner",
    "Rhythm",
    "asked_of",
    "basis_of",
    "binds_from",
    "dates",
    "expand",
    "live_rules",
    "owners",
    "period_words",
    "read_rhythm",
    "read_schedule",
    "rhythm_of",
    "schedule_of",
    "shown_window",
    "task_key",
    "undated",
    "with_owners",
]

INSTANT = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Rhythm:
    """What a rule's JSON says: the schedule, and the day its first window opens on (None = its start)."""

    schedule: Schedule
    opens: dt.date | None = None


@dataclass(frozen=True)
class Owed:
    """One unit's (in a visit: one leader's) occurrence of one rule."""

    rule: DutyRule
    owner: Owner
    occurrence: Occurrence

    @property
    def agency(self) -> Agency:
        """Who owes it."""
        return self.owner.agency

    @property
    def recipient(self) -> Agency | None:
        """Whom it is sent to."""
        return self.owner.recipient

    @property
    def key(self) -> str:
        """Stable: rule, unit, window, and the assignment of a visit."""
        return f"{self.rule.key}:{self.agency.code}:{self.occurrence.key}{self.owner.suffix}"

    @property
    def history(self) -> bool:
        """Due before the rule was loaded: no reminder, no red light, still provable."""
        return self.occurrence.due_at < self.rule.loaded_at

    @property
    def title(self) -> str:
        """工作周报 2022年第38周（9月17日—9月23日）; a thing done once has its name alone."""
        task = self.rule.task
        name = self.owner.titled(task.name if task else self.rule.name)
        if task and self.rule.schedule.get("kind") == "once":
            return name[:160]
        words = period_words(self.occurrence)
        return f"{name[: 159 - len(words)]} {words}"

    @property
    def kind(self) -> str:
        """The kind of duty that the task, or else the rule, gives."""
        task = self.rule.task
        return DUTY_KINDS.get(task.kind, Duty.Kind.TASK) if task else self.rule.kind

    @property
    def proof_kind(self) -> str:
        """What proves it; a visit only for its own area."""
        return self.owner.proof_kind or self.rule.proof_kind

    def duty(self) -> Duty:
        """The row for it, unsaved."""
        found, task = self.occurrence, self.rule.task
        return Duty(
            key=self.key,
            rule=self.rule,
            campaign_id=task.campaign_id if task else None,
            kind=self.kind,
            title=self.title,
            agency=self.agency,
            role=role_in(self.rule, self.owner),
            member=self.owner.member,
            recipient=self.recipient,
            period=found.key,
            proof_kind=self.proof_kind,
            window_start=found.window.start,
            window_end=found.window.end,
            started_at=found.window.start,
            due_at=found.due_at,
            needed=self.rule.needed,
            basis=self.rule.basis,
            history=self.history,
            provisional=found.provisional,
        )


def live_rules() -> QuerySet[DutyRule]:
    """Rules that still open duties: standing ones, and those of tasks that stand in a running campaign."""
    running = Q(task__campaign__status=Campaign.Status.RUNNING, task__dropped_at__isnull=True)
    return with_owners(DutyRule.objects.filter(Q(task__isnull=True) | running))


def with_owners(rules: QuerySet[DutyRule]) -> QuerySet[DutyRule]:
    """`rules` with all that `owners` reads of a task, in a handful of queries however many rules."""
    parties = TaskParty.objects.select_related("agency__division")
    leaders = Assignment.objects.select_related("leader__agency__division", "division")
    return rules.select_related(
        "county", "owner__division", "task__campaign__county", "task__recipient"
    ).prefetch_related(
        Prefetch("task__parties", parties),
        Prefetch("task__assignments", leaders.prefetch_related("leader__grants")),
    )


def schedule_of(rule: DutyRule) -> Schedule:
    """The schedule of a rule's JSON. Raises ValueError or TypeError for one that says nothing clear."""
    return rhythm_of(rule).schedule


def rhythm_of(rule: DutyRule) -> Rhythm:
    """Schedule and opening day of a rule's JSON. Raises as `read_rhythm`."""
    return read_rhythm(rule.schedule)


def read_schedule(data: dict) -> Schedule:
    """The schedule in `data`, whatever its `opens`. Raises as `read_rhythm`."""
    return read_rhythm(data).schedule


def read_rhythm(data: dict) -> Rhythm:
    """From {kind, byday | days | month, day | on | n, start, at "18:00", window, roll, opens "2021-04-01"}.

    Raises ValueError or TypeError for what says nothing clear.
    """
    values = dict(data)
    for name in ("byday", "days"):
        if name in values:
            values[name] = tuple(values[name])
    if values.get("at"):
        values["at"] = dt.time.fromisoformat(str(values["at"]))
    for name in ("on", "start", "opens"):
        if values.get(name):
            values[name] = dt.date.fromisoformat(str(values[name]))
    opens = values.pop("opens", None)
    return Rhythm(Schedule(**values), opens or None)


def dates(
    rule: DutyRule, first: dt.date, last: dt.date, calendar: Calendar | None = None
) -> list[Occurrence]:
    """Occurrences of `rule` whose due day lies in [first, last], both inclusive."""
    rhythm = rhythm_of(rule)
    return occurrences(
        rhythm.schedule,
        first,
        last,
        since=rule.valid_from,
        opens=rhythm.opens,
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
    """Every occurrence of `rule` due in [first, last], and passing `when`, for every unit that owes it.

    A joint task is done once: by the first host that is bound on the due day.
    """
    due = [found for found in dates(rule, first, last, calendar) if when(found)]
    if not due:
        return
    bound = owners(rule)
    if rule.task and rule.task.joint:
        for occurrence in due:
            first_host = next((owner for owner in bound if owner.owes(occurrence)), None)
            if first_host:
                yield Owed(rule, first_host, occurrence)
        return
    for owner in bound:
        for occurrence in due:
            if owner.owes(occurrence):
                yield Owed(rule, owner, occurrence)


def asked_of(agency: Agency, proof_kind: str) -> bool:
    """Whether any rule, in force or past, binds this unit to that proof."""
    county = agency.division.code[:6]
    standing = (Q(owner=agency) | Q(owner_kind=agency.kind)) & Q(county__code=county)
    host = Q(task__parties__agency=agency, task__parties__side=TaskParty.Side.HOST)
    return DutyRule.objects.filter(standing | host, proof_kind=proof_kind).exists()


def period_words(found: Occurrence) -> str:
    """2022年9月; 2022年第38周（9月17日—9月23日） where the window is not the calendar week itself."""
    first, last = local_date(found.window.start), local_date(found.window.end - INSTANT)
    days = f"{first.month}月{first.day}日"
    if last.year != first.year:
        days += f"—{last.year}年{last.month}月{last.day}日"
    elif last != first:
        days += f"—{last.month}月{last.day}日"
    try:
        period = parse_period(found.key)
    except BadPeriod:
        return f"{first.year}年{days}"
    if (period.first, period.last) == (first, last):
        return period.label
    told = days if first.year == period.first.year else f"{first.year}年{days}"
    return f"{period.label.split('（')[0]}（{told}）"


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
