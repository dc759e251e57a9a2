"""A county that has just been set up has the law of its cases at once, without a further command."""

from __future__ import annotations

from agencies.models import Division
from agencies.setup import register
from cases.lawdata import load_law


@register
def law(county: Division) -> str:
    """Load the shipped offences and lines to crime."""
    return f"{county.name}：载入违法行为和刑事标准，更新 {load_law()} 条。"
