"""What stands at the top of every record of an affair."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from cases import rights

register = template.Library()


@register.inclusion_tag("cases/rights/banner.html", takes_context=True)
def sight_banner(context: template.Context, matter: Any) -> dict[str, Any]:
    """`{% sight_banner lead.matter %}`: 受邀协办 with its end, 已封存, a namesake's hint for the holder's
    leaders, and the way to 知悉和回避 for whoever it is open to."""
    member = context["request"].user
    if matter is None or not member.is_business:
        return {}
    found: dict[str, Any] = {"invited": rights.sight_banner(member, matter), "sealed": matter.sealed}
    if not rights.may_propose(member, matter):
        found["rights_url"] = reverse("cases:rights", args=[matter.pk])
        if rights.leads(member, matter):
            people, units = rights.namesakes(matter)
            found["hints"] = [one.label for one in people] + [unit.name for unit in units]
    return found
