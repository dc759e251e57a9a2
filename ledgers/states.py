"""Statuses and transitions of sheets and leads (design.md 3.2); buttons and tests read them."""

from django.db import models

from agencies.models import Role
from core.workflow import Transition, table


class SheetStatus(models.TextChoices):
    """A patrol ledger sheet: 填表人 → 分管领导 → 主要负责人; a village's chain is short."""

    DRAFT = "draft", "填报中"
    SUBMITTED = "submitted", "待分管领导审核"
    REVIEWED = "reviewed", "待主要负责人签批"
    SIGNED = "signed", "已签批"
    RETURNED = "returned", "已退回"


SHEET_MOVES = table(
    Transition(
        "submit",
        (SheetStatus.DRAFT, SheetStatus.RETURNED),
        SheetStatus.SUBMITTED,
        roles=(Role.FILLER, Role.OFFICER),
        label="提交审核",
    ),
    Transition(
        "submit_short",
        (SheetStatus.DRAFT, SheetStatus.RETURNED),
        SheetStatus.REVIEWED,
        roles=(Role.FILLER, Role.OFFICER),
        label="提交签批",
    ),
    Transition(
        "review",
        (SheetStatus.SUBMITTED,),
        SheetStatus.REVIEWED,
        roles=(Role.DEPUTY, Role.APPROVER),
        label="审核通过",
    ),
    Transition(
        "return_by_deputy",
        (SheetStatus.SUBMITTED,),
        SheetStatus.RETURNED,
        roles=(Role.DEPUTY, Role.APPROVER),
        label="退回",
        needs_reason=True,
    ),
    Transition("sign", (SheetStatus.REVIEWED,), SheetStatus.SIGNED, roles=(Role.HEAD,), label="签批"),
    Transition(
        "return_by_head",
        (SheetStatus.REVIEWED,),
        SheetStatus.RETURNED,
        roles=(Role.HEAD,),
        label="退回",
        needs_reason=True,
    ),
    Transition(
        "countersign",
        (SheetStatus.REVIEWED,),
        SheetStatus.SIGNED,
        side="superior",
        roles=(Role.DEPUTY, Role.HEAD),
        label="乡镇会签",
    ),
)


class LeadStatus(models.TextChoices):
    """A lead 线索 as far as this release takes it; handling comes with cases."""

    OPEN = "open", "待核查"
    CLOSED = "closed", "已核销"
