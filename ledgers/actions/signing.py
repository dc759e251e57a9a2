"""Who may make which move on a sheet, and if not, why not: guards, buttons and to-do steps read it.

The short chain: a village, and any unit whose review nobody can do, goes straight to its head. A step
falls to the acting person, else to the unit above; whoever filled the sheet never reviews or signs it,
and whoever reviewed it this round never signs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agencies.models import Agency, AgencyKind, Member, Role
from core.workflow import Transition
from ledgers.actions.filers import may_file
from ledgers.models import Sheet, Signature
from ledgers.states import SHEET_MOVES, SheetStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

SUBMITS = ("submit", "submit_short")
OWN_WORK = "填表人不能审核、签批自己填报的台账"
OWN_REVIEW = "本次审核和签批不能由同一人办理"
STEPS = {
    "submit": "filler",
    "submit_short": "filler",
    "review": "deputy",
    "sign": "head",
    "countersign": "head",
}


@dataclass(frozen=True)
class Post:
    """Where a step waits: the unit, the role asked for, and who can do it today."""

    agency: Agency
    role: str
    members: tuple[Member, ...]

    @property
    def words(self) -> str:
        return f"{self.agency.label}{Role(self.role).label}"


def fillers_of(sheet: Sheet) -> set[int]:
    """Ids of those who filled the sheet: who submitted this round, and who filed a row that is on it."""
    submitted = Signature.objects.filter(sheet=sheet, round=sheet.round, step=Signature.Step.FILLER)
    rows = sheet.entries.filter(voided_at__isnull=True, filed_by__isnull=False)
    return set(submitted.values_list("member_id", flat=True)) | set(
        rows.order_by().values_list("filed_by_id", flat=True).distinct()
    )


def reviewers_of(sheet: Sheet) -> set[int]:
    """Ids of those who reviewed the sheet this round."""
    reviewed = Signature.objects.filter(sheet=sheet, round=sheet.round, step=Signature.Step.DEPUTY)
    return set(reviewed.values_list("member_id", flat=True))


def barred_from(sheet: Sheet, move: Transition) -> set[int]:
    """Ids of those who may not make `move` whatever posts they hold: two pairs of eyes at each step."""
    done = fillers_of(sheet)
    return done | reviewers_of(sheet) if SheetStatus.REVIEWED in move.source else done


def post_for(agency: Agency, roles: Sequence[str], *, without: set[int] = frozenset()) -> Post | None:
    """Where a step of `agency` waits: holders there, acting persons included, else the unit above.

    Above, the unit's head or leader stands in where nobody holds the post (as `agencies.posts`).
    """
    place, asked = agency, tuple(roles)
    while place is not None:
        post = _held_in(place, asked, without)
        if post is not None:
            return post
        place, asked = place.parent, tuple(dict.fromkeys((*roles, Role.HEAD, Role.LEADER)))
    return None


def _held_in(place: Agency, roles: tuple[str, ...], without: set[int]) -> Post | None:
    """Everyone in `place` who may do a step of `roles`; it is named after the first role that is held."""
    found: dict[int, Member] = {}
    named = ""
    for role in roles:
        members = [member for member in Member.objects.holding(place, role) if member.pk not in without]
        named = named or (role if members else "")
        found |= {member.pk: member for member in members}
    return Post(place, named, tuple(found.values())) if named else None


def short_chain(agency: Agency) -> bool:
    """Whether the sheets of `agency` skip the review."""
    return agency.kind == AgencyKind.VILLAGE or post_for(agency, SHEET_MOVES["review"].roles) is None


def waiting(sheet: Sheet, move: Transition) -> Post | None:
    """Where this move of the sheet waits."""
    agency = sheet.agency.parent if move.side == "superior" else sheet.agency
    return post_for(agency, move.roles, without=barred_from(sheet, move)) if agency else None


def why_not(member: Member, sheet: Sheet, move: Transition) -> str:
    """ "" when the member may make `move` as the sheet stands, else the reason in words."""
    if sheet.status not in move.source:
        return f"台账现在的状态是“{sheet.get_status_display()}”"
    if move.name in SUBMITS:
        return _why_not_submit(member, sheet, move)
    if move.name == "countersign" and sheet.agency.kind != AgencyKind.VILLAGE:
        return "只有村台账可由乡镇会签"
    post = waiting(sheet, move)
    if move.name == "sign" and sheet.agency.kind == AgencyKind.VILLAGE and not _held_at_home(sheet, post):
        return "村主要负责人不能签批，由乡镇会签"
    if post is not None and member.pk in {holder.pk for holder in post.members}:
        over_head = move.name == "countersign" and _held_at_home(sheet, waiting(sheet, SHEET_MOVES["sign"]))
        return "村主要负责人在岗，由其签批" if over_head else ""
    if member.pk in fillers_of(sheet):
        return OWN_WORK
    if SheetStatus.REVIEWED in move.source and member.pk in reviewers_of(sheet):
        return f"{OWN_REVIEW}，由{post.words}办理" if post else OWN_REVIEW
    return f"由{post.words}办理" if post else "目前无人担任该职务，请系统管理员指定代理人员"


def _why_not_submit(member: Member, sheet: Sheet, move: Transition) -> str:
    if not may_file(member, sheet.agency):
        return f"由{sheet.agency.label}填表人办理"
    if short_chain(sheet.agency) != (move.name == "submit_short"):
        return "本单位台账直接报主要负责人签批" if move.name == "submit" else "本单位台账须先经分管领导审核"
    return ""


def _held_at_home(sheet: Sheet, post: Post | None) -> bool:
    return post is not None and post.agency.pk == sheet.agency_id


def stands_in(member: Member, sheet: Sheet, roles: Sequence[str]) -> bool:
    """代签: the member holds none of `roles` in the sheet's unit by own post."""
    return not (member.agency_id == sheet.agency_id and member.own_roles & set(roles))


@dataclass(frozen=True)
class Choice:
    """One move of the table for one member: may be made, or why not."""

    move: Transition
    reason: str

    @property
    def allowed(self) -> bool:
        return not self.reason


def choices(member: Member, sheet: Sheet) -> list[Choice]:
    """Every move of the table that fits the unit's chain, with the reason where it may not be made."""
    short = short_chain(sheet.agency)
    skipped = ("submit", "review", "return_by_deputy") if short else ("submit_short",)
    at_home = _held_at_home(sheet, waiting(sheet, SHEET_MOVES["sign"]))
    skipped += ("countersign",) if sheet.agency.kind != AgencyKind.VILLAGE or at_home else ("sign",)
    moves = [move for move in SHEET_MOVES.values() if move.name not in skipped]
    if sheet.status == SheetStatus.SIGNED:
        moves = []
    return [Choice(move, why_not(member, sheet, move)) for move in moves]
