"""封存、解封: asked for by one leader of the holder, decided by another person (quality.md B9)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from cases import rights
from cases.actions.rights.asking import ask, settled
from cases.models import Sealing
from cases.states import SEALING_MOVES, SealingStatus
from core import audit, wording
from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.models import Matter
from core.once import once
from core.workflow import move
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

LIMIT = 200


def propose_sealing(
    *, by: Member, matter: Matter, seal: bool, reason: str, token: UUID | None = None
) -> Sealing:
    """Ask to seal the affair, or (seal=False) to open it again. Raises Missing, NotAllowed, DomainError."""
    unit = _checked(by, matter, seal)
    reason = wording.words(reason, "事由", "reason", LIMIT)

    def make() -> Sealing:
        _drop_stale(matter)
        sealing = Sealing.objects.create(
            matter=matter, seal=seal, unit=unit, reason=reason, proposed_by=by, proposed_at=now()
        )
        audit.record("sealing.proposed", actor=by, agency=unit, subject=sealing, matter=matter)
        people = rights.sealing_deciders(sealing)
        if not people:
            raise DomainError("没有可以决定的另一人，请先为本单位或者上级单位指定主持工作的人员。")
        text = "有一件封存（解封）需要您决定，请打开查看。"
        ask(sealing, people, title="决定一件封存（解封）", text=text)
        return sealing

    try:
        return once(token=token, verb="sealing.proposed", member=by, make=make)
    except IntegrityError:
        raise DomainError("已有一件封存（解封）在等待决定。") from None


def _checked(by: Member, matter: Matter, seal: bool) -> Agency:
    if not rights.reads_content(by, matter):
        raise Missing
    why = rights.may_ask_sealing(by, matter)
    if why:
        raise NotAllowed(why)
    if Matter.objects.filter(pk=matter.pk, sealed=seal).exists():
        raise DomainError("这件事项已经封存。" if seal else "这件事项没有封存。")
    if rights.asked_sealing(matter) is not None:
        raise DomainError("已有一件封存（解封）在等待决定。")
    held = list(rights.holder_units(matter))
    units = by.units
    return next((unit for unit in held if unit.pk in units), held[0])


def _drop_stale(matter: Matter) -> None:
    """A proposal nobody decided on in time makes room for the new one."""
    stale = Sealing.objects.filter(
        matter=matter, status=SealingStatus.PROPOSED, proposed_at__lt=now() - rights.VALID
    )
    for one in stale:
        stale.filter(pk=one.pk).update(
            status=SealingStatus.REFUSED, words="逾期未决定", version=F("version") + 1
        )
        settled(one, None)


def decide_sealing(*, sealing: Sealing, by: Member, words: str = "", version: int | None = None) -> Sealing:
    """同意: the affair is sealed or opened at once. Raises NotAllowed (one's own), DomainError, Conflict."""
    _may(sealing, by)
    if sealing.proposed_at + rights.VALID < now():
        raise DomainError("提出已超过七天，不再有效，请由承办单位重新提出。")
    with transaction.atomic():
        _move(sealing, "decide", by, words, version)
        rows = Matter.objects.filter(pk=sealing.matter_id, sealed=not sealing.seal)
        if rows.update(sealed=sealing.seal, version=F("version") + 1) != 1:
            raise Conflict("这件事项的封存状态已经变动，请刷新后再办。")
        sealing.matter.refresh_from_db()
        settled(sealing, by)
    return sealing


def refuse_sealing(*, sealing: Sealing, by: Member, words: str, version: int | None = None) -> Sealing:
    """不同意, with the reason. Raises NotAllowed, DomainError, Conflict."""
    _may(sealing, by)
    with transaction.atomic():
        _move(sealing, "refuse", by, words, version)
        settled(sealing, by)
    return sealing


def _may(sealing: Sealing, by: Member) -> None:
    why = rights.may_decide_sealing(by, sealing)
    if why:
        raise NotAllowed(why)


def _move(sealing: Sealing, name: str, by: Member, words: str, version: int | None) -> None:
    transition = SEALING_MOVES[name]
    words = wording.words(transition.require_reason(words), "意见", "words", LIMIT, needed=False)
    move(sealing, transition, expected_version=version, decided_by=by, decided_at=now(), words=words)
    audit.record(
        "sealing.decided" if name == "decide" else "sealing.refused",
        actor=by,
        agency=sealing.unit,
        subject=sealing,
        matter=sealing.matter,
        facts={"status": sealing.status},
    )
