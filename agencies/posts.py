"""Who signs for a post: the holder, the acting person, else the unit above (design.md 2, 代理/主持工作)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Literal

from django.db.models import Q

from agencies.models import Acting, Agency, Member, Role
from minewatch.lib.clock import now

Standing = Literal["holder", "acting", "superior"]

#: Posts that never pass upward: what they guard is not the superior's to see.
NEVER_UP = frozenset({Role.CUSTODIAN, Role.AUDITOR, Role.SYSTEM_ADMIN})


def signers(
    agency: Agency,
    role: str,
    on: dt.date | None = None,
    *,
    but: Member | None = None,
    out: Q | None = None,
) -> tuple[list[Member], Standing]:
    """Members who may sign for `role` of `agency` on the day `on` (default today), and why they may.

    "holder"    the post is filled; acting persons of that day stand behind the holders in the list
    "acting"    nobody holds it, an acting person stands in (prints 代签)
    "superior"  nobody here; the people of the nearest unit above with the same post, else its head,
                else its leader. Where no unit is above, the unit's own head or leader stands in for its
                empty posts. May be empty: then the step waits for the administrator.

    `but` is somebody who may not sign, such as the person who filled the sheet: nobody approves the own
    work, and a post left empty by that passes on as if it had no holder. `out` is a filter on Member: who
    must stay out of the affair (回避), here and above. Appointments are looked up for
    `on`; posts and accounts are those of now.
    """
    on = on or now().date()
    away = out or Q(pk__in=())
    away = away | Q(pk=but.pk) if but else away
    holders, acting = _holders(agency, role, away), _acting(agency, role, on, away)
    if holders:
        return [*holders, *(member for member in acting if member not in holders)], "holder"
    if acting:
        return acting, "acting"
    return _superiors(agency, role, on, away), "superior"


def signing_above(agency: Agency, *, out: Q, but: Collection[int] = ()) -> Agency | None:
    """The nearest unit above `agency` in service where somebody may sign for the head; None: nowhere.

    `out` is a filter on Member as for `signers`; `but` are ids of units that are passed over.
    """
    unit = agency.parent
    while unit is not None:
        if unit.is_active and unit.pk not in but and signers(unit, Role.HEAD, out=out)[0]:
            return unit
        unit = unit.parent
    return None


def _holders(agency: Agency, role: str, away: Q) -> list[Member]:
    rows = Member.objects.active().filter(agency=agency, grants__role=role).order_by("pk")
    return list(rows.exclude(away))


def _acting(agency: Agency, role: str, on: dt.date, away: Q) -> list[Member]:
    rows = Acting.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        agency=agency,
        role=role,
        valid_from__lte=on,
        ended_at__isnull=True,
    )
    ids = set(rows.values_list("member", flat=True))
    if not ids:
        return []  # as nearly always
    people = Member.objects.active().filter(pk__in=ids, agency__isnull=False)
    return list(people.exclude(away).order_by("pk"))


def _superiors(agency: Agency, role: str, on: dt.date, away: Q) -> list[Member]:
    if role in NEVER_UP:
        return []
    unit = agency.parent
    while unit is not None:
        for post in dict.fromkeys((role, Role.HEAD, Role.LEADER)):
            found = _holders(unit, post, away) or _acting(unit, post, on, away)
            if found:
                return found
        unit = unit.parent
    if agency.parent is None:
        return _holders(agency, Role.HEAD, away) or _holders(agency, Role.LEADER, away)
    return []
