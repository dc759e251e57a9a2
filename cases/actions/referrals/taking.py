"""The one door of every move of a referral."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cases import numbers, sight, standing
from cases.actions.referrals import making, needs, proxies
from cases.edges import Edge
from cases.models import Referral, ReferralStep
from cases.states import REFERRAL_MOVES, ReferralMove
from core.access import hold
from core.errors import DomainError, Missing, NotAllowed
from core.once import once
from core.workflow import conflict
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

RELATED = (
    "matter",
    "sender__division",
    "receiver__division",
    "supervisor",
    "superior",
    "lead",
    "drafted_by",
    "reported_by",
)


def take(
    *,
    referral: Referral,
    move: str,
    by: Member,
    version: int | None = None,
    text: str = "",
    number: str = "",
    happened_at: dt.datetime | None = None,
    upload: Any = None,
    unit: Agency | None = None,
    officers: Iterable[Member] = (),
    result: str = "",
    goods: Mapping[int, Any] | None = None,
    reply_due: dt.datetime | None = None,
    token: UUID | None = None,
) -> ReferralStep:
    """Make one move of `cases.states.REFERRAL_MOVES`; gives the step as it was written down.

    `upload` is (name, opened file) or an uploaded file; `goods` quantities by Goods pk; `happened_at` is for
    a step of an 线下单位 only, which stays pending until a second person has checked it (`check_proxy`).
    The referral handed in is brought up to date. Raises Missing (not in sight), NotAllowed (side, post),
    DomainError (not legal from here, or at the field that is wrong), Conflict (somebody was first).
    """
    transition = REFERRAL_MOVES.get(move)
    if transition is None:
        raise DomainError("没有这一步。")
    expected = referral.version if version is None else version
    given = {
        "text": text,
        "number": number,
        "unit": unit,
        "officers": officers,
        "result": result,
        "goods": goods,
        "reply_due": reply_due,
    }

    def make() -> ReferralStep:
        hold(referral.matter_id)  # before it is asked who must stay out, of the team too
        fresh = _guarded(referral, transition, by, expected)
        return _make(fresh, transition, by, expected, happened_at, needs.named(upload), given)

    try:
        with numbers.unclashed():
            return once(token=token, verb=f"referral.{move}", member=by, make=make)
    finally:
        referral.refresh_from_db()


def _guarded(referral: Referral, move: ReferralMove, by: Member, expected: int) -> Referral:
    """The referral as it is now, if `by` may make `move` on it: sight, side and post, state."""
    fresh = Referral.objects.visible_to(by).select_related(*RELATED).filter(pk=referral.pk).first()
    if fresh is None:
        raise Missing
    reason = standing.may(by, fresh, move)
    if reason:
        raise NotAllowed(reason)
    if fresh.edge == Edge.SUPERVISION and not sight.content_of(by, fresh):
        raise NotAllowed("问题线索只由经办人、报请人、主要负责人和接收岗位办理。")
    if fresh.version != expected:
        raise conflict(fresh)
    reason = standing.why_illegal(fresh, move)
    if reason:
        raise DomainError(reason)
    if fresh.steps.filter(state=ReferralStep.State.PENDING).exists():
        raise DomainError(standing.WAITS_FOR_CHECK)
    return fresh


def _make(
    referral: Referral,
    move: ReferralMove,
    by: Member,
    expected: int,
    happened_at: dt.datetime | None,
    upload: Any,
    given: dict[str, Any],
) -> ReferralStep:
    organ = standing.organ_of(referral, move)
    if organ is not None and not organ.online:
        at = needs.moment(referral, happened_at)
        facts = needs.check(referral, move, at=at, **given)
        return proxies.put_down(
            referral=referral, move=move, facts=facts, by=by, at=at, upload=upload, version=expected
        )
    if happened_at is not None:
        raise DomainError("在线单位的办理时间由系统记录，不用填写。", field="happened_at")
    at = now()
    facts = needs.check(referral, move, at=at, **given)
    step = making.make(referral=referral, move=move, facts=facts, by=by, at=at, version=expected)
    making.keep_scan(step, upload, by)
    return step
