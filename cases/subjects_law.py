"""How the house speaks of decisions not to refer and of figures (core.registry)."""

from __future__ import annotations

from django.urls import reverse

from agencies.models import Member
from cases.models import LineDecision, ProvinceFigure
from core.registry import Subject, hang, register


def decisions(member: Member):
    """Decisions in sight, with what their titles need."""
    return LineDecision.objects.visible_to(member).select_related("case")


def figures(member: Member):
    """Figures that a county registered: law, open to everybody with business."""
    return ProvinceFigure.objects.all() if member.is_business else ProvinceFigure.objects.none()


register(
    LineDecision,
    Subject(
        label="不移送决定",
        visible_to=decisions,
        title=lambda row: f"不移送决定 {row.case.serial}",
        url=lambda row: reverse("cases:line_decision", args=[row.pk]),
    ),
)
register(
    ProvinceFigure,
    Subject(
        label="本省刑事标准登记",
        visible_to=figures,
        title=lambda row: f"本省刑事标准登记第{row.pk}号",
        url=lambda row: reverse("cases:figure", args=[row.pk]),
    ),
)
hang("cases", "达到刑事标准未移送", "cases:at_line")
hang("cases", "法律依据", "cases:law")
