"""What a changed campaign means for the duties it has opened: some are new, some move, some fall away."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F, Q, QuerySet

from duties import calendars
from duties.actions.storing import BATCH, count, store
from duties.actions.telling import tell
from duties.models import Campaign, Duty, DutyRule
from duties.owners import Owner, owners
from duties.rules import Owed, expand, undated, with_owners
from duties.spans import Covered, history_from, opens_at, scan_to
from minewatch.lib.clock import local_date, now

#: what a definition gives a duty; the dates of one that is fulfilled stay
DATES = ("due_at", "window_start", "window_end", "started_at", "period", "needed", "provisional")
FACTS = ("key", "title", "basis", "kind", "role", "member_id", "recipient_id", "proof_kind")
KEPT = ("key", "title", "basis")
ITEMS = "items."


@dataclass(frozen=True)
class Moved:
    """A stored duty with its due instant before and after (either may be None: no day)."""

    duty: Duty
    before: dt.datetime | None
    after: dt.datetime | None


@dataclass
class Realigned:
    """What a changed definition opens, moves and cancels."""

    opened: list[Duty] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    cancelled: list[Duty] = field(default_factory=list)


@dataclass
class Owing:
    """All that the campaign owes as it is now: `kept` by key, of it `wanted` open, and who is bound.

    An occurrence becomes a row only where one is asked for: an open-ended notice has many of them.
    """

    kept: dict[str, Owed | Duty] = field(default_factory=dict)
    wanted: dict[str, Duty] = field(default_factory=dict)
    bound: dict[int, list[Owner]] = field(default_factory=dict)

    def as_duty(self, key: str) -> Duty | None:
        """What is owed under `key` as an unsaved row, None when nothing is."""
        found = self.kept.get(key)
        return found.duty() if isinstance(found, Owed) else found

    def binds(self, duty: Duty) -> bool:
        """Whether its rule stands and still binds its unit on the day it was due."""
        day = duty.due_at and local_date(duty.due_at)
        return day is not None and any(
            owner.agency.pk == duty.agency_id
            and (owner.proof_kind or duty.proof_kind) == duty.proof_kind
            and owner.bound_on(day)
            for owner in self.bound.get(duty.rule_id, ())
        )


def realign(campaign: Campaign, at: dt.datetime | None = None, *, apply: bool = False) -> Realigned:
    """Hold the stored duties of `campaign` against its tasks, parties and rules as they are now.

    No longer owed: cancelled while nothing has been done for it – but what was due before `at` (default now)
    and not done stays owed as long as its task stands and binds the unit. Another date, window, title or
    basis: moved; what is fulfilled keeps its dates, and no recurring duty is moved into the past. Owed and
    not there, or cancelled before: opened, as 历史 where it would be born overdue. Without `apply` nothing is
    written.
    """
    at = at or now()
    with transaction.atomic():
        rows = _stored(campaign)
        if apply:
            rows.update(done=F("done"))  # holds the rows against a proof that comes in meanwhile
        there = {duty.key: duty for duty in rows.select_related("agency", "rule")}
        owing = _owing(campaign, at)
        _rename(there, owing.kept)
        result = Realigned()
        for key, duty in there.items():
            _judge(duty, owing.as_duty(key), owing, at, result)
        covered = Covered(duty for duty in there.values() if duty not in result.cancelled)
        for key, fresh in owing.wanted.items():
            if key not in there and not covered.has(fresh, at):
                fresh.history = fresh.history or _past(fresh.due_at, at)
                result.opened.append(fresh)
        if apply:
            _apply(result)
    return result


def _stored(campaign: Campaign) -> QuerySet[Duty]:
    """Duties that rules and undated tasks of the campaign opened, whatever became of them."""
    mine = Duty.objects.filter(campaign=campaign)
    return mine.filter(Q(rule__task__campaign=campaign) | Q(rule__isnull=True, key__endswith=":undated"))


def _owing(campaign: Campaign, at: dt.datetime) -> Owing:
    found = Owing()
    if campaign.status == Campaign.Status.DRAFT:
        return found
    running, calendar = campaign.status == Campaign.Status.RUNNING, calendars.calendar()
    rules = DutyRule.objects.filter(task__campaign=campaign, task__dropped_at__isnull=True)
    for rule in with_owners(rules):
        begins = history_from(rule)
        found.bound[rule.pk] = owners(rule)
        for owed in expand(rule, rule.valid_from, scan_to(rule, at), calendar=calendar):
            found.kept[owed.key] = owed
            due = owed.occurrence.due_at
            if running and opens_at(owed.occurrence) <= at and local_date(due) >= begins:
                found.wanted[owed.key] = owed.duty()
    for task in campaign.tasks.select_related("campaign__county", "recipient"):
        for duty in undated(task):
            found.kept[duty.key] = found.wanted[duty.key] = duty
    return found


def _rename(there: dict[str, Duty], kept: Mapping[str, object]) -> None:
    """A thing done once whose day changed stays the same row: it is taken along under its new key."""
    gone: dict[str, list[Duty]] = {}
    for key, duty in there.items():
        if key not in kept and duty.status != Duty.Status.CANCELLED:
            gone.setdefault(_stem(key), []).append(duty)
    fresh: dict[str, list[str]] = {}
    for key in kept:
        if key not in there:
            fresh.setdefault(_stem(key), []).append(key)
    owed = Counter(_stem(key) for key in kept)
    for stem, duties in gone.items():
        keys = fresh.get(stem, [])
        if len(duties) == len(keys) == owed[stem] == 1:
            there[keys[0]] = there.pop(duties[0].key)


def _stem(key: str) -> str:
    """Rule and unit of a duty's key."""
    return ":".join(key.split(":")[:2])


