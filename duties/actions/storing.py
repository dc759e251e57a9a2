"""Writing opened duties: once under their key, told as one act, with the proofs that came first counted."""

from __future__ import annotations

from duties.actions.telling import tell, told
from duties.counting import recount
from duties.models import Duty

BATCH = 2000


def stored(keys: list[str]) -> set[str]:
    """Those of `keys` that have their row."""
    there: set[str] = set()
    for start in range(0, len(keys), BATCH):
        there |= set(Duty.objects.filter(key__in=keys[start : start + BATCH]).values_list("key", flat=True))
    return there


def store(fresh: list[Duty]) -> None:
    """Insert, audit as one act, and count the proofs that are there already."""
    if not fresh:
        return
    Duty.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)
    ids: list[int] = []
    for start in range(0, len(fresh), BATCH):
        keys = [duty.key for duty in fresh[start : start + BATCH]]
        ids += Duty.objects.filter(key__in=keys).values_list("pk", flat=True)
    tell("duty.opened", ids)
    count(ids)


def count(ids: list[int]) -> None:
    """Bring the duties of `ids` in line with the live proofs."""
    for start in range(0, len(ids), BATCH):
        told(recount(Duty.objects.filter(pk__in=ids[start : start + BATCH])))
