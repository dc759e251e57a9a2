"""Proofs: facts that fulfil duties, written whether or not a duty is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import Q

from core.audit import subject_of
from duties.actions.opening import ensure
from duties.actions.telling import told
from duties.counting import BY_HAND, recount
from duties.models import Duty, Proof
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency
    from core.models import Matter

ProofRow = tuple[str, "Agency", dt.datetime, models.Model]
BATCH = 2000
REPORTS = "report."


def prove(
    *,
    kind: str,
    agency: Agency,
    at: dt.datetime,
    subject: models.Model,
    matter: Matter | None = None,
) -> Proof:
    """Record that `agency` did `kind` at the instant `at`; the same subject twice is one proof.

    `at` decides the window (patrol: when it took place; report: when it was submitted – a report is tied
    to its duty by `subject.duty_id`). Duties of the unit are recounted.
    """
    with transaction.atomic():
        subject_kind, subject_id = subject_of(subject)
        proof, made = Proof.objects.get_or_create(
            kind=kind,
            agency=agency,
            subject_kind=subject_kind,
            subject_id=subject_id,
            retracted_at=None,
            defaults={"at": at, "matter": matter},
        )
        tied = _tie([(kind, agency, at, subject)])
        if made:
            told(recount(_touched([proof], tied)))
    return proof


def prove_many(rows: Iterable[ProofRow]) -> int:
    """Many proofs in one write; the duties they touch are recounted once. Returns how many were new."""
    rows = list(rows)
    made = 0
    with transaction.atomic():
        for start in range(0, len(rows), BATCH):
            made += _insert(rows[start : start + BATCH])
        proofs = [Proof(kind=kind, agency=agency, at=at) for kind, agency, at, _ in rows]
        if proofs:
            told(recount(_touched(proofs, _tie(rows))))
    return made


def retract(*, subject: models.Model) -> None:
    """Take back everything `subject` proved (撤回); duties that no longer hold are open again."""
    subject_kind, subject_id = subject_of(subject)
    with transaction.atomic():
        proofs = list(
            Proof.objects.filter(
                subject_kind=subject_kind,
                subject_id=subject_id,
                retracted_at__isnull=True,
            )
        )
        if not proofs:
            return
        Proof.objects.filter(pk__in=[proof.pk for proof in proofs], retracted_at__isnull=True).update(
            retracted_at=now()
        )
        told(recount(_touched(proofs)))


def _insert(rows: list[ProofRow]) -> int:
    """bulk_create with the unique key deciding what is new, on both databases."""
    before = _live(rows)
    fresh: dict[tuple, Proof] = {}
    for kind, agency, at, subject in rows:
        subject_kind, subject_id = subject_of(subject)
        key = (kind, agency.pk, subject_kind, subject_id)
        if key not in before:
            fresh.setdefault(
                key,
                Proof(
                    kind=kind,
                    agency=agency,
                    at=at,
                    subject_kind=subject_kind,
                    subject_id=subject_id,
                ),
            )
    Proof.objects.bulk_create(fresh.values(), ignore_conflicts=True)
    return len(fresh)


def _live(rows: list[ProofRow]) -> set[tuple]:
    """Keys among `rows` that already have a live proof."""
    wanted = Q(
        kind__in={kind for kind, *_ in rows},
        agency__in={agency.pk for _, agency, *_ in rows},
        subject_kind__in={subject_of(subject)[0] for *_, subject in rows},
        subject_id__in=[str(subject.pk) for *_, subject in rows],
    )
    found = Proof.objects.filter(wanted, retracted_at__isnull=True)
    return set(found.values_list("kind", "agency_id", "subject_kind", "subject_id"))


def _touched(proofs: list[Proof], tied: Iterable[int] = ()) -> models.QuerySet[Duty]:
    """Duties that these proofs may count for: by window, by the paper they stand for, and `tied` ones."""
    earliest, latest = min(proof.at for proof in proofs), max(proof.at for proof in proofs)
    mine = Duty.objects.filter(
        agency__in={proof.agency_id for proof in proofs},
        proof_kind__in={proof.kind for proof in proofs},
    )
    named = Q(pk__in=list(tied))
    for proof in proofs:
        if proof.subject_kind == BY_HAND:
            named |= Q(pk=int(proof.subject_id))
        elif proof.kind.startswith(REPORTS) and proof.subject_id:
            named |= Q(kind=Duty.Kind.REPORT, subject_kind=proof.subject_kind, subject_id=proof.subject_id)
    return mine.filter(
        Q(~Q(kind=Duty.Kind.REPORT), window_start__lte=latest, window_end__gt=earliest) | named
    )


def _tie(rows: Iterable[ProofRow]) -> set[int]:
    """A report's paper becomes the subject of its duty, so that the one opens the other.

    The duty is the one the paper names (`duty_id`), else the one of its `period`, opened if need be.
    Gives the ids of those duties.
    """
    tied: set[int] = set()
    for kind, agency, _, subject in rows:
        if not kind.startswith(REPORTS):
            continue
        duty_id = getattr(subject, "duty_id", None) or _of_period(kind, agency, subject)
        if duty_id:
            subject_kind, subject_id = subject_of(subject)
            Duty.objects.filter(pk=duty_id, kind=Duty.Kind.REPORT).update(
                subject_kind=subject_kind, subject_id=subject_id
            )
            tied.add(duty_id)
    return tied


def _of_period(kind: str, agency: Agency, subject: models.Model) -> int | None:
    period = getattr(subject, "period", "")
    duty = ensure(proof_kind=kind, agency=agency, period=period) if period else None
    return duty.pk if duty else None
