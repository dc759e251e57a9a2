"""Statuses and transitions of campaigns, filings, items, meetings, orders and cards (design.md 3.2).

Buttons and the generated tests read them; `core.workflow.move` is the only way a status changes. `side`
is "owner" (the row's own unit), "recipient" (the unit that watches over it) or "superior".
"""

from django.db import models

from agencies.models import Role
from core.workflow import Transition, table

WORKERS = (Role.FILLER, Role.OFFICER, Role.OFFICE, Role.DEPUTY, Role.HEAD)
LEADERS = (Role.DEPUTY, Role.HEAD, Role.APPROVER, Role.LEADER)
OFFICE = (Role.OFFICE, Role.OFFICER, Role.APPROVER, Role.DEPUTY, Role.HEAD, Role.LEADER)


class CampaignStatus(models.TextChoices):
    """A campaign in the making, running, over."""

    DRAFT = "draft", "草稿"
    RUNNING = "running", "进行中"
    ENDED = "ended", "已结束"


CAMPAIGN_MOVES = table(
    Transition(
        "load",
        (CampaignStatus.DRAFT, CampaignStatus.RUNNING),
        CampaignStatus.RUNNING,
        roles=OFFICE,
        label="施行",
    ),
    Transition(
        "end",
        (CampaignStatus.RUNNING,),
        CampaignStatus.ENDED,
        roles=OFFICE,
        label="结束专项行动",
        needs_reason=True,
    ),
)


class FilingStatus(models.TextChoices):
    """办结材料."""

    FILED = "filed", "已报送"
    ACCEPTED = "accepted", "已接收"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


FILING_MOVES = table(
    Transition(
        "accept", (FilingStatus.FILED,), FilingStatus.ACCEPTED, roles=OFFICE, label="接收", side="recipient"
    ),
    Transition(
        "return",
        (FilingStatus.FILED,),
        FilingStatus.RETURNED,
        roles=OFFICE,
        label="退回",
        side="recipient",
        needs_reason=True,
    ),
    Transition(
        "withdraw",
        (FilingStatus.FILED,),
        FilingStatus.WITHDRAWN,
        roles=WORKERS,
        label="撤回",
        needs_reason=True,
    ),
)


class ItemStatus(models.TextChoices):
    """挂账条目: open → 处置中 → 待验收 → 销号; reopened = 死灰复燃 (domain.md A.8)."""

    OPEN = "open", "挂账"
    HANDLING = "handling", "处置中"
    AWAITING = "awaiting", "待验收"
    CLOSED = "closed", "已销号"
    STRUCK = "struck", "误列剔除"


ITEM_MOVES = table(
    Transition("start", (ItemStatus.OPEN,), ItemStatus.HANDLING, roles=WORKERS, label="开始处置"),
    Transition(
        "submit",
        (ItemStatus.OPEN, ItemStatus.HANDLING),
        ItemStatus.AWAITING,
        roles=WORKERS,
        label="报请销号",
    ),
    Transition(
        "close", (ItemStatus.AWAITING,), ItemStatus.CLOSED, roles=OFFICE, label="验收销号", side="recipient"
    ),
    Transition(
        "send_back",
        (ItemStatus.AWAITING,),
        ItemStatus.HANDLING,
        roles=OFFICE,
        label="退回整改",
        side="recipient",
        needs_reason=True,
    ),
    Transition(
        "reopen",
        (ItemStatus.CLOSED,),
        ItemStatus.OPEN,
        roles=OFFICE,
        label="死灰复燃，重新挂账",
        side="recipient",
        needs_reason=True,
    ),
    Transition(
        "strike",
        (ItemStatus.OPEN, ItemStatus.HANDLING),
        ItemStatus.STRUCK,
        roles=OFFICE,
        label="误列剔除",
        side="recipient",
        needs_reason=True,
    ),
)


class MeetingStatus(models.TextChoices):
    """会议."""

    PLANNED = "planned", "待召开"
    HELD = "held", "已召开"
    MINUTED = "minuted", "纪要已印发"
    REPORTED = "reported", "纪要已报送"
    CANCELLED = "cancelled", "已取消"


