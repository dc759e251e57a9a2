"""Which units a case may go to (提级办理、指定管辖): reading only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agencies.models import Agency
from cases.actions.cases.opening import NO_CASES, RESTRICTED
from core.models import Access

if TYPE_CHECKING:
    from cases.models import Case


def candidates(case: Case) -> list[Agency]:
    """Units of the county (and above it) that can hold an administrative case and must not stay out of it."""
    county = case.holder.division.code[:6]
    rows = Agency.objects.active().filter(online=True).exclude(pk=case.holder_id)
    rows = rows.exclude(kind__in=[*NO_CASES, *RESTRICTED]).select_related("division")
    barred = set(
        case.matter.access.filter(relation=Access.Relation.BARRED, agency__isnull=False).values_list(
            "agency_id", flat=True
        )
    )
    return [
        unit
        for unit in rows.order_by("division__code", "pk")
        if unit.pk not in barred
        and (unit.division.code.startswith(county) or county.startswith(unit.division.code))
    ]
