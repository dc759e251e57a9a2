"""待办: what waits for me now, what I have done, what I supervise."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core import notices
from core.paging import keyset
from core.web import MemberRequest, business
from duties import board
from duties.board import GROUPS, Item
from duties.holders import answers_for, oversees
from duties.models import Duty
from duties.paging import by_due
from duties.views.sheets import duties_sheet
from minewatch.lib.clock import now

WITH = ("agency", "clock", "rule", "matter")
TITLES = {"": "待我办的任务", "done": "已办的任务", "watch": "我督办的任务"}
DONE = (Duty.Status.FULFILLED, Duty.Status.WAIVED, Duty.Status.CANCELLED)


@require_GET
@business
def todo(request: MemberRequest) -> HttpResponse:
    """The home page; `?tab=done` and `?tab=watch` are its other sides."""
    member, at = request.user, now()
    overseeing = oversees(member)
    watching = overseeing or bool(answers_for(member))
    own = board.mine(member)
    waiting = board.actionable(own, at)
    tab = request.GET.get("tab", "")
    counts = board.tallies(waiting, at)
    tab = tab if tab == "done" or (tab == "watch" and watching) else ""
    listed = {"done": own.filter(status__in=DONE), "watch": watched(member, at)}.get(tab, waiting)
    if request.GET.get("as") == "xlsx":
        order = ("-id",) if tab == "done" else (F("due_at").asc(nulls_last=True), "id")
        return duties_sheet(request, listed.order_by(*order), at, what="todo", title=TITLES[tab])
    listed = listed.select_related(*WITH)
    rows, page = keyset(listed, ("-id",), request) if tab == "done" else by_due(listed, request)
    items = board.items(rows, member, at, urging=tab == "watch" and overseeing)
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
            "export": {"label": "导出表格", "url": f"?tab={tab}&as=xlsx" if tab else "?as=xlsx"},
            "acks": notices.of(member).filter(needs_ack=True, acked_at__isnull=True)[:5],
            "client_token": uuid.uuid4(),
        },
    )


def watched(member: Any, at: Any) -> QuerySet[Duty]:
    """我督办: what is late in the member's sight, in other hands. Who answers for a unit and oversees
    nothing else has that unit's and those of the units right under it: the ladder brings them there.
    """
    rows = Duty.objects.visible_to(member).open().exclude(board.RETURNED)
    if not oversees(member):
        units = answers_for(member)
        rows = rows.filter(Q(agency__in=units) | Q(agency__parent__in=units))
    return rows.filter(due_at__lt=at, history=False, stopped=False)


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
