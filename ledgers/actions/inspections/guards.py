"""What every act on an inspection asks first: is it still being made, whose hands, what did the page show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from core.errors import NotAllowed
from core.workflow import bump
from ledgers.actions.versions import overtaken
from ledgers.inspection_rules import leads
from ledgers.models.inspections import Inspection
from ledgers.states import InspectionStatus
from minewatch.lib.hashing import digest

if TYPE_CHECKING:
    from agencies.models import Member

HEAD = ("title", "starts_at", "ends_at", "text", "conclusion")
MEASURED = ("measured_text", "measured_by", "measured_m2", "measured_t")
UNIT = ("people", "headcount", "vehicles", "absent", "reason")
JUDGED = ("result", "shortfalls", "text")


def seen_of(row: models.Model, fields: tuple[str, ...]) -> str:
    """What a page showed of `row`, in a few letters: the form carries it back.

    Several units write one inspection at the same time, so its version alone would refuse the one for
    what the other did to another part.
    """
    return digest([_plain(getattr(row, name)) for name in fields])[:16]


def _plain(value: object) -> object:
    if value is None or value == "":
        return ""
    if hasattr(value, "timestamp"):
        return int(value.timestamp())
    return value if isinstance(value, list | bool | int) else str(value)


def guard_leading(member: Member, inspection: Inspection) -> None:
    """Raises NotAllowed for whoever does not act for the leading unit."""
    if not leads(member, inspection):
        raise NotAllowed(f"由组织单位{inspection.agency.label}的人员办理。")


def open_draft(inspection: Inspection) -> None:
    """Hold the inspection while it is being made, else Conflict. Call inside the transaction."""
    bump(inspection, InspectionStatus.DRAFT)


def same(row: models.Model, fields: tuple[str, ...], seen: str | None) -> None:
    """Raises Conflict when `row` no longer says what the page showed. Call after `open_draft`."""
    row.refresh_from_db()
    if seen is not None and seen_of(row, fields) != seen:
        raise overtaken(row if isinstance(row, Inspection) else row.inspection)  # type: ignore[attr-defined]
