"""Audit by hand, beside the write (design.md 2, 3.6).

`record` inserts an unchained entry in the caller's transaction; `seal` links
committed entries every few seconds; `verify` walks the chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, models, transaction

from core.access import hold, is_barred
from core.errors import Missing
from core.models import AuditEntry, AuditLink, Change, Matter
from minewatch.lib.clock import now
from minewatch.lib.hashing import chain, digest

if TYPE_CHECKING:
    from agencies.models import Agency, Member

FIRST = "0" * 64


@dataclass(frozen=True)
class Verb:
    """A registered act: its sentence in Chinese and whether it changed data."""

    label: str
    mutates: bool = True


VERBS: dict[str, Verb] = {}


def register(verbs: dict[str, Verb]) -> None:
    """Add an app's verbs; a verb stands once."""
    for name, verb in verbs.items():
        if VERBS.get(name, verb) != verb:
            raise ValueError(f"audit verb {name} stands twice")
        VERBS[name] = verb


def subject_of(obj: models.Model | None) -> tuple[str, str]:
    """("ledgers.sheet", "12") – the key under which the house speaks of a row."""
    return ("", "") if obj is None else (obj._meta.label_lower, str(obj.pk))


OUTSIDE: ContextVar[bool] = ContextVar("OUTSIDE", default=False)


@contextmanager
def from_outside() -> Iterator[None]:
    """What an act outside an affair brings about in it is recorded whoever acts: a patrol row stays its
    filer's to correct, and a refusal would tell them of the 回避."""
    token = OUTSIDE.set(True)
    try:
        yield
    finally:
        OUTSIDE.reset(token)


def record(
    verb: str,
    *,
    actor: Member | None,
    agency: Agency | None = None,
    subject: models.Model | None = None,
    facts: dict | None = None,
    matter: Matter | None = None,
    address: str | None = None,
) -> AuditEntry:
    """Write the audit entry of one act and, if it changed data, its Change row.

    `facts` is JSON; on a matter it may hold number, verb and states only, never
    names or text. Raises KeyError for an unregistered verb, and Missing when the actor must stay out of
    `matter` (回避) by now: whatever door they came in by, what they did is undone with the transaction.
    """
    meaning = VERBS[verb]
    if meaning.mutates and matter is not None and actor is not None and not OUTSIDE.get():
        hold(matter.pk)
        if is_barred(actor, matter):
            raise Missing
    kind, key = subject_of(subject)
    at = now()
    agency_id = agency.pk if agency else getattr(actor, "agency_id", None)
    entry = AuditEntry.objects.create(
        at=at,
        verb=verb,
        actor=actor,
        actor_label=actor.label if actor else "系统",
        agency_id=agency_id,
        subject_kind=kind,
        subject_id=key,
        matter=matter,
        facts=facts or {},
        address=address,
    )
    if meaning.mutates and kind:
        Change.objects.create(
            at=at, verb=verb, subject_kind=kind, subject_id=key, agency_id=agency_id, matter=matter
        )
    return entry


def record_changes(verb: str, rows: Iterable[models.Model], *, agency: Agency) -> None:
    """The Change rows of a bulk act; its one audit entry holds the hash of the rows."""
    at = now()
    Change.objects.bulk_create(
        [
            Change(at=at, verb=verb, subject_kind=kind, subject_id=key, agency=agency)
            for kind, key in map(subject_of, rows)
        ],
        batch_size=2000,
    )


def last_on(obj: models.Model) -> AuditEntry | None:
    """The latest mutating entry on `obj`."""
    kind, key = subject_of(obj)
    mutating = [name for name, verb in VERBS.items() if verb.mutates]
    return (
        AuditEntry.objects.filter(subject_kind=kind, subject_id=key, verb__in=mutating)
        .order_by("-id")
        .first()
    )


def sentence(entry: AuditEntry) -> str:
    """The act in words, rendered when read."""
    verb = VERBS.get(entry.verb)
    return verb.label if verb else entry.verb


def entry_digest(entry: AuditEntry) -> str:
    """Hash of everything an entry says."""
    return digest(
        {
            "id": entry.pk,
            "at": entry.at.isoformat(timespec="microseconds")
            if entry.at.tzinfo is None
            else f"{entry.at.timestamp():.6f}",
            "verb": entry.verb,
            "actor": entry.actor_id,
            "label": entry.actor_label,
            "agency": entry.agency_id,
            "kind": entry.subject_kind,
            "subject": entry.subject_id,
            "matter": entry.matter_id,
            "facts": entry.facts,
            "address": entry.address or "",
        }
    )


def seal(batch: int = 2000) -> int:
    """Link committed, unlinked entries; two sealers at once do no harm. Returns how many."""
    linked = 0
    while True:
        fresh = list(AuditEntry.objects.filter(link__isnull=True).order_by("id")[:batch])
        if not fresh:
            return linked
        try:
            with transaction.atomic():
                head = AuditLink.objects.order_by("-number").first()
                number, previous = (head.number, head.hash) if head else (0, FIRST)
                links = []
                for entry in fresh:
                    number, previous = number + 1, chain(previous, entry_digest(entry))
                    links.append(AuditLink(entry=entry, number=number, hash=previous))
                AuditLink.objects.bulk_create(links)
        except IntegrityError:
            return linked  # another sealer was quicker; the next tick goes on
        linked += len(fresh)


@dataclass(frozen=True)
class Verification:
    """Result of a walk: links checked, entries not yet linked, what does not hold."""

    checked: int
    tail: int
    head: str
    broken: tuple[str, ...]


def verify() -> Verification:
    """Walk the chain from the first link; every break is named."""
    broken: list[str] = []
    previous, expected = FIRST, 0
    for link, entry in _walk():
        expected += 1
        if link.number != expected:
            broken.append(f"链号 {expected} 缺失")
            expected = link.number
        if entry is None:
            broken.append(f"链号 {link.number} 的记录已被删除")
        elif chain(previous, entry_digest(entry)) != link.hash:
            broken.append(f"链号 {link.number}（记录 {entry.pk}）与校验值不符")
        previous = link.hash
    tail = AuditEntry.objects.filter(link__isnull=True).count()
    return Verification(expected, tail, previous, tuple(broken))


def _walk() -> Iterator[tuple[AuditLink, AuditEntry | None]]:
    """Links in order with their entries, in chunks, so that years of audit fit in memory."""
    last = 0
    while True:
        links = list(AuditLink.objects.filter(number__gt=last).order_by("number")[:2000])
        if not links:
            return
        entries = AuditEntry.objects.in_bulk([link.entry_id for link in links])
        for link in links:
            yield link, entries.get(link.entry_id)
        last = links[-1].number
