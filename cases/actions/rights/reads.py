"""知悉: who opened sealed content and why – one row a person, row and day; every opening in the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models, transaction

from cases.models import SensitiveRead
from core import audit
from core.audit import subject_of
from core.errors import DomainError
from minewatch.lib.clock import local_date, midnight, now

if TYPE_CHECKING:
    from agencies.models import Member
    from core.models import Matter

LIMIT = 200


def note_read(*, member: Member, subject: models.Model, matter: Matter, why: str) -> SensitiveRead:
    """Note that `member` opens `subject` for `why`; again on the same day keeps the first reason.

    Each call leaves a content-free audit entry. Raises DomainError on an empty or too long reason.
    """
    why = why.strip()
    if not why:
        raise DomainError("请填写查看事由。", field="why")
    if len(why) > LIMIT:
        raise DomainError(f"查看事由有{len(why)}个字，请缩短到{LIMIT}字以内。", field="why")
    with transaction.atomic():
        row = read_today(member, subject)
        if row is None:
            kind, key = subject_of(subject)
            row = SensitiveRead.objects.create(
                matter=matter, subject_kind=kind, subject_id=key, member=member, why=why, at=now()
            )
        audit.record("content.read", actor=member, subject=subject, matter=matter)
    return row


def read_today(member: Member, subject: models.Model) -> SensitiveRead | None:
    """The member's note of today on `subject`."""
    kind, key = subject_of(subject)
    day = midnight(local_date(now()))
    rows = SensitiveRead.objects.filter(member=member, subject_kind=kind, subject_id=key, at__gte=day)
    return rows.first()


def opened_today(member: Member, model: type[models.Model]) -> set[int]:
    """Keys of the rows of `model` on which the member has a note of today."""
    rows = SensitiveRead.objects.filter(
        member=member, subject_kind=model._meta.label_lower, at__gte=midnight(local_date(now()))
    )
    return {int(key) for key in rows.values_list("subject_id", flat=True)}
