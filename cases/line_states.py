"""Statuses and moves of what two people decide about the criminal line: 不移送决定, 本省标准."""

from __future__ import annotations

from django.db import models

from agencies.models import Role
from core.workflow import Transition, table


class DecisionStatus(models.TextChoices):
    """不移送决定: written by the head, countersigned by a second person above."""

    PROPOSED = "proposed", "待会签"
    IN_FORCE = "in_force", "已会签生效"
    REFUSED = "refused", "不同意，应当移送"
    WITHDRAWN = "withdrawn", "已撤回"


DECISION_MOVES = table(
    Transition(
        "countersign",
        (DecisionStatus.PROPOSED,),
        DecisionStatus.IN_FORCE,
        roles=(Role.LEADER, Role.HEAD),
        label="会签同意",
        side="superior",
    ),
    Transition(
        "refuse",
        (DecisionStatus.PROPOSED,),
        DecisionStatus.REFUSED,
        roles=(Role.LEADER, Role.HEAD),
        label="不同意，应当移送",
        side="superior",
        needs_reason=True,
    ),
    Transition(
        "withdraw",
        (DecisionStatus.PROPOSED, DecisionStatus.IN_FORCE),
        DecisionStatus.WITHDRAWN,
        roles=(Role.HEAD,),
        label="撤回不移送决定",
        needs_reason=True,
    ),
)


class FigureStatus(models.TextChoices):
    """本省标准: registered by one, confirmed by another."""

    PROPOSED = "proposed", "待核对"
    IN_FORCE = "in_force", "已生效"
    REFUSED = "refused", "已退回"


FIGURE_MOVES = table(
    Transition(
        "confirm",
        (FigureStatus.PROPOSED,),
        FigureStatus.IN_FORCE,
        roles=(Role.OFFICE, Role.HEAD, Role.LEADER),
        label="核对无误，生效",
    ),
    Transition(
        "refuse",
        (FigureStatus.PROPOSED,),
        FigureStatus.REFUSED,
        roles=(Role.OFFICE, Role.HEAD, Role.LEADER),
        label="退回",
        needs_reason=True,
    ),
)
