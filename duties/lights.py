"""The light of one task of a campaign: from its items where it has any, else from its duties."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q

from duties.board import late_q
from duties.campaign_board import LIGHT_WORDS, NEAR, Count4, light_of
from duties.item_rules import STANDING
from duties.models import Duty, Item, Task


@dataclass(frozen=True)
class Light:
    """`key` of campaign_board.LIGHT_WORDS, its words, and how many are done, owed, late."""

    key: str
    words: str
    done: int
    total: int
    late: int


def of_task(task: Task, at: dt.datetime) -> Light:
    """逾期 · 临期 (within seven days) · 正常 · 已完成, over the whole task, whoever asks."""
    items, duties = _items(task, at), _duties(task, at)
    found = items if items.due else duties
    key = light_of(duties, items, dated=bool(duties.due))
    unit = "个对象" if items.due else "项"
    words = f"{LIGHT_WORDS[key]}{found.late}{unit}" if key == "late" else LIGHT_WORDS[key]
    return Light(key, words, found.done, found.due, found.late)


def _items(task: Task, at: dt.datetime) -> Count4:
    standing = Q(status__in=STANDING)
    rows = Item.objects.filter(list__task=task, hidden=False).exclude(status=Item.Status.STRUCK)
    return Count4(
        **rows.aggregate(
            due=Count("pk"),
            done=Count("pk", filter=Q(status=Item.Status.CLOSED)),
            late=Count("pk", filter=standing & Q(due_at__lt=at)),
            near=Count("pk", filter=standing & Q(due_at__gte=at, due_at__lte=at + NEAR)),
        )
    )


def _duties(task: Task, at: dt.datetime) -> Count4:
    is_open = Q(status=Duty.Status.OPEN)
    kinds = (f"task.{task.pk}", f"items.{task.pk}")
    undated = Q(rule__isnull=True, campaign=task.campaign_id, proof_kind__in=kinds)
    rows = Duty.objects.filter(Q(rule__task=task) | undated, history=False)
    rows = rows.exclude(status__in=[Duty.Status.WAIVED, Duty.Status.CANCELLED])
    return Count4(
        **rows.aggregate(
            due=Count("pk"),
            done=Count("pk", filter=Q(status=Duty.Status.FULFILLED)),
            late=Count("pk", filter=late_q(at) & is_open),
            near=Count("pk", filter=is_open & Q(due_at__gte=at, due_at__lte=at + NEAR)),
        )
    )
