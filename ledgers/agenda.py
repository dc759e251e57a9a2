"""Open leads as points of a meeting's agenda (duties.agenda): the line says nothing of the lead itself.

Number and place are named beside it, when it is read, for those who may know of the lead.
"""

from __future__ import annotations

from agencies.models import Agency, Member
from duties.agenda import AgendaRow, register
from ledgers.models import Lead

#: One by one up to here; the rest as one line, so that nothing is left out silently; how many they are
#: is not said, for every unit that is called reads it.
SINGLY = 30
LINE = "线索处置情况"


@register
def open_leads(member: Member, agency: Agency) -> list[AgendaRow]:
    """Leads that wait with `agency` or a unit below it and that `member` may know of, the oldest first."""
    rows = Lead.objects.visible_to(member).live()
    rows = rows.filter(holder__in=Agency.objects.under(agency).values("pk")).order_by("id")
    found = [AgendaRow(LINE, lead) for lead in rows[:SINGLY]]
    more = rows.count() - len(found)
    return [*found, AgendaRow("其余未办结线索")] if more else found
