"""What rows of a unit are judged against, loaded once per request or batch (ledgers.columns.Refs)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agencies.models import Agency, AgencyKind, Division
from ledgers.columns import Refs, SiteRef, Village
from ledgers.models import Site
from minewatch.lib.clock import now

if TYPE_CHECKING:
    import datetime as dt

PLACED = (AgencyKind.TOWNSHIP, AgencyKind.VILLAGE)


def load_refs(agency: Agency, *, today: dt.date | None = None) -> Refs:
    """The county of `agency` seen from it: places, box and the sites its rows may name. Four queries."""
    county = agency.county
    places = Division.objects.filter(code__startswith=county.code, valid_to__isnull=True)
    names = dict(places.values_list("code", "name"))
    townships = {name: code for code, name in names.items() if len(code) == 9}
    villages = tuple(
        Village(name, code, names.get(code[:9], "")) for code, name in names.items() if len(code) == 12
    )
    sites = sites_for(agency).values_list("pk", "name", "lon", "lat")
    return Refs(
        county=county.name,
        bbox=county.bbox,
        unit=agency.division.name if agency.kind in PLACED else "",
        townships=townships,
        villages=villages,
        sites=tuple(SiteRef(*row) for row in sites),
        today=today or now().date(),
    )


def sites_for(agency: Agency):
    """Sites on the books that rows of `agency` may name: its township's, for other units the county's."""
    rows = Site.objects.filter(is_active=True)
    if agency.kind == AgencyKind.VILLAGE:
        return rows.filter(agency_id=agency.parent_id)
    if agency.kind == AgencyKind.TOWNSHIP:
        return rows.filter(agency=agency)
    return rows.filter(division__code__startswith=agency.division.code[:6])


def unit_code(agency: Agency) -> str:
    """The code under which identities name a unit: its division's, a bureau goes by its name."""
    return agency.division.code if agency.kind in PLACED else agency.name
