"""How the house speaks of a duty (core.registry), and what a leaver leaves open."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from agencies.handover import Item
from agencies.handover import register as register_work
from agencies.models import Member
from core import audit
from core.access import barred_matters
from core.registry import Subject, register
from duties.models import Duty


def search(member: Member, text: str) -> QuerySet[Duty]:
    """Duties whose title has the words."""
    return Duty.objects.visible_to(member).filter(title__icontains=text.strip())


def open_work(member: Member) -> Iterable[Item]:
    """Open duties that name the member."""
    rows = Duty.objects.open().filter(member=member)
    return [Item(duty.title, f"/duties/{duty.pk}/", duty.matter_id) for duty in rows]


def pass_on(*, source: Member, target: Member, by: Member) -> int:
    """Give the open duties that name `source` to `target`.

    What `target` must stay out of (回避) names nobody any more: it falls back to its post, uncounted.
    """
    own = Duty.objects.open().filter(member=source)
    away = list(own.filter(matter__in=barred_matters(target).values("pk")).select_related("agency", "matter"))
    Duty.objects.filter(pk__in=[duty.pk for duty in away], member=source).update(member=None)
    for duty in away:
        audit.record("duty.handed_over", actor=by, agency=duty.agency, subject=duty, matter=duty.matter)
    rows = list(own.select_related("agency", "matter"))
    Duty.objects.filter(pk__in=[duty.pk for duty in rows], member=source).update(member=target)
    for duty in rows:
        audit.record("duty.handed_over", actor=by, agency=duty.agency, subject=duty, matter=duty.matter)
    return len(rows)


register(
    Duty,
    Subject(
        label="任务",
        visible_to=lambda member: Duty.objects.visible_to(member),
        url=lambda row: f"/duties/{row.pk}/",
        title=lambda row: row.title,
        search=search,
    ),
)
register_work("duty", "指定本人办理的任务", open_work, pass_on)
