"""Leads for tests: a call shows only what matters."""

from __future__ import annotations

import datetime as dt

from duties.models import Duty
from duties.models.campaign import Route, Violation
from ledgers.actions import leads
from ledgers.actions.leads import Intake
from ledgers.models import Lead
from minewatch.lib.clock import now
from minewatch.lib.coordinates import parse_point
from tests.duties import make_tasks

HOUR = dt.timedelta(hours=1)


def intake(**more: object) -> Intake:
    """A camera's find of an hour ago in 柳树沟."""
    facts: dict[str, object] = {
        "source": "camera",
        "text": "沟口有挖掘机进出",
        "location": "青石镇上湾村柳树沟",
        "found_at": now() - HOUR,
    }
    point = more.pop("point", "")
    return Intake(**(facts | more), point=parse_point(point) if point else None)


def lead(cast, who: str = "nr.officer", unit: str = "nr", **more: object) -> Lead:
    """Registered at the desk of `unit`."""
    return leads.register_lead(by=cast.member(who), agency=cast.unit(unit), facts=intake(**more))


def passed(cast, one: Lead, to: str = "water", who: str = "nr.officer", signed: bool = True) -> Lead:
    """Passed on to `to`, and signed there."""
    leads.dispatch(lead=one, to=cast.unit(to), by=cast.member(who), reason="河道内，请核查")
    if signed:
        leads.receive(lead=one, by=cast.member(f"{to}.officer"))
    return one


def checked(cast, one: Lead, finding: str = "true", who: str = "nr.officer", **more: object):
    """A check by `who` of now."""
    member = cast.member(who)
    facts: dict[str, object] = {"text": "现场有新鲜采挖面", "checked_at": now(), "officers": [member]}
    return leads.verify(lead=one, by=member, finding=finding, **(facts | more))


def answered(cast, one: Lead, who: str = "nr.officer", **more: object) -> Lead:
    """Answered with what was done on the spot."""
    facts: dict[str, object] = {"ending": "site", "text": "责令停止，已填平采坑"}
    return leads.answer(lead=one, by=cast.member(who), **(facts | more))


def owed(one: Lead) -> dict[str, str]:
    """step → unit that owes it now."""
    rows = Duty.objects.open().filter(key__startswith=f"lead:{one.pk}:").select_related("agency")
    return {duty.key.rsplit(":", 1)[1]: duty.agency.code for duty in rows}


def campaign(cast, *routes: tuple[str, str, str, str], **more: object):
    """A running campaign with two violations and `routes` (violation, type, receiver, paragraph)."""
    made = make_tasks.campaign(cast, **more)
    for order, (code, name) in enumerate((("unlicensed", "无证开采"), ("river", "河道采砂"))):
        Violation.objects.create(campaign=made, code=code, name=name, order=order)
    for order, (code, kind, unit, paragraph) in enumerate(routes):
        Route.objects.create(
            campaign=made,
            matter=f"{unit}办理的事项",
            violation=code,
            type=kind,
            receiver=cast.unit(unit),
            receiver_name=cast.unit(unit).name,
            paragraph=paragraph,
            order=order,
        )
    return made
