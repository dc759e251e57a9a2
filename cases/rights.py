"""Who may propose and decide who stays out, who may let others in, who may seal: pure reading.

Rights themselves are rows of core.Access; `core.access` answers what a member may read.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from agencies.models import Agency, AgencyKind, Member, Role
from agencies.posts import signers
from cases.models import Invitation, Party, Recusal, Sealing
from cases.states import DECIDERS, RecusalStatus, SealingStatus
from core.access import barred_from, is_barred, matters_for, matters_known, of_units
from core.models import Access
from ledgers.models import Lead
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from core.models import Matter

ADMIN, REFERRAL, CRIMINAL = Access.Track.ADMIN, Access.Track.REFERRAL, Access.Track.CRIMINAL
#: Tracks that open content.
TRACKS = (ADMIN, REFERRAL, CRIMINAL)
OPEN_RECUSALS = (RecusalStatus.PROPOSED, RecusalStatus.IN_FORCE)
HOLDER_ONLY = "由承办单位的人员、其上级单位或者专班办公室主要负责人提出。"
#: A proposal to seal that nobody decided on in this time is over (quality.md B9).
VALID = dt.timedelta(days=7)
OTHER_ONLY = "提出的人不能自己决定，须由另一人决定。"
CONCERNED = "本人（本单位）是当事方，不能决定。"
DECIDERS_ONLY = "由{unit}主要负责人或者其上级决定。"


# who holds the affair ------------------------------------------------------------------------------


def holder_units(matter: Matter) -> dict[Agency, set[str]]:
    """Units that hold something of the affair, each with the tracks on which it does; the administrative
    holder comes first."""
    runs = Q(until__isnull=True) | Q(until__gte=now())
    rows = matter.access.filter(runs, relation=Access.Relation.HOLDER, agency__isnull=False)
    found: dict[Agency, set[str]] = defaultdict(set)
    for row in sorted(rows.select_related("agency__division"), key=lambda row: TRACKS.index(row.track)):
        found[row.agency].add(row.track)
    return dict(found)


def deciding_unit(matter: Matter, member: Member | None, agency: Agency | None) -> Agency | None:
    """The holder whose head decides whether somebody stays out: the one they belong to, else the first."""
    held = list(holder_units(matter))
    theirs = member.units if member else {agency.pk if agency else None}
    return next((unit for unit in held if unit.pk in theirs), held[0] if held else None)


def leads(member: Member, matter: Matter, *tracks: str) -> bool:
    """Whether the member decides at a holder of the affair on one of `tracks` (default: any), by post,
    acting, or because the head's post fell to them; nobody who must stay out does."""
    if not member.is_business or is_barred(member, matter):
        return False
    posts = member.posts
    for unit, held in holder_units(matter).items():
        if tracks and not held & set(tracks):
            continue
        if any((unit.pk, role) in posts for role in DECIDERS):
            return True
        if member in signers(unit, Role.HEAD, out=barred_from(matter))[0]:
            return True
    return False


def reads_content(member: Member, matter: Matter) -> bool:
    """Whether the member reads content of the affair on any track."""
    return matters_for(member, *TRACKS).filter(pk=matter.pk).exists()


# 回避 ----------------------------------------------------------------------------------------------


def may_propose(member: Member, matter: Matter) -> str:
    """Why the member may not propose a recusal; empty when they may."""
    if not reads_content(member, matter):
        return HOLDER_ONLY
    held, own = list(holder_units(matter)), member.units
    if any(unit.pk in own or above(unit) & own for unit in held):
        return ""
    offices = Agency.objects.filter(kind=AgencyKind.JOINT_OFFICE, pk__in=own)
    heads = any(member.holds(Role.HEAD, office) for office in offices)
    return "" if heads else HOLDER_ONLY


def above(unit: Agency) -> set[int]:
    """Ids of the units above `unit`."""
    found: set[int] = set()
    while unit.parent is not None:
        unit = unit.parent
        found.add(unit.pk)
    return found


def concerned(member: Member | None, agency: Agency | None) -> Q:
    """The ones a recusal is about, as a filter on Member."""
    return Q(pk=member.pk) if member else of_units({agency.pk} if agency else set())


def deciders(recusal: Recusal) -> list[Member]:
    """Who may decide: the head of the holder, else above; never who proposed it, nor the ones concerned, nor
    anybody who must stay out already."""
    out = barred_from(recusal.matter) | concerned(recusal.member, recusal.agency)
    return signers(recusal.unit, Role.HEAD, but=recusal.proposed_by, out=out)[0]


