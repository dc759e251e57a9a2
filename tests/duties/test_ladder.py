"""提醒设置: the office changes rungs and quiet hours; others read or find nothing; messages are counted."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine

from agencies.models import Division
from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.models import AuditEntry
from duties import calendars, ladder
from duties.actions.ladder import save_rung, set_quiet
from duties.models import Dispatch, QuietHours, Rung
from minewatch.lib.clock import SHANGHAI

NOW = dt.datetime(2022, 9, 21, 10, tzinfo=SHANGHAI)
PAGE = "/duties/ladder/"
RUNG = {"name": "提前2天", "offset_hours": -63, "to": ["holder"]}


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def county(cast):
    ladder.ensure(cast.county)
    return cast


def sent(cast, status, error="", username="qingshi.filler"):
    return Dispatch.objects.create(
        member=cast.member(username),
        channel="webhook",
        text="您有 1 项任务待办，其中逾期 0 项。",
        status=status,
        error=error,
        next_at=NOW,
    )


def test_the_office_sees_rungs_quiet_hours_and_channels(county):
    page = county.client("office").get(PAGE).content.decode()
    for words in (
        "到期日前3天9时",
        "到期当天9时",
        "到期日后1天9时",
        "期限前87小时",
        "督办领导",
        "每天 22:00 至次日 07:00",
        "未启用",
        "增加一级",
    ):
        assert words in page


def test_the_supervising_leader_reads_without_buttons(county):
    page = county.client("leader").get(PAGE).content.decode()
    assert "提前3天" in page and "增加一级" not in page
    assert county.client("leader").get(f"{PAGE}new/").status_code == 404


@pytest.mark.parametrize("path", ["", "new/", "quiet/", "1/"])
@pytest.mark.parametrize("who", ["qingshi.head", "nr.head", "auditor", "sysadmin"])
def test_others_find_nothing(county, who, path):
    assert county.client(who).get(f"{PAGE}{path}").status_code == 404


def test_the_list_of_duties_leads_there_for_the_office_only(county):
    assert PAGE in county.client("office").get("/duties/").content.decode()
    assert PAGE not in county.client("qingshi.filler").get("/duties/").content.decode()


def test_unknown_and_failed_messages_are_counted_and_named(county):
    sent(county, "sent")
    sent(county, "unknown", "消息接口没有回答")
    sent(county, "failed", "消息接口回答 400")
    page = county.client("office").get(PAGE)
    counts = page.context["channels"][1]["counts"]
    assert {one["label"]: one["value"] for one in counts} == {
        "待发送": 0,
        "发送中": 0,
        "已发送": 1,
        "失败": 1,
        "未知": 1,
    }
    text = page.content.decode()
    assert "消息接口没有回答" in text and "消息接口回答 400" in text and "青石镇" in text


def test_the_page_counts_the_own_county_and_month_only(county):
    row = sent(county, "failed", "邮箱地址被拒绝")
    Dispatch.objects.filter(pk=row.pk).update(created_at=NOW - dt.timedelta(days=31))
    Division.objects.filter(code="999921101").update(code="999931101")
    sent(county, "failed", "别县", "baiyang.filler")
    page = county.client("office").get(PAGE)
    assert not page.context["faults"]


def test_the_office_adds_a_rung_once(county):
    client, token = county.client("office"), str(uuid.uuid4())
    for _ in range(2):
        answer = client.post(f"{PAGE}new/", RUNG | {"is_active": "on", "token": token})
        assert answer.status_code == 302
    made = Rung.objects.get(name="提前2天")
    assert made.offset_hours == -63 and made.to == ["holder"] and made.kinds == [] and made.is_active
    assert AuditEntry.objects.filter(verb="ladder.saved").count() == 1


def test_the_office_changes_a_rung(county):
    row = Rung.objects.get(key="late7")
    sent_ = {
        "name": "逾期5天",
        "offset_hours": "105",
        "to": ["leader", "head"],
        "kinds": ["task"],
        "version": "1",
    }
    assert county.client("office").post(f"{PAGE}{row.pk}/", sent_).status_code == 302
    row.refresh_from_db()
    assert (row.offset_hours, row.to, row.kinds, row.is_active) == (105, ["head", "leader"], ["task"], False)
    assert row.version == 2


def test_the_second_of_two_changes_is_told(county):
    row = Rung.objects.get(key="late7")
    save_rung(by=county.office, rung=row, version=1, **RUNG)
    with pytest.raises(Conflict, match="专班办公室"):
        save_rung(by=county.office, rung=row, version=1, **RUNG | {"name": "另一个"})
    answer = county.client("office").post(f"{PAGE}{row.pk}/", RUNG | {"version": "1"})
    assert answer.status_code == 409
    assert Rung.objects.get(key="late7").name == "提前2天"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("offset_hours", 5000),
        ("offset_hours", -2161),
        ("to", []),
        ("to", ["everybody"]),
        ("kinds", ["secret"]),
    ],
)
def test_a_rung_that_cannot_be_is_refused_at_its_field(county, field, value):
    with pytest.raises(DomainError) as caught:
        save_rung(by=county.office, **RUNG | {field: value})
    assert caught.value.field == field
    answer = county.client("office").post(f"{PAGE}new/", RUNG | {field: value})
    assert answer.status_code == 400 and field in answer.context["form"].errors
    assert Rung.objects.count() == 6


def test_only_the_office_of_the_county_may(county):
    for who in ("leader", "qingshi_head", "nr_head", "sysadmin"):
        with pytest.raises(NotAllowed):
            save_rung(by=getattr(county, who), **RUNG)
        with pytest.raises(NotAllowed):
            set_quiet(by=getattr(county, who), starts_at=dt.time(1), ends_at=dt.time(2), rest_days=False)


def test_a_rung_of_another_county_is_not_there(county):
    elsewhere = Division.objects.create(code="999931", name="邻县")
    ladder.ensure(elsewhere)
    row = Rung.objects.get(county=elsewhere, key="late7")
    with pytest.raises(Missing):
        save_rung(by=county.office, rung=row, **RUNG)
    assert county.client("office").get(f"{PAGE}{row.pk}/").status_code == 404


def test_the_office_sets_quiet_hours(county):
    client = county.client("office")
    values = {"starts_at": "20:30", "ends_at": "07:30", "rest_days": "on"}
    assert client.post(f"{PAGE}quiet/", values | {"version": "1"}).status_code == 302
    row = QuietHours.objects.get()
    assert (row.starts_at, row.ends_at, row.rest_days, row.version) == (
        dt.time(20, 30),
        dt.time(7, 30),
        True,
        2,
    )
    assert client.post(f"{PAGE}quiet/", values | {"version": "1"}).status_code == 409
    assert client.post(f"{PAGE}quiet/", values | {"starts_at": "25:00", "version": "2"}).status_code == 400
    assert "休息日全天不提醒" in client.get(PAGE).content.decode()


def test_quiet_hours_may_lie_in_the_day_or_not_be_at_all(county):
    calendar = calendars.calendar()
    row = QuietHours(starts_at=dt.time(12), ends_at=dt.time(14))
    assert ladder.is_quiet(row, NOW.replace(hour=13), calendar)
    assert not ladder.is_quiet(row, NOW.replace(hour=14), calendar)
    assert not ladder.is_quiet(QuietHours(starts_at=dt.time(12), ends_at=dt.time(12)), NOW, calendar)
    assert not ladder.is_quiet(None, NOW, calendar)
