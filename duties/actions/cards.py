"""黄牌、红牌 for units, never for persons: proposed, shown or refused, lifted."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from agencies.models import Role
from agencies.posts import signers
from core import audit, notices
from core.errors import DomainError, Missing, NotAllowed
from core.once import once
from core.workflow import move
from duties.actions.steps import fulfil, open_step
from duties.card_rules import deciders, may_decide, may_propose
from duties.models import Campaign, Card, Duty
from duties.states import CARD_MOVES, CardStatus
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

VERBS = {"show": "card.shown", "refuse": "card.refused", "lift": "card.lifted"}
LIVE = (CardStatus.PROPOSED, CardStatus.SHOWN)


def propose(
    *,
    by: Member,
    agency: Agency,
    colour: str,
    reason: str,
    basis: str,
    campaign: Campaign | None = None,
    duty: Duty | None = None,
    token: UUID | None = None,
) -> Card:
    """Propose a card for a unit; it waits for the county's leader. `duty`: what the unit failed to do.

    Raises NotAllowed, Missing (a duty out of sight), or DomainError with the field.
    """
    if not may_propose(by, agency):
        raise NotAllowed("亮牌由专班办公室或督办县领导对其他单位提出。")
    reason, basis = reason.strip(), basis.strip()
    _check(agency, colour, reason, basis)
    if campaign is not None and not Campaign.objects.visible_to(by).filter(pk=campaign.pk).exists():
        raise Missing("没有找到这个专项行动。")
    if duty is not None:
        _check_duty(by, agency, duty)

    def make() -> Card:
        if Card.objects.filter(agency=agency, colour=colour, status__in=LIVE, duty=duty).exists():
            raise DomainError("该单位已有同样事由的牌待批准或未摘，不能重复亮牌。", field="agency")
        card = Card.objects.create(
            agency=agency,
            campaign=campaign or (duty.campaign if duty else None),
            duty=duty,
            colour=colour,
            reason=reason,
            basis=basis,
            proposed_by=by,
            proposed_at=now(),
        )
        audit.record("card.proposed", actor=by, agency=agency, subject=card, facts={"colour": colour})
        _await_decision(card)
        return card

    return once(token=token, verb="card.proposed", member=by, make=make)


def show(*, card: Card, by: Member, expected_version: int) -> Card:
    """Approve: the unit is told, and the card stands on its head's desk until it is lifted."""
    card = _decide(card, "show", by, "", expected_version)
    _tell(card, "本单位有一项亮牌需要整改，请查看。")
    return card


def refuse(*, card: Card, by: Member, reason: str, expected_version: int) -> Card:
    """Do not approve; the reason goes back to the proposer, the unit never hears of it."""
    card = _decide(card, "refuse", by, reason, expected_version)
    text = "您提出的一项亮牌未获批准，请查看。"
    notices.send(members=[card.proposed_by], kind="card.refused", text=text, subject=card)
    return card


def lift(*, card: Card, by: Member, reason: str, expected_version: int) -> Card:
    """摘牌, with the reason; the unit is told."""
    card = _decide(card, "lift", by, reason, expected_version)
    _tell(card, "本单位的一项亮牌已摘牌，请查看。")
    return card


def _decide(card: Card, name: str, by: Member, reason: str, version: int) -> Card:
    if by.pk == card.proposed_by_id:
        raise NotAllowed("不能批准、摘除自己提出的牌，请由其他领导办理。")
    if not may_decide(by, card):
        raise NotAllowed("亮牌由督办县领导（或专班办公室主要负责人）批准和摘除。")
    transition = CARD_MOVES[name]
    reason = transition.require_reason(reason)
    if len(reason) > 300:
        raise DomainError("理由不超过300个字。", field="reason")
    stamps: dict[str, object] = {"decided_by": by, "decided_at": now()}
    if name == "lift":
        stamps = {"lifted_at": now(), "lifted_reason": reason}
    with transaction.atomic():
        move(card, transition, expected_version=version, **stamps)
        facts = {"colour": card.colour} | ({"reason": reason} if reason else {})
        audit.record(VERBS[name], actor=by, agency=card.agency, subject=card, facts=facts)
        _carry_steps(card, name, by)
    return card


def _carry_steps(card: Card, name: str, by: Member) -> None:
    """The decision is made; a shown card is the unit's to mend until it is lifted."""
    if name == "lift":
        fulfil(key=f"card:{card.pk}:mend", by=by)
        return
    fulfil(key=f"card:{card.pk}", by=by)
    if name == "refuse":
        return
    open_step(
        key=f"card:{card.pk}:mend",
        kind=Duty.Kind.OTHER,
        title=f"{card.get_colour_display()}整改，整改后由专班办公室摘牌",
        agency=card.agency,
        role=Role.HEAD,
        subject=card,
        basis=card.basis,
    )


def _await_decision(card: Card) -> None:
    places = deciders(card)
    if not places:
        raise DomainError("没有可以批准亮牌的领导，请先由系统管理员设置督办县领导。")
    unit, role, _ = places[0]
    open_step(
        key=f"card:{card.pk}",
        kind=Duty.Kind.SIGN,
        title=f"{card.get_colour_display()}待批准",
        agency=unit,
        role=role,
        subject=card,
        basis=card.basis,
    )


def _tell(card: Card, text: str) -> None:
    members = signers(card.agency, Role.HEAD)[0]
    notices.send(members=members, kind="card.told", text=text, subject=card)


def _check(agency: Agency, colour: str, reason: str, basis: str) -> None:
    if not agency.is_active:
        raise DomainError("这个单位已停用。", field="agency")
    if colour not in Card.Colour.values:
        raise DomainError("请选择黄牌或红牌。", field="colour")
    if not 1 <= len(reason) <= 300:
        raise DomainError("请写明事由，不超过300个字。", field="reason")
    if not 1 <= len(basis) <= 200:
        raise DomainError("请写明依据，不超过200个字。", field="basis")


def _check_duty(by: Member, agency: Agency, duty: Duty) -> None:
    if not Duty.objects.visible_to(by).filter(pk=duty.pk).exists():
        raise Missing("没有找到这项任务。")
    if duty.agency_id != agency.pk:
        raise DomainError("选择的任务不是该单位的任务。", field="duty")
    if duty.matter_id:
        raise DomainError("线索、案件中的任务不在亮牌中列出。", field="duty")
