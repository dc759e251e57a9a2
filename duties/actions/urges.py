"""催报: the office reminds those who hold a duty, once a day, in words without content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from core import audit, notices
from core.errors import DomainError, NotAllowed
from duties.holders import holders, oversees
from duties.models import Duty, Urge
from minewatch.lib.clock import midnight, now

if TYPE_CHECKING:
    from agencies.models import Member


def urge(*, duty: Duty, by: Member) -> Urge:
    """Send a content-free notice to the holders of an open duty; once per day and duty."""
    if not oversees(by, duty.agency):
        raise NotAllowed("只有专班办公室或督办县领导可以催报。")
    if duty.history:
        raise DomainError("这是系统启用前的历史任务，不催报。")
    if duty.stopped:
        raise DomainError("这项任务正在中止计时，恢复计时后才能催报。")
    at = now()
    with transaction.atomic():
        # the UPDATE holds the row, so that of two clicks the second sees the first one's urge
        if Duty.objects.filter(pk=duty.pk, status=Duty.Status.OPEN).update(done=F("done")) != 1:
            raise DomainError("这项任务已经办结，不用催报。")
        if duty.urges.filter(at__gte=midnight(at.date())).exists():
            raise DomainError("今天已经催报过，每项任务每天只催一次。")
        row = Urge.objects.create(duty=duty, by=by, at=at)
        notices.send(
            members=holders(duty),
            kind="duty.urged",
            text=f"{by.agency.label}催报：有一项任务待您办理。",
            subject=duty,
            matter=duty.matter,
        )
        audit.record("duty.urged", actor=by, agency=duty.agency, subject=duty, matter=duty.matter)
    return row