MEETING_MOVES = table(
    Transition("hold", (MeetingStatus.PLANNED,), MeetingStatus.HELD, roles=WORKERS, label="登记召开"),
    Transition("issue", (MeetingStatus.HELD,), MeetingStatus.MINUTED, roles=WORKERS, label="印发纪要"),
    Transition(
        "report", (MeetingStatus.MINUTED,), MeetingStatus.REPORTED, roles=WORKERS, label="报送领导小组"
    ),
    Transition(
        "cancel",
        (MeetingStatus.PLANNED,),
        MeetingStatus.CANCELLED,
        roles=WORKERS,
        label="取消会议",
        needs_reason=True,
    ),
    Transition(
        "withdraw",
        (MeetingStatus.HELD, MeetingStatus.MINUTED),
        MeetingStatus.CANCELLED,
        roles=WORKERS,
        label="撤回登记",
        needs_reason=True,
    ),
)


class OrderStatus(models.TextChoices):
    """交办单、督办单、通知."""

    DRAFT = "draft", "草稿"
    ISSUED = "issued", "已下发"
    WITHDRAWN = "withdrawn", "已撤回"


ORDER_MOVES = table(
    Transition("issue", (OrderStatus.DRAFT,), OrderStatus.ISSUED, roles=OFFICE, label="下发"),
    Transition("drop", (OrderStatus.DRAFT,), OrderStatus.WITHDRAWN, roles=OFFICE, label="作废草稿"),
    Transition(
        "withdraw",
        (OrderStatus.ISSUED,),
        OrderStatus.WITHDRAWN,
        roles=OFFICE,
        label="撤回",
        needs_reason=True,
    ),
)


class ReceiptStatus(models.TextChoices):
    """One unit's side of an order."""

    SENT = "sent", "待签收"
    SIGNED = "signed", "已签收"
    ANSWERED = "answered", "已反馈"
    DONE = "done", "已办结"
    READ = "read", "已阅"
    CANCELLED = "cancelled", "已撤回"


RECEIPT_MOVES = table(
    Transition("sign", (ReceiptStatus.SENT,), ReceiptStatus.SIGNED, roles=WORKERS, label="签收"),
    Transition("read", (ReceiptStatus.SENT,), ReceiptStatus.READ, roles=WORKERS, label="已阅"),
    Transition("answer", (ReceiptStatus.SIGNED,), ReceiptStatus.ANSWERED, roles=WORKERS, label="反馈"),
    Transition(
        "close", (ReceiptStatus.ANSWERED,), ReceiptStatus.DONE, roles=OFFICE, label="办结", side="recipient"
    ),
    Transition(
        "return",
        (ReceiptStatus.ANSWERED,),
        ReceiptStatus.SIGNED,
        roles=OFFICE,
        label="退回",
        side="recipient",
        needs_reason=True,
    ),
    Transition(
        "cancel",
        (ReceiptStatus.SENT, ReceiptStatus.SIGNED, ReceiptStatus.ANSWERED),
        ReceiptStatus.CANCELLED,
        roles=OFFICE,
        label="随单撤回",
        side="recipient",
    ),
)


class CardStatus(models.TextChoices):
    """黄牌、红牌: proposed by one, decided by another."""

    PROPOSED = "proposed", "待批准"
    SHOWN = "shown", "已亮牌"
    LIFTED = "lifted", "已摘牌"
    REFUSED = "refused", "未批准"


CARD_MOVES = table(
    Transition(
        "show", (CardStatus.PROPOSED,), CardStatus.SHOWN, roles=(Role.HEAD, Role.LEADER), label="批准亮牌"
    ),
    Transition(
        "refuse",
        (CardStatus.PROPOSED,),
        CardStatus.REFUSED,
        roles=(Role.HEAD, Role.LEADER),
        label="不批准",
        needs_reason=True,
    ),
    Transition(
        "lift",
        (CardStatus.SHOWN,),
        CardStatus.LIFTED,
        roles=(Role.HEAD, Role.LEADER),
        label="摘牌",
        needs_reason=True,
    ),
)
