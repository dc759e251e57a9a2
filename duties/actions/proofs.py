"""Proofs: facts that fulfil duties, written whether or not a duty is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import F, Q

from core import audit
from core.audit import subject_of
from duties.counting import Recount, recount
from duties.models import Duty, Proof
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency
    from core.models import Matter

ProofRow = tuple[str, "Agency", dt.datetime, models.Model]
BATCH = 2000
CORRECTION = ":correction"


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
        _tie([subject])
        if made:
            _told(recount(_touched([proof])))
    return proof


def prove_many(rows: Iterable[ProofRow]) -> int:
    """Many proofs in one write; the duties they touch are recounted once. Returns how many were new."""
    rows = list(rows)
    made = 0
    with transaction.atomic():
        for start in range(0, len(rows), BATCH):
            made += _insert(rows[start : start + BATCH])
        _tie(subject for _, _, _, subject in rows)
        proofs = [Proof(kind=kind, agency=agency, at=at) for kind, agency, at, _ in rows]
        if proofs:
            _told(recount(_touched(proofs)))
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
        _told(recount(_touched(proofs)))


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


def _touched(proofs: list[Proof]) -> models.QuerySet[Duty]:
    """Duties that these proofs may count for: by window, and by the paper they stand for."""
    earliest, latest = min(proof.at for proof in proofs), max(proof.at for proof in proofs)
    mine = Duty.objects.filter(
        agency__in={proof.agency_id for proof in proofs},
        proof_kind__in={proof.kind for proof in proofs},
    )
    papers = {(proof.subject_kind, proof.subject_id) for proof in proofs if proof.subject_id}
    tied = Q(pk__in=[])
    for kind in {kind for kind, _ in papers}:
        tied |= Q(
            kind=Duty.Kind.REPORT, subject_kind=kind, subject_id__in=[i for k, i in papers if k == kind]
        )
    by_hand = Q(pk__in=[int(i) for k, i in papers if k == "duties.duty"])
    return mine.filter(
        Q(~Q(kind=Duty.Kind.REPORT), window_start__lte=latest, window_end__gt=earliest) | tied | by_hand
    )


def _tie(subjects: Iterable[models.Model]) -> None:
    """A paper that names its duty becomes the duty's subject, so that the one opens the other."""
    for subject in subjects:
        duty_id = getattr(subject, "duty_id", None)
        if duty_id:
            subject_kind, subject_id = subject_of(subject)
            Duty.objects.filter(pk=duty_id, subject_id="").update(
                subject_kind=subject_kind, subject_id=subject_id
            )


def _told(result: Recount) -> None:
    """Audit what a recount changed: a single duty by itself, many as one entry with their Change rows."""
    corrections = _corrected(result.closed)
    for verb, ids in (("duty.fulfilled", [*result.closed, *corrections]), ("duty.reopened", result.reopened)):
        tell(verb, ids)


def _corrected(closed: Iterable[int]) -> list[int]:
    """Correction steps of returned reports that have now been submitted anew."""
    keys = [
        f"{key}{CORRECTION}"
        for key in Duty.objects.filter(
            pk__in=list(closed),
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
    duties = list(Duty.objects.filter(pk__in=list(ids)).select_related("agency", "matter"))
    if len(duties) <= 5:
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
    audit.record(
        verb, actor=None, facts={"count": len(duties), "keys": audit.digest([d.key for d in duties])}
    )
    for agency in {duty.agency_id: duty.agency for duty in duties}.values():
        audit.record_changes(verb, [duty for duty in duties if duty.agency_id == agency.pk], agency=agency)
