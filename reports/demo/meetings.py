"""The campaign's meetings: every two days and every ten days since it was signed."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator

from duties.actions import meetings
from duties.models import Decision, Meeting
from minewatch.lib.clock import SHANGHAI
from reports.demo.campaign import ONE_DAY, Drive, Event

SHOWN = dt.timedelta(days=14)  # as far back as meetings are called and minuted in full


class Meetings:
    """Who calls, holds and minutes them; `drive` knows the days and the people."""

    def __init__(self, drive: Drive) -> None:
        self.drive, self.units, self.people = drive, drive.units, drive.people

    def events(self) -> Iterator[Event]:
        """Every two days and every ten days; one was missed, the next is called, one decision is late."""
        missed = min(self.drive.days(2), key=lambda day: abs((self.drive.today - day).days - 9), default=None)
        for day in self.drive.days(2):
            if day != missed:
                yield from self._meeting("JC-M1", self._nth(day, 2), day)
        tens = self.drive.days(10)
        for day in tens:
            yield from self._meeting("JC-M2", self._nth(day, 10), day, last=day == tens[-1])
        if self.drive.today in self.drive.days(2):
            return
        coming = next(
            n for n in range(2, 400, 2) if self.drive.signed + dt.timedelta(days=n) > self.drive.today
        )
        day = self.drive.signed + dt.timedelta(days=coming)
        yield self.drive.ago(1, 17), functools.partial(self._call, "JC-M1", self._nth(day, 2), day, [])

    def _nth(self, day: dt.date, every: int) -> int:
        return (day - self.drive.signed).days // every

    def _meeting(self, code: str, n: int, day: dt.date, *, last: bool = False) -> Iterator[Event]:
        recent = self.drive.today - day < SHOWN
        ledger: list[Meeting] = []
        called = self.drive.at(day - ONE_DAY, 17) if recent else self.drive.at(day, 16)
        yield called, functools.partial(self._call, code, n, day, ledger)
        yield self.drive.at(day, 16, 10), functools.partial(self._hold, ledger)
        if code == "JC-M2" or recent:
            decide = code == "JC-M2"
            yield self.drive.at(day, 17), functools.partial(self._minute, ledger, decide=decide)
        if code == "JC-M2":
            yield (
                self.drive.at(day + dt.timedelta(days=5), 11),
                functools.partial(self._carry_out, ledger, last=last),
            )
            if not last:
                yield self.drive.at(day + ONE_DAY, 10), functools.partial(self._pass_up, ledger)

    def _call(self, code: str, n: int, day: dt.date, ledger: list[Meeting]) -> None:
        task = self.drive.task(code)
        ledger.append(
            meetings.plan(
                by=self.people["office"],
                agency=self.units["office"],
                title=f"{task.name}（第{n}次）",
                planned_at=self.drive.at(day, 15),
                place="县自然资源局三楼会议室",
                task=task,
                units=[self.units["nr"], self.units["police"]],
            )
        )

    def _hold(self, ledger: list[Meeting]) -> None:
        for meeting in ledger:
            came = [
                meetings.Attended(self.units["nr"], "present", "承办人"),
                meetings.Attended(self.units["police"], "present", "承办人"),
            ]
            meetings.hold(
                meeting=meeting,
                by=self.people["office"],
                held_at=meeting.planned_at,
                chair="专班办公室负责人",
                attendance=came,
            )

    def _minute(self, ledger: list[Meeting], *, decide: bool) -> None:
        """Minutes; those of the coordination meeting bind two units and go to the county."""
        for meeting in ledger:
            later = meeting.planned_at.astimezone(SHANGHAI).date() + dt.timedelta(days=6)
            rows = [
                meetings.DecisionRow("汇总各乡镇废弃矿井核查情况", self.units["nr"], later),
                meetings.DecisionRow("补设警示标识，落实看守人员", self.units["baiyang"], later),
            ]
            meetings.issue_minutes(
                meeting=meeting,
                by=self.people["office"],
                minutes="会议通报了近期巡查和线索移交情况，明确了下一步分工。",
                decisions=rows if decide else (),
                reports_to=self.units["county"] if decide else None,
            )

    def _pass_up(self, ledger: list[Meeting]) -> None:
        for meeting in ledger:
            meetings.report(meeting=meeting, by=self.people["office"])

    def _carry_out(self, ledger: list[Meeting], *, last: bool) -> None:
        """Both units do what was decided; of the last meeting only the bureau has."""
        for decision in Decision.objects.filter(meeting__in=ledger):
            who = "nr.officer" if decision.agency == self.units["nr"] else "baiyang.filler"
            if who == "nr.officer" or not last:
                meetings.close_decision(decision=decision, by=self.people[who], text="已按会议要求办结。")
