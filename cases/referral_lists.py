"""The two lists of a referral as each reader has them: what was not handed over is the sender's alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases import standing

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from agencies.models import Member
    from cases.models import Paper, Referral


def prepares(member: Member, referral: Referral) -> bool:
    """Whether the member is of the sender's people: its own, who works on the lists in its name, or who
    decides on the report in the place of its head."""
    if referral.sender_id in member.units or standing.may_prepare(member, referral):
        return True
    return not standing.may(member, referral, "approve")


def papers_of(member: Member, referral: Referral) -> QuerySet[Paper]:
    """The lines of the manifest that the member reads, if any: a line that can still be dropped was not
    handed over and is nothing to anybody else."""
    rows = referral.papers.select_related("file")
    return rows if prepares(member, referral) else rows.filter(frozen_at__isnull=False)
