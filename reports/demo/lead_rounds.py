"""Leads of patrols in the demo county: checked the next morning, answered two days on."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from duties.standing import desk
from ledgers.actions import leads
from ledgers.models import Lead
from minewatch.lib.clock import SHANGHAI, now

if TYPE_CHECKING:
    from agencies.models import Member

Event = tuple[dt.datetime, Callable[[], object]]
UNFOUNDED = 0.15


class LeadRounds:
    """What the holders of leads do each morning; one township is slow and lets limits pass."""

    def __init__(self, start: dt.date, end: dt.datetime, people: dict[str, Member], slow: str) -> None:
        self.start, self.end, self.people, self.slow = start, end, people, slow
        self.rng = random.Random(20260902)  # noqa: S311 – demo data

    def events(self) -> Iterator[Event]:
        """One round a morning up to yesterday's: what came in since is fresh."""
        day = self.start
        while day < self.end.date():
            at = dt.datetime.combine(day, dt.time(9, 30), SHANGHAI)
            yield at, self._round
            day += dt.timedelta(days=1)

    def _round(self) -> None:
        at = now()
        rows = Lead.objects.live().filter(source=Lead.Source.PATROL).order_by("pk")
        for lead in rows.select_related("holder", "matter", "agency__division", "reported_by", "told_by"):
            age = at - lead.recorded_at
            if lead.status == "open":
                self._check(lead, at)
            elif lead.status == "unfounded" and (one := self._of(lead, "head")):
                leads.confirm(lead=lead, by=one, words_="已核对现场照片，同意。")
            elif lead.status == "handling" and age > dt.timedelta(days=2) and (one := self._of(lead)):
                text = "责令停止并填平采坑，在路口设立警示牌，明确专人看管。"
                leads.answer(lead=lead, by=one, ending="site", text=text)

    def _of(self, lead: Lead, post: str = "") -> Member | None:
        return self.people.get(f"{lead.holder.code}.{post or desk(lead.holder)}")

    def _check(self, lead: Lead, at: dt.datetime) -> None:
        one = self._of(lead)
        if one is None:
            return
        if lead.holder.code == self.slow and self.rng.random() < 0.5:
            return
        finding, text = "true", "到现场核实，有新鲜采挖面，机械已撤离。"
        if self.rng.random() < UNFOUNDED:
            finding, text = "false", "到现场核实，为村民平整宅基地取土，不是采矿。"
        leads.verify(
            lead=lead,
            by=one,
            finding=finding,
            text=text,
            checked_at=max(at - dt.timedelta(hours=1), lead.found_at),
            officers=[one],
        )
