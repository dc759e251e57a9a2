"""What follows a served decision of the bureau: 复议 and its end, what was confiscated, its disposal."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import time_machine

from cases.actions import cases
from cases.models import Penalty, Remedy
from duties.models import Duty
from minewatch.lib.clock import SHANGHAI
from tests.cases import make_cases as make
from tests.cases.make_cases import at, do, fresh, paper


def day(month, number, year=2026):
    return dt.date(year, month, number)


def duty(case, key):
    return Duty.objects.get(key=f"case:{case.pk}:{key}")


def open_keys(case):
    rows = Duty.objects.open().filter(key__startswith=f"case:{case.pk}:")
    return {key.split(":", 2)[2] for key in rows.values_list("key", flat=True)}


def due_day(case, key):
    return duty(case, key).due_at.astimezone(SHANGHAI).date()


def brought(cast, case, filed_on, when=None, by="nr.officer", **facts):
    """A 复议 put down on the day it was brought."""
    values = {"kind": "reconsider", "organ": "示范县人民政府", "number": "示政复〔2026〕3号"} | facts
    with time_machine.travel(when or at(filed_on.year, filed_on.month, filed_on.day, 16), tick=False):
        return cases.save_remedy(case=fresh(case), by=cast.member(by), filed_on=filed_on, **values)


def ended(cast, row, ended_on, result, by="nr.officer", **facts):
    when = at(ended_on.year, ended_on.month, ended_on.day, 17)
    row = Remedy.objects.select_related("case").get(pk=row.pk)
    with time_machine.travel(when, tick=False):
        values = {"upload": paper(), "number": "示政复决〔2026〕3号"} | facts
        return cases.end_remedy(remedy=row, by=cast.member(by), ended_on=ended_on, result=result, **values)


def published(cast, case, when):
    do(cast, case, "publish", "nr.officer", when, text="县政府网站")


def with_confiscation(cast, kind="goods", **facts):
    """A served case that confiscates beside the fine."""
    case = make.filed(cast)
    make.fined(cast, case, at(2026, 9, 11, 9))
    with time_machine.travel(at(2026, 9, 11, 9), tick=False):
        values = {"kind": kind, "party": case.parties.get(), "basis": "矿产资源法第六十四条"} | facts
        cases.save_penalty(case=fresh(case), by=cast.nr_officer, **values)
    do(cast, case, "conclude", "nr.officer", at(2026, 9, 11, 9), text="x")
    do(cast, case, "review", "nr.head", at(2026, 9, 11, 9), text="x")
    do(cast, case, "notify_hearing", "nr.officer", at(2026, 9, 11, 9), upload=paper())
    do(cast, case, "propose", "nr.officer", at(2026, 9, 21, 9), text="x")
    do(cast, case, "discuss", "nr.head", at(2026, 9, 21, 9), text="x", upload=paper())
    do(cast, case, "decide", "nr.head", at(2026, 9, 21, 9))
    do(cast, case, "serve", "nr.officer", at(2026, 9, 21, 9), upload=paper())
    return fresh(case), case.penalties.get(kind=kind)


def disposed(cast, penalty, when=None, by="nr.officer", **facts):
    penalty = Penalty.objects.select_related("case__holder", "case__matter").get(pk=penalty.pk)
    values = {"way": "auction", "disposed_on": day(9, 30), "complete": True, "receiver": "县公共资源交易中心"}
    values |= {"amount": Decimal("42000.50"), "receipt": "1400123456", "upload": paper()} | facts
    with time_machine.travel(when or at(2026, 9, 30, 15), tick=False):
        return cases.dispose(penalty=penalty, by=cast.member(by), **values)
