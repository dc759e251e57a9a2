"""Matter 事项 and Access: the only store of matter rights (design.md 2)."""

from django.db import models
from django.db.models import Q


class Matter(models.Model):
    """One id and a sealed flag carried by everything that concerns one affair."""

    sealed = models.BooleanField("封存", default=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "事项"


class Access(models.Model):
    """Who stands how to a matter; actions write it, every `visible_to` reads it.

    A party to a referral (track REFERRAL) sees what the manifest gives, not the sender's lead or case; the
    criminal track opens to the police who work on it alone; KNOWN opens no content at all (whoever decides a
    回避). BARRED closes all tracks, whatever its own.
    """

    class Relation(models.TextChoices):
        HOLDER = "holder", "承办"
        PARTY = "party", "移送双方"
        OFFICE = "office", "专班办公室"
        INVITED = "invited", "受邀协办"
        BARRED = "barred", "回避"

    class Track(models.TextChoices):
        """What of the affair the relation opens; knowing that it exists comes with each of them."""

        ADMIN = "admin", "线索和行政案件"
        REFERRAL = "referral", "移送"
        CRIMINAL = "criminal", "刑事案件"
        KNOWN = "known", "仅知悉"

    matter = models.ForeignKey(Matter, models.CASCADE, related_name="access")
    agency = models.ForeignKey("agencies.Agency", models.CASCADE, null=True, blank=True, related_name="+")
    member = models.ForeignKey("agencies.Member", models.CASCADE, null=True, blank=True, related_name="+")
    relation = models.CharField("关系", max_length=10, choices=Relation.choices)
    track = models.CharField("范围", max_length=10, choices=Track.choices, default=Track.ADMIN)
    until = models.DateTimeField("有效至", null=True, blank=True)
    basis = models.CharField("依据", max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "事项权限"
        constraints = [
            models.CheckConstraint(
                name="access_names_a_unit_or_a_member",
                condition=Q(agency__isnull=False, member__isnull=True)
                | Q(agency__isnull=True, member__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["matter", "agency", "relation", "track"],
                condition=Q(member__isnull=True),
                name="access_once_per_unit",
            ),
            models.UniqueConstraint(
                fields=["matter", "member", "relation", "track"],
                condition=Q(agency__isnull=True),
                name="access_once_per_member",
            ),
        ]
        indexes = [models.Index(fields=["agency", "relation"]), models.Index(fields=["member", "relation"])]
