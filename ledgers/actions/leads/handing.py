"""The holder of a lead moves: by dispatch, by an accepted referral, back to who sent it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q, QuerySet

from core import audit
from core.access import grant, revoke
from core.errors import DomainError
from core.models import Access
from core.workflow import conflict
from ledgers.actions.leads import owed
from ledgers.lead_states import LeadStatus
from ledgers.models import Lead
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

#: Basis of rights that merging gave; splitting takes exactly these back.
MERGED = "并案线索"


def hand_to(*, lead: Lead, to: Agency, by: Member | None, basis: str) -> Lead:
    """`to` holds the lead from now on; the old holder stays a party. Who may is the caller's to know.

    Handed to its holder: nothing happens. `basis` (≤ 200 characters, e.g. the number of the referral) stands
    with the right. A dispatch that waits to be signed is over. What is owed is owed by the new holder from
    now. Raises DomainError for a withdrawn lead, Conflict when it was handed on meanwhile.
    """
    if lead.withdrawn_at is not None:
        raise DomainError("线索已撤回，不能移交。")
    if lead.holder_id == to.pk:
        return lead
    with transaction.atomic():
        give(lead, to, by, basis)
        if lead.status == LeadStatus.SENT:
            Lead.objects.filter(pk=lead.pk).update(status=LeadStatus.OPEN)
            waiting = lead.dispatches.filter(signed_at=None, returned_at=None)
            waiting.update(returned_at=now(), returned_by=by, words="线索已移交其他单位")
            lead.refresh_from_db()
        owed.go_along(lead)
    return lead


def give(lead: Lead, to: Agency, by: Member | None, basis: str) -> None:
    """The rights behind it, in the caller's transaction."""
    relation, old = Access.Relation, lead.holder
    rows = Lead.objects.filter(pk=lead.pk, holder=old, withdrawn_at__isnull=True)
    if rows.update(holder=to, version=F("version") + 1) != 1:
        raise conflict(lead)
    lead.refresh_from_db()
    revoke(lead.matter, relation.HOLDER, agency=old)
    grant(lead.matter, relation.HOLDER, agency=to, basis=basis[:200])
    grant(lead.matter, relation.PARTY, agency=old, basis="原承办单位")
    for child in lead.merged.select_related("matter"):
        let_see(child, to)
    audit.record(
        "lead.handed",
        actor=by,
        agency=to,
        subject=lead,
        matter=lead.matter,
        facts={"number": lead.number, "status": lead.status},
    )


def let_see(lead: Lead, unit: Agency) -> None:
    """`unit` reads the lead because of a merge; a party of it already stays what it was, so that splitting
    takes nothing from it that merging did not give."""
    if not parties_of(lead).filter(agency=unit).exists():
        grant(lead.matter, Access.Relation.PARTY, agency=unit, basis=MERGED)


def see_no_more(lead: Lead, *, but: Iterable[int] = ()) -> None:
    """What merging gave on the lead is taken back, but for the units `but` (ids)."""
    for row in parties_of(lead).filter(basis=MERGED).exclude(agency__in=but).select_related("agency"):
        revoke(lead.matter, row.relation, agency=row.agency)


def parties_of(lead: Lead) -> QuerySet[Access]:
    """The units that are parties of the lead now."""
    party = {"relation": Access.Relation.PARTY, "track": Access.Track.ADMIN, "agency__isnull": False}
    return lead.matter.access.filter(Q(until__isnull=True) | Q(until__gte=now()), **party)
