"""Statuses and transitions of sheets, plans and inspections (design.md 3.2); buttons and tests read them.

Those of leads stand in `ledgers.lead_states` and are reached from here too.
"""

from django.db import models

from agencies.models import Role
from core.workflow import Transition, table
from ledgers.lead_states import LEAD_MOVES, LEAD_OVER, Ending, Finding, LeadStatus

__all__ = [
    "INSPECTION_HANDS",
    "INSPECTION_MOVES",
    "LEAD_MOVES",
    "LEAD_OVER",
    "OFFICE_HANDS",
    "PLAN_MOVES",
    "SHEET_MOVES",
    "Ending",
    "Finding",
    "InspectionStatus",
    "LeadStatus",
    "PlanStatus",
    "SheetStatus",
]


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


class PlanStatus(models.TextChoices):
    """年度联合检查计划: submitted by the office, approved by the county government (LZ 二（三）1)."""

    DRAFT = "draft", "拟订中"
    SUBMITTED = "submitted", "待县政府审批"
    APPROVED = "approved", "已批准"
    RETURNED = "returned", "已退回"


OFFICE_HANDS = (Role.OFFICE, Role.OFFICER, Role.APPROVER, Role.DEPUTY, Role.HEAD)
PLAN_MOVES = table(
    Transition(
        "submit",
        (PlanStatus.DRAFT, PlanStatus.RETURNED),
        PlanStatus.SUBMITTED,
        roles=OFFICE_HANDS,
        label="报县政府审批",
    ),
    Transition(
        "approve",
        (PlanStatus.SUBMITTED,),
        PlanStatus.APPROVED,
        roles=(Role.LEADER, Role.HEAD),
        label="批准",
        side="superior",
    ),
    Transition(
        "return",
        (PlanStatus.SUBMITTED,),
        PlanStatus.RETURNED,
        roles=(Role.LEADER, Role.HEAD),
        label="退回",
        side="superior",
        needs_reason=True,
    ),
)


class InspectionStatus(models.TextChoices):
    """检查: drawn up, filed, taken back for correction."""

    DRAFT = "draft", "检查中"
    FILED = "filed", "已归档"
    CANCELLED = "cancelled", "已取消"


INSPECTION_HANDS = (*OFFICE_HANDS, Role.LEADER)
INSPECTION_MOVES = table(
    Transition(
        "file", (InspectionStatus.DRAFT,), InspectionStatus.FILED, roles=INSPECTION_HANDS, label="归档"
    ),
    Transition(
        "unfile",
        (InspectionStatus.FILED,),
        InspectionStatus.DRAFT,
        roles=INSPECTION_HANDS,
        label="撤回修改",
        needs_reason=True,
    ),
    Transition(
        "cancel",
        (InspectionStatus.DRAFT,),
        InspectionStatus.CANCELLED,
        roles=INSPECTION_HANDS,
        label="取消检查",
        needs_reason=True,
    ),
)
