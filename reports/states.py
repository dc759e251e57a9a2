"""Statuses and transitions of reports."""

from django.db import models

from agencies.models import Role
from core.workflow import Transition, table


class ReportStatus(models.TextChoices):
    """A report is a live draft until it is submitted, then frozen."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已报送"
    RETURNED = "returned", "已退回"
    ACCEPTED = "accepted", "已接收"


REPORT_MOVES = table(
    Transition(
        "submit",
        (ReportStatus.DRAFT, ReportStatus.RETURNED),
        ReportStatus.SUBMITTED,
        roles=(Role.FILLER, Role.OFFICER, Role.OFFICE, Role.DEPUTY, Role.HEAD),
        label="报送",
    ),
    Transition(
        "accept",
        (ReportStatus.SUBMITTED,),
        ReportStatus.ACCEPTED,
        side="recipient",
        roles=(Role.OFFICE, Role.OFFICER, Role.APPROVER, Role.HEAD, Role.LEADER),
        label="接收",
    ),
    Transition(
        "return",
        (ReportStatus.SUBMITTED,),
        ReportStatus.RETURNED,
        side="recipient",
        roles=(Role.OFFICE, Role.OFFICER, Role.APPROVER, Role.HEAD, Role.LEADER),
        label="退回",
        needs_reason=True,
    ),
)