def may_decide(member: Member, recusal: Recusal) -> str:
    """Why the member may not decide, refuse or lift it; empty when they may."""
    if member.pk == recusal.proposed_by_id:
        return OTHER_ONLY
    if Member.objects.filter(concerned(recusal.member, recusal.agency), pk=member.pk).exists():
        return CONCERNED
    known = member.is_business and matters_known(member).filter(pk=recusal.matter_id).exists()
    if known and member in _deciding(member, recusal):
        return ""
    return DECIDERS_ONLY.format(unit=recusal.unit.label)


def _deciding(member: Member, recusal: Recusal) -> list[Member]:
    """Deciders; the county's leader decides as well; one in force may be lifted by the superior that took
    the affair over."""
    found = deciders(recusal)
    if any((unit, Role.LEADER) in member.posts for unit in above(recusal.unit)):
        found = [*found, member]
    if recusal.passed_to and recusal.status == RecusalStatus.IN_FORCE:
        found = [*found, *signers(recusal.passed_to, Role.HEAD, but=recusal.proposed_by)[0]]
    return found


def namesakes(matter: Matter) -> tuple[list[Member], list[Agency]]:
    """People and units of the house whose name a party of the affair bears and who may still know of it: a
    hint to think of 回避, never more than that."""
    rows = Party.objects.filter(case__matter=matter).values_list("name", "representative")
    names = {name.strip() for row in rows for name in row}
    names |= {name.strip() for name in Lead.objects.filter(matter=matter).values_list("party", flat=True)}
    names.discard("")
    if not names:
        return [], []
    asked = Recusal.objects.filter(matter=matter, status__in=OPEN_RECUSALS)
    people = Member.objects.active().filter(name__in=names).exclude(barred_from(matter))
    people = people.exclude(pk__in=asked.filter(member__isnull=False).values("member"))
    units = Agency.objects.active().filter(name__in=names)
    units = units.exclude(pk__in=asked.filter(agency__isnull=False).values("agency"))
    return list(people.select_related("agency")), list(units)


# 受邀协办 ------------------------------------------------------------------------------------------


def may_invite(member: Member, matter: Matter, *tracks: str) -> str:
    """Why the member may not invite into the affair; empty when they may."""
    return "" if leads(member, matter, *tracks) else "由承办单位的主要负责人、审批或者分管领导邀请。"


def invitable(matter: Matter) -> list[tuple[str, str]]:
    """(track, label) on which somebody holds the affair and may invite into it."""
    held = set().union(*holder_units(matter).values()) if holder_units(matter) else set()
    return [(track, label) for track, label in Access.Track.choices if track in held]


def sight_banner(member: Member, matter: Matter | None) -> dict[str, Any] | None:
    """{purpose, until, unit}: what a page shows to whoever is here by invitation alone; else None."""
    if matter is None:
        return None
    runs = Q(until__isnull=True) | Q(until__gte=now())
    mine = Q(agency__in=member.units) | Q(member=member.pk)
    standing = matter.access.filter(runs, mine).exclude(track=Access.Track.KNOWN)
    invited = Access.Relation.INVITED
    if standing.exclude(relation__in=(invited, Access.Relation.BARRED)).exists():
        return None
    rows = Invitation.objects.filter(mine, matter=matter, until__gte=now(), ended_at__isnull=True)
    row = rows.select_related("invited_by__agency").first()
    if row is None or not standing.filter(relation=invited).exists():
        return None
    return {"purpose": row.purpose, "until": row.until, "unit": row.invited_by.agency.label}


# 封存 ----------------------------------------------------------------------------------------------


def may_ask_sealing(member: Member, matter: Matter) -> str:
    """Why the member may not ask to seal the affair or to open it again; empty when they may."""
    return "" if leads(member, matter) else "由承办单位的主要负责人、审批或者分管领导提出。"


def sealing_deciders(sealing: Sealing) -> list[Member]:
    """The second person: the head of the holder; where the head asks, the approver or the deputy, else
    whoever stands above."""
    out = barred_from(sealing.matter)
    for role in DECIDERS:
        found, why = signers(sealing.unit, role, but=sealing.proposed_by, out=out)
        if why != "superior":
            return found
    return signers(sealing.unit, Role.HEAD, but=sealing.proposed_by, out=out)[0]


def may_decide_sealing(member: Member, sealing: Sealing) -> str:
    """Why the member may not decide on it; empty when they may."""
    if member.pk == sealing.proposed_by_id:
        return OTHER_ONLY
    known = member.is_business and matters_known(member).filter(pk=sealing.matter_id).exists()
    if known and member in sealing_deciders(sealing):
        return ""
    return DECIDERS_ONLY.format(unit=sealing.unit.label)


def asked_sealing(matter: Matter) -> Sealing | None:
    """The proposal to seal or to open that waits and still holds, if there is one."""
    rows = Sealing.objects.filter(
        matter=matter, status=SealingStatus.PROPOSED, proposed_at__gte=now() - VALID
    )
    return rows.select_related("unit", "proposed_by").first()
