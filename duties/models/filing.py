"""Filing 办结材料: the uploaded document that closes a task which has no screen of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from agencies.scope import AgencyOrRecipientScoped
from duties.states import FilingStatus

if TYPE_CHECKING:
    from agencies.models import Member


class FilingQuerySet(AgencyOrRecipientScoped["Filing"]):
    """Reads of filings: by unit, and the unit they are sent to."""

    def visible_to(self, member: Member) -> FilingQuerySet:
        """Filings of units the member may read or receives from."""
        return super().visible_to(member)


class Filing(models.Model):
    """What a unit handed in for a duty, or recorded for a task without dates. Files are StoredFiles of it.

    A returned filing reopens its duty; the unit files anew. `at` is when it was done (Asia/Shanghai).
    """

    Status = FilingStatus

    task = models.ForeignKey("duties.Task", models.PROTECT, null=True, blank=True, related_name="filings")
    duty = models.ForeignKey("duties.Duty", models.PROTECT, null=True, blank=True, related_name="filings")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    recipient = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField("完成时间")
    note = models.TextField("说明", blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.FILED)
    version = models.PositiveIntegerField(default=1)
    reason = models.CharField("退回原因", max_length=300, blank=True)
    filed_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    filed_at = models.DateTimeField("报送时间")
    handled_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    handled_at = models.DateTimeField(null=True, blank=True)
    client_token = models.UUIDField(null=True, blank=True, unique=True)

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = "办结材料"
        ordering = ["-id"]
        indexes = [models.Index(fields=["task", "agency", "at"])]
