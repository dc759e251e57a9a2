"""What items open and close: the responsible unit's duty, and the duties of the task they belong to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import F, IntegerField, Q, QuerySet, Value

from agencies.models import Agency
from core.audit import subject_of
from duties.actions.steps import open_step
from duties.actions.telling import tell
from duties.item_rules import accept_key, accept_post, due_of, duty_key, worker_role
from duties.models import Duty, Item, ItemList, Task
from minewatch.lib.clock import now

PROOF = "items."
HOSTS_AT_ONCE = 100  # SQLite joins at most 500 queries
#: (needed, done, complete, when it became complete) of one host
Standing = tuple[int, int, bool, dt.datetime | None]


def open_duty(item: Item) -> Duty:
    """The responsible unit's duty: twice is once; a reopened item opens it anew."""
    item_list = item.list
    duty = open_step(
        key=duty_key(item),
        kind=Duty.Kind.ITEM,
        title=title_of(item),
        agency=item.agency,
        role=worker_role(item.agency),
        subject=item,
        due_at=item.due_at,
        recipient=item_list.agency,
        basis=basis_of(item_list),
    )
    more = {"campaign": item_list.campaign_id, "needed": max(item.needed, 1), "done": item.done}
    Duty.objects.filter(pk=duty.pk).update(**more)
    duty.refresh_from_db()
    return duty


def open_many(items: Sequence[Item]) -> None:
    """Duties of many new items in two statements and one audit entry."""
    if not items:
        return
    at = now()
    rows = []
    for item in items:
        kind, key = subject_of(item)
        rows.append(
            Duty(
                key=duty_key(item),
                kind=Duty.Kind.ITEM,
                title=title_of(item),
                agency=item.agency,
                role=worker_role(item.agency),
                recipient=item.list.agency,
                campaign_id=item.list.campaign_id,
                started_at=at,
                due_at=item.due_at,
                needed=max(item.needed, 1),
                basis=basis_of(item.list),
                subject_kind=kind,
                subject_id=key,
            )
        )
    Duty.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    keys = [row.key for row in rows]
    tell("duty.opened", list(Duty.objects.filter(key__in=keys).values_list("pk", flat=True)))


def open_accept(item: Item) -> Duty:
    """验收 waits at the keeper's desk; due with the item while its date is still to come."""
    role, member = accept_post(item)
    due = item.due_at if item.due_at and item.due_at > now() else None
    duty = open_step(
        key=accept_key(item),
        kind=Duty.Kind.REVIEW,
        title=f"验收销号：{item.list.title}第{item.number}项"[:160],
        agency=item.list.agency,
        role=role,
        member=member,
        subject=item,
        due_at=due,
        recipient=item.agency,
        basis=basis_of(item.list),
    )
    Duty.objects.filter(pk=duty.pk).update(campaign=item.list.campaign_id)
    return duty


def title_of(item: Item) -> str:
    """清单名称第n项: a title goes into lists and notices, so it names the object by number only."""
    return f"{item.list.title[:140]}第{item.number}项"


def basis_of(item_list: ItemList) -> str:
    """The notice and its clause, where the list belongs to a task."""
    task = item_list.task
    if task is None:
        return ""
    return f"{task.campaign.number or task.campaign.name} {task.paragraph}".strip()[:300]


def sync_task(item_list: ItemList) -> None:
    """Bring the task's own duties in line with its items; see `sync`."""
    if item_list.task_id:
        sync(item_list.task)


def sync(task: Task) -> None:
    """Each host's duty: needed = its items, done = those 销号 (剔除 and unpublished ones left out).

    Fulfilled when every list that holds its items, or that it keeps, is frozen and all are closed;
    open again when one is reopened. Only duties that wait for items are touched (`proof: items`).
    """
    with transaction.atomic():
        _date(task)
        rows = _duties(task).select_related("agency__division").order_by("pk")
        duties = list(rows.select_for_update(of=("self",)))  # held against a twin
        closed, opened = _align(duties, standings(task, [duty.agency for duty in duties]))
        tell("duty.fulfilled", closed)
        tell("duty.reopened", opened)


