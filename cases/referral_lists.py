"""The two lists of a referral as each reader has them: what was not handed over is the sender's alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max, Q

from cases import standing
from cases.models import ReferralStep
from cases.states import FREEZES, ReferralMove

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from agencies.models import Member
    from cases.models import Goods, Paper, Referral


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


def goods_of(member: Member, referral: Referral) -> QuerySet[Goods]:
    """The lines of 涉案物品清单 that the member reads, if any."""
    return referral.goods.all() if prepares(member, referral) else fixed_goods(referral)


def fixed_goods(referral: Referral) -> QuerySet[Goods]:
    """Lines that went over with the list: they stay on it, handed over in part, as a whole or not at all."""
    if referral.sent_at is None:
        return referral.goods.none()
    taken = referral.steps.filter(state=ReferralStep.State.TAKEN, move__in=FREEZES)
    marks = [kept["listed"] for kept in taken.values_list("details", flat=True) if "listed" in kept]
    if not marks:  # sent before the steps kept it: nothing tells which lines came since
        return referral.goods.all()
    return referral.goods.filter(Q(pk__lte=max(marks)) | Q(handed__gt=0))


def open_goods(referral: Referral) -> QuerySet[Goods]:
    """Lines that may still be taken off."""
    return referral.goods.exclude(pk__in=fixed_goods(referral).values("pk"))


def listed(referral: Referral, move: ReferralMove) -> int | None:
    """The last line that the list has as `move` hands it over (lines count upwards); None: it does not."""
    if move.name not in FREEZES:
        return None
    return referral.goods.aggregate(last=Max("pk"))["last"] or 0
