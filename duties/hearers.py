"""Who hears of a duty at a rung: looked up once per unit and post, whatever the number of duties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from agencies.bodies import supervising
from agencies.models import Agency, AgencyKind, Member, Role
from agencies.posts import signers
from core.access import barred_from
from core.models import Access, Matter
from duties.models import Duty

#: Posts that stand for 分管领导 and 主要负责人 in units that are built otherwise (bureaus, villages).
IN_UNIT = {
    "filler": (Role.FILLER,),
    "deputy": (Role.DEPUTY, Role.APPROVER, Role.HEAD),
    "head": (Role.HEAD,),
}
BATCH = 500


class Hearers:
    """People by unit and post on one day."""

    def __init__(self, on: dt.date) -> None:
        self.on = on
        self._found: dict[tuple[str, int, str], list[Member]] = {}
        self._named: dict[int, Member | None] = {}
        barred = Access.objects.filter(relation=Access.Relation.BARRED).values("matter_id")
        guarded = Matter.objects.filter(pk__in=barred)
        self._guarded: dict[int | None, Matter] = {row.pk: row for row in guarded}

    def know(self, agency_ids: Iterable[int], member_ids: Iterable[int]) -> None:
        """Read units and named persons ahead, in a few queries."""
        self._units = Agency.objects.select_related("division", "parent").in_bulk(list(set(agency_ids)))
        ids = list(set(member_ids))
        for start in range(0, len(ids), BATCH):
            rows = Member.objects.active().select_related("agency__division")
            self._named |= rows.in_bulk(ids[start : start + BATCH])

    def holders(
        self, agency_id: int, role: str, member_id: int | None, matter_id: int | None = None
    ) -> list[Member]:
        """Whose hands the duty is in, as `duties.holders.holders` says for one."""
        named = self._named.get(member_id) if member_id else None
        if matter_id in self._guarded:
            return self._without_barred(agency_id, role, named, matter_id)
        if named is not None:
            return [named]
        return self._once("holder", agency_id, role)

    def _without_barred(
        self, agency_id: int, role: str, named: Member | None, matter_id: int
    ) -> list[Member]:
        """Whoever must stay out of the affair (回避) is passed over; asked singly: such affairs are few."""
        out = barred_from(self._guarded[matter_id])
        if named is not None and not Member.objects.filter(out, pk=named.pk).exists():
            return [named]
        return signers(self._units[agency_id], role, self.on, out=out)[0]

    def of(self, to: str, agency_id: int, *, late: bool, campaign: str = "") -> list[Member]:
        """filler, deputy, head, office or leader over the unit. Only what is late leaves the unit:
        before that an empty post hears nothing. The leader of a campaign's duty (`campaign`: its key) is the
        one of that campaign's bodies.
        """
        if to == "leader":
            unit = self._units[agency_id]
            return self._shared(
                f"leader {campaign}", unit, lambda: supervising(unit, self.on, campaign=campaign)
            )
        return self._once(to, agency_id, "late" if late else "")

    def _once(self, to: str, agency_id: int, how: str) -> list[Member]:
        key = (to, agency_id, how)
        if key not in self._found:
            self._found[key] = self._look(to, self._units[agency_id], how)
        return self._found[key]

    def _look(self, to: str, unit: Agency, how: str) -> list[Member]:
        if to == "holder":
            return signers(unit, how, self.on)[0]
        if to == "office":
            return self._shared("office", unit, lambda: self._office(unit))
        for role in IN_UNIT[to]:
            found, why = signers(unit, role, self.on)
            if why != "superior":
                return found
        return signers(unit, IN_UNIT[to][0], self.on)[0] if how == "late" else []

    def _shared(self, to: str, unit: Agency, look) -> list[Member]:
        """The same for the whole county: kept under the county's code."""
        key = (to, 0, unit.division.code[:6])
        if key not in self._found:
            self._found[key] = look()
        return self._found[key]

    def _office(self, unit: Agency) -> list[Member]:
        offices = Agency.objects.active().filter(
            kind=AgencyKind.JOINT_OFFICE, division__code=unit.division.code[:6]
        )
        found: dict[int, Member] = {}
        for office in offices.select_related("division", "parent"):
            found |= {one.pk: one for one in signers(office, Role.OFFICE, self.on)[0]}
        return list(found.values())


def visible(member: Member, samples: dict[tuple, int]) -> set[tuple]:
    """Which of the sorts of duties the member may see, asked with one duty of each sort.

    Duties of one sort (unit, recipient, matter, track) are seen alike: `visible_to` asks nothing else.
    """
    by_duty = {duty_id: sort for sort, duty_id in samples.items()}
    ids, seen = list(by_duty), set()
    for start in range(0, len(ids), BATCH):
        rows = Duty.objects.visible_to(member).filter(pk__in=ids[start : start + BATCH])
        seen |= {by_duty[pk] for pk in rows.values_list("pk", flat=True)}
    return seen
