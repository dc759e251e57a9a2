"""Rows and sheets for tests: a call shows only what matters."""

from __future__ import annotations

import datetime as dt
from itertools import count

from ledgers.actions.entries import EntryRow, file_entry
from ledgers.models import Entry, Site
from minewatch.lib.clock import now

_NUMBERS = count(1)


def today() -> dt.date:
    return now().date()


def row(**more: object) -> EntryRow:
    """A no-finding patrol of today in 青石镇上湾村."""
    facts: dict[str, object] = {
        "location": "青石镇上湾村柳树沟",
        "mineral": "建筑用砂",
        "licence": "no",
        "shallow": "no",
        "illegal": "no",
        "beyond": "no",
        "irregular": "no",
        "measures": "无异常",
        "patrolled_on": today(),
    }
    return EntryRow(**(facts | more))


def digging(**more: object) -> EntryRow:
    """A row that reports illegal digging."""
    return row(**({"illegal": "yes", "measures": "现场责令停止"} | more))


def entry(cast, who: str = "qingshi.filler", unit: str = "qingshi", **more: object) -> Entry:
    """A filed row."""
    return file_entry(member=cast.member(who), agency=cast.unit(unit), row=row(**more))


def site(cast, unit: str = "qingshi", village: str | None = "shangwan", **more: object) -> Site:
    """A registered site of the township."""
    place = cast.unit(village or unit).division
    values = {
        "number": f"S{next(_NUMBERS):03d}",
        "name": "柳树沟采石场",
        "kind": "mine",
        "division": place,
        "agency": cast.unit(unit),
        "village": cast.unit(village) if village else None,
        "lon": 111.46377,
        "lat": 39.42386,
        "mineral": "建筑用砂",
    }
    return Site.objects.create(**(values | more))
