"""Rights that come and go with a referral: rows of core.Access, written with the step that gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from cases.models import Referral
from cases.standing import office_of
from cases.states import ReferralStatus as S
from core.access import grant, revoke
from core.models import Access, Matter

if TYPE_CHECKING:
    from agencies.models import Agency

PARTY, REFERRAL = Access.Relation.PARTY, Access.Track.REFERRAL


def fresh_matter(holder: Agency) -> Matter:
    """An affair of its own, held by the unit that begins it."""
    matter = Matter.objects.create()
    grant(matter, Access.Relation.HOLDER, agency=holder, basis="移送单位")
    return matter


def let_unit_in(referral: Referral, unit: Agency) -> None:
    """The unit may see this referral from now on; nothing else of the affair."""
    grant(referral.matter, PARTY, agency=unit, track=REFERRAL, basis=f"移送 {referral.number}")


def let_office_know(referral: Referral) -> None:
    """The joint office learns states and clocks of every referral of its county."""
    office = office_of(referral.sender)
    if office is None or office.pk in (referral.sender_id, referral.receiver_id):
        return
    known = Access.objects.filter(matter=referral.matter, agency=office, relation=Access.Relation.OFFICE)
    if not known.exists():
        grant(referral.matter, Access.Relation.OFFICE, agency=office, basis=f"移送 {referral.number}")


def shut_out(referral: Referral, unit: Agency) -> None:
    """The unit sees nothing of a referral it never received, unless another one of the affair lets it in."""
    others = Referral.objects.filter(matter=referral.matter).exclude(pk=referral.pk)
    stays = Q(sender=unit) | Q(supervisor=unit) | Q(steps__organ=unit)
    stays |= Q(receiver=unit, sent_at__isnull=False) & ~Q(status=S.RECALLED)
    if not others.filter(stays).exists():
        revoke(referral.matter, PARTY, agency=unit, track=REFERRAL)
