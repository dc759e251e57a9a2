"""Steps of a case and remedies against it: asked for one by one, read once where a whole page or all of its
limits are worked out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Prefetch, prefetch_related_objects

from cases.models import Case, CaseStep, Remedy

READ = ("steps", "remedies")


@contextmanager
def read_once(case: Case) -> Iterator[None]:
    """Inside, `case` (this instance) is asked for its steps and remedies in memory. Nothing may be added to
    them meanwhile; a case read anew (refresh_from_db) asks the database again."""
    if _kept(case, "steps") is not None:
        yield
        return
    remedies = Prefetch("remedies", Remedy.objects.select_related("party").order_by("filed_on", "id"))
    prefetch_related_objects([case], Prefetch("steps", CaseStep.objects.order_by("id")), remedies)
    try:
        yield
    finally:
        for name in READ:
            getattr(case, "_prefetched_objects_cache", {}).pop(name, None)


def _kept(case: Case, name: str) -> list | None:
    rows = getattr(case, "_prefetched_objects_cache", {}).get(name)
    return None if rows is None else list(rows)


def steps_by(case: Case, *moves: str) -> list[CaseStep]:
    """Steps of `case` by one of `moves`, oldest first."""
    kept = _kept(case, "steps")
    if kept is None:
        return list(case.steps.filter(move__in=moves).order_by("id"))
    return [step for step in kept if step.move in moves]


def last(case: Case, *moves: str) -> CaseStep | None:
    """The latest step of `case` by one of `moves`."""
    if _kept(case, "steps") is None:
        return case.steps.filter(move__in=moves).order_by("-id").first()
    return next(reversed(steps_by(case, *moves)), None)


def remedies_of(case: Case) -> list[Remedy]:
    """Every 复议 and 诉讼 of the case with its party, in the order they were brought."""
    kept = _kept(case, "remedies")
    rows = case.remedies.select_related("party").order_by("filed_on", "id")
    return list(rows) if kept is None else kept
