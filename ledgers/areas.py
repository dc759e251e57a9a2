"""What the ledgers know of an area for its 包联 page: serious leads there, as far as the reader may see."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.urls import reverse

from agencies.models import Division, Member
from duties.areas import Line, register
from ledgers.models import Lead
from minewatch.lib.clock import day_end, midnight

SHOWN = 10


@register
def serious_leads(member: Member, division: Division, first: dt.date, last: dt.date | None) -> Line:
    """Leads that were alarmed at once, found in the area in those days; withdrawn ones are none."""
    here = Q(site__division__code__startswith=division.code) | Q(
        site__isnull=True, agency__division__code__startswith=division.code
    )
    rows = Lead.objects.open_to(member).filter(
        here, alarmed=True, withdrawn_at__isnull=True, found_at__gte=midnight(first)
    )
    if last is not None:
        rows = rows.filter(found_at__lte=day_end(last))
    links = [
        (f"{lead.number}（{lead.get_status_display()}）", reverse("ledgers:lead", args=[lead.pk]))
        for lead in rows.order_by("-found_at", "-pk")[:SHOWN]
    ]
    return Line("重大线索（已即时报告）", rows.count(), tuple(links))
