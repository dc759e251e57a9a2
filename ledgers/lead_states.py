"""Statuses and transitions of a lead 线索: from who received it first (首问负责) to the answer (有举必查)."""

from django.db import models

from agencies.models import Role
from core.workflow import Transition, table

WORKERS = (Role.FILLER, Role.OFFICER, Role.OFFICE, Role.DEPUTY, Role.HEAD)
DECIDERS = (Role.HEAD, Role.APPROVER, Role.DEPUTY)


class LeadStatus(models.TextChoices):
    """A lead: its holder checks it or passes it on; it ends with what was done, or unfounded on two words."""

    OPEN = "open", "待核查"
    SENT = "sent", "已分派，待签收"
    UNFOUNDED = "unfounded", "核查不属实，待复核"
    HANDLING = "handling", "已核实，待处置反馈"
    MERGED = "merged", "已并案"
    CLOSED = "closed", "已核销"


class Finding(models.TextChoices):
    """核查结果."""

    TRUE = "true", "属实"
    PARTLY = "partly", "部分属实"
    FALSE = "false", "不属实"


class Ending(models.TextChoices):
    """处置方式 of a lead that was found true; `cases` says whether there is a case or a referral."""

    SITE = "site", "现场处置、责令整改"
    CASE = "case", "立案查处"
    REFERRAL = "referral", "移送其他单位"
    NOTHING = "nothing", "不属实，不作处置"


S = LeadStatus
#: Nothing is owed on it any more (a merged lead is answered with the one it was merged into).
LEAD_OVER = (S.CLOSED, S.MERGED)

LEAD_MOVES = table(
    Transition("dispatch", (S.OPEN,), S.SENT, roles=WORKERS, label="分派", needs_reason=True),
    Transition("receive", (S.SENT,), S.OPEN, roles=WORKERS, label="签收"),
    Transition("send_back", (S.SENT,), S.OPEN, roles=WORKERS, label="退回分派", needs_reason=True),
    Transition("verify", (S.OPEN,), S.HANDLING, roles=WORKERS, label="登记核查结果"),
    Transition("refute", (S.OPEN,), S.UNFOUNDED, roles=WORKERS, label="登记核查结果（不属实）"),
    Transition("confirm", (S.UNFOUNDED,), S.CLOSED, roles=DECIDERS, label="同意核销"),
    Transition("recheck", (S.UNFOUNDED,), S.OPEN, roles=DECIDERS, label="退回重新核查", needs_reason=True),
    Transition("answer", (S.HANDLING,), S.CLOSED, roles=WORKERS, label="反馈处置结果", needs_reason=True),
    Transition("merge", (S.OPEN, S.HANDLING), S.MERGED, roles=WORKERS, label="并案"),
    Transition("split", (S.MERGED,), S.OPEN, roles=WORKERS, label="撤销并案", needs_reason=True),
    Transition("reopen", (S.CLOSED,), S.OPEN, roles=DECIDERS, label="重新核查", needs_reason=True),
)
