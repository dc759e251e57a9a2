"""What a lead was answered with, as it was given: the result (处置反馈), and the word to who told it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from agencies.models import AgencyKind
from duties.standing import stands_for
from ledgers.lead_states import Ending
from ledgers.models.leads import Lead

if TYPE_CHECKING:
    from agencies.models import Member


class LeadAnswerQuerySet(models.QuerySet["LeadAnswer"]):
    """Reads of answers go through the lead."""

    def visible_to(self, member: Member) -> LeadAnswerQuerySet:
        """Answers to leads the member may read."""
        return self.filter(lead__in=Lead.objects.visible_to(member).values("pk"))


class LeadAnswer(models.Model):
    """反馈处置结果 as it was given, with its words; `Lead.feedback` is the one that stands. Never edited:
    reopening the lead stamps `undone_at`. `due_at`, `late`: the limit it answered."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="answers")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="反馈单位")
    ending = models.CharField("处置方式", max_length=10, choices=Ending.choices)
    text = models.CharField("处置结果", max_length=1000, blank=True)
    by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+", verbose_name="反馈人")
    at = models.DateTimeField("反馈时间")
    due_at = models.DateTimeField("期限", null=True, blank=True)
    late = models.BooleanField("超期", default=False)
    undone_at = models.DateTimeField("重新核查时间", null=True, blank=True)

    objects = LeadAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = "线索处置反馈"
        ordering = ["id"]


class LeadReplyQuerySet(models.QuerySet["LeadReply"]):
    """Reads of what informants were told."""

    def visible_to(self, member: Member) -> LeadReplyQuerySet:
        """For the people of the unit that answered or holds the lead, and the joint office: whoever else sees
        the lead is not told what passed with who told it."""
        rows = self.filter(lead__in=Lead.objects.visible_to(member).values("pk"))
        if member.is_business and member.agency and member.agency.kind == AgencyKind.JOINT_OFFICE:
            return rows
        units = stands_for(member) - {None}
        return rows.filter(
            Q(agency__in=units) | Q(lead__holder__in=units) | Q(lead__merged_into__holder__in=units)
        )


class LeadReply(models.Model):
    """答复举报人: when, in what way, by whom, with which words. Nothing in it says who was answered.

    `final`: the first one after the result stood; one before tells that it was taken up, one behind adds to
    it. Never edited.
    """

    class Way(models.TextChoices):
        PHONE = "phone", "电话"
        PAPER = "paper", "书面"
        MEETING = "meeting", "当面"
        NETWORK = "network", "网络（邮箱、平台）"
        HOTLINE = "hotline", "由12345、110等来件平台转复"
        NONE = "none", "无法答复（匿名、没有留联系方式）"

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="replies")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+", verbose_name="答复单位")
    way = models.CharField("答复方式", max_length=10, choices=Way.choices)
    at = models.DateTimeField("答复时间")
    text = models.CharField("答复内容", max_length=1000)
    answered_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, related_name="+", verbose_name="答复人"
    )
    recorded_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间")
    final = models.BooleanField("答复处理结果", default=False)
    due_at = models.DateTimeField("期限", null=True, blank=True)
    late = models.BooleanField("超期", default=False)

    objects = LeadReplyQuerySet.as_manager()

    class Meta:
        verbose_name = "答复举报人"
        ordering = ["id"]
