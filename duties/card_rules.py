"""Who proposes, decides and sees 黄牌、红牌: proposed by the office, decided by another, units only.

A card waits with the county's supervising leader; where the leader proposed it or there is none, with the
head of the joint office. Nobody decides the own proposal or a card for the own unit.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from agencies.models import Agency, AgencyKind, Member, Role
from agencies.scope import readable_agencies
from duties.holders import oversees
from duties.models import Card
from duties.states import CARD_MOVES, CardStatus

#: where a card is decided, in this order
SEATS = (
    (AgencyKind.COUNTY, Role.LEADER),
    (AgencyKind.COUNTY, Role.HEAD),
    (AgencyKind.JOINT_OFFICE, Role.HEAD),
)
PUBLIC = (CardStatus.SHOWN, CardStatus.LIFTED)


def visible_cards(member: Member) -> QuerySet[Card]:
    """Cards of units the member may read. What is not shown (yet) is known to those who watch over them."""
    rows = Card.objects.select_related(
        "agency__division", "campaign", "duty", "proposed_by__agency", "decided_by__agency"
    )
    if not member.is_business:
        return rows.none()
    rows = rows.filter(agency__in=readable_agencies(member).values("pk"))
    if oversees(member):
        return rows
    return rows.filter(Q(status__in=PUBLIC) | Q(proposed_by=member))


def places_of(agency: Agency) -> list[tuple[Agency, str]]:
    """(unit, role) where cards for `agency` are decided, the first that is filled counts."""
    kinds = {kind for kind, _ in SEATS}
    rows = Agency.objects.active().filter(kind__in=kinds, division__code=agency.division.code[:6])
    units = {unit.kind: unit for unit in rows.exclude(pk=agency.pk).order_by("-pk")}
    return [(units[kind], role) for kind, role in SEATS if kind in units]


def deciders(card: Card) -> list[tuple[Agency, str, list[Member]]]:
    """Where the card can be decided today, and by whom; without the proposer."""
    found = []
    for unit, role in places_of(card.agency):
        people = Member.objects.holding(unit, role).exclude(pk=card.proposed_by_id).order_by("pk")
        people = [one for one in people if one.agency_id != card.agency_id]
        if people:
            found.append((unit, role, people))
    return found


def may_propose(member: Member, agency: Agency) -> bool:
    """The joint office and the supervising leader, in their county, never for the own unit."""
    return oversees(member, agency) and agency.pk != member.agency_id


def may_decide(member: Member, card: Card) -> bool:
    """Whether the member may show, refuse or lift the card."""
    if not member.is_business:
        return False
    return any(member in people for _, _, people in deciders(card))


def candidates(member: Member) -> QuerySet[Agency]:
    """Units that may be given a card by the member."""
    if not oversees(member):
        return Agency.objects.none()
    rows = readable_agencies(member).filter(is_active=True).exclude(pk=member.agency_id)
    kinds = (AgencyKind.COUNTY, AgencyKind.SYSTEM)
    return rows.exclude(kind__in=kinds).order_by("division__code", "code")


def legal(card: Card) -> list[str]:
    """Names of the moves that start from the card's status."""
    return [name for name, move in CARD_MOVES.items() if card.status in move.source]
