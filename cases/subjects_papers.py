"""How the house speaks of a referral's steps and papers, whose files ask here; what a leaver leaves open."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from agencies.handover import Item
from agencies.handover import register as register_work
from agencies.models import Member
from cases import sight
from cases.models import Paper, Referral, ReferralStep
from cases.states import REFERRAL_UNSENT
from core.registry import Subject, register


def _url(referral: Referral) -> str:
    return reverse("cases:referral", args=[referral.pk])


def open_work(member: Member) -> Iterable[Item]:
    """Drafts the member began, not with the receiver yet: any colleague goes on with them."""
    rows = Referral.objects.filter(drafted_by=member, status__in=REFERRAL_UNSENT)
    return [Item(f"移送 {row.number}（{row.get_status_display()}）", _url(row)) for row in rows]


register(
    ReferralStep,
    Subject(
        label="移送步骤",
        visible_to=lambda member: sight.readable_steps(member).select_related("referral"),
        url=lambda row: _url(row.referral),
        title=lambda row: f"移送 {row.referral.number}",
    ),
)
register(
    Paper,
    Subject(
        label="移送材料",
        visible_to=lambda member: sight.readable_papers(member).select_related("referral"),
        url=lambda row: _url(row.referral),
        title=lambda row: f"移送 {row.referral.number}",
    ),
)
register_work("referral", "本人拟稿、尚未移送的移送", open_work)
