"""To whom a unit reports where no duty says so."""

from __future__ import annotations

from agencies.models import Agency, AgencyKind


def recipient_of(agency: Agency) -> Agency | None:
    """A village reports to its township, other units to the county's 专班办公室, that one to the county."""
    if agency.kind in (AgencyKind.VILLAGE, AgencyKind.JOINT_OFFICE):
        return agency.parent
    if agency.kind in (AgencyKind.COUNTY, AgencyKind.CITY_OFFICE, AgencyKind.SYSTEM):
        return None
    county = agency.division.code[:6]
    office = Agency.objects.active().filter(kind=AgencyKind.JOINT_OFFICE, division__code=county).first()
    return office or agency.parent
