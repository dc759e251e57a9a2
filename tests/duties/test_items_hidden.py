"""Items of a 暗访: nobody works on them before 公开, and 公开 opens what is still owed, not late."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from core.errors import DomainError
from duties.actions import items
from duties.item_pages import buttons
from duties.models import Duty, Item
from minewatch.lib.clock import day_end
from tests.duties.test_items import DAY, DUE, NOW, add, duty_of, open_list, submit


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel(NOW, tick=False):
        yield


def in_state(item: Item, status: str) -> Item:
    Item.objects.filter(pk=item.pk).update(status=status)
    item.refresh_from_db()
    return item


def test_what_was_struck_or_closed_opens_no_duty_when_it_is_revealed(cast):
    item_list = open_list(cast)
    rows = {
        name: in_state(add(cast, item_list, name, hidden=True), name)
        for name in ("open", "handling", "awaiting", "closed", "struck")
    }
    assert items.reveal(list=item_list, by=cast.nr_officer) == 5
    assert not Item.objects.filter(hidden=True).exists()
    keys = set(Duty.objects.filter(key__startswith="item:").values_list("key", flat=True))
    open_, handling, awaiting = (rows[name].pk for name in ("open", "handling", "awaiting"))
    assert keys == {f"item:{open_}", f"item:{handling}", f"item:{awaiting}:accept"}


def test_what_is_sent_back_after_it_was_revealed_is_owed_by_its_unit(cast):
    item_list = open_list(cast)
    item = in_state(add(cast, item_list, hidden=True), "awaiting")
    items.reveal(list=item_list, by=cast.nr_officer)
    item.refresh_from_db()
    items.send_back(item=item, by=cast.nr_officer, reason="照片看不清")
    assert (duty_of(item).status, duty_of(item, ":accept").status) == ("open", "fulfilled")


def test_nobody_works_on_a_hidden_item_and_only_strike_is_allowed(cast):
    item = add(cast, open_list(cast), agency="nr", hidden=True, due_at=DUE)  # the inspecting side's own
    by, keeper = cast.nr_officer, cast.member("nr.approver")
    doors = {
        "open": (
            lambda: items.start(item=item, by=by),
            lambda: items.answer(item=item, by=by, answers={}),
            lambda: submit(cast, item, by="nr.officer"),
        ),
        "awaiting": (
            lambda: items.close(item=item, by=keeper),
            lambda: items.send_back(item=item, by=keeper, reason="x"),
        ),
        "closed": (lambda: items.reopen(item=item, by=keeper, reason="x"),),
    }
    for status, acts in doors.items():
        in_state(item, status)
        for act in acts:
            with pytest.raises(DomainError, match="暗访公开后才能办理"):
                act()
        item.refresh_from_db()
        assert item.status == status
    assert not Duty.objects.filter(key__startswith="item:").exists()
    in_state(item, "open")
    assert [one["url"].split("/")[-2] for one in buttons(item, by)[0]] == ["strike"]
    items.strike(item=item, by=keeper, reason="误列")
    assert item.status == "struck"


def test_a_revealed_item_has_as_many_days_as_the_finding_gave_it(cast):
    item_list = open_list(cast)
    past = add(cast, item_list, hidden=True, due_at=day_end(NOW.date() + 5 * DAY))
    ahead = add(cast, item_list, "二号井", hidden=True, due_at=NOW + 60 * DAY)
    noon = add(cast, item_list, "三号井", hidden=True, due_at=NOW + dt.timedelta(hours=1))
    released = NOW + 20 * DAY + dt.timedelta(hours=2)
    with time_machine.travel(released, tick=False):
        items.reveal(list=item_list, by=cast.nr_officer)
        for item in (past, ahead, noon):
            item.refresh_from_db()
            assert duty_of(item).due_at == item.due_at and not duty_of(item).late(released)
    assert past.due_at == day_end(NOW.date() + 25 * DAY)
    assert ahead.due_at == NOW + 60 * DAY
    assert noon.due_at == day_end(released.date())
