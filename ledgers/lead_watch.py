"""The daily round of leads: one that waits and that nobody owes (it came before limits were kept) is owed."""

from __future__ import annotations

import datetime as dt

from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from duties import watch
from duties.models import Duty
from ledgers.actions.leads import owed
from ledgers.models import Lead


@watch.register
def round_of(today: dt.date) -> int:
    """Open what is owed on leads without an open duty, counted from now. Returns how many there were."""
    duties = Duty.objects.open().filter(
        kind=Duty.Kind.LEAD, subject_kind="ledgers.lead", subject_id=Cast(OuterRef("pk"), CharField())
    )
    rows = Lead.objects.live().filter(~Exists(duties), status__in=owed.NEXT)
    rows = rows.select_related("holder", "matter", "agency__division")
    for lead in rows:
        owed.go_along(lead)
    return len(rows)
