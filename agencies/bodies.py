"""领导小组、指挥部、推进组、监管办、专班: who sits on them, who may change that, who hears of a change.

    bodies.register(opened, settled)      # in AppConfig.ready() of a room above

`opened(post)` is called inside the transaction that proposes a post, `settled(post, by)` inside the one
that puts it on record or sends it back: duties opens and closes the office's step there.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from agencies.models import Agency, AgencyKind, Body, Member, Post, Role
from agencies.people import posts_of
from agencies.posts import Standing, signers
from agencies.states import KEEPERS
from minewatch.lib.clock import now

Opened = Callable[[Post], object]
Settled = Callable[[Post, Member], object]
LISTENERS: list[tuple[Opened, Settled]] = []

#: Stands between a campaign's key and the key of one of its bodies; no other key has it.
OF_CAMPAIGN = "."

#: Who speaks for a unit when its member in a body changes; where nobody holds these, its desk does.
SPEAKERS = (Role.HEAD, Role.DEPUTY, Role.OFFICE)
DESK = (Role.LEADER, Role.APPROVER, Role.OFFICER)


def register(opened: Opened, settled: Settled) -> None:
    """Be called when a post is proposed and when it is settled; the same pair stands once."""
    if (opened, settled) not in LISTENERS:
        LISTENERS.append((opened, settled))


# reading -------------------------------------------------------------------------------------------


def visible_bodies(member: Member) -> QuerySet[Body]:
    """Bodies of the member's county: a notice sets them up for everyone it is sent to."""
    rows = Body.objects.select_related("county", "seat", "parent")
    if not member.is_business:
        return rows.none()
    return rows.filter(county__code=member.agency.division.code[:6])


def visible_posts(member: Member) -> QuerySet[Post]:
    """Posts in those bodies. What is not on record yet is known to its unit and to the office."""
    rows = Post.objects.select_related("body__county", "body__seat", "agency", "member", "replaces")
    if not member.is_business:
        return rows.none()
    rows = rows.filter(body__in=visible_bodies(member).values("pk"))
    if keeps_records(member):
        return rows
    mine = Q(agency__in=member.units) | Q(proposed_by=member)
    return rows.filter(Q(status=Post.Status.RECORDED) | mine)


def on_day(rows: QuerySet[Post], day: dt.date) -> QuerySet[Post]:
    """Posts on record that run on `day`."""
    running = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    return rows.filter(running, status=Post.Status.RECORDED, valid_from__lte=day)


def members_of(body: Body, on: dt.date | None = None) -> list[Post]:
    """Posts of `body` on record on the day (default today), heads first; each names a member or a person."""
    rows = on_day(Post.objects.filter(body=body), on or now().date()).select_related("agency", "member")
    order = list(Post.Title.values)
    return sorted(rows, key=lambda post: (order.index(post.title), post.valid_from, post.pk))


def supervising(agency: Agency, on: dt.date | None = None, *, campaign: str = "") -> list[Member]:
    """督办领导 over `agency` on the day (default today): active members whose post in a live body supervises.

    `campaign` is the key of the campaign the matter belongs to: its own bodies come first, those of another
    campaign never. Then the county's standing bodies; where none names any, the holders of 督办县领导 in the
    county government.
    """
    day, county = on or now().date(), agency.division.code[:6]
    posts = on_day(Post.objects.filter(body__county__code=county), day)
    live = Q(body__ended_on__isnull=True) | Q(body__ended_on__gt=day)
    posts = posts.filter(live, supervises=True, member__is_active=True)
    own = posts.filter(body__key__startswith=f"{campaign}{OF_CAMPAIGN}") if campaign else posts.none()
    for rows in (own, posts.exclude(body__key__contains=OF_CAMPAIGN)):
        found = rows.select_related("member__agency").order_by("title", "pk")
        members = {post.member_id: post.member for post in found}
        if members:
            return list(members.values())
    members = {}
    seats = Agency.objects.active().filter(kind=AgencyKind.COUNTY, division__code=county)
    for seat in seats.order_by("pk"):
        members |= {one.pk: one for one in Member.objects.holding(seat, Role.LEADER, day).order_by("pk")}
    return list(members.values())


def name_of(post: Post) -> str:
    """The person of a post."""
    return post.member.name if post.member_id else post.person


