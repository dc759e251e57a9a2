"""A case of the demo county that is decided, served, published and then fought in 行政复议.

The bureau owes its own answer; what was confiscated is sold in part.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from cases.actions import cases
from cases.models import Case
from minewatch.lib.clock import local_date, now
from reports.demo.campaign import Drive, Event
from reports.demo.papers import document

FIRM = "示范县虚构石料厂"
BASIS = "矿产资源法第六十四条第一款"
#: (days ago, move, by, facts; "upload": title of its paper)
STEPS: tuple[tuple[int, str, str, dict[str, Any]], ...] = (
    (60, "request_filing", "nr.officer", {"text": "符合立案条件。"}),
    (59, "approve_filing", "nr.approver", {}),
    (59, "assign", "nr.approver", {}),
    (42, "conclude", "nr.officer", {"text": "违法事实清楚，证据确实充分。"}),
    (41, "review", "nr.head", {"text": "法制审核同意。"}),
    (40, "notify_hearing", "nr.officer", {"upload": "行政处罚听证告知书"}),
    (22, "propose", "nr.officer", {"text": "当事人没有陈述申辩，没有要求听证，建议处罚。"}),
    (21, "discuss", "nr.head", {"text": "集体讨论同意。", "upload": "集体讨论笔录"}),
    (20, "decide", "nr.head", {}),
    (18, "serve", "nr.officer", {"upload": "送达回证"}),
    (16, "publish", "nr.officer", {"text": "县人民政府网站。"}),
)


class Fought:
    """One case; `drive` knows the days and the people."""

    def __init__(self, drive: Drive) -> None:
        self.people, self.ago = drive.people, drive.ago
        self.case: Case

    def events(self) -> Iterator[Event]:
        """Everything that happens, in no order."""
        yield self.ago(60, 8), self._open
        yield self.ago(43, 16), self._penalties
        for minute, (days, *step) in enumerate(STEPS):
            yield self.ago(days, 9) + dt.timedelta(minutes=minute), functools.partial(self._step, *step)
        yield self.ago(5, 11), self._sold
        yield self.ago(4, 15), self._brought

    def _open(self) -> None:
        nr, today = self.people["nr.officer"], local_date(now())
        self.case = cases.open_case(by=nr, title="擅自开采石灰岩", found_on=today, origin=Case.Origin.OWN)
        firm = cases.save_party(case=self.case, by=nr, kind="firm", name=FIRM)
        act = cases.Act(
            code="M64",
            acted_from=today - dt.timedelta(days=30),
            acted_to=today - dt.timedelta(days=12),
            party=firm,
            mineral="石灰岩",
            quantity=Decimal("320"),
            value=Decimal("19200"),
        )
        cases.save_violation(case=self.case, by=nr, act=act)

    def _penalties(self) -> None:
        nr, case = self.people["nr.officer"], self._fresh()
        given = {"case": case, "by": nr, "party": case.parties.get(), "basis": BASIS}
        cases.save_penalty(kind="fine", fine=Decimal("120000"), **given)
        cases.save_penalty(kind="goods", quantity=Decimal("320"), **given)

    def _step(self, move: str, who: str, facts: dict[str, Any]) -> None:
        given = dict(facts)
        if "upload" in given:
            given["upload"] = document(given["upload"])
        if move == "assign":
            team = (self.people["nr.officer"], self.people["nr.approver"])
            given["officers"] = [cases.Named(member, f"示范{n:03}") for n, member in enumerate(team, 1)]
        cases.take(case=self._fresh(), move=move, by=self.people[who], **given)

    def _sold(self) -> None:
        cases.dispose(
            penalty=self._fresh().penalties.get(kind="goods"),
            by=self.people["nr.officer"],
            way="auction",
            disposed_on=local_date(now()),
            receiver="示范县公共资源交易中心",
            quantity=Decimal("200"),
            amount=Decimal("9600"),
            receipt="示范1401",
            complete=False,
            upload=document("拍卖成交确认书"),
        )

    def _brought(self) -> None:
        today = local_date(now())
        cases.save_remedy(
            case=self._fresh(),
            by=self.people["nr.officer"],
            kind="reconsider",
            party=self.case.parties.get(),
            organ="示范县人民政府",
            number="示政复〔2026〕5号",
            filed_on=today - dt.timedelta(days=4),
            notified_on=today,
            note="认为罚款数额过高，请求变更。",
        )

    def _fresh(self) -> Case:
        rows = Case.objects.select_related("matter", "holder__division", "holder__parent")
        return rows.get(pk=self.case.pk)
