"""What pages of lists and items show, as plain values: pure reading."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet

from agencies.models import Agency
from agencies.scope import readable_agencies
from core import audit
from core.audit import subject_of
from core.models import AuditEntry
from duties import item_rules
from duties.item_rules import late_q
from duties.models import Item, ItemList, Task
from duties.states import ITEM_MOVES

if TYPE_CHECKING:
    from agencies.models import Member

TAGS = {
    Item.Status.OPEN: "",
    Item.Status.HANDLING: "",
    Item.Status.AWAITING: "",
    Item.Status.CLOSED: "done",
    Item.Status.STRUCK: "",
}
STEP_KINDS = {"item.closed": "done", "item.sent_back": "refused", "item.reopened": "late"}


def units_for(member: Member, item_list: ItemList) -> QuerySet[Agency]:
    """Units the member may make responsible: the county's for the keeper, else the own and those below."""
    rows = Agency.objects.active().select_related("division", "parent__division")
    rows = rows.filter(division__code__startswith=item_list.agency.division.code[:6]).exclude(kind="system")
    if not item_rules.serves(member, item_list.agency):
        rows = rows.filter(pk__in=readable_agencies(member).values("pk"))
    return rows.order_by("division__code", "code")


def tasks_for(member: Member) -> QuerySet[Task]:
    """Tasks with objects of running campaigns that the member's unit has part in or oversees."""
    rows = Task.objects.filter(
        campaign__in=item_rules.running(member), campaign__status="running", dropped_at__isnull=True
    )
    rows = rows.filter(spec__objects__isnull=False).select_related("campaign")
    if member.agency.kind not in ("joint_office", "natural_resources"):
        rows = rows.filter(parties__agency=member.agency_id, parties__left_on__isnull=True)
    return rows.order_by("campaign", "order", "code").distinct()


def counted(rows: QuerySet[ItemList], member: Member, at: dt.datetime) -> dict[int, dict[str, int]]:
    """list id → {n, done, late} of the items in the member's sight; 剔除 left out. One query."""
    items = (
        Item.objects.visible_to(member)
        .filter(list__in=[row.pk for row in rows])
        .exclude(status=Item.Status.STRUCK)
        .order_by()
        .values("list")
        .annotate(
            n=Count("pk", distinct=True),
            done=Count("pk", distinct=True, filter=Q(status=Item.Status.CLOSED)),
            late=Count("pk", distinct=True, filter=late_q(at)),
        )
    )
    return {row["list"]: row for row in items}


def chosen(rows: QuerySet[Item], data: dict[str, Any], at: dt.datetime) -> QuerySet[Item]:
    """Items by the values of ItemFilter; the page, its export and its print give the same rows."""
    status, text = data.get("status"), (data.get("q") or "").strip()
    if status == "standing":
        rows = rows.filter(status__in=item_rules.STANDING)
    elif status:
        rows = rows.filter(status=status)
    if data.get("category"):
        rows = rows.filter(category=data["category"])
    if data.get("unit"):
        rows = rows.filter(agency=data["unit"])
    if data.get("late"):
        rows = rows.filter(late_q(at))
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(place__icontains=text))
    return rows


def is_late(item: Item, at: dt.datetime) -> bool:
    """As `late_q` counts it."""
    if item.due_at is None or item.status == Item.Status.STRUCK:
        return False
    if item.status == Item.Status.CLOSED:
        return bool(item.submitted_at and item.submitted_at > item.due_at)
    return item.due_at < at


def status_words(item: Item) -> str:
    """挂账 · 挂账（第2次）… and on a list with times the visits made."""
    words = item.get_status_display()
    if item.needed:
        words = f"{words}，已查{item.done}/{item.needed}次"
    return f"{words}（复燃{item.reopened}次）" if item.reopened else words


def timeline(item: Item) -> list[dict[str, Any]]:
    """The audited acts on an item, newest first, with the reasons given."""
    kind, key = subject_of(item)
    rows = AuditEntry.objects.filter(subject_kind=kind, subject_id=key).order_by("-id")[:60]
    steps = [
        {
            "at": row.at,
            "who": row.actor_label or "系统",
            "words": audit.sentence(row),
            "text": row.facts.get("reason", ""),
            "kind": STEP_KINDS.get(row.verb, ""),
        }
        for row in rows
    ]
    if not any(step["words"] == audit.VERBS["item.added"].label for step in steps):
        steps.append({"at": item.created_at, "who": _added_by(item), "words": "批量挂账"})
    return steps


def _added_by(item: Item) -> str:
    """Who added it with many others: the first bulk act on the list after the row was made."""
    kind, key = subject_of(item.list)
    rows = AuditEntry.objects.filter(
        subject_kind=kind, subject_id=key, verb="items.added", at__gte=item.created_at
    )
    entry = rows.order_by("id").first()
    return entry.actor_label if entry else "系统"


def buttons(item: Item, member: Member) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Legal buttons by ITEM_MOVES, and why another is missing."""
    base = f"/duties/items/{item.pk}/"
    found: list[dict[str, Any]] = []
    missing: list[dict[str, str]] = []
    works, keeps = item_rules.works_on(member, item), item_rules.keeps(member, item)
    for name, move in ITEM_MOVES.items():
        if item.status not in move.source:
            continue
        why = _why_not(name, move.side, item, member, works, keeps)
        if why:
            missing.append({"label": move.label, "reason": why})
            continue
        button = {"label": move.label, "url": f"{base}{name.replace('_', '-')}/", "method": "post"}
        if name in ("submit", "reopen"):
            button["method"] = "get"
        elif move.needs_reason:
            button |= {"ask": "原因", "ask_required": True, "danger": name == "strike"}
        button["primary"] = name in ("submit", "close")
        found.append(button)
        if name == "submit" and item_rules.questions_of(item):
            found.append({"label": "填写核查项", "url": f"{base}answer/", "method": "get"})
    return found, missing


def _why_not(name: str, side: str, item: Item, member: Member, works: bool, keeps: bool) -> str:
    if item.hidden and name != "strike":
        return "暗访公开后才能办理。"
    if side == "owner":
        return "" if works else f"由责任单位{item.agency.label}的人员办理。"
    if name in ("close", "send_back"):
        return item_rules.why_not_close(member, item)
    return "" if keeps else f"由清单管理单位{item.list.agency.label}的人员办理。"
