"""Thirteen weeks of 示范县, acted day by day through the doors that people use.

The last days are left as they would be on a working morning: sheets waiting for the
deputy and the head, one returned, a village that has not filed, a township whose
report is late, fresh leads.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator

from agencies.actions.county import load_county
from agencies.demo import COUNTY, TOWNSHIPS, plan
from agencies.models import Agency, Division, Member
from core import audit
from core.models import Notice
from duties import actions as duties
from ledgers.actions.entries import file_rows
from ledgers.actions.leads import report_special
from ledgers.actions.sheets import return_sheet, review, sign, submit
from ledgers.models import Site
from minewatch.lib.clock import SHANGHAI, now, staged
from reports.actions import accept, open_draft, return_report
from reports.actions import submit as submit_report
from reports.demo.affairs import Affairs
from reports.demo.campaign import Drive
from reports.demo.fought import Fought
from reports.demo.inspections import Inspections
from reports.demo.lead_rounds import LeadRounds
from reports.demo.meetings import Meetings
from reports.demo.patrols import finding_at, patrol
from reports.demo.places import load_sites
from reports.demo.supervision import Supervision

WEEKS = 13
CAMPAIGN_WEEKS = 7  # a shorter demo is told without its campaign
#: Who has not done what, so that every light of the product can be seen.
SILENT_VILLAGE = "hougou"
LATE_TOWNSHIP = "huangsha"
RETURNED_VILLAGE = "hekou"
SLOW_VILLAGE = "liulin"

Event = tuple[dt.datetime, Callable[[], object]]


def load_demo(at: dt.datetime | None = None, weeks: int = WEEKS) -> dict[str, int]:
    """Load the county, its sites and its last quarter up to `at` (now); does nothing where people are.

    Returns what was made, by noun.
    """
    if Member.objects.exists():
        return {}
    end = (at or now()).astimezone(SHANGHAI)
    start = end.date() - dt.timedelta(days=end.weekday() + 7 * (weeks - 1))
    with staged(dt.datetime.combine(start - dt.timedelta(days=1), dt.time(9), SHANGHAI)):
        load_county(plan=plan(), must_change_password=False)
        load_sites(end.date())
        # what was due before the county's second month is 历史: nobody owes it to the demo
        live = dt.datetime.combine((start + dt.timedelta(days=31)).replace(day=11), dt.time(), SHANGHAI)
        duties.load_rules(county=Division.objects.get(code=COUNTY), loaded_at=live)
    story = Story(start, end, weeks)
    done = 0
    for instant, act in sorted(story.events(), key=lambda event: event[0]):
        if instant < end:
            with staged(instant):
                act()
                done += 1
    # alarms of leads; a 通知 waits until its unit has read it
    old = Notice.objects.filter(needs_ack=True, subject_kind="ledgers.lead", pk__lt=story.newest_notice())
    old.update(read_at=end, acked_at=end)
    audit.seal()
    return {"weeks": weeks, "acts": done}


class Story:
    """The people, their sites and what they do when."""

    def __init__(self, start: dt.date, end: dt.datetime, weeks: int) -> None:
        self.start, self.end, self.weeks = start, end, weeks
        self.rng = random.Random(20260901)  # noqa: S311 – demo data
        self.units = {
            unit.code: unit for unit in Agency.objects.select_related("division", "parent__division")
        }
        self.people = {one.username: one for one in Member.objects.select_related("agency__division")}
        self.sites: dict[int, list[Site]] = {}
        for site in Site.objects.select_related("agency__division", "village__division"):
            self.sites.setdefault(site.village_id or 0, []).append(site)

    def events(self) -> Iterator[Event]:
        """Everything that happens, in no order."""
        for week in range(self.weeks):
            monday = self.start + dt.timedelta(weeks=week)
            yield self._at(monday, 6), duties.open_ahead
            for township, (_code, _name, villages) in TOWNSHIPS.items():
                for village in villages:
                    yield from self._village_week(village, monday, last=week >= self.weeks - 2)
                yield from self._township_week(township, monday, last=week >= self.weeks - 2)
            yield from self._office_week(monday)
        yield from self._bureau()
        yield from self._supplements()
        yield from LeadRounds(self.start, self.end, self.people, LATE_TOWNSHIP).events()
        if self.weeks >= CAMPAIGN_WEEKS:
            drive = Drive(self.start, self.end, self.units, self.people)
            parts = (Meetings, Supervision, Inspections, Affairs, Fought)
            for part in (drive, *(kind(drive) for kind in parts)):
                yield from part.events()
        yield self._at(self.end.date() - dt.timedelta(days=1), 20), self._special

    def newest_notice(self) -> int:
        """Alarms of the last three days still wait for 已阅."""
        recent = Notice.objects.order_by("-pk").values_list("pk", flat=True)[:8]
        return min(recent, default=0)

    def _at(self, day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(hour, minute), SHANGHAI)

    # villages -----------------------------------------------------------------------------------

    def _village_week(self, village: str, monday: dt.date, *, last: bool) -> Iterator[Event]:
        if village == SILENT_VILLAGE and last:
            return
        unit = self.units[village]
        days = sorted(self.rng.sample(range(6), 2))
        for n, offset in enumerate(days):
            day = monday + dt.timedelta(days=offset)
            sites = self.sites[unit.pk][n * 3 : n * 3 + 2]
            yield self._at(day, 18, 5 + n), self._file(f"{village}.filler", unit, sites, day)
        ledger: list[object] = []
        sunday = monday + dt.timedelta(days=6)
        if village == SLOW_VILLAGE and monday >= self.end.date() - dt.timedelta(days=14):
            return
        yield self._at(sunday, 17), self._submit(f"{village}.filler", unit, sunday, ledger)
        newest = monday >= self.end.date() - dt.timedelta(days=13)
        if village == RETURNED_VILLAGE and newest:
            yield self._at(sunday, 19), self._return(f"{village}.head", ledger)
        elif not (newest and village.startswith("sha")):
            yield self._at(sunday, 20), self._sign(f"{village}.head", ledger)

    def _file(self, username: str, unit: Agency, sites: list[Site], day: dt.date) -> Callable[[], object]:
        rows = [patrol(site, day, self.rng, finding=finding_at(site, self.rng)) for site in sites]
        rows = [row for row in rows if row.patrolled_at is None or row.patrolled_at <= self.end]
        return lambda: (
            rows and file_rows(member=self.people[username], agency=unit, rows=rows, source="phone")
        )

    def _submit(self, username: str, unit: Agency, day: dt.date, ledger: list) -> Callable[[], object]:
        def act() -> None:
            sheet = unit.sheets.filter(first_day__lte=day, last_day__gte=day, status="draft").first()
            if sheet is not None:
                ledger.append(submit(sheet=sheet, member=self.people[username]))

        return act

    def _return(self, username: str, ledger: list) -> Callable[[], object]:
        def act() -> None:
            for sheet in ledger:
                first = sheet.entries.first()
                return_sheet(
                    sheet=sheet,
                    member=self.people[username],
                    reason="制止取缔情况请写明设备数量后重报。",
                    comments={first.pk: "请补充现场处置情况。"} if first else None,
                )

        return act

    def _sign(self, username: str, ledger: list) -> Callable[[], object]:
        return lambda: [sign(sheet=sheet, member=self.people[username]) for sheet in ledger]

    # townships ----------------------------------------------------------------------------------

    def _township_week(self, township: str, monday: dt.date, *, last: bool) -> Iterator[Event]:
        unit = self.units[township]
        day = monday + dt.timedelta(days=self.rng.randrange(1, 5))
        villages = TOWNSHIPS[township][2]
        sites = [self.rng.choice(self.sites[self.units[village].pk]) for village in villages]
        yield self._at(day, 16, 30), self._file(f"{township}.filler", unit, sites, day)
        month_end = (monday.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
        if monday <= month_end - dt.timedelta(days=6) or month_end >= self.end.date():
            pass
        else:
            ledger: list[object] = []
            yield self._at(month_end, 21), self._submit(f"{township}.filler", unit, month_end, ledger)
            yield self._at(month_end, 22), self._review(f"{township}.deputy", ledger)
            yield self._at(month_end, 23), self._sign(f"{township}.head", ledger)
        yield from self._reports(township, monday, last=last)

    def _review(self, username: str, ledger: list) -> Callable[[], object]:
        return lambda: [review(sheet=sheet, member=self.people[username]) for sheet in ledger]

    # reports ------------------------------------------------------------------------------------

    def _reports(self, unit: str, monday: dt.date, *, last: bool) -> Iterator[Event]:
        """The Friday report; accepted on Monday. The late township misses the latest ones."""
        friday = monday + dt.timedelta(days=4)
        week = f"{friday.isocalendar().year}-W{friday.isocalendar().week:02}"
        sent: list[object] = []
        if not (unit == LATE_TOWNSHIP and last):
            yield self._at(friday, 17, 30), self._report(f"{unit}.filler", unit, "weekly", week, sent)
            answer = self._send_back if unit == "baiyang" and last else self._accept
            after = 0 if answer == self._send_back else 3  # sent back the same evening, taken in on Monday
            yield self._at(friday + dt.timedelta(days=after), 20 if not after else 9), answer("office", sent)
        if monday.day <= 7:
            month = monday.replace(day=1) - dt.timedelta(days=1)
            if month.replace(day=1) >= self.start:
                out: list[object] = []
                yield (
                    self._at(monday, 11),
                    self._report(f"{unit}.filler", unit, "monthly", f"{month:%Y-%m}", out),
                )
                yield self._at(monday + dt.timedelta(days=1), 9), self._accept("office", out)

    def _report(self, username: str, unit: str, kind: str, period: str, sent: list) -> Callable[[], object]:
        def act() -> None:
            member = self.people[username]
            draft = open_draft(member=member, agency=self.units[unit], kind=kind, period=period)
            sent.append(submit_report(report=draft, member=member))

        return act

    def _accept(self, username: str, sent: list) -> Callable[[], object]:
        return lambda: [accept(report=report, member=self.people[username]) for report in sent]

    def _send_back(self, username: str, sent: list) -> Callable[[], object]:
        reason = "下一步打算请写具体，重点点位请列明。"
        return lambda: [
            return_report(report=report, member=self.people[username], reason=reason) for report in sent
        ]

    def _office_week(self, monday: dt.date) -> Iterator[Event]:
        """The county's own reports, taken in by the county leader."""
        friday = monday + dt.timedelta(days=4)
        week = f"{friday.isocalendar().year}-W{friday.isocalendar().week:02}"
        sent: list[object] = []
        yield self._at(friday, 21), self._report("office", "office", "weekly", week, sent)
        if friday < self.end.date() - dt.timedelta(days=6):
            yield self._at(friday + dt.timedelta(days=3), 10), self._accept("leader", sent)
        if monday.day <= 7 and (monday - dt.timedelta(days=7)).replace(day=1) >= self.start:
            month, out = monday.replace(day=1) - dt.timedelta(days=1), []
            yield self._at(monday, 15), self._report("office", "office", "monthly", f"{month:%Y-%m}", out)
            yield self._at(monday + dt.timedelta(days=1), 10), self._accept("leader", out)

    # bureaus ------------------------------------------------------------------------------------

    def _bureau(self) -> Iterator[Event]:
        """Natural resources patrols the county, a few sites every third week."""
        nr = self.units["nr"]
        for week in range(1, self.weeks, 3):
            day = self.start + dt.timedelta(weeks=week, days=2)
            sites = [self.rng.choice(places) for places in self.sites.values()][:5]
            yield self._at(day, 17), self._file("nr.officer", nr, sites, day)

    def _supplements(self) -> Iterator[Event]:
        """Last month's rows that came late (补报): one sheet waits for a deputy, one for a head."""
        day = self.end.date().replace(day=1) - dt.timedelta(days=1)
        yesterday = self.end.date() - dt.timedelta(days=1)
        for township in ("qingshi", "baiyang"):
            unit, ledger = self.units[township], []
            sites = self.sites[self.units[next(iter(TOWNSHIPS[township][2]))].pk][:2]
            yield self._at(yesterday, 10), self._file(f"{township}.filler", unit, sites, day)
            yield self._at(yesterday, 10, 30), self._submit(f"{township}.filler", unit, day, ledger)
            if township == "baiyang":
                yield self._at(yesterday, 11), self._review(f"{township}.deputy", ledger)

    def _special(self) -> object:
        return report_special(
            member=self.people["shimen.filler"],
            agency=self.units["shimen"],
            location="石门村红土沟沟口",
            text="夜间听到机械声，发现2台挖掘机进沟，已在沟口劝阻。",
        )
