"""The one shared subquery of matter rights; every `visible_to` on a matter reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from core.models import Access, Matter
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member


def matters_for(member: Member) -> QuerySet[Matter]:
    """Matters the member may know of: some live relation, and not barred (回避).

    The joint office sees states and figures of a sealed matter through figures,
    not through this list.
    """
    if not member.is_business:
        return Matter.objects.none()
    mine = Q(agency_id=member.agency_id) | Q(member_id=member.pk)
    live = Access.objects.filter(mine).filter(Q(until__isnull=True) | Q(until__gte=now()))
    barred = live.filter(relation=Access.Relation.BARRED).values("matter_id")
    granted = live.exclude(relation=Access.Relation.BARRED).exclude(
        relation=Access.Relation.OFFICE,
        matter__sealed=True,
    )
    return Matter.objects.filter(pk__in=granted.values("matter_id")).exclude(pk__in=barred)


def grant(
    matter: Matter,
    relation: str,
    *,
    agency: Agency | None = None,
    member: Member | None = None,
    basis: str = "",
) -> Access:
    """Give a unit or a member a relation to `matter`; the same grant twice is one row."""
    row, _ = Access.objects.get_or_create(
        matter=matter,
        agency=agency,
        member=member,
        relation=relation,
        defaults={"basis": basis},
    )
    return row
