"""In-app notices: content-free text, a subject that opens for those who may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import Q, QuerySet

from core import audit
from core.access import barred_from, matters_known
from core.audit import subject_of
from core.errors import Missing
from core.models import Matter, Notice
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member

#: kind of notice → what else its 已阅 settles; the rooms register in AppConfig.ready()
ON_ACK: dict[str, Callable[[Notice, Member], object]] = {}


def on_ack(kind: str, fn: Callable[[Notice, Member], object]) -> None:
    """Have `fn(notice, member)` called in the transaction in which a notice of `kind` is acknowledged."""
    ON_ACK[kind] = fn


def of(member: Member) -> QuerySet[Notice]:
    """The member's notices, newest first; those on a matter only while the member may know of it: a 回避 or
    the end of an invitation takes what was sent before away as well."""
    known = Q(matter__isnull=True) | Q(matter__in=matters_known(member).values("pk"))
    return Notice.objects.filter(known, member=member)


def send(
    *,
    members: Iterable[Member],
    kind: str,
    text: str,
    subject: models.Model | None = None,
    matter: Matter | None = None,
    needs_ack: bool = False,
) -> list[Notice]:
    """One notice to each member (each once), to nobody who must stay out of `matter` (回避).

    `text` never carries case content.
    """
    subject_kind, subject_id = subject_of(subject)
    seen = {member.pk: member for member in members}
    if matter is not None and seen:
        away = type(next(iter(seen.values()))).objects.filter(barred_from(matter), pk__in=seen)
        for pk in away.values_list("pk", flat=True):
            del seen[pk]
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
    notice = of(member).filter(pk=notice_id).first()
    if notice is None:
        raise Missing
    at = now()
    with transaction.atomic():
        Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=at)
        fresh = Notice.objects.filter(pk=notice.pk, acked_at__isnull=True)
        if notice.needs_ack and fresh.update(acked_at=at):
            audit.record("notice.acked", actor=member, subject=notice, matter=notice.matter)
            if notice.kind in ON_ACK:
                ON_ACK[notice.kind](notice, member)
    notice.refresh_from_db()
    return notice
