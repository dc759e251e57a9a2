"""通报批评、约谈、问责、追究责任 and 容错: put down with basis and document; never changed afterwards."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from core import audit, files
from core.errors import DomainError, Missing, NotAllowed
from core.once import once
from duties.accountability_rules import may_record, organs, subjects
from duties.card_rules import visible_cards
from duties.models import Accountability, Campaign, Card
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

LONGEST = 4000


def record(
    *,
    by: Member,
    kind: str,
    agency: Agency,
    on: dt.date,
    reason: str,
    basis: str,
    decided_by_unit: Agency,
    person: str = "",
    ground: str = "",
    number: str = "",
    campaign: Campaign | None = None,
    card: Card | None = None,
    document: BinaryIO | None = None,
    token: UUID | None = None,
) -> Accountability:
    """What an organ decided about a unit and, restricted, a person; 容错 names its `ground`.

    By the joint office, the supervising leader or discipline inspection. No notice goes out: the decision is
    served by its own document. Raises NotAllowed, Missing, or DomainError with the field.
    """
    if not may_record(by):
        raise NotAllowed("责任追究由专班办公室、督办县领导或纪检监察机关登记。")
    reason, basis, number, person = reason.strip(), basis.strip(), number.strip(), person.strip()
    _check_words(kind, ground, reason, basis, number, person)
    _check_places(by, agency, decided_by_unit, on)
    _check_related(by, agency, campaign, card)

    def make() -> Accountability:
        row = Accountability.objects.create(
            kind=kind,
            agency=agency,
            person=person,
            campaign=campaign,
            on=on,
            ground=ground,
            reason=reason,
            basis=basis,
            number=number,
            decided_by_unit=decided_by_unit,
            card=card,
            recorded_by=by,
            recorded_at=now(),
        )
        if document is not None:
            name = neutral(getattr(document, "name", ""))
            files.store_document(upload=document, name=name, member=by, agency=decided_by_unit, subject=row)
        # kind only: whom it concerns is for those who may open the record
        audit.record("accountability.made", actor=by, agency=by.agency, subject=row, facts={"kind": kind})
        return row

    return once(token=token, verb="accountability.made", member=by, make=make)


def neutral(name: str) -> str:
    """The name under which the document is kept: people write whom it concerns into file names."""
    stem, dot, ending = name.rpartition(".")
    kept = stem and ending.isascii() and ending.isalnum() and len(ending) <= 5
    return f"决定文件.{ending.lower()}" if kept else "决定文件"


def opened(*, row: Accountability, by: Member) -> None:
    """Write down that a record which names a person was read (a sensitive read, nothing changes)."""
    if row.person:
        audit.record("accountability.read", actor=by, agency=by.agency, subject=row)


def _check_words(kind: str, ground: str, reason: str, basis: str, number: str, person: str) -> None:
    if kind not in Accountability.Kind.values:
        raise DomainError("请选择方式。", field="kind")
    lenient = kind == Accountability.Kind.LENIENT
    if lenient and ground not in Accountability.Ground.values:
        raise DomainError("容错须选择情形（监管技术手段限制等）。", field="ground")
    if not lenient and ground:
        raise DomainError("只有容错才选择容错情形，其他方式请留空。", field="ground")
    if not 1 <= len(reason) <= LONGEST:
        raise DomainError(f"请写明事由，不超过{LONGEST}个字。", field="reason")
    if not 1 <= len(basis) <= 200:
        raise DomainError("请写明依据，不超过200个字。", field="basis")
    if len(number) > 60:
        raise DomainError("文号不超过60个字。", field="number")
    if len(person) > 60:
        raise DomainError("人员姓名不超过60个字。", field="person")


def _check_places(by: Member, agency: Agency, organ: Agency, on: dt.date) -> None:
    if not subjects(by).filter(pk=agency.pk).exists():
        raise DomainError("单位须是本县在用的单位。", field="agency")
    if not organs(by).filter(pk=organ.pk).exists():
        raise DomainError("您只能登记本单位作出的决定。", field="decided_by_unit")
    if on > now().date():
        raise DomainError("日期在今天之后，请填写决定的日期。", field="on")


def _check_related(by: Member, agency: Agency, campaign: Campaign | None, card: Card | None) -> None:
    if campaign is not None and not Campaign.objects.visible_to(by).filter(pk=campaign.pk).exists():
        raise Missing("没有找到这个专项行动。")
    if card is None:
        return
    if not visible_cards(by).filter(pk=card.pk).exists():
        raise Missing("没有找到这张牌。")
    if card.agency_id != agency.pk:
        raise DomainError("选择的牌不是该单位的牌。", field="card")
