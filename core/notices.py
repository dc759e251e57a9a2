"""In-app notices: content-free text, a subject that opens for those who may see it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models

from core import audit
from core.audit import subject_of
from core.errors import Missing
from core.models import Matter, Notice
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member


def send(
    *,
    members: Iterable[Member],
    kind: str,
    text: str,
    subject: models.Model | None = None,
    matter: Matter | None = None,
    needs_ack: bool = False,
) -> list[Notice]:
    """One notice to each member (each once). `text` never carries case content."""
    subject_kind, subject_id = subject_of(subject)
    seen = {member.pk: member for member in members}
    return Notice.objects.bulk_create(
        [
            Notice(
                member=member,
                kind=kind,
                text=text,
                subject_kind=subject_kind,
                subject_id=subject_id,
                matter=matter,
                needs_ack=needs_ack,
            )
            for member in seen.values()
        ]
    )


def read(*, notice_id: int, member: Member) -> Notice:
    """Mark a notice of one's own as read; 已阅 when it asks for it. Raises Missing."""
    notice = Notice.objects.filter(pk=notice_id, member=member).first()
    if notice is None:
        raise Missing
    at = now()
    Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=at)
    if notice.needs_ack and Notice.objects.filter(pk=notice.pk, acked_at__isnull=True).update(acked_at=at):
        audit.record("notice.acked", actor=member, subject=notice, matter=notice.matter)
    notice.refresh_from_db()
    return notice
