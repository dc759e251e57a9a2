"""Facts of a row as a receipt keeps them (JSON) and gives them back (the types of the models)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

DAYS = frozenset({"patrolled_on", "valid_from", "valid_to", "issued_on"})
MOMENTS = frozenset({"patrolled_at"})
AMOUNTS = frozenset({"output_t", "sales_t", "reserves_t"})


def packed(facts: Mapping[str, object]) -> dict[str, object]:
    """Facts with days and moments in ISO form and amounts as texts."""
    return {key: _plain(value) for key, value in facts.items()}


def _plain(value: object) -> object:
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def facts_of(values: Mapping[str, object]) -> dict[str, object]:
    """The facts kept in a receipt row's `values`."""
    return {key: _typed(key, value) for key, value in values["facts"].items()}


def _typed(key: str, value: object) -> object:
    if not isinstance(value, str) or not value:
        return value
    if key in DAYS:
        return dt.date.fromisoformat(value)
    if key in MOMENTS:
        return dt.datetime.fromisoformat(value)
    return Decimal(value) if key in AMOUNTS else value
