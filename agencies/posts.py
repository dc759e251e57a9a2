"""Who signs for a post: the holder, the acting person, else the unit above (design.md 2, 代理/主持工作)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from django.db.models import Q

from agencies.models import Agency, Member, Role
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
) -> tuple[list[Member], Standing]:
    """Members who may sign for `role` of `agency` on the day `on` (default today), and why they may.

    "holder"    the post is filled; acting persons of that day stand behind the holders in the list
    "acting"    nobody holds it, an acting person stands in (prints 代签)
    "superior"  nobody here; the people of the nearest unit above with the same post, else its head,
                else its leader. May be empty: then the step waits for the administrator.

    `but` is somebody who may not sign, such as the person who filled the sheet: nobody approves the own
    work, and a post left empty by that passes on as if it had no holder. Appointments are looked up for
    `on`; posts and accounts are those of now.
    """
    on = on or now().date()
    holders, acting = _holders(agency, role, but), _acting(agency, role, on, but)
    if holders:
        return [*holders, *(member for member in acting if member not in holders)], "holder"
    if acting:
        return acting, "acting"
    return _superiors(agency, role, on, but), "superior"


def _holders(agency: Agency, role: str, but: Member | None) -> list[Member]:
    rows = Member.objects.active().filter(agency=agency, grants__role=role).order_by("pk")
    return list(rows.exclude(pk=but.pk) if but else rows)


def _acting(agency: Agency, role: str, on: dt.date, but: Member | None) -> list[Member]:
    running = Q(acting__valid_to__isnull=True) | Q(acting__valid_to__gte=on)
    rows = (
        Member.objects.active()
        .filter(
            running,
            agency__isnull=False,
            acting__agency=agency,
            acting__role=role,
            acting__valid_from__lte=on,
            acting__ended_at__isnull=True,
        )
        .distinct()
        .order_by("pk")
    )
    return list(rows.exclude(pk=but.pk) if but else rows)


def _superiors(agency: Agency, role: str, on: dt.date, but: Member | None) -> list[Member]:
    if role in NEVER_UP:
        return []
    unit = agency.parent
    while unit is not None:
        for post in dict.fromkeys((role, Role.HEAD, Role.LEADER)):
            found = _holders(unit, post, but) or _acting(unit, post, on, but)
            if found:
                return found
        unit = unit.parent
    return []
