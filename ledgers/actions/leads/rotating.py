"""Encrypting anew what is sealed of informants, once INFORMANT_KEY has been changed.

Goes through the rows in their order, a batch a transaction, a paper each; what the new key has encrypted
already is left as it is. So it may be killed and run again at any time, and a second run changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction

from core import audit, files
from core.errors import DomainError
from core.models import StoredFile
from ledgers import sealing
from ledgers.models import Informant

BATCH = 100


@dataclass
class Tally:
    """How many of one kind were encrypted anew, were so already, or fit no key."""

    anew: int = 0
    already: int = 0
    unreadable: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.anew + other.anew, self.already + other.already, self.unreadable + other.unreadable
        )


@dataclass
class Rotated:
    """What a run did: rows of informants, and the papers sealed beside them."""

    rows: Tally = field(default_factory=Tally)
    papers: Tally = field(default_factory=Tally)

    @property
    def unreadable(self) -> int:
        """What no key fits, and was left as it is."""
        return self.rows.unreadable + self.papers.unreadable


def rotate(*, batch: int = BATCH, write: bool = True) -> Rotated:
    """Encrypt everything sealed with the first key; `write` False only counts. Audited by number."""
    done = Rotated()
    for pks in _pages(Informant, batch):
        done.rows += _rows(pks, write)
    kind = Informant._meta.label_lower
    for pks in _pages(StoredFile, batch, subject_kind=kind):
        done.papers += _papers(pks, write)
    return done


def _pages(model: type, batch: int, **where: object) -> Iterator[list[int]]:
    """Keys in their order, `batch` at a time; rows that come meanwhile are seen too."""
    last = 0
    while True:
        rows = model.objects.filter(pk__gt=last, **where).order_by("pk")
        pks = list(rows.values_list("pk", flat=True)[:batch])
        if not pks:
            return
        yield pks
        last = pks[-1]


def _rows(pks: list[int], write: bool) -> Tally:
    done = Tally()
    with transaction.atomic():
        for pk, token in Informant.objects.filter(pk__in=pks).values_list("pk", "sealed"):
            fresh = _anew(done, token.encode())
            # of two runs at once the second finds the row changed and leaves it
            if fresh and write:
                Informant.objects.filter(pk=pk, sealed=token).update(sealed=fresh.decode())
        _record(done, "rows", write)
    return done


def _papers(pks: list[int], write: bool) -> Tally:
    done = Tally()
    for row in StoredFile.objects.filter(pk__in=pks).order_by("pk"):
        with transaction.atomic():  # one paper each: the bytes take their time
            _paper(row, done, write)
    with transaction.atomic():
        _record(done, "papers", write)
    return done


def _paper(row: StoredFile, done: Tally, write: bool) -> None:
    """The bytes and the name of one paper; both or neither."""
    with row.path.open("rb") as stored:
        data = stored.read()
    about = str(row.facts["sealed"]).encode()
    parts = Tally()
    fresh, named = _anew(parts, data), _anew(parts, about)
    if parts.unreadable:
        done.unreadable += 1
    elif not parts.anew:
        done.already += 1
    else:
        done.anew += 1
        if write:
            facts = row.facts | {"sealed": (named or about).decode()}
            files.reseal(row, data=fresh or data, facts=facts)


def _anew(done: Tally, token: bytes) -> bytes | None:
    """The token under the first key; None where it is so already or no key fits. Counted in `done`."""
    if sealing.is_fresh(token):
        done.already += 1
        return None
    try:
        fresh = sealing.reseal(token)
    except DomainError:
        done.unreadable += 1
        return None
    done.anew += 1
    return fresh


def _record(done: Tally, what: str, write: bool) -> None:
    if write and done.anew:
        audit.record("informant.rotated", actor=None, facts={"what": what, "count": done.anew})
