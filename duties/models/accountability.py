"""Card 黄牌、红牌 for units; Accountability 通报、约谈、问责、追究 and 容错 with basis and document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from agencies.models import AgencyKind
from agencies.scope import AgencyScoped
from duties.states import CardStatus

if TYPE_CHECKING:
    from agencies.models import Member


class Card(models.Model):
    """A warning to a unit, never to a person. Proposed by the office, in force when the leader confirms."""

    class Colour(models.TextChoices):
        YELLOW = "yellow", "黄牌"
        RED = "red", "红牌"

    Status = CardStatus

    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="cards")
    campaign = models.ForeignKey("duties.Campaign", models.PROTECT, null=True, blank=True, related_name="+")
    duty = models.ForeignKey("duties.Duty", models.PROTECT, null=True, blank=True, related_name="+")
    colour = models.CharField("颜色", max_length=6, choices=Colour.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROPOSED)
    version = models.PositiveIntegerField(default=1)
    reason = models.CharField("事由", max_length=300)
    basis = models.CharField("依据", max_length=200)
    proposed_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField("摘牌时间", null=True, blank=True)
    lifted_reason = models.CharField("摘牌理由", max_length=300, blank=True)

    class Meta:
        verbose_name = "黄牌红牌"
        ordering = ["-id"]


class AccountabilityQuerySet(AgencyScoped["Accountability"]):
    """Reads of accountability records: names are restricted."""

    def visible_to(self, member: Member) -> AccountabilityQuerySet:
        """The organ that decided, discipline inspection and the joint office of the county."""
        if not member.is_business:
            return self.none()
        kinds = (AgencyKind.DISCIPLINE, AgencyKind.JOINT_OFFICE)
        if member.agency.kind in kinds:
            return self.filter(agency__division__code__startswith=member.agency.division.code[:6])
        return self.filter(Q(decided_by_unit=member.agency_id))


class Accountability(models.Model):
    """通报 约谈 问责 追究 of a unit (and, restricted, a person), or 容错 with its reason (LZ 五（三）)."""

    class Kind(models.TextChoices):
        CIRCULAR = "circular", "通报批评"
        INTERVIEW = "interview", "约谈"
        ACCOUNT = "account", "问责"
        PURSUE = "pursue", "追究责任"
        LENIENT = "lenient", "容错"

    class Ground(models.TextChoices):
        """Why a miss is forgiven (LZ 五（三）)."""

        MEANS = "means", "监管技术手段限制"
        DATA = "data", "技术资料不翔实"
        HIDDEN = "hidden", "矿业权人恶意隐瞒、欺骗、造假"

    kind = models.CharField("方式", max_length=10, choices=Kind.choices)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="单位")
    person = models.CharField("人员", max_length=60, blank=True)
    campaign = models.ForeignKey("duties.Campaign", models.PROTECT, null=True, blank=True, related_name="+")
    on = models.DateField("日期")
    ground = models.CharField("容错情形", max_length=10, choices=Ground.choices, blank=True)
    reason = models.TextField("事由")
    basis = models.CharField("依据", max_length=200)
    number = models.CharField("文号", max_length=60, blank=True)
    decided_by_unit = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    card = models.ForeignKey(Card, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = AccountabilityQuerySet.as_manager()

    class Meta:
        verbose_name = "责任追究记录"
        ordering = ["-on", "-id"]
