"""A campaign is changed while its lists are half worked off: how much is owed is counted from the items."""

import copy
import datetime as dt
import io

import pytest
import time_machine

from duties.actions import campaigns, items
from duties.models import Campaign, Duty
from minewatch.lib.clock import SHANGHAI
from tests.duties.notices.files import notice

LOADED = dt.datetime(2021, 6, 10, 9, tzinfo=SHANGHAI)
NOW = dt.datetime(2021, 7, 20, 9, tzinfo=SHANGHAI)
PLACES, CLOSED = 17, 6


def standing(unit="qingshi"):
    duty = Duty.objects.get(rule__task__code="SZ-5", agency__code=unit)
    return duty.done, duty.needed, duty.status


def worked_off(cast, task):
    """17 places on the township's list, six of them off the account."""
    filler, officer = cast.member("qingshi.filler"), cast.member("qingshi.head")
    made = items.open_list(title="排查台账", agency=cast.unit("qingshi"), task=task, by=filler)
    for n in range(PLACES):
        item = items.add(
            list=made, by=filler, name=f"{n + 1}号点", agency=cast.unit("shangwan"), category="close"
        )
        if n < CLOSED:
            answers = {one["code"]: "是" for one in made.questions}
            items.answer(item=item, by=cast.member("shangwan.filler"), answers=answers)
            item.refresh_from_db()
            paper = ("佐证.pdf", io.BytesIO(b"%PDF-1.4 proof"))
            items.submit(item=item, by=cast.member("shangwan.filler"), outcome="已关闭", uploads=[paper])
            items.close(item=item, by=officer)


@pytest.fixture
def campaign(cast):
    with time_machine.travel(LOADED, tick=False):
        campaigns.load(county=cast.county, definition=notice("shizhong-2021"), by=cast.office)
    with time_machine.travel(NOW, tick=False):
        found = Campaign.objects.get()
        worked_off(cast, found.tasks.get(code="SZ-5"))
        yield found


def edited(cast, campaign, **stage):
    """The draft in which the second stage ends otherwise, or only a name has changed."""
    data = copy.deepcopy(campaign.definition)
    data["stages"][1] |= stage
    if not stage:
        next(one for one in data["tasks"] if one["code"] == "SZ-10")["text"] = "换一种说法。"
    return campaigns.edit_draft(campaign=campaign, definition=data, by=cast.office, version=campaign.version)


def test_a_change_elsewhere_does_not_touch_what_the_items_ask_for(cast, campaign):
    assert standing() == (CLOSED, PLACES, "open")
    edited(cast, campaign)
    seen = campaigns.preview(campaign=campaign, by=cast.office).loaded
    assert not [line for line in seen.diff if "分类整治，逐宗销号" in line]
    assert seen.counts["moved"] == 0
    campaigns.put_in_force(campaign=campaign, by=cast.office, version=campaign.version)
    assert standing() == (CLOSED, PLACES, "open")


def test_a_moved_date_moves_and_leaves_the_count(cast, campaign):
    edited(cast, campaign, ends_on="2021-11-15")
    seen = campaigns.preview(campaign=campaign, by=cast.office).loaded
    assert "改期：青石镇 分类整治，逐宗销号，2021-11-30 → 2021-11-15" in seen.diff
    assert standing() == (CLOSED, PLACES, "open")
    campaigns.put_in_force(campaign=campaign, by=cast.office, version=campaign.version)
    assert standing() == (CLOSED, PLACES, "open")
    assert Duty.objects.get(rule__task__code="SZ-5", agency__code="qingshi").due_at.date() == dt.date(
        2021, 11, 15
    )
