"""The site register as the source of campaign lists (duties.objects)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from duties.objects import Offered, Register, register
from ledgers.models import Site

if TYPE_CHECKING:
    from agencies.models import Member


def offered(member: Member, kinds: Sequence[str]) -> list[Offered]:
    """Sites on the books that the member may see, in the order of place and number."""
    rows = Site.objects.visible_to(member).filter(is_active=True)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    rows = rows.select_related("agency__division", "village__division", "division")
    return [
        Offered(
            subject=site,
            name=site.name,
            place=site.location or _place(site),
            kind=site.kind,
            kind_words=site.get_kind_display(),
            township=site.agency,
            village=site.village,
            division=site.division,
        )
        for site in rows.order_by("division__code", "number")
    ]


def _place(site: Site) -> str:
    return site.agency.division.name + (site.village.division.name if site.village_id else "")


register("site", Register("监管对象", offered))
