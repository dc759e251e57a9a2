"""去向: which unit handles what, by the routing tables of the running campaigns; offered, never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from duties.models import Campaign, Route, Violation
from duties.states import CampaignStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agencies.models import Agency
    from ledgers.models import Lead

#: A route of plain competence: the lead is passed on by 分派. The other types are referrals 移送.
HANDLES = "HANDLES"


@dataclass(frozen=True)
class Suggestion:
    """A row of a routing table that fits: `unit` None = named in words only. `exact`: for this violation."""

    route: Route
    unit: Agency | None
    exact: bool

    @property
    def words(self) -> str:
        """Matter and paragraph as a person reads them."""
        where = f"{self.route.campaign.name}{self.route.paragraph}"
        return f"{self.route.matter}（{where}）"

    @property
    def by_dispatch(self) -> bool:
        """Whether the lead goes there by 分派, not by 移送."""
        return self.route.type == HANDLES


def running(county_code: str) -> Iterable[Campaign]:
    """Campaigns in force in the county."""
    rows = Campaign.objects.filter(county__code=county_code, status=CampaignStatus.RUNNING)
    return rows.order_by("pk")


def kinds(county_code: str) -> list[tuple[str, str]]:
    """("12:unlicensed", name) of each violation in the catalogues of the running campaigns; a name once."""
    rows = Violation.objects.filter(campaign__in=running(county_code)).order_by("campaign", "order")
    found: dict[str, str] = {}
    for row in rows:
        if row.name not in found.values():
            found[f"{row.campaign_id}:{row.code}"] = row.name
    return list(found.items())


def kind_of(key: str, county_code: str) -> dict[str, object]:
    """campaign, violation, violation_name of a choice of `kinds`; empty ones for 其他 or a stale choice."""
    campaign, _, code = key.partition(":")
    row = None
    if campaign.isascii() and campaign.isdigit() and len(campaign) < 19:
        rows = Violation.objects.filter(campaign__in=running(county_code))
        row = rows.filter(campaign=int(campaign), code=code).select_related("campaign").first()
    if row is None:
        return {"campaign": None, "violation": "", "violation_name": ""}
    return {"campaign": row.campaign, "violation": row.code, "violation_name": row.name}


def suggestions(lead: Lead, key: str = "") -> list[Suggestion]:
    """Rows of the running campaigns' tables for the lead's violation (or that of `key`); those that say no
    violation behind. With no violation known: all rows of plain competence. Rows of another sender are none.
    """
    county = lead.agency.division.code[:6]
    said = kind_of(key, county) if key else {}
    code = str(said.get("violation") or lead.violation)
    rows = Route.objects.filter(campaign__in=running(county)).exclude(receiver=None, receiver_name="")
    rows = rows.filter(Q(sender=None) | Q(sender=lead.holder)).select_related(
        "campaign", "receiver__division"
    )
    if code:
        rows = rows.filter(Q(violation=code) | Q(violation=""))
    else:
        rows = rows.filter(type=HANDLES)
    found = [Suggestion(row, row.receiver, bool(code) and row.violation == code) for row in rows]
    return sorted(found, key=lambda one: (not one.exact, not one.by_dispatch, one.route.pk))
