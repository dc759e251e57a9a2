"""Lists and items 清单、挂账销号: open, add, freeze; steps of one item: `item_steps`, 公开: `item_reveal`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models, transaction
from django.db.models import F, Max

from agencies.models import Agency
from agencies.scope import readable_agencies
from core import audit
from core.audit import subject_of
from core.errors import Conflict, DomainError, NotAllowed
from core.once import once
from duties.actions.item_duties import open_many, sync_task
from duties.actions.item_reveal import reveal
from duties.actions.item_steps import answer, close, reopen, send_back, start, strike, submit, worked_by
from duties.actions.item_visits import unvisited, visited
from duties.item_rules import NewItem, due_of, key_of, may_add, may_open, serves
from duties.models import Item, ItemList
from minewatch.lib.clock import now
from minewatch.lib.hashing import digest

if TYPE_CHECKING:
    from agencies.models import Division, Member
    from duties.models import Campaign, Task

OPENED_BY = "清单由牵头（配合）单位或专班办公室的人员建立。"

__all__ = [
    "NewItem",
    "add",
    "add_many",
    "answer",
    "close",
    "freeze",
    "open_list",
    "reopen",
    "reveal",
    "send_back",
    "start",
    "strike",
    "submit",
    "unvisited",
    "visited",
    "worked_by",
]


def open_list(
    *,
    title: str,
    agency: Agency,
    by: Member,
    campaign: Campaign | None = None,
    task: Task | None = None,
    source: models.Model | None = None,
    growing: bool = True,
    categories: Sequence[str] = (),
    questions: Sequence[dict] = (),
    times: int = 0,
    due_at: dt.datetime | None = None,
) -> ItemList:
    """The list of `agency`: one per source (an inspection), one per title and task – twice is once.

    `times` > 0: each object is to be visited that often. Raises NotAllowed, DomainError (no title).
    """
    title = title.strip()
    if not may_open(by, agency, task):
        raise NotAllowed(OPENED_BY)
    if not title:
        raise DomainError("请填写清单名称。", field="title")
    campaign = campaign or (task.campaign if task else None)
    kind, key = subject_of(source)
    with transaction.atomic():
        Agency.objects.select_for_update().get(pk=agency.pk)  # of two at once the second sees the first's
        own = ItemList.objects.filter(agency=agency, source_kind=kind, source_id=key)
        there = own.first() if key else own.filter(task=task, title=title).first()
        if there is not None:
            return there
        row = ItemList.objects.create(
            title=title[:120],
            agency=agency,
            campaign=campaign,
            task=task,
            source_kind=kind,
            source_id=key,
            growing=growing,
            categories=list(categories),
            questions=list(questions),
            times=times,
            due_at=due_at,
        )
        audit.record("list.opened", actor=by, agency=agency, subject=row)
        sync_task(row)
    return row


def freeze(
    *, list: ItemList, by: Member, version: int | None = None, nothing_found: bool = False
) -> ItemList:
    """清单锁定: nothing is added any more. An empty list only when it is said that there are no objects."""
    if not serves(by, list.agency):
        raise NotAllowed(f"由{list.agency.label}（清单管理单位）的人员锁定。")
    with transaction.atomic():
        if not list.items.exclude(status=Item.Status.STRUCK).exists() and not nothing_found:
            raise DomainError(
                "清单还没有条目。经排查确无此类对象的，请勾选“经排查没有此类对象”后再锁定。",
                field="nothing_found",
            )
        _touch(list, version, frozen_at=now())
        audit.record(
            "list.frozen", actor=by, agency=list.agency, subject=list, facts={"count": list.items.count()}
        )
        sync_task(list)
    return list


def _touch(item_list: ItemList, version: int | None, **change: object) -> None:
    """Raise the list's version while it takes items; holds the row, so that numbers are given once."""
    rows = ItemList.objects.filter(pk=item_list.pk, frozen_at__isnull=True)
    if version is not None:
        rows = rows.filter(version=version)
    changed = rows.update(version=F("version") + 1, **change)
    item_list.refresh_from_db()
    if changed == 1:
        return
    if item_list.frozen_at:
        raise Conflict("清单已锁定，不能再增加条目。")
    raise Conflict("清单刚刚有变动，请刷新后再办。")


