"""What is owed in each status: duties opened, kept, fulfilled, cancelled as it moves (domain.md B.1)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from agencies.models import Agency, Role
from agencies.posts import signers
from cases import standing
from cases.actions.referrals import telling
from cases.edges import DESK, EDGES, TRIAL, Edge, Limit, Result, by_day_agreed, limits
from cases.models import Referral
from cases.states import COURT_RESULTS, DECIDERS, HANDS, ReferralMove, Side
from cases.states import ReferralStatus as S
from core.access import barred_from
from core.models import Access
from duties import clocks
from duties.actions import steps
from duties.models import Duty
from duties.standing import desk
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member
    from duties.clocks import DueDate

#: Moves of the police with a limit of their own, counted from the receipt (310号7, 公安刑程180). No duty:
#: they are owed only where the police find that the case is not theirs or papers are missing.
OWN_CLOCK = {"forward": "F5a", "ask_supplement": "F5b"}
CHECK = "ref.check"
#: An answer that was sent back: the time to mend it, unless its own limit is later.
CORRECTION = "report.correction"
#: A move that leaves its own side's limit undone.
UNDONE = frozenset({"recall", "forward", "pass_on"})
PASSED_ON = "公安机关办理刑事案件程序规定第一百八十四条"


def key_of(referral: Referral, name: str) -> str:
    """referral:<pk>:<limit>"""
    return f"referral:{referral.pk}:{name}"


def answered(referral: Referral, move: ReferralMove) -> tuple[dt.datetime | None, str]:
    """(limit, its basis) that a move answers, read before it is made."""
    due = own_limit(referral, move)
    if due is not None:
        return due.due_at, due.basis
    if move.name == "pass_on":
        return None, PASSED_ON  # its own notice has the limit (P184); the answer is owed by the next police
    for limit in limits(referral.edge, referral.status):
        if limit.side == move.side and not (move.name == "recall" and referral.status != S.REFUSED):
            duty = Duty.objects.open().filter(key=key_of(referral, limit.key)).first()
            if duty is not None:
                return duty.due_at, duty.basis
    return None, EDGES[referral.edge].basis


def own_limit(referral: Referral, move: ReferralMove) -> DueDate | None:
    """The 24 hours in which the police pass it on (F5a) or ask for papers (F5b); None for any other move."""
    if move.name not in OWN_CLOCK or not standing.is_penal(referral):
        return None
    since = standing.review_since(referral)
    return clocks.due(OWN_CLOCK[move.name], since) if since else None


def settle(referral: Referral, move: ReferralMove, left: str, at: dt.datetime, by: Member) -> None:
    """After a move made at `at`: what the status left behind asked for is done or falls away, what the new
    one asks for is opened. A limit that both have (F6 through a supplement) keeps its start."""
    entered = (
        {} if left == referral.status else {row.key: row for row in limits(referral.edge, referral.status)}
    )
    past = {} if left == referral.status else {row.key: row for row in limits(referral.edge, left)}
    again = move.name == "forward"
    for key, row in past.items():
        if key in entered and not again and _keeps(row, entered[key]):
            continue
        done = row.side == move.side and (move.name not in UNDONE or left == S.REFUSED)
        if done:
            steps.fulfil(key=key_of(referral, key), at=at, by=by)
        else:
            steps.cancel(key=key_of(referral, key), by=by)
    for row in entered.values():
        _open(referral, row, at, corrected=move.name == "reject_answer")
    if move.name == "answer" and referral.result == Result.PROSECUTED:
        _open(referral, TRIAL, at, corrected=False)
    elif move.name in COURT_RESULTS:
        steps.fulfil(key=key_of(referral, TRIAL.key), at=at, by=by)


def _keeps(past: Limit, entered: Limit) -> bool:
    return past.clock == entered.clock and past.side == entered.side and past.since_received


def _open(referral: Referral, limit: Limit, at: dt.datetime, *, corrected: bool) -> None:
    unit = standing.side_agency(referral, limit.side)
    if unit is None:
        return
    start = (standing.review_since(referral) if limit.since_received else None) or at
    due_at = referral.reply_due if by_day_agreed(referral.edge, limit) else None
    if corrected:
        due_at = _mended_by(referral, limit, at)
    role = post_for(referral, limit, unit)
    steps.open_step(
        key=key_of(referral, limit.key),
        kind=Duty.Kind.REFERRAL,
        title=f"{limit.title} {referral.number}",
        agency=unit,
        role=role,
        member=_by_name(referral, limit, unit, role),
        subject=referral,
        clock=limit.clock or None,
        due_at=due_at,
        started_at=start,
        recipient=_other(referral, limit.side),
        matter=referral.matter,
        basis=EDGES[referral.edge].basis if due_at or not limit.clock else "",
        track=Access.Track.REFERRAL,
    )


def _by_name(referral: Referral, limit: Limit, unit: Agency, role: str) -> Member | None:
    """Who alone can do it: the author of a clue to discipline inspection, or somebody above by name, since
    nobody else learns of it; for a head who reported in person somebody above."""
    narrow = referral.edge == Edge.SUPERVISION
    if narrow and limit.side == Side.SENDER and limit.role == DESK:
        return referral.drafted_by
    reporter = referral.reported_by if limit.role == Role.HEAD else None
    return _above(referral, unit, role, reporter) if unit.online and (narrow or reporter) else None


def _above(referral: Referral, unit: Agency, role: str, but: Member | None) -> Member | None:
    """Somebody above when nobody of `unit` but `but` holds `role`; None while the post itself can do it."""
    found, why = signers(unit, role, but=but, out=barred_from(referral.matter))
    return found[0] if why == "superior" and found else None


def _mended_by(referral: Referral, limit: Limit, at: dt.datetime) -> dt.datetime:
    mend = clocks.due(CORRECTION, at).due_at
    own = Duty.objects.filter(key=key_of(referral, limit.key)).first()
    first = own.due_at if own and own.due_at else referral.reply_due
    return max(mend, first) if first else mend


def _other(referral: Referral, side: str) -> Agency | None:
    """Who waits for it: the sender for what others owe, the receiver for what the sender owes it. Of a clue
    to discipline inspection no unit as a whole waits for anything."""
    if referral.edge == Edge.SUPERVISION:
        return None
    if side != Side.SENDER:
        return referral.sender
    return referral.receiver if referral.status in (S.SUPPLEMENT_ASKED, S.FILED) else None


def post_for(referral: Referral, limit: Limit, unit: Agency) -> str:
    """The post in whose hands the step is: as the limit says, else one of the unit that may do it too."""
    but = referral.reported_by if limit.role == Role.HEAD else None
    if limit.role == DESK:
        own = referral.post if limit.key == "receive" else desk(unit)
        roles = (own, desk(unit), *HANDS)
    else:
        roles = (limit.role,) if limit.role == Role.HEAD else (limit.role, *DECIDERS)
    return standing.decider_post(referral, unit, tuple(dict.fromkeys(map(str, roles))), but)


def cancel_all(referral: Referral, by: Member) -> None:
    """Nothing is owed on it any more."""
    rows = Duty.objects.open().filter(subject_kind="cases.referral", subject_id=str(referral.pk))
    for key in rows.values_list("key", flat=True):
        steps.cancel(key=key, by=by)


def open_check(referral: Referral, unit: Agency, recorder: Member) -> None:
    """核对代录: a second person of the unit that put it down; of a clue to discipline inspection one by name,
    who knows of it already."""
    role = standing.decider_post(referral, unit, (desk(unit), *HANDS), recorder)
    aware = telling.checkers(referral, unit, recorder) if referral.edge == Edge.SUPERVISION else []
    steps.open_step(
        key=key_of(referral, "check"),
        kind=Duty.Kind.REFERRAL,
        title=f"核对代录 {referral.number}",
        agency=unit,
        role=role,
        member=aware[0] if aware else _above(referral, unit, role, recorder),
        subject=referral,
        clock=CHECK,
        started_at=now(),
        matter=referral.matter,
        track=Access.Track.REFERRAL,
    )


def close_check(referral: Referral, by: Member) -> None:
    """It was checked."""
    steps.fulfil(key=key_of(referral, "check"), by=by)
