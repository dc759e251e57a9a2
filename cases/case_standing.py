"""Who may make which move of a case, and why not: reading only. "" means that the member may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agencies.models import Agency, AgencyKind, Member, Role
from agencies.posts import signers
from cases.case_history import last
from cases.case_states import CASE_MOVES, SUPERIOR, CaseMove
from cases.states import HANDS
from core.access import barred_from, is_barred
from duties.holders import stands_for_office
from duties.standing import may_work

if TYPE_CHECKING:
    from cases.models import Case

NOT_YOURS = "由承办单位办理。"
SUPERIORS_ONLY = "由专班办公室、督办县领导或者上级单位办理。"


def legal_moves(case: Case) -> list[CaseMove]:
    """Moves that the table allows from the status of `case` on its track, whoever asks."""
    return [row for row in CASE_MOVES.values() if row.track == case.track and case.status in row.source]


def may(member: Member, case: Case, move: CaseMove | str) -> str:
    """Why `member` may not make `move` now, in Chinese; "" when nothing about the person is against it."""
    row = CASE_MOVES[move] if isinstance(move, str) else move
    if row.track != case.track or case.status not in row.source:
        return f"案件现在的状态是“{case.get_status_display()}”，不能{row.label}。"
    if not member.is_business or is_barred(member, case.matter_id):
        return NOT_YOURS
    if row.side == SUPERIOR:
        return "" if stands_above(member, case.holder) else SUPERIORS_ONLY
    return _of_owner(member, case, row)


def _of_owner(member: Member, case: Case, row: CaseMove) -> str:
    maker = _maker(case, row)
    if maker is not None and maker.pk == member.pk:
        return f"报请人不能自己{row.label}，由另一人办理。"
    if row.name == "review" and case.officers.filter(member=member, released_at__isnull=True).exists():
        return "办案人员不能审理（审核）自己承办的案件。"
    if any(member.holds(role, case.holder) for role in row.roles):
        return ""
    if set(HANDS) <= set(row.roles) and (may_work(member, case.holder) or _works_on(member, case)):
        return ""
    if member in passed_up(case, row, maker):
        return ""
    roles = "、".join(dict.fromkeys(Role(role).label for role in row.roles))
    return f"由承办单位（{case.holder.label}）的{roles}办理。"


def passed_up(case: Case, row: CaseMove, maker: Member | None = None) -> list[Member]:
    """The people above the unit to whom a decision falls when nobody there may make it."""
    out = barred_from(case.matter)
    here = Member.objects.active().filter(agency=case.holder, grants__role__in=row.roles).exclude(out)
    if maker is not None:
        here = here.exclude(pk=maker.pk)
    if here.exists():
        return []
    return signers(case.holder, row.roles[0], but=maker, out=out)[0]


def stands_above(member: Member, unit: Agency) -> bool:
    """Whether the member speaks for the joint office, the county's leader or a unit above `unit`."""
    if stands_for_office(member, unit.division.code[:6]):
        return True
    above = unit.parent
    while above is not None:
        roles = (Role.LEADER, Role.HEAD) if above.kind == AgencyKind.COUNTY else (Role.HEAD, Role.APPROVER)
        if any((above.pk, role) in member.posts for role in roles):
            return True
        above = above.parent
    return False


def _maker(case: Case, row: CaseMove) -> Member | None:
    step = last(case, *row.other) if row.other else None
    return step.by if step else None


def _works_on(member: Member, case: Case) -> bool:
    rows = case.officers.filter(member=member, released_at__isnull=True)
    return member.agency_id == case.holder_id and rows.exists()
