"""done = matching live proofs, counted by the database in a few set-based statements.

A duty with a data window counts proofs of its unit and kind that happened inside the window; a report
counts the proofs of its own paper (a report is submitted after its window has closed). A proof whose
subject is the duty itself (done by hand) counts in both.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models import CharField as Text
from django.db.models.functions import Cast, Coalesce

from duties.models import Duty, Proof
from minewatch.lib.clock import now

BY_HAND = "duties.duty"
CHUNK = 2000


@dataclass(frozen=True)
class Recount:
    """Ids of duties that a recount closed and reopened."""

    closed: tuple[int, ...] = ()
    reopened: tuple[int, ...] = ()


def recount(duties: QuerySet[Duty]) -> Recount:
    """Bring done, status and first_done_at of `duties` in line with the live proofs.

    Call inside the transaction that changed the proofs. The rows are locked by an UPDATE first, so that
    the statements after it see what a concurrent twin has committed.
    """
    ids = list(
        duties.exclude(proof_kind="")
        .exclude(proof_kind__startswith="items.")  # counted from their items (actions.item_duties.sync)
        .exclude(
            status__in=[Duty.Status.WAIVED, Duty.Status.CANCELLED],
        )
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    closed: list[int] = []
    reopened: list[int] = []
    for start in range(0, len(ids), CHUNK):
        part = Duty.objects.filter(pk__in=ids[start : start + CHUNK])
        part.update(done=F("done"))
        _count(part)
        closed += _close(part)
        reopened += _reopen(part)
    return Recount(tuple(closed), tuple(reopened))


def matching(proofs: QuerySet[Proof]) -> tuple[QuerySet[Proof], QuerySet[Proof], QuerySet[Proof]]:
    """Live proofs of the outer duty: in its window, of its paper, by hand. Each served by one index."""
    live = proofs.filter(retracted_at__isnull=True, agency=OuterRef("agency"), kind=OuterRef("proof_kind"))
    windowed = live.filter(at__gte=OuterRef("window_start"), at__lt=OuterRef("window_end")).exclude(
        subject_kind=BY_HAND
    )
    paper = live.filter(subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"))
    by_hand = live.filter(subject_kind=BY_HAND, subject_id=Cast(OuterRef("pk"), Text()))
    return windowed, paper, by_hand


def _aggregate(proofs: QuerySet[Proof], value: Count | Min | Max, output: object) -> Subquery:
    return Subquery(
        proofs.order_by().values("kind").annotate(value=value).values("value"), output_field=output
    )


def _count(part: QuerySet[Duty]) -> None:
    windowed, paper, by_hand = (
        Coalesce(_aggregate(rows, Count("pk"), IntegerField()), 0) for rows in matching(Proof.objects.all())
    )
    counted = by_hand + Case(When(kind=Duty.Kind.REPORT, then=paper), default=windowed)
    part.update(done=counted)


def _first(part: QuerySet[Duty]) -> Case:
    """When the duty was done: its first proof, with a quota the last of them."""
    windowed, paper, by_hand = matching(Proof.objects.all())

    def when(value: type[Min] | type[Max]) -> Coalesce:
        field = DateTimeField()
        facts = Case(
            When(kind=Duty.Kind.REPORT, then=_aggregate(paper, value("at"), field)),
            default=_aggregate(windowed, value("at"), field),
        )
        return Coalesce(facts, _aggregate(by_hand, value("at"), field), Value(now(), output_field=field))

    return Case(When(needed__gt=1, then=when(Max)), default=when(Min))


def _close(part: QuerySet[Duty]) -> list[int]:
    done = part.filter(status=Duty.Status.OPEN, done__gte=F("needed"))
    ids = list(done.values_list("pk", flat=True))
    if ids:
        done.update(
            first_done_at=Coalesce("first_done_at", _first(part)),
            fulfilled_at=now(),
            status=Duty.Status.FULFILLED,
            version=F("version") + 1,
        )
    return ids


def _reopen(part: QuerySet[Duty]) -> list[int]:
    """first_done_at stays only while a proof remains."""
    undone = part.filter(status=Duty.Status.FULFILLED, done__lt=F("needed"))
    ids = list(undone.values_list("pk", flat=True))
    if ids:
        undone.update(
            first_done_at=Case(When(done__gt=0, then=F("first_done_at")), output_field=DateTimeField()),
            fulfilled_at=None,
            status=Duty.Status.OPEN,
            version=F("version") + 1,
        )
    return ids


def stale() -> QuerySet[Duty]:
    """Open duties that have a proof after all: opened while the proof was being written."""
    windowed, paper, _ = matching(Proof.objects.all())
    return (
        Duty.objects.open()
        .filter(done__lt=F("needed"))
        .exclude(proof_kind="")
        .exclude(proof_kind__startswith="items.")
        .filter(Q(Exists(windowed), ~Q(kind=Duty.Kind.REPORT)) | Q(Exists(paper), kind=Duty.Kind.REPORT))
    )