def _judge(duty: Duty, owed: Duty | None, owing: Owing, at: dt.datetime, result: Realigned) -> None:
    """Sort one stored duty into what happens to it, and give the row its new values."""
    if owed is None:
        if _untouched(duty) and (duty.history or not _past(duty.due_at, at) or not owing.binds(duty)):
            result.cancelled.append(duty)
        return
    before = duty.due_at
    if duty.status == Duty.Status.CANCELLED:
        _take(duty, owed, (*FACTS, *DATES))
        duty.status, duty.fulfilled_at = Duty.Status.OPEN, None
        duty.history = owed.history or _past(owed.due_at, at)
        result.opened.append(duty)
    elif _take(duty, owed, _changing(duty, owed, at)):
        if duty.due_at != before:
            duty.history = _past(duty.due_at, at)
        result.moved.append(Moved(duty, before, duty.due_at))


def _untouched(duty: Duty) -> bool:
    """Open, and neither a proof nor a returned paper speaks of it."""
    return duty.status == Duty.Status.OPEN and not duty.done and duty.first_done_at is None


def _changing(duty: Duty, owed: Duty, at: dt.datetime) -> tuple[str, ...]:
    """Which values a stored duty takes over: all while it is open and its new date lies ahead.

    A thing done once goes where its date goes. A recurring duty keeps its date rather than be moved into
    the past, and one that was missed stays as it was missed.
    """
    if duty.status != Duty.Status.OPEN:
        return KEPT
    one_off = owed.rule is None or owed.rule.schedule.get("kind") == "once"
    if one_off or not _past(owed.due_at, at):
        return (*FACTS, *DATES)
    if duty.history:
        return (*FACTS, *DATES)
    if _past(duty.due_at, at):
        return FACTS
    return tuple(name for name in (*FACTS, *DATES) if name != "due_at")


def _take(duty: Duty, owed: Duty, names: tuple[str, ...]) -> bool:
    """Give `duty` the values of `owed`; whether any differed. The rule is the one that owes it now.

    How much a duty over objects asks for is counted from its items (actions.item_duties), not taken from
    the file.
    """
    if owed.proof_kind.startswith(ITEMS) and duty.proof_kind == owed.proof_kind:
        names = tuple(name for name in names if name != "needed")
    differing = [name for name in names if getattr(duty, name) != getattr(owed, name)]
    for name in differing:
        setattr(duty, name, getattr(owed, name))
    duty.rule_id = owed.rule_id or duty.rule_id
    return bool(differing)


def _past(due_at: dt.datetime | None, at: dt.datetime) -> bool:
    return due_at is not None and due_at < at


def _apply(result: Realigned) -> None:
    again = [duty for duty in result.opened if duty.pk]
    changed = [moved.duty for moved in result.moved] + again
    for duty in changed:
        duty.version = F("version") + 1
    fields = [*FACTS, *DATES, "history", "status", "fulfilled_at", "rule_id", "version"]
    Duty.objects.bulk_update(changed, [name.removesuffix("_id") for name in fields], batch_size=200)
    tell("duty.redated", [moved.duty.pk for moved in result.moved])
    tell("duty.reopened", [duty.pk for duty in again])
    _cancel([duty.pk for duty in result.cancelled])
    count([duty.pk for duty in changed])
    store([duty for duty in result.opened if not duty.pk])
    _read_again(changed)


def _read_again(changed: list[Duty]) -> None:
    """What the count has made of the changed rows, a batch at a time."""
    for start in range(0, len(changed), BATCH):
        part = changed[start : start + BATCH]
        rows = Duty.objects.filter(pk__in=[duty.pk for duty in part])
        found = {pk: rest for pk, *rest in rows.values_list("pk", "version", "status", "done")}
        for duty in part:
            duty.version, duty.status, duty.done = found[duty.pk]


def _cancel(ids: list[int]) -> None:
    for start in range(0, len(ids), BATCH):
        part = Duty.objects.filter(
            pk__in=ids[start : start + BATCH], status=Duty.Status.OPEN, done=0, first_done_at__isnull=True
        )
        part.update(status=Duty.Status.CANCELLED, fulfilled_at=now(), version=F("version") + 1)
    tell("duty.cancelled", ids)
