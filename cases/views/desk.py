"""审批台 of a bureau's leader: one list of what waits, the unit's load, what the other bureau did."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from cases import desk
from cases.views.referral_parts import SEALED
from core.errors import NotAllowed
from core.templatetags.mw import zh_datetime
from core.web import MemberRequest, business
from duties import board
from minewatch.lib.clock import now

WITH = ("agency", "clock", "rule", "matter")
MOST = 100


@require_GET
@business
def show(request: MemberRequest) -> HttpResponse:
    """The desk. For 主要负责人、审批、分管领导 and 督办县领导 only."""
    member, at = request.user, now()
    units = desk.units_led(member)
    if not units:
        raise NotAllowed("审批台供主要负责人、审批、分管领导和督办县领导使用；您的待办在“待办”里。")
    rows = desk.waiting(member, at)
    items = board.items(rows.select_related(*WITH)[:MOST], member, at)
    context = {
        "title": "审批台",
        "count": rows.count(),
        "most": MOST,
        "waiting": [{"item": item, "left": desk.hours_words(item.due_at, at)} for item in items],
        "loads": [{"unit": unit, "rows": desk.loads(member, unit)} for unit in units],
        "clues": [
            {"title": "移出的线索和案件", "rows": _clues(desk.clues(member, units, out=True))},
            {"title": "移入的线索和案件", "rows": _clues(desk.clues(member, units, out=False))},
        ],
    }
    return render(request, "cases/desk/show.html", context)


def _clues(found: list[desk.Clue]) -> list[dict[str, Any]]:
    return [
        {
            "clue": clue,
            "url": reverse("cases:referral", args=[clue.referral.pk]),
            "result": clue.referral.get_result_display() if clue.open else SEALED,
            "last": f"{clue.last.label}（{zh_datetime(clue.last.happened_at)}）" if clue.last else "尚未办理",
        }
        for clue in found
    ]
