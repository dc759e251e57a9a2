"""What is owed next on each of several rows, and which of them are late: asked by every list of affairs."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import BigIntegerField, F, Model, QuerySet
from django.db.models.functions import Cast

from duties.models import Duty
from minewatch.lib.clock import now

#: The limit that ends first; a step without a limit stands back. Said, since databases order NULL unlike.
SOONEST = (F("due_at").asc(nulls_last=True), "id")


def next_of(rows: Sequence[Model], among: QuerySet[Duty] | None = None) -> dict[int, Duty]:
    """Number of each of `rows` (of one model) → the open duty on it that ends first, in one query; `among`
    which duties, when not all. What owes nothing has no entry."""
    if not rows:
        return {}
    duties = (Duty.objects.all() if among is None else among).open()
    keys = [str(row.pk) for row in rows]
    duties = duties.filter(subject_kind=rows[0]._meta.label_lower, subject_id__in=keys)
    found: dict[int, Duty] = {}
    for duty in duties.select_related("agency", "clock").order_by(*SOONEST):
        found.setdefault(int(duty.subject_id), duty)
    return found


def late(model: type[Model]) -> QuerySet:
    """Numbers of the rows of `model` on which something is late now, as a subquery for `pk__in`."""
    kind = model._meta.label_lower
    duties = Duty.objects.open().filter(subject_kind=kind, due_at__lt=now(), stopped=False)
    return duties.annotate(row=Cast("subject_id", BigIntegerField())).values("row")
