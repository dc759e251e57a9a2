"""Leads of several sources, cases and referrals of the demo county, at every stage a bureau's desk meets."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from cases.actions import cases, referrals
from cases.edges import Edge, Result
from cases.models import Case, Referral
from ledgers.actions import leads
from ledgers.actions.leads import Intake
from ledgers.models import Lead, Site
from ledgers.models.sites import SiteKind
from minewatch.lib.clock import now
from reports.demo.campaign import Drive, Event
from reports.demo.papers import document

FIRM, CODE = "示范县虚构砂石有限公司", "91350100M000100Y43"  # a code of the standard's own example
PENAL_PAPERS = (
    ("letter", "涉嫌犯罪案件移送书"),
    ("report", "调查报告"),
    ("goods", "涉案物品清单"),
    ("opinion", "价值认定意见"),
)
#: (days ago, edge, by, receiver, what it is about, moves after the draft: (move, by, days ago, facts))
Way = tuple[int, str, str, str, str, tuple[tuple[str, str, int, dict[str, Any]], ...]]


def criminal(start: int, *rest: tuple[str, str, int, dict[str, Any]]) -> tuple:
    """The beginning of every referral of a crime, then `rest`."""
    return (("name_team", "nr.officer", start, {}), ("report", "nr.officer", start, {}), *rest)


APPROVED = ("approve", "nr.head")
WAYS: tuple[Way, ...] = (
    (2, Edge.CRIMINAL, "nr.officer", "police", "涉嫌非法采矿（河道采砂）", criminal(2)),
    (
        6,
        Edge.CRIMINAL,
        "nr.officer",
        "police",
        "涉嫌非法采矿（越界开采）",
        criminal(
            6,
            (*APPROVED, 5, {}),
            ("send", "nr.officer", 4, {"number": "示自然资移〔2026〕6号"}),
            ("receive", "police.officer", 4, {}),
            ("ask_supplement", "police.officer", 3, {"text": "请补充价值认定意见的附图。"}),
        ),
    ),
    (
        24,
        Edge.CRIMINAL,
        "nr.officer",
        "police",
        "涉嫌非法采矿（重开关闭矿井）",
        criminal(
            24,
            (*APPROVED, 23, {}),
            ("send", "nr.officer", 22, {"number": "示自然资移〔2026〕3号"}),
            ("receive", "police.officer", 22, {}),
            ("file", "police.approver", 20, {"number": "示公（治）立字〔2026〕18号"}),
            ("hand_over", "nr.officer", 19, {"text": "没有需要移交的物品，材料当面交清。"}),
        ),
    ),
    (
        18,
        Edge.CRIMINAL,
        "nr.officer",
        "police",
        "涉嫌非法采矿（数量存疑）",
        criminal(
            18,
            (*APPROVED, 17, {}),
            ("send", "nr.officer", 16, {"number": "示自然资移〔2026〕4号"}),
            ("receive", "police.officer", 16, {}),
            (
                "refuse_filing",
                "police.approver",
                13,
                {"number": "示公（治）不立字〔2026〕2号", "text": "现有证据不足以认定价值达到立案标准。"},
            ),
        ),
    ),
    (
        12,
        Edge.JURISDICTION,
        "nr.officer",
        "ecology",
        "采矿废水排入沟道",
        (
            ("report", "nr.officer", 12, {}),
            ("approve", "nr.head", 11, {}),
            ("send", "nr.officer", 10, {"number": "示自然资函〔2026〕12号"}),
            ("receive", "ecology.officer", 10, {}),
            ("accept", "ecology.officer", 8, {}),
            ("answer", "ecology.officer", 3, {"result": Result.RECTIFIED, "text": "已封堵排口，责令清理。"}),
        ),
    ),
    (
        5,
        Edge.JURISDICTION,
        "ecology.officer",
        "nr",
        "自然保护地内疑似采挖",
        (
            ("report", "ecology.officer", 5, {}),
            ("approve", "ecology.head", 4, {}),
            ("send", "ecology.officer", 4, {"number": "示环函〔2026〕9号"}),
        ),
    ),
    (
        9,
        Edge.RISK_LETTER,
        "police.officer",
        "nr",
        "关闭矿井井口防护缺失",
        (
            ("report", "police.officer", 9, {}),
            ("approve", "police.head", 9, {}),
            ("send", "police.officer", 8, {"number": "示公提示〔2026〕1号"}),
            ("receive", "nr.officer", 8, {}),
        ),
    ),
    (
        7,
        Edge.JURISDICTION,
        "nr.officer",
        "emergency",
        "停产矿山擅自入井",
        (
            ("report", "nr.officer", 7, {}),
            ("approve", "nr.head", 7, {}),
            ("send", "nr.officer", 6, {"number": "示自然资函〔2026〕14号"}),
            ("receive", "emergency.officer", 6, {}),
            ("return", "emergency.officer", 5, {"text": "不属本部门管辖，建议由自然资源部门办理。"}),
        ),
    ),
)
#: (days ago, by, unit, what the desk wrote down)
TIPS = (
    (9, "nr.officer", "nr", {"source": "phone", "text": "群众来电：夜间有车辆从沟里拉砂。"}),
    (6, "qingshi.filler", "qingshi", {"source": "hotline", "text": "12345转来：村后山有机械作业声。"}),
    (4, "nr.officer", "nr", {"source": "satellite", "text": "卫片图斑显示新增裸露面。"}),
    (
        1,
        "police.officer",
        "police",
        {"source": "police", "text": "110转来：有人阻拦群众反映采砂。", "urgent": True},
    ),
)


class Affairs:
    """What was seen, opened and passed on; `drive` knows the days and the people."""

    def __init__(self, drive: Drive) -> None:
        self.units, self.people, self.ago = drive.units, drive.people, drive.ago
        self.rows: dict[int, Referral] = {}
        self.leads: list[Lead] = []
        self.cases: dict[str, Case] = {}

    def events(self) -> Iterator[Event]:
        """Everything that happens, in no order."""
        for days, by, unit, facts in TIPS:
            yield self.ago(days, 10), functools.partial(self._take_down, by, unit, facts)
        yield self.ago(7, 15), self._check
        for n, way in enumerate(WAYS):
            yield from self._refer(n, way)
        yield from self._case()

    # leads -----------------------------------------------------------------------------------------

    def _take_down(self, by: str, unit: str, facts: dict[str, Any]) -> None:
        spots = Site.objects.filter(kind=SiteKind.DIG_SPOT).order_by("number")
        place = spots[len(self.leads) % max(spots.count(), 1)]
        values = {"location": place.location or place.name, "found_at": now()} | facts
        self.leads.append(
            leads.register_lead(by=self.people[by], agency=self.units[unit], facts=Intake(**values))
        )

    def _check(self) -> None:
        nr = self.people["nr.officer"]
        first = self.leads[0]
        first.refresh_from_db()
        leads.verify(
            lead=first,
            by=nr,
            finding="true",
            text="现场有新鲜车辙和采坑，已责令停止。",
            checked_at=now() - dt.timedelta(hours=2),
            officers=[nr],
        )

    # referrals -------------------------------------------------------------------------------------

    def _refer(self, n: int, way: Way) -> Iterator[Event]:
        days, edge, by, receiver, title, moves = way
        yield self.ago(days, 9), functools.partial(self._draft, n, edge, by, receiver, title)
        for minute, (move, who, ago, facts) in enumerate(moves, start=1):
            yield (
                self.ago(ago, 10) + dt.timedelta(minutes=10 * minute),
                functools.partial(self._move, n, move, who, facts),
            )

    def _draft(self, n: int, edge: str, by: str, receiver: str, title: str) -> None:
        member = self.people[by]
        row = referrals.draft(
            by=member,
            edge=edge,
            receiver=self.units[receiver],
            title=title,
            summary=f"{title}。经现场核查和询问，基本事实清楚，有关材料随附。（示范数据）",
        )
        papers = PENAL_PAPERS if edge == Edge.CRIMINAL else (("letter", "案件移送函"),)
        for kind, name in papers:
            referrals.add_paper(referral=row, by=member, kind=kind, name=name, upload=document(name))
        self.rows[n] = row

    def _move(self, n: int, move: str, who: str, facts: dict[str, Any]) -> None:
        row = self.rows[n]
        row.refresh_from_db()
        given = dict(facts)
        if move == "name_team":
            given["officers"] = [self.people["nr.officer"], self.people["nr.approver"]]
        referrals.take(referral=row, move=move, by=self.people[who], **given)

    # a case ----------------------------------------------------------------------------------------

    def _case(self) -> Iterator[Event]:
        """无证采砂: opened, filed, investigated; it waits for 法制审核."""
        team = ("nr.officer", "nr.approver")
        yield self.ago(30, 9), self._open
        yield (
            self.ago(30, 11),
            functools.partial(self._step, "request_filing", "nr.officer", {"text": "符合立案条件。"}),
        )
        yield self.ago(29, 9), functools.partial(self._step, "approve_filing", "nr.approver", {})
        yield self.ago(29, 10), functools.partial(self._step, "assign", "nr.approver", {"officers": team})
        yield (
            self.ago(8, 16),
            functools.partial(self._step, "conclude", "nr.officer", {"text": "违法事实清楚。"}),
        )

    def _open(self) -> None:
        nr, today = self.people["nr.officer"], now().date()
        row = cases.open_case(by=nr, title="无证开采建筑用砂", found_on=today, origin="own")
        firm = cases.save_party(case=row, by=nr, kind="firm", name=FIRM, code=CODE)
        act = cases.Act(
            code="M64",
            acted_from=today - dt.timedelta(days=20),
            acted_to=today - dt.timedelta(days=2),
            party=firm,
            mineral="建筑用砂",
            quantity=Decimal("400"),
            value=Decimal("26000"),
        )
        cases.save_violation(case=row, by=nr, act=act)
        self.cases["sand"] = row

    def _step(self, move: str, who: str, facts: dict[str, Any]) -> None:
        row = self.cases["sand"]
        row.refresh_from_db()
        given = dict(facts)
        if "officers" in given:
            given["officers"] = [
                cases.Named(self.people[name], f"示范{n:03}") for n, name in enumerate(given["officers"], 1)
            ]
        cases.take(case=row, move=move, by=self.people[who], **given)
