"""The sealed audit and the change feed (design.md 2).

Entries are inserted unchained by each action, so that two writers never wait
for each other; a sealer links committed entries a few seconds later.
"""

from django.db import models


class AuditEntry(models.Model):
    """One act: registered verb, JSON facts, label snapshot. Never updated.

    Entries on a matter hold number, verb and states, never names or text.
    """

    at = models.DateTimeField("时间", db_index=True)
    verb = models.CharField("动作", max_length=60)
    actor = models.ForeignKey(
        "agencies.Member", models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    actor_label = models.CharField("操作人", max_length=120, blank=True)
    agency = models.ForeignKey(
        "agencies.Agency", models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    matter = models.ForeignKey(
        "core.Matter", models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    facts = models.JSONField(default=dict)
    address = models.GenericIPAddressField("来源地址", null=True)

    class Meta:
        verbose_name = "审计记录"
        indexes = [models.Index(fields=["subject_kind", "subject_id"])]


class AuditLink(models.Model):
    """The chain: number, hash of (previous hash + entry digest). Insert-only."""

    entry = models.OneToOneField(AuditEntry, models.DO_NOTHING, db_constraint=False, related_name="link")
    number = models.PositiveBigIntegerField(unique=True)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "审计链"


class Change(models.Model):
    """Written by the same call as the audit entry; feeds read it in id order."""

    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    agency = models.ForeignKey(
        "agencies.Agency", models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    matter = models.ForeignKey(
        "core.Matter", models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )

    class Meta:
        verbose_name = "变更"
        indexes = [models.Index(fields=["subject_kind", "subject_id"])]
