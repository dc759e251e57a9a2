"""Order 交办单、督办单、通知 and its way through each unit it is sent to: 签收 → 反馈 → 办结."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from duties.models.duty import Duty
from duties.standing import stands_for
from duties.states import OrderStatus, ReceiptStatus

if TYPE_CHECKING:
    from agencies.models import Member


class OrderQuerySet(models.QuerySet["Order"]):
    """Reads of orders."""

    def visible_to(self, member: Member) -> OrderQuerySet:
        """Orders that the member's unit issued or receives, and for the joint office those of its county.

        A unit whose post the member fills as acting person, or whose open step passed up to the member,
        counts as the member's own. An order that was withdrawn is the issuer's alone.
        """
        if not member.is_business:
            return self.none()
        units = stands_for(member)
        mine = Q(agency__in=units) | Q(signed_by=member) | Q(answered_by=member)
        sent = Receipt.objects.filter(mine).values("order")
        handed = Duty.objects.open().filter(member=member, subject_kind="duties.order")
        named = [int(key) for key in handed.values_list("subject_id", flat=True)]
        found = Q(agency__in=units) | Q(status=OrderStatus.ISSUED, pk__in=sent)
        found |= Q(status=OrderStatus.ISSUED, pk__in=named)
        if member.agency.kind == "joint_office":
            county = member.agency.division.code[:6]
            found |= Q(status=OrderStatus.ISSUED, agency__division__code__startswith=county)
        return self.filter(found)


class Order(models.Model):
    """An order from a leader or the office. A plain 通知 asks for 已阅 only."""

    class Kind(models.TextChoices):
        ASSIGN = "assign", "交办单"
        SUPERVISE = "supervise", "督办单"
        NOTICE = "notice", "通知"

    Status = OrderStatus

    agency = models.ForeignKey(
        "agencies.Agency", models.PROTECT, related_name="orders", verbose_name="下发单位"
    )
    campaign = models.ForeignKey(
        "duties.Campaign", models.PROTECT, null=True, blank=True, related_name="orders"
    )
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    number = models.CharField("编号", max_length=40, blank=True)
    title = models.CharField("标题", max_length=120)
    text = models.TextField("内容")
    sign_due_at = models.DateTimeField("签收期限", null=True, blank=True)
    due_at = models.DateTimeField("办理期限", null=True, blank=True)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey("agencies.Member", models.PROTECT, related_name="+")
    issued_at = models.DateTimeField("下发时间", null=True, blank=True)
    reason = models.CharField("撤回原因", max_length=300, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = "交办督办"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="order_number_once")
        ]

    def __str__(self) -> str:
        return self.title


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    """Reads of receipts: a unit reads its own side, never another unit's feedback."""

    def visible_to(self, member: Member) -> ReceiptQuerySet:
        """Receipts of orders the member may read, of the own unit or of all units for the issuing side."""
        if not member.is_business:
            return self.none()
        units = stands_for(member)
        mine = Q(agency__in=units) | Q(signed_by=member) | Q(answered_by=member)
        handed = Duty.objects.open().filter(member=member, key__startswith="order:")
        keys = [key.split(":") for key in handed.values_list("key", flat=True)]
        side = mine | Q(order__agency__in=units)
        for _, order, unit, _step in keys:
            side |= Q(order=order, agency__code=unit)
        if member.agency.kind == "joint_office":
            side |= Q(order__agency__division__code__startswith=member.agency.division.code[:6])
        return self.filter(side, order__in=Order.objects.visible_to(member).values("pk"))


class Receipt(models.Model):
    """One unit's side of an order: 待签收 → 已签收 → 已反馈 → 已办结, back to 已签收 when returned.

    `rounds` keeps what was returned before: {feedback, by, at, reason, returned_by, returned_at}.
    """

    Status = ReceiptStatus

    order = models.ForeignKey(Order, models.CASCADE, related_name="receipts")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="receipts")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.SENT)
    version = models.PositiveIntegerField(default=1)
    signed_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField("签收时间", null=True, blank=True)
    feedback = models.TextField("反馈", blank=True)
    answered_by = models.ForeignKey(
        "agencies.Member", models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField("反馈时间", null=True, blank=True)
    returned_reason = models.CharField("退回原因", max_length=300, blank=True)
    closed_by = models.ForeignKey("agencies.Member", models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    rounds = models.JSONField("历次反馈", default=list)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = "签收反馈"
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["order", "agency"], name="receipt_once")]
