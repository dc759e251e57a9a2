"""A town with something to count: 青石镇 and its villages in September 2022."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from tests.reports.factory import DAY, answer, check, entry, instant, lead, patrol_duty, reply, sheet, site


@pytest.fixture
def county(cast) -> SimpleNamespace:
    """Units by code, and rows so that every figure of 青石镇 over 2022-W38 is above nought."""
    town, village, other = cast.unit("qingshi"), cast.unit("shangwan"), cast.unit("baiyang")
    mine = site(town)
    entry(town, people=3, vehicles=1, site=mine)
    entry(town, people=2, night=True, illegal="yes", measures="现场责令停止", site=mine)
    entry(village, people=1, beyond="yes", irregular="yes")
    entry(village, irregular="yes", measures="责令整改", site=site(town, "柳树沟废弃矿井"))
    entry(village, dt.date(2022, 8, 30), people=4)
    entry(village, dt.date(2022, 9, 10), recorded=instant("2022-09-21 08:00"), people=5)
    entry(village, dt.date(2022, 8, 1), recorded=instant("2022-09-22 08:00"), late_entry=True)
    entry(other, people=9, vehicles=9, illegal="yes")
    sheet(village, "2022-09-17..2022-09-23", zero_report=True, submitted_at=instant("2022-09-23 10:00"))
    sheet(town, "2022-09-18..2022-09-22", signed_at=instant("2022-09-23 10:00"))
    told = lead(village, town)
    check(told, "true", late=True)
    check(told, "true", undone_at=instant("2022-09-22 09:00"))
    answer(told, late=True)
    reply(told, late=True)
    reply(told, way="none")
    reply(told, final=False)
    for finding in ("partly", "false"):
        other_lead = lead(village, town, at=instant("2022-08-30 09:00"))
        check(other_lead, finding)
    answer(other_lead, ending="nothing")
    reply(other_lead)
    patrol_duty(cast.unit("xiawan"), dt.date(2022, 9, 12), dt.date(2022, 9, 19))
    patrol_duty(cast.unit("shimen"), dt.date(2022, 9, 12), dt.date(2022, 9, 19), done=True)
    return SimpleNamespace(cast=cast, town=town, village=village, other=other, day=DAY)
