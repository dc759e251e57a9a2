"""One digest per person: what the sweep noted becomes a notice and, where the person has them, dispatches.

The text holds numbers only (quality.md I5); who hears is asked through the duty's own `visible_to`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import transaction

from agencies.models import Member
from core import notices
from core.models import Matter
from duties import channels
from duties.hearers import Hearers, visible
from duties.models import Dispatch, Duty, Reminder, Rung
from minewatch.lib.clock import local_date

KIND = "duty.reminder"
TODO = "/todo/"
WATCH = "/todo/?tab=watch"
#: Times that another sweep may be first before this one leaves the rest to the next.
TRIES = 3


@dataclass(frozen=True)
class Told:
    """Duties told to whoever holds them, told to others, and digests sent."""

    reminded: int = 0
    escalated: int = 0
    digests: int = 0


class Line(NamedTuple):
    """One reminder waiting to be told, with what deciding its hearers takes."""

    pk: int
    rung_id: int
    remembered: dt.datetime
    duty_id: int
    status: str
    stopped: bool
    due_at: dt.datetime | None
    agency_id: int
    role: str
    member_id: int | None
    recipient_id: int | None
    matter_id: int | None
    track: str
    campaign: str | None
    to: list[str]

    @property
    def stands(self) -> bool:
        """Whether the duty is still open, its clock runs, and it is due when the rung was reached."""
        return self.status == Duty.Status.OPEN and not self.stopped and self.due_at == self.remembered

    @property
    def sort(self) -> tuple[int, int | None, int | None, str]:
        """What decides who may see the duty."""
        return self.agency_id, self.recipient_id, self.matter_id, self.track


@dataclass
class Digest:
    """What one person hears of in one sweep: lines in the own hands, lines in other hands."""

    member: Member
    own: dict[int, Line] = field(default_factory=dict)
    watched: dict[int, Line] = field(default_factory=dict)

    def see(self) -> Digest:
        """Without what the person may not see; a duty in the own hands is not also watched."""
        lines = self.watched | self.own
        seen = visible(self.member, {line.sort: line.duty_id for line in lines.values()})
        self.own = {pk: line for pk, line in self.own.items() if line.sort in seen}
        self.watched = {
            pk: line for pk, line in self.watched.items() if line.sort in seen and pk not in self.own
        }
        return self

    def words(self, at: dt.datetime) -> str:
        """您有 2 项任务待办，其中逾期 1 项；另有 3 项待您督办。 Numbers, nothing else."""
        own = f"您有 {len(self.own)} 项任务待办，其中逾期 {_late(self.own.values(), at)} 项"
        if not self.watched:
            return f"{own}。"
        if self.own:
            return f"{own}；另有 {len(self.watched)} 项待您督办。"
        late = _late(self.watched.values(), at)
        return f"有 {len(self.watched)} 项任务待您督办，其中逾期 {late} 项。"

    @property
    def link(self) -> str:
        """Where the person finds them."""
        return TODO if self.own else WATCH

    @property
    def matter(self) -> Matter | None:
        """The affair that all of it is about, if there is one: such a digest goes with the right to know."""
        found = {line.matter_id for line in (self.own | self.watched).values()}
        (pk,) = found if len(found) == 1 else (None,)
        return None if pk is None else Matter.objects.get(pk=pk)

    @property
    def first(self) -> Reminder:
        """A reminder that the notice opens by."""
        return Reminder(pk=next(iter((self.own or self.watched).values())).pk)


def _late(lines: Iterable[Line], at: dt.datetime) -> int:
    return sum(line.remembered < at for line in lines)


def tell(at: dt.datetime) -> Told:
    """Tell everything that is noted and not yet told. Of two at once one tells; nothing is told twice."""
    for _ in range(TRIES):
        lines = _untold()
        if not lines:
            return Told()
        digests = _digests(lines, at)
        if _written(lines, digests, at):
            return _told(digests)
    return Told()


def _untold() -> list[Line]:
    rows = Reminder.objects.filter(told_at__isnull=True, skipped=False).order_by("pk")
    names = ("status", "stopped", "due_at", "agency_id", "role", "member_id", "recipient_id", "matter_id")
    names = (*names, "track", "campaign__key")
    fields = ("pk", "rung_id", "due_at", "duty_id", *(f"duty__{name}" for name in names), "to")
    return [Line(*row) for row in rows.values_list(*fields)]


def _digests(lines: list[Line], at: dt.datetime) -> list[Digest]:
    live = [line for line in lines if line.stands]
    hearers = Hearers(local_date(at))
    hearers.know((line.agency_id for line in live), (line.member_id for line in live if line.member_id))
    rungs = Rung.objects.in_bulk({line.rung_id for line in live})
    found: dict[int, Digest] = {}

    def add(people: Iterable[Member], line: Line, side: str) -> None:
        for one in people:
            digest = found.setdefault(one.pk, Digest(one))
            getattr(digest, side)[line.duty_id] = line

    for line in live:
        late = line.remembered < at
        holders = hearers.holders(line.agency_id, line.role, line.member_id, line.matter_id)
        ids = {one.pk for one in holders}
        for to in line.to or rungs[line.rung_id].to:
            people = holders
            if to != "holder":
                people = hearers.of(to, line.agency_id, late=late, campaign=line.campaign or "")
            add((one for one in people if one.pk in ids), line, "own")
            add((one for one in people if one.pk not in ids), line, "watched")
    people = Member.objects.select_related("agency__division").in_bulk(list(found))
    for pk, digest in found.items():
        digest.member = people[pk]
    seen = (digest.see() for digest in found.values())
    return [digest for digest in seen if digest.own or digest.watched]


def _written(lines: list[Line], digests: list[Digest], at: dt.datetime) -> bool:
    """Mark the reminders and write the digests, both or neither; False when another sweep was first."""
    waiting = Reminder.objects.filter(told_at__isnull=True, skipped=False, pk__lte=lines[-1].pk)
    try:
        with transaction.atomic():
            if waiting.update(told_at=at) != len(lines):
                raise _Beaten
            for digest in digests:
                _send(digest, at)
            Dispatch.objects.bulk_create(_dispatches(digests, at), batch_size=500)
    except _Beaten:
        return False
    return True


class _Beaten(Exception):
    """Another sweep has told some of them."""


def _send(digest: Digest, at: dt.datetime) -> None:
    notices.send(
        members=[digest.member],
        kind=KIND,
        text=digest.words(at),
        subject=digest.first,
        matter=digest.matter,
    )


def _dispatches(digests: list[Digest], at: dt.datetime) -> list[Dispatch]:
    return [
        Dispatch(
            member=digest.member, channel=channel.key, text=digest.words(at), link=digest.link, next_at=at
        )
        for channel in channels.active()
        for digest in digests
        if channel.address(digest.member)
    ]


def _told(digests: list[Digest]) -> Told:
    heard: dict[str, set[Any]] = defaultdict(set)
    for digest in digests:
        heard["own"].update(digest.own)
        heard["watched"].update(digest.watched)
    return Told(len(heard["own"]), len(heard["watched"]), len(digests))
