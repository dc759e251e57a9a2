"""The office changes its county's ladder: rungs and quiet hours, each edit against the version it saw."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction
from django.db.models import F

from core import audit
from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.once import once
from duties.ladder import FARTHEST, RECIPIENTS, keeps
from duties.models import Duty, QuietHours, Rung
from minewatch.lib.text import fold

if TYPE_CHECKING:
    from agencies.models import Member

Row = TypeVar("Row", Rung, QuietHours)


def save_rung(
    *,
    by: Member,
    name: str,
    offset_hours: int,
    to: Sequence[str],
    kinds: Sequence[str] = (),
    urgent: bool = False,
    is_active: bool = True,
    rung: Rung | None = None,
    version: int | None = None,
    token: uuid.UUID | None = None,
) -> Rung:
    """Add a rung to the county of `by`, or change `rung` as seen in `version`.

    `offset_hours` from the due instant, negative = before; `to` of `ladder.RECIPIENTS`; `kinds` of
    `Duty.Kind`, none = all. A rung is switched off, never deleted: what it told stays on record. Raises
    DomainError for what cannot be, NotAllowed for others than the office, Conflict when another was first.
    """
    _guard(by)
    values = _checked(name, offset_hours, to, kinds) | {"urgent": urgent, "is_active": is_active}
    if rung is not None:
        if rung.county_id != by.agency.county.pk:
            raise Missing
        return _changed(rung, version, "ladder.saved", by, values)

    def make() -> Rung:
        made = Rung.objects.create(county=by.agency.county, key=f"own.{uuid.uuid4().hex[:12]}", **values)
        audit.record("ladder.saved", actor=by, subject=made, facts=_facts(values))
        return made

    return once(token=token, verb="ladder.saved", member=by, make=make)


def set_quiet(
    *, by: Member, starts_at: dt.time, ends_at: dt.time, rest_days: bool, version: int | None = None
) -> QuietHours:
    """Set the county's quiet hours, local time; the end may be on the next morning, equal times are none.

    Raises NotAllowed for others than the office, Conflict when another was first.
    """
    _guard(by)
    values = {"starts_at": starts_at, "ends_at": ends_at, "rest_days": rest_days}
    with transaction.atomic():
        row, made = QuietHours.objects.get_or_create(county=by.agency.county, defaults=values)
        if not made:
            return _changed(row, version, "quiet.saved", by, values)
        audit.record("quiet.saved", actor=by, subject=row, facts=_facts(values))
    return row


def _guard(by: Member) -> None:
    if not keeps(by):
        raise NotAllowed("只有本县专班办公室可以修改提醒设置。")


def _checked(name: str, offset_hours: int, to: Sequence[str], kinds: Sequence[str]) -> dict[str, object]:
    """The values as they are stored. Raises DomainError at the field."""
    name = fold(name)
    if not name or len(name) > 40:
        raise DomainError("请填写名称，不超过40个字。", field="name")
    if not -FARTHEST <= offset_hours <= FARTHEST:
        raise DomainError(f"提醒时间应在期限前后 {FARTHEST} 小时（90天）以内。", field="offset_hours")
    if not to or set(to) - set(RECIPIENTS):
        raise DomainError("请至少选择一种提醒对象。", field="to")
    if set(kinds) - set(Duty.Kind.values):
        raise DomainError("选择的任务类别不存在，请重新选择。", field="kinds")
    return {
        "name": name,
        "offset_hours": offset_hours,
        "to": [one for one in RECIPIENTS if one in to],
        "kinds": [one for one in Duty.Kind.values if one in kinds],
    }


def _changed(row: Row, version: int | None, verb: str, by: Member, values: dict[str, object]) -> Row:
    """One UPDATE on pk and version; the loser is told so."""
    with transaction.atomic():
        rows = type(row)._default_manager.filter(pk=row.pk, version=version or row.version)
        if rows.update(**values, version=F("version") + 1) != 1:
            last = audit.last_on(row)
            who = last.actor_label if last and last.actor_label else "别人"
            raise Conflict(f"{who}已先修改了这项设置，请刷新后再改。")
        row.refresh_from_db()
        audit.record(verb, actor=by, subject=row, facts=_facts(values))
    return row


def _facts(values: dict[str, object]) -> dict[str, object]:
    return {
        name: value.isoformat("minutes") if isinstance(value, dt.time) else value
        for name, value in values.items()
    }
