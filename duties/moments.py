"""Moments that people type: a slip of the year is told, not stored."""

from __future__ import annotations

import datetime as dt

from core.errors import DomainError

EARLIEST, LATEST = 2000, 2100  # years; outside them a database may not even keep the instant


def plausible(at: dt.datetime | None, field: str) -> None:
    """Raise a DomainError at `field` when the year of `at` cannot be meant."""
    if at is not None and not EARLIEST <= at.year < LATEST:
        raise DomainError(f"日期“{at.year}年”不对，请检查年份。", field=field)
