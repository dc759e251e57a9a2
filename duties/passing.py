"""What lies with somebody above because nobody below can do it, as a filter for reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from agencies.models import Acting, RoleGrant
from core.models import Access
from duties.models import Duty
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member

#: Basis of the right by name of whoever is let in for such a step (core.Access.basis).
BASIS = "岗位空缺或者回避，由上级单位办理"


def passed_to(member: Member) -> QuerySet[Duty]:
    """Open duties of other units whose affair the member was let into by name on their track, and that name
    the member or a post which nobody there fills – as `holders` finds it, but asked by the database.

    Which of the people above has a post's duty is not asked again: `reaching.let_in` asked it when it gave
    the right. What an 线下单位 owes passes to nobody.
    """
    named = Access.objects.filter(
        _runs("until", now()), member=member, track=OuterRef("track"), matter=OuterRef("matter")
    ).exclude(relation=Access.Relation.BARRED)
    rows = Duty.objects.open().filter(Exists(named), agency__online=True)
    by_post = Q(member__isnull=True) | Q(member__is_active=False)
    return rows.filter(Q(member=member) | by_post & ~_filled()).exclude(agency__in=member.units)


def _filled() -> Q:
    """Somebody who need not stay out (回避) of its affair holds the duty's post or acts in it today."""
    today = now().date()
    post = {"role": OuterRef("role"), "member__is_active": True}
    held = RoleGrant.objects.filter(~_barred(), member__agency=OuterRef("agency"), **post)
    acting = Acting.objects.filter(
        _runs("valid_to", today),
        ~_barred(),
        agency=OuterRef("agency"),
        member__agency__isnull=False,
        valid_from__lte=today,
        ended_at__isnull=True,
        **post,
    )
    return Exists(held) | Exists(acting)


def _barred() -> Exists:
    """`member` of an inner row must stay out of the outer duty's affair, by name or with the unit."""
    whom = Q(member=OuterRef("member")) | Q(agency=OuterRef("member__agency"))
    affair = OuterRef(OuterRef("matter"))
    return Exists(
        Access.objects.filter(_runs("until", now()), whom, matter=affair, relation=Access.Relation.BARRED)
    )


def _runs(field: str, at: object) -> Q:
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__gte": at})
