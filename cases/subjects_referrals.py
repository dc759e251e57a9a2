"""How the house speaks of referrals (core.registry), and the 移送 that stands beside a lead or a case."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from agencies.models import Member
from cases import sight, standing
from cases.edges import Edge
from cases.models import Case, Referral, ReferralStep
from cases.states import ReferralStatus
from core.registry import Subject, register
from ledgers import lead_doors
from ledgers.lead_states import LEAD_OVER, Ending
from ledgers.models import Lead
from minewatch.lib.text import fold

NOT_HELD = "由承办单位（{unit}）移送。"
Rows = list[dict[str, Any]]


def _referrals(member: Member) -> QuerySet[Referral]:
    return Referral.objects.visible_to(member).select_related("sender", "receiver")


def search_referrals(member: Member, text: str) -> QuerySet[Referral]:
    """By number for whoever may know of it; by 文号 and 案由 only where the content is open."""
    words = fold(text)
    inside = Q(title__icontains=words) | Q(document_number__icontains=words)
    there = Q(pk__in=sight.open_to(member).values("pk"))
    return _referrals(member).filter(Q(number__icontains=words) | (inside & there)).order_by("-id")


register(
    Referral,
    Subject(
        label="移送",
        visible_to=_referrals,
        title=lambda row: f"{row.number} {row.get_edge_display()}",
        url=lambda row: reverse("cases:referral", args=[row.pk]),
        search=search_referrals,
        kept_from=lambda member: Referral.objects.kept_from(member),
    ),
)


def may_refer(member: Member, row: Lead | Case) -> bool:
    """Whether the member may begin a referral of it: the holder's people."""
    return standing.does_desk_work(member, row.holder, row.matter)


def refer_button(row: Lead | Case, name: str) -> Rows:
    """移送, begun from a `name` (lead or case)."""
    url = f"{reverse('cases:referral_new')}?{name}={row.pk}"
    return [{"label": "移送", "url": url, "method": "get"}]


def why_not_refer(row: Lead | Case) -> Rows:
    """Who may, for those who may not."""
    return [{"label": "移送", "reason": NOT_HELD.format(unit=row.holder.label)}]


def referrals_of(member: Member, case: Case) -> Rows:
    """Links to the referrals that went out from the case or brought it in."""
    group = _links(_referrals(member).filter(Q(case=case) | Q(answer_case=case)))
    return [group] if group["links"] else []


def _links(rows: QuerySet[Referral]) -> dict[str, Any]:
    links = [
        {
            "label": f"{one.number} {one.get_edge_display()}",
            "url": reverse("cases:referral", args=[one.pk]),
            "note": f"{one.sender.label}→{one.receiver.label} {one.get_status_display()}",
        }
        for one in rows.order_by("id")
    ]
    return {"title": "移送", "links": links}


# on a lead's page --------------------------------------------------------------------------------------


def _open(lead: Lead) -> bool:
    return not lead.withdrawn_at and lead.status not in LEAD_OVER


@lead_doors.register
def lead_buttons(member: Member, lead: Lead) -> Rows:
    """移送 of a lead that is still being dealt with."""
    return refer_button(lead, "lead") if _open(lead) and may_refer(member, lead) else []


@lead_doors.missing
def lead_missing(member: Member, lead: Lead) -> Rows:
    """Who may refer it."""
    return why_not_refer(lead) if _open(lead) and not may_refer(member, lead) else []


@lead_doors.panel
def lead_panel(member: Member, lead: Lead) -> dict[str, Any]:
    """Where it was sent, as far as the reader may know."""
    return _links(_referrals(member).filter(lead=lead))


@lead_doors.steps
def lead_steps(member: Member, lead: Lead) -> Rows:
    """Steps of its referrals: what was done, by which unit, when."""
    taken = ReferralStep.objects.filter(
        referral__in=_referrals(member).filter(lead=lead).values("pk"), state=ReferralStep.State.TAKEN
    )
    return [
        {
            "at": step.happened_at,
            "who": step.organ.label,
            "words": f"移送 {step.referral.number}：{step.label}",
            "url": reverse("cases:referral", args=[step.referral_id]),
            "kind": "late" if step.late else "",
        }
        for step in taken.select_related("organ", "referral")
    ]


def lead_ending(lead: Lead) -> str:
    """Numbers of the referrals by which the lead went to others. How it ended is read by whoever reads the
    lead: a clue to discipline inspection does not count."""
    rows = Referral.objects.filter(lead=lead, sent_at__isnull=False).exclude(status=ReferralStatus.RECALLED)
    rows = rows.exclude(edge=Edge.SUPERVISION)
    return "、".join(rows.order_by("id").values_list("number", flat=True))


lead_doors.ending(Ending.REFERRAL, lead_ending)