def add(
    *,
    list: ItemList,
    by: Member,
    name: str,
    agency: Agency,
    place: str = "",
    problem: str = "",
    demand: str = "",
    category: str = "",
    due_at: dt.datetime | None = None,
    subject: models.Model | None = None,
    found_by: Agency | None = None,
    hidden: bool = False,
    responsible: str = "",
    site_kind: str = "",
    division: Division | None = None,
    token: UUID | None = None,
) -> Item:
    """挂账: one item, with a duty of the unit that answers for it (none while `hidden`, see `reveal`).

    Raises DomainError for a twin on the list, NotAllowed, Conflict on a frozen list.
    """
    row = NewItem(
        name=name,
        agency=agency,
        place=place,
        problem=problem,
        demand=demand,
        category=category,
        due_at=due_at,
        subject=subject,
        found_by=found_by,
        hidden=hidden,
        responsible=responsible,
        site_kind=site_kind,
        division=division,
    )

    def make() -> Item:
        made = _write(list, [row], by, again=True)
        if not made:
            raise DomainError(f"清单上已有“{row.name}”，不用重复挂账。", field="name")
        audit.record("item.added", actor=by, agency=agency, subject=made[0])
        sync_task(list)
        return made[0]

    return once(token=token, verb="item.added", member=by, make=make)


def add_many(*, list: ItemList, rows: Iterable[NewItem], by: Member) -> list[Item]:
    """Many items in a few statements; those already on the list are left out. Gives the new ones.

    One audit entry holds the hash of the rows; each item has its Change.
    """
    with transaction.atomic():
        made = _write(list, [*rows], by)
        if made:
            facts = {"count": len(made), "sha256": digest([[item.number, item.name] for item in made])}
            audit.record("items.added", actor=by, agency=list.agency, subject=list, facts=facts)
            audit.record_changes("item.added", made, agency=list.agency)
            sync_task(list)
    return made


def _write(item_list: ItemList, rows: list[NewItem], by: Member, *, again: bool = False) -> list[Item]:
    """Write the rows that are not on the list; `again`: what was struck off may be added once more."""
    _guard(item_list, rows, by)
    for row in rows:
        _check(row, item_list)
    _touch(item_list, None)
    there = item_list.items.exclude(status=Item.Status.STRUCK) if again else item_list.items.all()
    known = {key_of(item) for item in there}
    last = item_list.items.aggregate(last=Max("number"))["last"] or 0
    due = due_of(item_list)
    fresh: list[Item] = []
    for row in rows:
        if row.key() not in known:
            known.add(row.key())
            fresh.append(_item(item_list, row, last + len(fresh) + 1, due))
    made = Item.objects.bulk_create(fresh, batch_size=500)
    open_many([item for item in made if not item.hidden])
    return made


def _guard(item_list: ItemList, rows: list[NewItem], by: Member) -> None:
    """Whether `by` may add these rows: units that only have part in the task add what is their own."""
    if not rows:
        return
    if not all(may_add(by, item_list, row.found_by) for row in rows):
        raise NotAllowed("由清单管理单位和任务分工单位的人员增加条目。")
    if item_list.source_kind or serves(by, item_list.agency):
        return
    own = set(readable_agencies(by).values_list("pk", flat=True))
    for row in rows:
        if row.agency.pk not in own:
            raise DomainError(
                f"{row.agency.label}的条目由清单管理单位增加，本单位只能增加本单位和下属单位的条目。",
                field="agency",
            )


def _check(row: NewItem, item_list: ItemList) -> None:
    if not row.name.strip():
        raise DomainError("请填写名称。", field="name")
    if row.category and row.category not in Item.Category.values:
        raise DomainError(f"没有名为“{row.category}”的分类。", field="category")
    if item_list.agency.division.code[:4] != row.agency.division.code[:4] or not row.agency.is_active:
        raise DomainError(f"{row.agency.label}不能作为责任单位。", field="agency")


def _item(item_list: ItemList, row: NewItem, number: int, due: dt.datetime | None) -> Item:
    kind, key = subject_of(row.subject)
    return Item(
        list=item_list,
        number=number,
        name=row.name.strip()[:160],
        place=row.place.strip()[:200],
        division=row.division or row.agency.division,
        subject_kind=kind,
        subject_id=key,
        site_kind=row.site_kind or str(getattr(row.subject, "kind", "") or ""),
        category=row.category,
        problem=row.problem.strip(),
        demand=row.demand.strip(),
        agency=row.agency,
        responsible=row.responsible.strip()[:60],
        found_by=row.found_by,
        hidden=row.hidden,
        due_at=row.due_at or due,
        needed=item_list.times,
    )