@dataclass(frozen=True)
class Roll:
    """How a body stands: who is on record, which named posts are 待确定, how many it must have at least."""

    posts: tuple[Post, ...]
    undecided: tuple[tuple[str, str, str], ...]
    minimum: int

    @property
    def count(self) -> int:
        """People on record that day, each once."""
        return len({post.member_id or f"{post.agency_id} {post.person}" for post in self.posts})

    @property
    def missing(self) -> int:
        """How many people are missing to the least number (还差 n 人)."""
        return max(0, self.minimum - self.count)


def roll(body: Body, on: dt.date | None = None) -> Roll:
    """Posts on record, posts still 待确定 as (title, unit, duty), and the least number of people."""
    posts = tuple(members_of(body, on))
    held = Counter((post.title, post.agency_id) for post in posts)
    units = Agency.objects.in_bulk([row["agency"] for row in body.required_posts])
    undecided = []
    for row in body.required_posts:
        if held[row["title"], row["agency"]]:
            held[row["title"], row["agency"]] -= 1
        elif row["agency"] in units:
            title = str(Post.Title(row["title"]).label)
            undecided.append((title, units[row["agency"]].name, row.get("duty", "")))
    return Roll(posts, tuple(undecided), body.minimum or 0)


# who may -------------------------------------------------------------------------------------------


def office_of(body: Body) -> Agency | None:
    """The unit where changes are put on record: the county's joint office, else the body's seat."""
    rows = Agency.objects.active().filter(kind=AgencyKind.JOINT_OFFICE, division__code=body.county.code)
    return rows.select_related("division").order_by("pk").first() or body.seat


def keeps_records(member: Member) -> bool:
    """Whether the member stands for a joint office, or holds the office's role anywhere."""
    if not member.is_business:
        return False
    offices = Agency.objects.filter(
        pk__in={unit for unit, role in member.posts if role in KEEPERS}, kind=AgencyKind.JOINT_OFFICE
    )
    return offices.exists() or bool(posts_of(member, Role.OFFICE))


def may_form(member: Member, county_code: str) -> bool:
    """Whether the member may set up, change and end bodies of the county: the joint office, its leader."""
    if not member.is_business:
        return False
    units = Agency.objects.filter(pk__in={unit for unit, _ in member.posts}, division__code=county_code)
    kinds = dict(units.values_list("pk", "kind"))
    return any(
        (kinds.get(unit) == AgencyKind.JOINT_OFFICE and role in KEEPERS)
        or (kinds.get(unit) == AgencyKind.COUNTY and role == Role.LEADER)
        for unit, role in member.posts
    )


def units_spoken_for(member: Member, county_code: str) -> QuerySet[Agency]:
    """Units whose posts in bodies the member may propose: the own one by its head, deputy or office; its
    desk where nobody holds these; units without a computer by the joint office (代录).
    """
    if not member.is_business:
        return Agency.objects.none()
    units = {unit for unit, role in member.posts if role in SPEAKERS}
    for unit in Agency.objects.filter(pk__in={unit for unit, role in member.posts if role in DESK} - units):
        if not any(Member.objects.holding(unit, role).exists() for role in SPEAKERS):
            units.add(unit.pk)
    found = Q(pk__in=units)
    if may_form(member, county_code):
        found |= Q(online=False)
    return Agency.objects.active().filter(found, division__code__startswith=county_code)


def recorders(post: Post) -> tuple[list[Member], Standing]:
    """Who may put `post` on record: the office without the proposer, else the unit above it."""
    office = office_of(post.body)
    if office is None:
        return [], "superior"
    found: dict[int, Member] = {}
    for role in KEEPERS if office.kind == AgencyKind.JOINT_OFFICE else (Role.OFFICE,):
        people, why = signers(office, role, but=post.proposed_by)
        if why != "superior":
            found |= {one.pk: one for one in people}
    if found:
        return list(found.values()), "holder"
    return signers(office, Role.OFFICE, but=post.proposed_by)


def may_settle(member: Member, post: Post) -> bool:
    """Whether the member may put `post` on record or send it back; never who proposed it."""
    if member.pk == post.proposed_by_id or not member.is_business:
        return False
    seat = post.body.seat
    at_seat = seat is not None and member.holds(Role.OFFICE, seat)
    return at_seat or member.pk in {one.pk for one in recorders(post)[0]}
