"""Audit of what a count or an opening changed: few duties singly, many as one entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import F

from core import audit
from duties.counting import Recount
from duties.models import Duty
from minewatch.lib.clock import now
from minewatch.lib.hashing import digest

CORRECTION = ":correction"
BATCH = 2000
FEW = 5


def told(result: Recount) -> None:
    """Audit what a recount changed: a single duty by itself, many as one entry with their Change rows."""
    corrections = _corrected(result.closed)
    for verb, ids in (("duty.fulfilled", [*result.closed, *corrections]), ("duty.reopened", result.reopened)):
        tell(verb, ids)


def _corrected(closed: tuple[int, ...]) -> list[int]:
    """Correction steps of returned reports that have now been submitted anew."""
    keys = [
        f"{key}{CORRECTION}"
        for key in Duty.objects.filter(
            pk__in=closed[:BATCH],
            kind=Duty.Kind.REPORT,
        ).values_list("key", flat=True)
    ]
    steps = Duty.objects.open().filter(key__in=keys)
    ids = list(steps.values_list("pk", flat=True))
    at = now()
    steps.update(
        status=Duty.Status.FULFILLED,
        done=F("needed"),
        first_done_at=at,
        fulfilled_at=at,
        version=F("version") + 1,
    )
    return ids


def tell(verb: str, ids: Iterable[int]) -> None:
    """One audit entry for one duty; one for many, with a Change row for each."""
    duties = list(_by_ids(list(ids)))
    if len(duties) <= FEW:
        for duty in duties:
            audit.record(
                verb,
                actor=None,
                agency=duty.agency,
                subject=duty,
                matter=duty.matter,
                facts={"status": duty.status},
            )
        return
    audit.record(verb, actor=None, facts={"count": len(duties), "keys": digest([d.key for d in duties])})
    of_unit: dict[int, list[Duty]] = {}
    for duty in duties:
        of_unit.setdefault(duty.agency_id, []).append(duty)
    for rows in of_unit.values():
        audit.record_changes(verb, rows, agency=rows[0].agency)


def _by_ids(ids: list[int]) -> Iterator[Duty]:
    for start in range(0, len(ids), BATCH):
        yield from Duty.objects.filter(pk__in=ids[start : start + BATCH]).select_related("agency", "matter")
