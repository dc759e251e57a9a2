"""What the rooms above prepare once a county's units and people are there (a registration, not a signal)."""

from __future__ import annotations

from collections.abc import Callable

from agencies.models import Agency, Division

Step = Callable[[Division], str]
STEPS: list[Step] = []


def register(step: Step) -> Step:
    """Add a step; it must be idempotent and says in one Chinese sentence what it did."""
    if step not in STEPS:
        STEPS.append(step)
    return step


def prepare() -> list[str]:
    """Run every step for every county that has units; the sentences they said."""
    codes = Agency.objects.values_list("division__code", flat=True)
    counties = Division.objects.filter(code__in={code[:6] for code in codes if len(code) >= 6})
    return [step(county) for county in counties for step in STEPS]