def _align(duties: Sequence[Duty], standing: Mapping[int, Standing]) -> tuple[list[int], list[int]]:
    """Write what has changed; ids of the duties that were closed and opened by it."""
    closed, opened = [], []
    for duty in duties:
        needed, done, complete, at = standing[duty.agency_id]
        change: dict[str, object] = {"needed": needed, "done": done}
        told: list[int] = []
        if complete and duty.status == Duty.Status.OPEN:
            change |= {"status": Duty.Status.FULFILLED, "first_done_at": at, "fulfilled_at": now()}
            told = closed
        elif not complete and duty.status == Duty.Status.FULFILLED:
            change |= {"status": Duty.Status.OPEN, "first_done_at": None, "fulfilled_at": None}
            told = opened
        elif (duty.needed, duty.done) == (needed, done):
            continue
        rows = Duty.objects.filter(pk=duty.pk, status=duty.status)  # a 免除 in between stands
        if rows.update(**change, version=F("version") + 1):
            told.append(duty.pk)
    return closed, opened


def _date(task: Task) -> None:
    """Items that were added while the task had no date get it once it is set (确认日期、设定日期)."""
    undated = Item.objects.filter(list__task=task, due_at__isnull=True)
    for item_list in ItemList.objects.filter(pk__in=undated.values("list")).select_related("agency", "task"):
        due = due_of(item_list)
        if due is None:
            continue
        ids = list(undated.filter(list=item_list).values_list("pk", flat=True))
        Item.objects.filter(pk__in=ids).update(due_at=due, version=F("version") + 1)
        duties = Duty.objects.filter(key__in=[f"item:{pk}" for pk in ids], status=Duty.Status.OPEN)
        moved = list(duties.values_list("pk", flat=True))
        duties.update(due_at=due, version=F("version") + 1)
        tell("duty.redated", moved)


def _duties(task: Task) -> QuerySet[Duty]:
    kind = f"{PROOF}{task.pk}"
    rows = Duty.objects.filter(Q(rule__task=task) | Q(rule__isnull=True), proof_kind=kind)
    return rows.exclude(status__in=[Duty.Status.WAIVED, Duty.Status.CANCELLED])


def standings(task: Task, hosts: Sequence[Agency]) -> dict[int, Standing]:
    """What the items say of each host, by its id, in as many queries for many hosts as for one."""
    rows = Item.objects.filter(list__task=task, hidden=False).exclude(status=Item.Status.STRUCK)
    items = list(rows.values_list("list_id", "agency_id", "status", "submitted_at", "closed_at"))
    lists = {
        pk: (keeper, frozen)
        for pk, keeper, frozen in ItemList.objects.filter(task=task).values_list(
            "pk", "agency_id", "frozen_at"
        )
    }
    units = {} if task.joint else _units(task, hosts)
    found = {}
    for host in hosts:
        if task.joint:
            own, kept = items, set(lists)
        else:
            below, kept = units[host.pk], {pk for pk, (keeper, _) in lists.items() if keeper == host.pk}
            own = [row for row in items if row[0] in kept or row[1] in below]
            kept |= {row[0] for row in own}
        found[host.pk] = _standing([lists[pk][1] for pk in kept], [row[2:] for row in own])
    return found


def _units(task: Task, hosts: Sequence[Agency]) -> dict[int, set[int]]:
    """Of the units that answer for items of the task, those that are each host or lie below it."""
    answering = Item.objects.filter(list__task=task).order_by().values("agency")
    found: dict[int, set[int]] = {host.pk: set() for host in hosts}
    unique = list({host.pk: host for host in hosts}.values())
    for start in range(0, len(unique), HOSTS_AT_ONCE):
        first, *rest = (
            Agency.objects.under(host)
            .filter(pk__in=answering)
            .annotate(host=Value(host.pk, IntegerField()))
            .order_by()
            .values_list("host", "pk")
            for host in unique[start : start + HOSTS_AT_ONCE]
        )
        for host_id, unit_id in first.union(*rest, all=True):
            found[host_id].add(unit_id)
    return found


def _standing(frozen: Sequence[dt.datetime | None], rows: Sequence[tuple]) -> Standing:
    """Of one host: `frozen` its lists, `rows` (status, submitted_at, closed_at) of its items."""
    done = sum(status == Item.Status.CLOSED for status, *_ in rows)
    complete = bool(frozen) and all(frozen) and done == len(rows)
    if not complete:
        return max(len(rows), 1), done, False, None
    moments = [*frozen, *(submitted or closed for _, submitted, closed in rows)]
    at = max((moment for moment in moments if moment), default=now())
    return max(len(rows), 1), max(done, 1), True, at


def sync_all(today: dt.date) -> None:
    """The daily round: duties opened since then, or items changed by an import, come into line."""
    tasks = Task.objects.filter(item_lists__isnull=False, dropped_at__isnull=True).distinct()
    for task in tasks.select_related("campaign"):
        sync(task)
