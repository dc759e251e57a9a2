"""Licences 证照 of a site: add, edit, and answer a duty that says one is about to end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction

from core import audit
from core.errors import DomainError, Missing, NotAllowed
from core.once import once
from ledgers import watch
from ledgers.actions.sites import guard_keeping
from ledgers.actions.versions import change
from ledgers.models import Licence, Site

if TYPE_CHECKING:
    from agencies.models import Member

PERMIT_NUMBER = re.compile(r"C\d{22}")
FIELDS = (
    "kind",
    "number",
    "holder",
    "mineral",
    "method",
    "capacity",
    "area_km2",
    "valid_from",
    "valid_to",
    "issuer",
    "issued_on",
    "corners",
    "datum",
    "zone",
    "elevation_from",
    "elevation_to",
)


def number_warning(kind: str, number: str) -> str:
    """A soft word on a permit number of unusual form; old ones stay valid until reissue (domain.md F.6)."""
    if kind != Licence.Kind.PERMIT or not number or PERMIT_NUMBER.fullmatch(number):
        return ""
    return f"采矿许可证号一般为C加22位数字，现为“{number}”（{len(number)}位），已按所填保存，请核对证照。"


def save_licence(
    *,
    member: Member | None,
    site: Site,
    facts: Mapping[str, object],
    licence: Licence | None = None,
    expected_version: int | None = None,
    token: UUID | None = None,
) -> Licence:
    """Add or edit a licence; a later end date takes back the duties of the earlier one.

    Raises Conflict when somebody else edited meanwhile, DomainError with the field.
    """
    guard_keeping(member, site.agency)
    values = {key: facts[key] for key in FIELDS if key in facts}
    _check(values)

    def make() -> Licence:
        with transaction.atomic():
            if licence is None:
                row = Licence.objects.create(site=site, **values)
            else:
                change(licence, expected_version, **values)
                row = licence
            watch.look_at(site)
            said = {"kind": row.kind, "valid_to": row.valid_to.isoformat() if row.valid_to else ""}
            audit.record("licence.saved", actor=member, agency=site.agency, subject=row, facts=said)
        return row

    try:
        return once(token=token, verb="licence.saved", member=member, make=make)
    except IntegrityError:
        raise DomainError("该监管对象已登记同一类别、同一证号的证照。", field="number") from None


def _check(values: dict[str, object]) -> None:
    start, end = values.get("valid_from"), values.get("valid_to")
    if start and end and end < start:
        raise DomainError("有效期止早于有效期起，请核对证照。", field="valid_to")
    low, high = values.get("elevation_from"), values.get("elevation_to")
    if (low is None) != (high is None):
        raise DomainError("开采标高须同时填写“自”和“至”。", field="elevation_to")
    if low is not None and low == high:
        raise DomainError("开采标高的“自”和“至”相同，请核对证照。", field="elevation_to")


def attend(*, licence: Licence, member: Member) -> None:
    """已核实: the member's unit has looked after the ending of this licence; its open duties are done."""
    if not Licence.objects.visible_to(member).filter(pk=licence.pk).exists():
        raise Missing
    mine = watch.open_duties(licence).filter(agency_id=member.agency_id)
    if not mine.exists():
        raise NotAllowed("您的单位没有这张证照的到期待办。")
    watch.attended(mine, member)
