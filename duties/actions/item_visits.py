"""Lists on which every object is to be visited so many times: each visit is a proof of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import models, transaction
from django.db.models import F

from core import audit
from core.audit import subject_of
from core.workflow import Transition
from duties.actions.item_duties import open_duty, sync_task
from duties.actions.steps import fulfil
from duties.item_rules import AT_WORK, duty_key
from duties.models import Duty, Item, ItemList, Proof
from minewatch.lib.clock import local_date, midnight, now

PROOF = "item."
#: no button: the last visit that was owed makes the move, a withdrawn one takes it back
DONE = Transition("visited", AT_WORK, Item.Status.CLOSED, roles=(), label="查满次数")
UNDONE = Transition("unvisited", (Item.Status.CLOSED,), Item.Status.OPEN, roles=(), label="次数不足")


def visited(
    *,
    subject_kind: str,
    at: dt.datetime,
    source: models.Model,
    subject_id: str = "",
    subject_ids: Iterable[str] = (),
) -> int:
    """`source` (an inspection) was at the object – or all of `subject_ids` – at `at`: counts once on every
    list with `times`.

    Visits before the list's campaign began (without one: before the list was made) do not count; on a day
    of grace nothing depends, so a late visit counts too. Gives how many items it counted for.
    """
    kind, key = subject_of(source)
    places = {str(one) for one in (subject_id, *subject_ids)} - {""}
    with transaction.atomic():
        rows = Item.objects.filter(
            subject_kind=subject_kind, subject_id__in=places, list__times__gt=0, hidden=False
        ).exclude(status=Item.Status.STRUCK)
        items = [item for item in _with(rows) if at >= _begins(item)]
        for item in items:
            Proof.objects.get_or_create(
                kind=f"{PROOF}{item.pk}",
                agency=item.agency,
                subject_kind=kind,
                subject_id=key,
                retracted_at=None,
                defaults={"at": at},
            )
        _count(items, "item.visited")
    return len(items)


def unvisited(*, source: models.Model) -> int:
    """The source is withdrawn: its visits no longer count. Safe to call after `retract(subject=source)`."""
    kind, key = subject_of(source)
    with transaction.atomic():
        proofs = Proof.objects.filter(kind__startswith=PROOF, subject_kind=kind, subject_id=key)
        numbers = {int(one.removeprefix(PROOF)) for one in proofs.values_list("kind", flat=True)}
        proofs.filter(retracted_at__isnull=True).update(retracted_at=now())
        items = [*_with(Item.objects.filter(pk__in=numbers))]
        _count(items, "item.unvisited")
    return len(items)


def _with(rows: models.QuerySet[Item]) -> models.QuerySet[Item]:
    return rows.select_related("list__agency", "list__task__campaign", "list__campaign", "agency").order_by(
        "pk"
    )


def _begins(item: Item) -> dt.datetime:
    campaign = item.list.campaign
    return midnight(campaign.starts_on if campaign else local_date(item.list.created_at))


def _count(items: Iterable[Item], verb: str) -> None:
    """done = live proofs; the item is closed by the last visit owed and open again without it. The duties
    of each task come into line once, when all its items are counted.
    """
    lists: dict[int, ItemList] = {}
    for item in items:
        if item.list.task_id:  # read before the row is read anew, which drops its list
            lists[item.list.task_id] = item.list
        Item.objects.filter(pk=item.pk).update(done=F("done"))  # holds the row against a twin
        live = Proof.objects.filter(kind=f"{PROOF}{item.pk}", retracted_at__isnull=True)
        moments = sorted(live.values_list("at", flat=True))
        before = item.done
        Item.objects.filter(pk=item.pk).update(done=len(moments), version=F("version") + 1)
        Duty.objects.filter(key=duty_key(item), status=Duty.Status.OPEN).update(done=len(moments))
        item.refresh_from_db()
        if len(moments) != before:
            audit.record(verb, actor=None, agency=item.agency, subject=item, facts={"done": len(moments)})
        _settle(item, moments)
    for item_list in lists.values():
        sync_task(item_list)


def _settle(item: Item, moments: list[dt.datetime]) -> None:
    if len(moments) >= item.needed and item.status in AT_WORK:
        last = moments[item.needed - 1]
        _move(item, DONE, closed_at=now(), submitted_at=last)
        fulfil(key=duty_key(item), at=last)
    elif len(moments) < item.needed and item.status == Item.Status.CLOSED and item.closed_by_id is None:
        _move(item, UNDONE, closed_at=None, submitted_at=None)
        open_duty(item)


def _move(item: Item, transition: Transition, **stamps: object) -> None:
    rows = Item.objects.filter(pk=item.pk, status__in=transition.source)
    rows.update(status=transition.target, version=F("version") + 1, **stamps)
    item.refresh_from_db()
