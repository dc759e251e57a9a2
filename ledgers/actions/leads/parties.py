"""Who stands how to a lead: holder, parties, the joint office, the leaders who answer for its place."""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from agencies.models import Agency, AgencyKind, Division, Member, Role
from core.models import Access
from duties.areas import leaders_of
from ledgers.models import Lead

if TYPE_CHECKING:
    from collections.abc import Iterable


class Parties:
    """Who stands how to a county's leads, looked up once per act."""

    def __init__(self) -> None:
        self.county = cache(self._county)
        self.alarmed = cache(self._alarmed)
        self.led = cache(self._led)

    def holder(self, lead: Lead) -> Agency:
        """The township of a village that finds something (村→乡镇). What patrols find is held by the township
        where the site lies; what was registered at a desk by the unit that received it (首问负责)."""
        agency, site = lead.agency, lead.site
        if agency.kind == AgencyKind.VILLAGE and agency.parent:
            return agency.parent
        if agency.kind == AgencyKind.TOWNSHIP or site is None or lead.source not in Lead.RAISED:
            return agency
        return site.agency

    def _county(self, code: str, kind: str) -> Agency | None:
        return Agency.objects.active().filter(kind=kind, division__code=code).order_by("pk").first()

    def of(self, agency: Agency, kind: str) -> Agency | None:
        """The unit of `kind` in the county of `agency`."""
        return self.county(agency.division.code[:6], kind)

    def access(self, lead: Lead, holder: Agency) -> Iterable[Access]:
        """Holder; the finder and who told it as parties; the joint office; natural resources of what patrols
        found and of what is urgent – a tip stays with the unit that received it until it is passed on."""
        relation, matter, agency = Access.Relation, lead.matter, lead.agency
        nr, office = (self.of(agency, k) for k in (AgencyKind.NATURAL_RESOURCES, AgencyKind.JOINT_OFFICE))
        if not (lead.alarmed or lead.source in Lead.RAISED):
            nr = None
        basis = "属地乡镇" if holder.kind == AgencyKind.TOWNSHIP else "首问负责"
        yield Access(matter=matter, agency=holder, relation=relation.HOLDER, basis=basis)
        told = (agency, nr, lead.told_by)
        parties = {unit.pk: unit for unit in told if unit and unit.pk != holder.pk}
        for unit in parties.values():
            yield Access(matter=matter, agency=unit, relation=relation.PARTY)
        if office and office.pk != holder.pk:
            yield Access(matter=matter, agency=office, relation=relation.OFFICE)

    def leaders(self, lead: Lead) -> list[Member]:
        """包联领导 of the place: where the site lies, else of the finder, else of the holder."""
        place = lead.site.division_id if lead.site else lead.agency.division_id
        return self.led(place) or self.led(lead.holder.division_id)

    def _led(self, division_id: int) -> list[Member]:
        return leaders_of(Division.objects.get(pk=division_id))

    def answerable(self, lead: Lead) -> Iterable[Access]:
        """A serious lead opens for the leaders who answer for the area, for nobody else of their units."""
        invited, basis = Access.Relation.INVITED, "包联责任人"
        for leader in self.leaders(lead) if lead.alarmed else ():
            yield Access(matter=lead.matter, member=leader, relation=invited, basis=basis)

    def _alarmed(self, holder: Agency, agency: Agency) -> tuple[Member, ...]:
        """The township's deputy and head, the county's officer and the joint office."""
        nr, office = (self.of(agency, k) for k in (AgencyKind.NATURAL_RESOURCES, AgencyKind.JOINT_OFFICE))
        posts = [(holder, Role.DEPUTY), (holder, Role.HEAD), (nr, Role.OFFICER), (office, Role.OFFICE)]
        found = chain.from_iterable(Member.objects.holding(unit, role) for unit, role in posts if unit)
        return tuple({member.pk: member for member in found}.values())


def invited(lead: Lead) -> Iterable[Member]:
    """Who was let in by name (包联责任人)."""
    rows = lead.matter.access.filter(relation=Access.Relation.INVITED, member__isnull=False)
    return [row.member for row in rows.select_related("member")]
