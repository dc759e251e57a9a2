"""Open steps of an affair reach whoever does them above.

Where a post is empty or its people must stay out (回避), the step passes to the superior unit, and the people
there are let in by name – for as long as it lies with them. What an 线下单位 owes passes to nobody: its steps
are put down by the other side's clerks (代录), so whoever is above learns nothing by it.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from agencies.models import Member
from core import audit
from core.access import access_of, grant, matters_for, revoke
from core.models import Access
from duties import watch
from duties.holders import holders
from duties.models import Duty
from duties.passing import BASIS  # nothing else is given or taken under it
from minewatch.lib.clock import now


def let_in(duty: Duty) -> list[Member]:
    """Give the people above, in whose hands `duty` is, the right on its affair and track, in the caller's
    transaction. Those of the duty's own unit have theirs from elsewhere. Returns whom it let in."""
    if duty.matter is None or duty.status != Duty.Status.OPEN:
        return []
    found = [one for one in holders(duty) if _is_above(one, duty)] if duty.agency.online else []
    fresh = [one for one in found if not _reads(one, duty)]
    for one in fresh:
        grant(duty.matter, Access.Relation.INVITED, member=one, track=duty.track, basis=BASIS)
        audit.record("access.passed_up", actor=None, agency=duty.agency, subject=duty, matter=duty.matter)
    return fresh


def _reads(member: Member, duty: Duty) -> bool:
    """Whether the member reads what `duty` is about. On the track of referrals a unit's right opens the one
    referral that came to it (a dispute it decided, say), not another of the same affair: there only a right
    by name counts."""
    if duty.track != Access.Track.REFERRAL:
        return matters_for(member, duty.track).filter(pk=duty.matter_id).exists()
    named = access_of(member).filter(matter=duty.matter, member=member, track=duty.track)
    return named.exclude(relation=Access.Relation.BARRED).exists()


def _is_above(member: Member, duty: Duty) -> bool:
    """Of another unit, and without acting in the duty's own."""
    if member.agency_id == duty.agency_id:
        return False  # where the people of a post nearly always are
    return duty.agency_id not in {agency_id for agency_id, _ in member.acting_posts}


def take_back(duty: Duty) -> None:
    """`duty` has ended: whoever was let in for steps of its affair and has none left sees no more of it."""
    if duty.matter is not None:
        _settle(Access.objects.filter(matter=duty.matter), Duty.objects.filter(matter=duty.matter))


@watch.register
def settle(today: dt.date) -> None:
    """Once a day: let in whom a post that emptied since has passed a step to, and take the right from those
    who have no step of the affair any more."""
    rows = Duty.objects.filter(matter__isnull=False)
    for duty in _with_all(rows).iterator(chunk_size=500):
        let_in(duty)
    _settle(Access.objects.all(), rows)


def _settle(rights: QuerySet[Access], duties: QuerySet[Duty]) -> None:
    runs = Q(until__isnull=True) | Q(until__gt=now())
    given = rights.filter(runs, basis=BASIS, relation=Access.Relation.INVITED)
    given = list(given.select_related("matter", "member"))
    if not given:
        return
    rows = _with_all(duties.filter(matter__in={row.matter_id for row in given}))
    here = [duty for duty in rows if duty.agency.online]
    needed = {(duty.matter_id, duty.track, one.pk) for duty in here for one in holders(duty)}
    for row in given:
        if (row.matter_id, row.track, row.member_id) not in needed:
            revoke(row.matter, row.relation, member=row.member, track=row.track)


def _with_all(duties: QuerySet[Duty]) -> QuerySet[Duty]:
    return duties.filter(status=Duty.Status.OPEN).select_related("agency__division", "matter", "member")
