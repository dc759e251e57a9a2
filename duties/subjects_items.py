"""How the house speaks of lists and items, and the daily look at tasks that wait for items."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from agencies.models import Member
from core.registry import Subject, hang, register
from duties import acts
from duties.actions.item_duties import sync_all
from duties.item_rules import lists_for
from duties.models import Duty, Item, ItemList
from duties.watch import register as every_day


def search_items(member: Member, text: str) -> QuerySet[Item]:
    """Items by name or place."""
    word = text.strip()
    rows = Item.objects.visible_to(member).filter(Q(name__icontains=word) | Q(place__icontains=word))
    return rows.select_related("list")


register(
    Item,
    Subject(
        label="挂账条目",
        visible_to=lambda member: Item.objects.visible_to(member),
        url=lambda row: f"/duties/items/{row.pk}/",
        title=lambda row: row.name,
        search=search_items,
    ),
)
register(
    ItemList,
    Subject(
        label="清单",
        visible_to=lists_for,
        url=lambda row: f"/duties/lists/{row.pk}/",
        title=lambda row: row.title,
        search=lambda member, text: lists_for(member).filter(title__icontains=text.strip()),
    ),
)


def _where_objects_are_worked_off(duty: Duty) -> str:
    return f"/duties/lists/?task={duty.proof_kind.partition('.')[2]}"


acts.register("items", _where_objects_are_worked_off, "去办清单")
hang("duties", "清单", "duties:lists")
every_day(sync_all)
