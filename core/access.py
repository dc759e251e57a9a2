"""The one shared subquery of matter rights; every `visible_to` on a matter reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import connection
from django.db.models import Q, QuerySet

from core.models import Access, Matter
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member


#: Posts of a unit that read its criminal cases (agencies.Role; core names no room above).
LEADING = frozenset({"head", "approver", "deputy"})


def matters_for(member: Member, *tracks: str) -> QuerySet[Matter]:
    """Matters whose content on one of `tracks` (default: leads and administrative cases) the member may read.

    The joint office reads no content of a sealed matter; its states and clocks come by `matters_known`.
    """
    return _unbarred(member, content_rights(member, *tracks))


def matters_known(member: Member) -> QuerySet[Matter]:
    """Matters of which the member may know existence, states and clocks: related, not barred (回避)."""
    return _unbarred(member, access_of(member))


def barred_from(matter: Matter | None) -> Q:
    """Members who may not know of `matter`, as a filter on Member: by name, with their whole unit, or because
    they act in a post of such a unit.

    Who is barred is read here, in one query: nearly always nobody is, and the look-ups that the filter goes
    into stay as plain as without it.
    """
    if matter is None:
        return Q(pk__in=())
    rows = _running(Access.objects.filter(matter=matter, relation=Access.Relation.BARRED))
    barred = list(rows.values_list("member_id", "agency_id"))
    people = {member for member, _ in barred if member is not None}
    units = {agency for _, agency in barred if agency is not None}
    return Q(pk__in=people) | of_units(units) if units else Q(pk__in=people)


def barred_units(matters: QuerySet | Iterable[int]) -> set[int]:
    """Ids of the units that must stay out of one of `matters` (ids) as a whole, today: a 回避 that was lifted
    keeps nobody out."""
    rows = Access.objects.filter(matter__in=matters, relation=Access.Relation.BARRED, agency__isnull=False)
    return set(_running(rows).values_list("agency_id", flat=True))


def of_units(units: QuerySet | set[int]) -> Q:
    """Members of `units` (ids) and whoever acts in a post there today, as a filter on Member."""
    today = now().date()
    acting = apps.get_model("agencies", "Acting").objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today),
        agency__in=units,
        valid_from__lte=today,
        ended_at__isnull=True,
    )
    return Q(agency__isnull=False, agency_id__in=units) | Q(pk__in=acting.values("member_id"))


def barred_matters(member: Member) -> QuerySet[Matter]:
    """Matters of which the member must find no trace (回避): whatever else is shown leaves them out."""
    return Matter.objects.filter(pk__in=bars_on(member).values("matter_id"))


def is_barred(member: Member, matter: Matter | int | None) -> bool:
    """Whether the member must stay out of `matter` (回避). Of no matter nobody must."""
    return matter is not None and bars_on(member).filter(matter=matter).exists()


def of_known(member: Member) -> Q:
    """`matter` is one of `matters_known`, as a filter on rows of an affair: the same in one query less deep.
    Nobody without business content knows any."""
    if not member.is_business:
        return Q(pk__in=())
    related = access_of(member).exclude(relation=Access.Relation.BARRED)
    barred = bars_on(member).values("matter_id")
    return Q(matter__in=related.values("matter_id")) & ~Q(matter__in=barred)


def content_rights(member: Member, *tracks: str) -> QuerySet[Access]:
    """Rights that open content on one of `tracks` (default: leads and administrative cases), whether or not
    the member must stay out of the matter; `bars_on` is to be asked as well."""
    live = access_of(member).filter(track__in=tracks or (Access.Track.ADMIN,))
    live = live.exclude(relation=Access.Relation.OFFICE, matter__sealed=True)
    return live.exclude(relation=Access.Relation.BARRED)


def hold(matter: int | None) -> None:
    """Wait for whoever acts on the affair (its id); keep others waiting until the caller's transaction ends.

    Every move takes it before anything else of the affair, and so does a 回避: who is found not to be barred
    while it is held is not barred when the transaction commits. SQLite has one writer at a time anyway.
    """
    if matter is not None and connection.features.has_select_for_update and connection.in_atomic_block:
        rows = Matter.objects.select_for_update(no_key=True).filter(pk=matter)
        rows.values_list("pk").first()


def access_of(member: Member) -> QuerySet[Access]:
    """The member's own relations and those of the units in which the member holds or acts in a post.

    What a unit has on the criminal track is its leaders' alone; its officers are let in by name.
    """
    leads = {agency_id for agency_id, role in member.posts if role in LEADING}
    units = member.units
    criminal = Q(track=Access.Track.CRIMINAL)
    mine = Q(agency_id__in=units) & ~criminal | Q(agency_id__in=leads) & criminal | Q(member_id=member.pk)
    return _running(Access.objects.filter(mine))


def held_on(track: str) -> QuerySet[Access]:
    """Rights of the units that hold an affair on `track`."""
    rows = Access.objects.filter(relation=Access.Relation.HOLDER, track=track, agency__isnull=False)
    return _running(rows)


def _running(rows: QuerySet[Access]) -> QuerySet[Access]:
    """Rights that have not run out."""
    return rows.filter(Q(until__isnull=True) | Q(until__gte=now()))


def bars_on(member: Member) -> QuerySet[Access]:
    """What bars the member: by name, or as one of a barred unit, acting there included."""
    rows = Access.objects.filter(Q(agency_id__in=member.units) | Q(member_id=member.pk))
    return _running(rows.filter(relation=Access.Relation.BARRED))


def _unbarred(member: Member, rows: QuerySet[Access]) -> QuerySet[Matter]:
    if not member.is_business:
        return Matter.objects.none()
    barred = bars_on(member).values("matter_id")
    granted = rows.exclude(relation=Access.Relation.BARRED)
    return Matter.objects.filter(pk__in=granted.values("matter_id")).exclude(pk__in=barred)


def grant(
    matter: Matter,
    relation: str,
    *,
    agency: Agency | None = None,
    member: Member | None = None,
    track: str = Access.Track.ADMIN,
    until: dt.datetime | None = None,
    basis: str = "",
) -> Access:
    """Give a unit or a member a relation to `matter`; given again it runs until `until` (None: for good) on
    the new basis."""
    row, made = Access.objects.get_or_create(
        matter=matter,
        agency=agency,
        member=member,
        relation=relation,
        track=track,
        defaults={"basis": basis, "until": until},
    )
    basis = basis or row.basis
    if not made and (row.until, row.basis) != (until, basis):
        Access.objects.filter(pk=row.pk).update(until=until, basis=basis)
        row.until, row.basis = until, basis
    return row


def revoke(
    matter: Matter,
    relation: str,
    *,
    agency: Agency | None = None,
    member: Member | None = None,
    track: str = Access.Track.ADMIN,
) -> None:
    """Take a relation back: from now on it opens nothing. Unknown or over: nothing happens."""
    rows = Access.objects.filter(
        matter=matter, agency=agency, member=member, relation=relation, track=track
    )
    at = now() - dt.timedelta(microseconds=1)
    rows.filter(Q(until__isnull=True) | Q(until__gt=at)).update(until=at)
