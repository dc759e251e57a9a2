"""Violations and parties that change are shown to the sentinel: a step away from the line is logged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cases.actions.sentinel import record_change
from cases.sentinel import standing

if TYPE_CHECKING:
    from agencies.models import Member
    from cases.models import Case


@contextmanager
def note_downgrade(case: Case, *, by: Member, reason: str) -> Iterator[None]:
    """Around a change of the violations or parties of `case`: a step away from the line to crime is kept with
    `reason`, and refused without one (DomainError at `reason`)."""
    if case.track != case.Track.ADMIN:
        yield
        return
    before = standing(case)
    yield
    record_change(case, by=by, before=before, reason=reason)
