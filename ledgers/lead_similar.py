"""疑似重复: leads near in place and time, or of the same party or vehicle, among those the reader may see."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING

from django.db.models import Q

from ledgers.models import Lead
from minewatch.lib.text import fold

if TYPE_CHECKING:
    from agencies.models import Member

NEAR_M = 200.0
SPAN = dt.timedelta(days=7)
#: Degrees that surely hold 200 m anywhere in the country (1° of longitude at 54° N is some 65 km).
BOX = 0.004
MOST = 10
#: Written where nobody knows: they name nobody.
VAGUE = frozenset("不详 不明 不清 未知 无 待查 待核实 不知道 无名 无牌 无牌照".split())
EARTH_M = 6_371_008.8


@dataclass(frozen=True)
class Similar:
    """A lead that may be the same, and why."""

    lead: Lead
    why: str


def similar(lead: Lead, member: Member) -> list[Similar]:
    """Leads whose content is open to the member, found within 7 days of this one, at the same site or within
    200 m, or with the same party or vehicle; the earliest first. Merged and withdrawn ones are left out.
    """
    rows = Lead.objects.open_to(member).filter(
        withdrawn_at__isnull=True,
        merged_into__isnull=True,
        found_at__gte=lead.found_at - SPAN,
        found_at__lte=lead.found_at + SPAN,
    )
    rows = rows.exclude(pk=lead.pk).filter(_same(lead)).select_related("holder").order_by("pk")
    found = ((row, _why(lead, row)) for row in rows[: MOST * 10])
    return [Similar(row, why) for row, why in found if why][:MOST]


def _same(lead: Lead) -> Q:
    hit = Q(pk__in=())
    if lead.site_id:
        hit |= Q(site=lead.site_id)
    if lead.lon is not None and lead.lat is not None:
        hit |= Q(lon__range=(lead.lon - BOX, lead.lon + BOX), lat__range=(lead.lat - BOX, lead.lat + BOX))
    if _named(lead.party):
        hit |= Q(party__iexact=lead.party)
    if _named(lead.vehicle):
        hit |= Q(vehicle__iexact=lead.vehicle)
    return hit


def _named(text: str) -> bool:
    return bool(text) and fold(text) not in VAGUE


def _why(one: Lead, other: Lead) -> str:
    reasons = []
    if one.site_id and one.site_id == other.site_id:
        reasons.append("同一监管对象")
    elif None not in (one.lon, one.lat, other.lon, other.lat):
        metres = distance_m(one.lon, one.lat, other.lon, other.lat)
        if metres <= NEAR_M:
            reasons.append(f"相距约{metres:.0f}米")
    if _named(one.party) and fold(one.party).lower() == fold(other.party).lower():
        reasons.append("同一当事人")
    if _named(one.vehicle) and fold(one.vehicle).lower() == fold(other.vehicle).lower():
        reasons.append("同一车辆、机械")
    return "、".join(reasons)


def distance_m(lon: float, lat: float, lon2: float, lat2: float) -> float:
    """Metres between two points on the mean sphere; within 0.5 % of the ellipsoid, enough for neighbours."""
    across, up = radians(lon2 - lon), radians(lat2 - lat)
    half = sin(up / 2) ** 2 + cos(radians(lat)) * cos(radians(lat2)) * sin(across / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(half))
