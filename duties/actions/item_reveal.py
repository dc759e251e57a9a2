"""公开: what a 暗访 found becomes known to the units it concerns, and theirs to mend."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from core import audit
from core.errors import NotAllowed
from duties.actions.item_duties import open_accept, open_many, sync_task
from duties.holders import oversees
from duties.item_rules import AT_WORK, STANDING, serves
from duties.models import Item, ItemList
from minewatch.lib.clock import day_end, local_date, now

if TYPE_CHECKING:
    from agencies.models import Member


def reveal(*, list: ItemList, by: Member) -> int:
    """公开: what a 暗访 found is now known to the units it concerns, and their duties open. How many.

    A date that has passed meanwhile moves by the days the item was hidden, at least to the end of the day:
    the unit gets as many days as the finding gave it, and nothing is born late. What was 剔除 or 销号 is
    shown but opens no duty; what waits for 验收 opens that step only.
    """
    if not serves(by, list.agency) and not oversees(by, list.agency):
        raise NotAllowed(f"由{list.agency.label}或专班办公室公开。")
    with transaction.atomic():
        rows = [*list.items.select_for_update().filter(hidden=True).select_related("agency__division")]
        if not rows:
            return 0
        Item.objects.filter(pk__in=[item.pk for item in rows]).update(hidden=False, version=F("version") + 1)
        at = now()
        for item in rows:
            item.list, item.hidden = list, False
            item.due_at = _due(item, at)
        Item.objects.bulk_update(rows, ["due_at"], batch_size=500)
        open_many([item for item in rows if item.status in AT_WORK])
        for item in rows:
            if item.status == Item.Status.AWAITING:
                open_accept(item)
        audit.record("items.revealed", actor=by, agency=list.agency, subject=list, facts={"count": len(rows)})
        sync_task(list)
    return len(rows)


def _due(item: Item, at: dt.datetime) -> dt.datetime | None:
    """The item's date once it is public at `at`."""
    due = item.due_at
    if due is None or due > at or item.status not in STANDING:
        return due
    unknown = local_date(at) - local_date(item.created_at)  # whole days, so that a day's end stays one
    return max(due + unknown, day_end(local_date(at)))
