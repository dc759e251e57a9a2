"""待办: what waits for me now, what I have done, what I supervise."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core.models import Notice
from core.paging import keyset
from core.web import MemberRequest, business
from duties import board
from duties.board import GROUPS, Item
from duties.holders import oversees
from duties.models import Duty
from duties.paging import by_due
from minewatch.lib.clock import now

WITH = ("agency", "clock", "rule", "matter")
DONE = (Duty.Status.FULFILLED, Duty.Status.WAIVED, Duty.Status.CANCELLED)


@require_GET
@business
def todo(request: MemberRequest) -> HttpResponse:
    """The home page; `?tab=done` and `?tab=watch` are its other sides."""
    member, at = request.user, now()
    watching = oversees(member)
    own = board.mine(member)
    waiting = board.actionable(own, at)
    tab = request.GET.get("tab", "")
    counts = board.tallies(waiting, at)
    if tab == "done":
        rows, page = keyset(own.filter(status__in=DONE).select_related(*WITH), ("-id",), request)
    elif tab == "watch" and watching:
        rows, page = by_due(watched(member, at).select_related(*WITH), request)
    else:
        tab = ""
        rows, page = by_due(waiting.select_related(*WITH), request)
    items = board.items(rows, member, at, urging=tab == "watch")
    return render(
        request,
        "duties/todo.html",
        {
            "title": "待办",
            "tab": tab,
            "tabs": _tabs(tab, counts["total"], watched(member, at).count() if watching else None),
            "tallies": _tallies(counts) if not tab else [],
            "groups": grouped(items) if tab != "done" else [{"word": "", "key": "done", "items": items}],
            "page": page,
            "acks": Notice.objects.filter(member=member, needs_ack=True, acked_at__isnull=True)[:5],
            "client_token": uuid.uuid4(),
        },
    )


def watched(member: Any, at: Any) -> QuerySet[Duty]:
    """我督办: what is late in the member's sight, in other hands."""
    rows = Duty.objects.visible_to(member).open().exclude(board.RETURNED)
    return rows.filter(due_at__lt=at, history=False)


def grouped(items: list[Item]) -> list[dict[str, Any]]:
    """Items under their words, in the order of the page; empty groups left out."""
    found = [
        {"key": key, "word": word, "items": [item for item in items if item.group == key]}
        for key, word in GROUPS
    ]
    return [group for group in found if group["items"]]


def _tabs(tab: str, waiting: int, watching: int | None) -> list[dict[str, Any]]:
    tabs = [
        {"label": "待我办", "url": "/todo/", "count": waiting, "active": tab == ""},
        {"label": "已办", "url": "/todo/?tab=done", "count": None, "active": tab == "done"},
    ]
    if watching is not None:
        tabs.append(
            {"label": "我督办", "url": "/todo/?tab=watch", "count": watching, "active": tab == "watch"}
        )
    return tabs


def _tallies(counts: dict[str, int]) -> list[dict[str, Any]]:
    words = {"late": "逾期", "today": "今天", "week": "本周", "later": "以后"}
    later = counts["later"] + counts["open"]
    values = counts | {"later": later}
    return [{"key": key, "word": word, "count": values[key]} for key, word in words.items()]
