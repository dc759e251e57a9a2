"""What the demo's people saw: one patrol row a time, mostly 无异常, now and then a finding."""

from __future__ import annotations

import datetime as dt
import random

from ledgers.actions.entries import EntryRow
from ledgers.models import Site
from ledgers.models.sites import SiteKind
from minewatch.lib.clock import SHANGHAI

STOPPED = "现场责令停止,断水断电,查封挖掘机1台"


def patrol(site: Site, day: dt.date, rng: random.Random, *, finding: str = "") -> EntryRow:
    """A row at `site` on `day`; `finding` is "", "illegal", "beyond" or "irregular"."""
    at = dt.time(21 if rng.random() < 0.1 else rng.randint(8, 17), rng.randint(0, 59))
    licensed = site.kind == SiteKind.MINE
    answers = {name: "yes" if name == finding else "no" for name in ("illegal", "beyond", "irregular")}
    measures = {"": "无异常", "illegal": STOPPED, "beyond": "责令退回本矿区范围", "irregular": "责令限期整改"}
    return EntryRow(
        location="",
        site=site,
        mineral=site.mineral,
        licence="yes" if licensed else "no",
        shallow="yes" if site.mineral == "煤" else "no",
        **answers,
        measures=measures[finding],
        remark="夜间巡查" if at.hour >= 20 else "",
        patrolled_on=day,
        patrolled_at=dt.datetime.combine(day, at, SHANGHAI),
        precision="minute",
        night=at.hour >= 20,
        people=rng.randint(2, 4),
        vehicles=rng.randint(0, 1),
        lon=site.lon,
        lat=site.lat,
        datum=site.datum,
        accuracy_m=float(rng.randint(5, 30)),
    )


def finding_at(site: Site, rng: random.Random) -> str:
    """What is found there, if anything: about one patrol in twenty."""
    if rng.random() > 0.05:
        return ""
    return rng.choice(["beyond", "irregular"]) if site.kind == SiteKind.MINE else "illegal"
