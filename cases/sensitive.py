"""限定知悉: which content asks for a reason before it opens, and who reads the notes of who opened it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, QuerySet

from cases.models import Case, LineDecision, Paper, Referral, ReferralStep, SensitiveRead
from cases.rights import leads
from cases.states import DECIDERS
from ledgers.models import Lead

if TYPE_CHECKING:
    from agencies.models import Member
    from core.models import Matter


def record_of(subject: models.Model) -> models.Model:
    """The record that `subject` is part of: its reason is asked once, whichever part is opened first."""
    if isinstance(subject, Paper | ReferralStep):
        return subject.referral
    return subject.case if isinstance(subject, LineDecision) else subject


def is_sensitive(subject: models.Model, matter: Matter | None) -> bool:
    """A sealed affair; a case on the criminal track; a referral between two parties alone."""
    if matter is None:
        return False
    if isinstance(subject, Case) and subject.track == Case.Track.CRIMINAL:
        return True
    if isinstance(subject, Referral) and subject.kind.sealed:
        return True
    return matter.sealed


def works_on(member: Member, subject: models.Model) -> bool:
    """Whether the member is an officer of it or put it down: they give no reason for their own work."""
    if isinstance(subject, Case):
        officers = subject.officers.filter(member=member, released_at__isnull=True)
        return subject.opened_by_id == member.pk or officers.exists()
    if isinstance(subject, Referral):
        drafted = member.pk in (subject.drafted_by_id, subject.reported_by_id)
        return drafted or subject.officers.filter(member=member).exists()
    return isinstance(subject, Lead) and subject.reported_by_id == member.pk


def reads_for(member: Member, matter: Matter) -> QuerySet[SensitiveRead]:
    """知悉记录 of the affair that the member reads: of records whose unit the member leads, nobody else's."""
    if not leads(member, matter):
        return SensitiveRead.objects.none()
    led = {unit for unit, role in member.posts if role in DECIDERS}
    own = Q(subject_kind=Case._meta.label_lower, subject_id__in=_keys(Case, matter, Q(holder__in=led)))
    own |= Q(subject_kind=Lead._meta.label_lower, subject_id__in=_keys(Lead, matter, Q(holder__in=led)))
    sides = Q(sender__in=led) | Q(receiver__in=led, sent_at__isnull=False)
    sides &= ~Q(pk__in=Referral.objects.kept_from(member).values("pk"))
    own |= Q(subject_kind=Referral._meta.label_lower, subject_id__in=_keys(Referral, matter, sides))
    rows = SensitiveRead.objects.filter(own, matter=matter)
    return rows.select_related("member__agency").order_by("-id")


def _keys(model: type[models.Model], matter: Matter, which: Q) -> list[str]:
    rows = model._default_manager.filter(which, matter=matter)
    return [str(pk) for pk in rows.values_list("pk", flat=True)]
