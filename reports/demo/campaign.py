"""A campaign in its second stage: 交城's plan moved to the demo's autumn, with what its people did for it.

It is loaded on its day of signing, so nothing of it is 历史. What is missing is left out on purpose: one
report was sent back, one came late, some papers are still to come. Meetings are in `meetings`, lists and
inspections in `supervision` and `inspections`.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import duties
from agencies.actions import bodies
from agencies.models import Agency, Body, Division, Member
from duties import definitions
from duties.actions import campaigns, filings, visits
from duties.models import Assignment, Duty, Filing, Task, Visit
from minewatch.lib.clock import SHANGHAI, midnight
from reports.demo.papers import document

FILE = Path(duties.__file__).parent / "campaigns" / "jiaocheng-2021.yaml"
BEGAN = 77  # days ago, at least; then the first of that month
ONE_DAY = dt.timedelta(days=1)
#: post, unit, account or role name, duty in the unit
GROUP = (
    ("head", "nr", "nr.head", "党组书记、局长"),
    ("vice", "police", "police.head", "党委委员、副局长"),
    ("vice", "nr", "副局长甲", "党组成员、副局长"),
)
OFFICE = (
    ("office_head", "nr", "nr.approver", "执法大队队长"),
    ("office_vice", "police", "police.approver", "食药侦大队大队长"),
    ("contact", "nr", "nr.officer", "联络人"),
    ("contact", "police", "police.officer", "联络人"),
)
#: leader, township, days ago and way of the visits
AREAS = (
    ("leader", "qingshi", ((33, "routine"), (19, "surprise"), (4, "routine"))),
    ("nr.head", "huangsha", ((12, "routine"),)),
    ("police.head", "baiyang", ()),
)

Event = tuple[dt.datetime, Callable[[], object]]


def start_of(end: dt.date) -> dt.date:
    """The first of the month eleven weeks ago: stage 1 is then a month, stage 2 runs on `end`."""
    return (end - dt.timedelta(days=BEGAN)).replace(day=1)


def signed_on(end: dt.date) -> dt.date:
    """The last day of stage 1, on which the plan is signed and loaded."""
    return start_of(end) + dt.timedelta(days=29)


class Drive:
    """Who does what for the campaign from the day it is loaded until `end`."""

    def __init__(
        self, start: dt.date, end: dt.datetime, units: dict[str, Agency], people: dict[str, Member]
    ) -> None:
        self.end, self.today = end, end.date()
        self.units, self.people = units, people
        self.signed = signed_on(self.today)
        self.loaded = max(self.signed, start)

    def events(self) -> Iterator[Event]:
        """Everything that happens, in no order."""
        yield self.at(self.loaded, 9), self._load
        yield self.at(self.loaded + ONE_DAY, 10), self._sit
        yield self.ago(1, 10), self._one_more
        yield self.at(self.loaded, 11), self._areas
        yield from self._visits()
        yield from self._stage_one()
        yield from self._reports()

    def at(self, day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
        """That hour in Shanghai."""
        return dt.datetime.combine(day, dt.time(hour, minute), SHANGHAI)

    def ago(self, days: int, hour: int) -> dt.datetime:
        """That hour, so many days before the demo's day (negative: after it)."""
        return self.at(self.today - dt.timedelta(days=days), hour)

    def days(self, every: int) -> list[dt.date]:
        """The days after loading on which something that recurs every so many days is due, up to today."""
        span = (self.today - self.signed).days
        due = [self.signed + dt.timedelta(days=n) for n in range(every, span + 1, every)]
        return [day for day in due if day > self.loaded]

    def task(self, code: str) -> Task:
        """The campaign's task of that code."""
        return Task.objects.select_related("campaign__county").get(campaign__key="jiaocheng-2021", code=code)

    def duty(self, code: str, unit: str, on: dt.date | None = None) -> Duty:
        """The unit's open duty for that task, due on that day."""
        found = Duty.objects.open().filter(agency=self.units[unit], proof_kind=self.task(code).proof_kind)
        if on:
            found = found.filter(due_at__gte=midnight(on), due_at__lt=midnight(on + ONE_DAY))
        return found.get()

    # the plan, its bodies and its areas ------------------------------------------------------------

    def _load(self) -> None:
        campaigns.load(
            county=Division.objects.get(code=self.units["office"].division.code),
            definition=definitions.read(FILE.read_text(encoding="utf-8"), FILE.name),
            shift_to=start_of(self.today),
            by=self.people["office"],
        )

    def _sit(self) -> None:
        for title, unit, who, duty in GROUP:
            self._seat("group", title, unit, who, duty)
        for title, unit, who, duty in OFFICE:
            self._seat("office", title, unit, who, duty)
        for unit in ("nr", "police"):
            self._seat(f"{unit}_force", "head", unit, f"{unit}.approver", "专班负责人")
            self._seat(f"{unit}_force", "member", unit, f"{unit}.officer", "承办人")
        for letter in "甲乙丙丁戊己":
            self._seat("nr_force", "member", "nr", f"执法队员{letter}", "")

    def _one_more(self) -> None:
        """A ninth of at least ten; the office has not put it on record yet."""
        self._seat("nr_force", "member", "nr", "执法队员庚", "", recorded=False)

    def _seat(self, body: str, title: str, unit: str, who: str, duty: str, *, recorded: bool = True) -> None:
        member = self.people.get(who)
        post = bodies.propose(
            by=self.people[f"{unit}.head"],
            body=Body.objects.select_related("county", "seat").get(key=f"jiaocheng-2021.{body}"),
            title=title,
            agency=self.units[unit],
            valid_from=self.loaded,
            member=member,
            person="" if member else who,
            duty_in_unit=duty,
            supervises=title == "head" and body == "group",
        )
        if recorded:
            bodies.record(post=post, by=self.people["office"], expected_version=post.version)

    def _areas(self) -> None:
        for leader, township, _ in AREAS:
            visits.assign(
                by=self.people["office"],
                leader=self.people[leader],
                division=self.units[township].division,
                valid_from=self.loaded,
                basis="县领导包联乡镇安排",
            )

    def _visits(self) -> Iterator[Event]:
        for leader, township, times in AREAS:
            for days, way in times:
                yield self.ago(days, 16), functools.partial(self._visit, leader, township, days, way)

    def _visit(self, leader: str, township: str, days: int, way: str) -> None:
        visits.file_visit(
            member=self.people[leader],
            assignment=Assignment.objects.get(
                leader=self.people[leader], division=self.units[township].division
            ),
            at=self.ago(days, 15),
            way=Visit.Way(way),
            place=f"{self.units[township].label}重点村沟",
            text="查看巡查台账和废弃矿井封堵情况，与村组干部座谈。",
            demands="对封堵松动的井口限期加固，夜间巡查要有记录。",
        )

    # papers ----------------------------------------------------------------------------------------

    def _stage_one(self) -> Iterator[Event]:
        """What the first stage ends with: done in time, done late, and two that nobody has done yet."""
        rows = (("JC-1", "nr", 0), ("JC-1", "police", 0), ("JC-2", "nr", 0), ("JC-2", "police", 2))
        rows += (("JC-2a", "nr", 5), ("JC-13", "nr", 3), ("JC-R3", "nr", 6))
        for n, (code, unit, later) in enumerate(rows):
            when = self.at(self.loaded + dt.timedelta(days=later), 14, n)
            yield when, functools.partial(self._hand_in, code, unit)
        yield self.ago(10, 15), self._twice_noted

    def _hand_in(self, code: str, unit: str, on: dt.date | None = None) -> Filing:
        """The unit's officer hands in what the task asks for."""
        duty, task = self.duty(code, unit, on), self.task(code)
        names = task.spec.get("papers") or [task.name]
        return filings.file(
            member=self.people[f"{unit}.officer"],
            agency=self.units[unit],
            duty=duty,
            uploads=[document(name) for name in names],
        )

    def _twice_noted(self) -> None:
        """What has no date is noted whenever it happens (随时)."""
        for code, unit, words in (
            ("JC-8", "nr", "线索移交材料已当面交接，对方已签收。"),
            ("JC-9", "police", "侦办专班已开展核查。"),
        ):
            filings.file(
                member=self.people[f"{unit}.officer"],
                agency=self.units[unit],
                task=self.task(code),
                note=words,
            )

    def _reports(self) -> Iterator[Event]:
        """The 15th and 30th, 18时: 自然资源局's latest came back once, 公安局's was a day late."""
        due = [
            day
            for n in range((self.today - self.loaded).days + 1)
            if (day := self.loaded + dt.timedelta(days=n)).day in (15, 30)
            or (day.month == 2 and (day + ONE_DAY).day == 1)
        ]
        due = [day for day in due if self.at(day, 18) < self.end]
        for day in due:
            newest = day == due[-1]
            made: list[Filing] = []
            nr = functools.partial(self._report, made, "nr", day)
            yield self.at(day, 11), nr
            if newest:
                yield self.at(day, 14), functools.partial(self._send_back, made)
                yield self.at(day, 16), nr
            police = functools.partial(self._report, made, "police", day)
            yield (self.at(day + ONE_DAY, 10) if newest else self.at(day, 15)), police
            yield self.at(day + ONE_DAY, 17), functools.partial(self._take_in, made)

    def _report(self, made: list[Filing], unit: str, day: dt.date) -> None:
        made.append(self._hand_in("JC-R1", unit, day))

    def _send_back(self, made: list[Filing]) -> None:
        reason = "台账缺少本期新增线索的处置情况，请补充后重报。"
        filings.return_filing(filing=made.pop(), by=self.people["office"], reason=reason)

    def _take_in(self, made: list[Filing]) -> None:
        for filing in made:
            filings.accept(filing=filing, by=self.people["office"])
