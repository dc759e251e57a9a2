"""Calendar, unit page, matrix and the exported lists: the same duties, each number opening its rows."""

from __future__ import annotations

import datetime as dt
import io
import re

import pytest
import time_machine
from openpyxl import load_workbook

from duties import actions
from duties.models import Duty
from minewatch.lib.clock import SHANGHAI

NOW = dt.datetime(2022, 9, 20, 9, tzinfo=SHANGHAI)


@pytest.fixture
def county(cast):
    with time_machine.travel(dt.datetime(2022, 8, 1, 8, tzinfo=SHANGHAI), tick=False):
        actions.load_rules(county=cast.county)
    with time_machine.travel(NOW, tick=False):
        actions.open_ahead()
        yield cast


def page(cast, who, url):
    answer = cast.client(who).get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def sheet(answer):
    data = b"".join(answer.streaming_content)
    return [[cell.value for cell in row] for row in load_workbook(io.BytesIO(data)).active.iter_rows()]


def test_the_calendar_shows_stored_and_later_duties_with_holidays(county):
    text = page(county, "office", "/duties/calendar/?month=2022-09")
    assert "日历 2022年9月" in text and "中秋" in text
    later = page(county, "office", "/duties/calendar/?month=2023-03")
    assert "计划9项" in later and "乡镇月排查" in later
    assert not Duty.objects.filter(due_at__gte=dt.datetime(2023, 3, 1, tzinfo=SHANGHAI)).exists()


def test_a_day_of_the_calendar_opens_exactly_its_rows(county):
    client = county.client("office")
    days = client.get("/duties/calendar/?month=2022-09").context["days"]
    day = next(one for one in days if one.day == dt.date(2022, 9, 25))
    assert client.get(day.url).context["count"] == sum(line.count for line in day.lines) == 9


def test_the_calendar_is_filtered_by_unit_and_kind(county):
    text = page(county, "office", "/duties/calendar/?month=2022-09&unit=qingshi&kind=report")
    assert "工作周报" in text and "村级周排查" not in text


def test_a_village_sees_only_its_own_calendar(county):
    client = county.client("shangwan.filler")
    for month in ("2022-09", "2023-03"):
        days = client.get(f"/duties/calendar/?month={month}").context["days"]
        assert days and all(line.count == 1 and "村级" in line.title for day in days for line in day.lines)


@pytest.mark.parametrize("month", ["2022-13", "x", "2022-W01", "9999999-01"])
def test_an_odd_month_gives_a_page_not_a_fault(county, month):
    assert county.client("office").get(f"/duties/calendar/?month={month}").status_code == 200


def test_the_calendar_as_a_workbook_has_the_same_numbers(county):
    client = county.client("office")
    shown = client.get("/duties/calendar/?month=2022-09").context["count"]
    rows = sheet(client.get("/duties/calendar.xlsx?month=2022-09"))
    assert rows[0][:3] == ["期限", "事项", "单位数"]
    assert sum(row[2] for row in rows[1:]) == shown


def test_the_unit_page_says_what_the_unit_owes(county):
    text = page(county, "office", "/duties/units/qingshi/")
    assert "青石镇人民政府" in text and "逾期" in text and "乡镇月排查" in text
    assert page(county, "qingshi.head", "/duties/units/shangwan/")


@pytest.mark.parametrize("who", ["baiyang.head", "shangwan.head", "police.head"])
def test_the_page_of_a_foreign_unit_does_not_exist(county, who):
    assert county.client(who).get("/duties/units/qingshi/").status_code == 404


def test_the_matrix_opens_its_rows_and_ranks_nobody(county):
    client = county.client("office")
    answer = client.get("/duties/matrix/")
    rows = answer.context["rows"]
    codes = [unit.code for unit, _ in rows]
    assert codes.index("qingshi") < codes.index("baiyang") < codes.index("huangsha")
    seen = 0
    for _, cells in rows:
        for cell in cells:
            if cell.due:
                listed = client.get(cell.url).context["count"]
                seen += 1
                assert listed == cell.due, cell
    assert seen > 20
    assert not re.search("排名|名次|打卡", answer.content.decode())


def test_the_matrix_as_a_workbook(county):
    rows = sheet(county.client("office").get("/duties/matrix/?as=xlsx"))
    assert rows[0][0] == "单位" and "村级周排查" in rows[0]
    assert any(row[0] == "青石镇人民政府" for row in rows)


def test_the_list_of_duties_is_exported_as_filtered_and_logged(county):
    client = county.client("qingshi.head")
    shown = client.get("/duties/?kind=report").context["count"]
    rows = sheet(client.get("/duties/export.xlsx?kind=report"))
    assert len(rows) - 1 == shown > 0
    assert {row[1] for row in rows[1:]} == {"青石镇人民政府"}


def test_the_system_administrator_finds_none_of_it(county):
    for url in ("/duties/calendar/", "/duties/matrix/", "/duties/units/qingshi/", "/duties/export.xlsx"):
        assert county.client("sysadmin").get(url).status_code == 404
