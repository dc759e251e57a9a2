"""Content-free news of a referral: number, step and state, to those whose turn it is (quality.md I5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agencies.models import Agency, Member, Role
from agencies.posts import signers
from cases.edges import Edge
from cases.models import Referral
from cases.standing import office_of
from cases.states import COURT_RESULTS, NOTIFIES, ReferralMove, Side
from cases.states import ReferralStatus as S
from core import notices
from core.access import barred_from
from duties.standing import people_of

if TYPE_CHECKING:
    from collections.abc import Iterable

KIND = "referral.moved"
ANSWERS = frozenset({"answer", "reply"}) | COURT_RESULTS


def people(referral: Referral, side: str) -> list[Member]:
    """Who hears on that side; of a clue to discipline inspection only those who may read it."""
    unit = {Side.SENDER: referral.sender, Side.RECEIVER: referral.receiver}.get(
        Side(side), referral.supervisor if side == Side.SUPERVISOR else referral.superior
    )
    if unit is None or not unit.online:
        return []
    out = barred_from(referral.matter)
    authors = [one for one in (referral.drafted_by, referral.reported_by) if one and side == Side.SENDER]
    if referral.edge == Edge.SUPERVISION:
        found = authors if side == Side.SENDER else signers(unit, referral.post, out=out)[0]
    elif side == Side.RECEIVER:
        found = [*people_of(unit), *signers(unit, referral.post, out=out)[0]]
    else:
        found = [*people_of(unit), *(one for one in authors if one.agency_id == unit.pk)]
    return _allowed(referral, found)


def _allowed(referral: Referral, members: Iterable[Member]) -> list[Member]:
    ids = {member.pk for member in members}
    rows = Member.objects.active().filter(pk__in=ids).exclude(barred_from(referral.matter))
    rows = rows.select_related("agency").prefetch_related("grants")
    return [member for member in rows if member.is_business]


def tell(referral: Referral, move: ReferralMove, by: Member) -> None:
    """Whose turn it is, and whoever waited for this step, hear of it. A draft is told to nobody."""
    found = {member.pk: member for member in _hearers(referral, move) if member.pk != by.pk}
    notices.send(
        members=found.values(),
        kind=KIND,
        text=f"移送 {referral.number}：{move.label}，现在的状态是“{referral.get_status_display()}”。",
        subject=referral,
        matter=referral.matter,
    )
    if move.name in ANSWERS:
        _tell_office(referral)


def _hearers(referral: Referral, move: ReferralMove) -> list[Member]:
    if move.name == "report":
        unit = referral.sender
        heads = signers(unit, Role.HEAD, but=referral.reported_by, out=barred_from(referral.matter))[0]
        return _allowed(referral, heads)
    if move.name in ("approve", "refuse"):
        return _allowed(
            referral, [referral.drafted_by, *([referral.reported_by] if referral.reported_by else [])]
        )
    if move.name == "name_team":
        return _allowed(referral, [row.member for row in referral.officers.select_related("member")])
    sides = {Side.SENDER, Side.RECEIVER} - {move.side}
    if referral.sent_at is None:  # whoever approved it answers for its being sent (310号 16)
        approved = referral.steps.filter(move="approve") if move.name == "recall" else None
        return _allowed(referral, [step.by for step in approved.select_related("by")]) if approved else []
    if move.name == "forward" or move.name in NOTIFIES:
        sides.add(Side.RECEIVER)  # the one it went on to
    if referral.status in (S.SUPERVISION_ASKED, S.EXPLAINED) or move.name in ("file", "handle"):
        sides.add(Side.SUPERVISOR)
    if referral.status == S.DISPUTED:
        sides.add(Side.SUPERIOR)
    return [member for side in sorted(sides) for member in people(referral, side)]


def tell_recalled(referral: Referral, receiver: Agency, by: Member) -> None:
    """The receiver, which sees it no more, hears that nothing is to be done; nothing opens from it."""
    notices.send(
        members=[one for one in people(referral, Side.RECEIVER) if one.pk != by.pk],
        kind="referral.recalled",
        text=f"移送 {referral.number} 已由移送单位撤回，不用再办。",
    )


def checkers(referral: Referral, unit: Agency, recorder: Member) -> list[Member]:
    """Who of `unit` may check what `recorder` put down; of a clue to discipline inspection only those who
    know of it."""
    found = _allowed(referral, [one for one in people_of(unit) if one.pk != recorder.pk])
    if referral.edge != Edge.SUPERVISION:
        return found
    seen = Referral.objects.filter(pk=referral.pk)
    return [one for one in found if seen.visible_to(one).exists()]


def tell_check(referral: Referral, unit: Agency, recorder: Member) -> None:
    """A second person of the recording unit is asked to check."""
    notices.send(
        members=checkers(referral, unit, recorder),
        kind="referral.check",
        text=f"移送 {referral.number} 有一条代录的步骤需要核对。",
        subject=referral,
        matter=referral.matter,
    )


def _tell_office(referral: Referral) -> None:
    """件件有落实、条条有反馈: the joint office hears that an answer came, not what it says."""
    office = office_of(referral.sender)
    if office is None or office.pk in (referral.sender_id, referral.receiver_id):
        return
    notices.send(
        members=_allowed(referral, signers(office, Role.OFFICE, out=barred_from(referral.matter))[0]),
        kind="referral.answered",
        text=f"移送 {referral.number} 已反馈。",
        subject=referral,
        matter=referral.matter,
    )
