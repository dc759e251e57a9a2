"""How the house speaks of 包联, cards and accountability; where a visit is registered; a leaver's areas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from agencies.handover import Item
from agencies.handover import register as register_work
from agencies.models import Agency, Member
from agencies.panels import panel
from core.registry import Subject, hang, register
from duties import acts
from duties.accountability_rules import visible_records
from duties.actions import visits
from duties.areas import visible_assignments
from duties.card_rules import visible_cards
from duties.models import Accountability, Assignment, Card, Duty, Visit
from duties.words import instant_words


def search_assignments(member: Member, text: str) -> QuerySet[Assignment]:
    """Assignments by area or leader."""
    words = text.strip()
    hit = Q(division__name__icontains=words) | Q(leader__name__icontains=words)
    return visible_assignments(member).filter(hit)


def _visits(member: Member) -> QuerySet[Visit]:
    return Visit.objects.visible_to(member).select_related("assignment__division")


def _where(duty: Duty) -> str:
    """The form of a visit with the duty's assignment chosen (proof kind visit.<assignment>)."""
    number = duty.proof_kind.partition(".")[2]
    return reverse("duties:visit_new") + (f"?assignment={number}" if number else "")


def assignments_of(member: Member) -> Iterable[Item]:
    """Areas for which the member answers."""
    return [
        Item(f"包联{row.division.name}", reverse("duties:assignment", args=[row.pk]))
        for row in visits.open_assignments(member)
    ]


register(
    Assignment,
    Subject(
        label="包联",
        visible_to=visible_assignments,
        url=lambda row: reverse("duties:assignment", args=[row.pk]),
        title=lambda row: f"{row.leader.name}包联{row.division.name}",
        search=search_assignments,
    ),
)
register(
    Visit,
    Subject(
        label="督导记录",
        visible_to=_visits,
        url=lambda row: reverse("duties:visit", args=[row.pk]),
        title=lambda row: f"{row.assignment.division.name}督导记录",
    ),
)
register(
    Card,
    Subject(
        label="黄牌红牌",
        visible_to=visible_cards,
        url=lambda row: reverse("duties:card", args=[row.pk]),
        title=lambda row: f"{row.agency.label}{row.get_colour_display()}",
    ),
)
# no search: what a decision says of people is found by those who open the list of decisions
register(
    Accountability,
    Subject(
        label="责任追究记录",
        visible_to=visible_records,
        url=lambda row: reverse("duties:accountability", args=[row.pk]),
        title=lambda row: f"{row.agency.label}{row.get_kind_display()}",
    ),
)
acts.register("visit", _where, "去登记")
register_work("assignment", "包联的区域", assignments_of, visits.pass_on)
hang("duties", "包联", "duties:visits")
hang("duties", "黄牌红牌", "duties:cards")
hang("duties", "责任追究", "duties:accountabilities")


@panel
def cards_of(member: Member, agency: Agency) -> dict[str, Any] | None:
    """Cards that stand against a unit, on the unit's page."""
    rows = visible_cards(member).filter(agency=agency, status=Card.Status.SHOWN)
    links = [
        {
            "label": row.get_colour_display(),
            "url": reverse("duties:card", args=[row.pk]),
            "note": f" {instant_words(row.decided_at)}亮牌，未摘牌",
        }
        for row in rows[:20]
    ]
    return {"title": "黄牌红牌", "links": links} if links else None
