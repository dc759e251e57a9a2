"""Inspections for tests: a call shows only what matters."""

from __future__ import annotations

import datetime as dt

from ledgers import checklists
from ledgers.actions import inspections
from ledgers.models.inspections import Inspection
from minewatch.lib.clock import SHANGHAI, now
from tests.ledgers.make import site


def at(day: str, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), SHANGHAI)


def drawn(cast, kind="joint", who="office", unit="office", **more) -> Inspection:
    """An inspection being made."""
    facts = {"title": "第三季度联合检查", "starts_at": now() - dt.timedelta(hours=2)}
    return inspections.draft(member=cast.member(who), agency=cast.unit(unit), kind=kind, **(facts | more))


def on_site(cast, kind="joint", units=("nr", "water"), who="office", **more):
    """(inspection, its one site) with units called."""
    row = drawn(cast, kind, who, **more)
    inspections.call_units(inspection=row, member=cast.member(who), agencies=[cast.unit(u) for u in units])
    mine = site(cast)
    (at_site,) = inspections.add_sites(inspection=row, member=cast.member(who), sites=[mine])
    return row, at_site


def answered(cast, at_site, unit, who=None, **other):
    """The unit's whole part of the checklist, 符合 but for `other` {question: (result, text)}."""
    agency = cast.unit(unit)
    rows = {one.code: ("good", "") for one in checklists.owed(at_site.checklist, agency)} | other
    return inspections.answer(
        at_site=at_site, member=cast.member(who or f"{unit}.officer"), agency=agency, rows=rows
    )


def found(cast, row, at_site=None, subject=None, who="nr.officer", unit="nr", **more):
    """A finding of the site's township."""
    facts = {
        "problem": "越界开采",
        "demand": "立即停止，恢复原状",
        "due_at": now() + dt.timedelta(days=30),
        "agency": subject.agency if subject else at_site.site.agency,
    }
    return inspections.add_finding(
        inspection=row,
        member=cast.member(who),
        found_by=cast.unit(unit),
        at_site=at_site,
        subject=subject,
        **(facts | more),
    )
