"""完成情况: by unit, by township, by campaign; every number opens exactly its rows and sums agree."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
import time_machine

from duties.coverage import coverage, total
from duties.models import Campaign, Duty
from minewatch.lib.clock import SHANGHAI
from minewatch.lib.periods import parse_period

NOW = dt.datetime(2022, 9, 20, 9, tzinfo=SHANGHAI)
DAY = dt.timedelta(days=1)
PERIOD = parse_period("2022-09")
UNITS = ("nr", "water", "qingshi", "shangwan", "xiawan", "baiyang")


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def duties(cast):
    """For each unit: late and open, late and done, done in time, still to come; then what never counts."""
    campaign = Campaign.objects.create(
        county=cast.county, key="jc", name="专项行动", starts_on=dt.date(2022, 1, 1), status="running"
    )
    kinds = (
        ("open", -DAY, None),
        ("fulfilled", -2 * DAY, -DAY),
        ("fulfilled", DAY, -DAY),
        ("open", 2 * DAY, None),
        ("waived", -DAY, None),
        ("open", 40 * DAY, None),
    )
    for unit in UNITS:
        for n, (status, due, first) in enumerate(kinds):
            Duty.objects.create(
                key=f"{unit}:{n}",
                kind="task",
                title=f"{unit} {n}",
                agency=cast.unit(unit),
                role="filler",
                status=status,
                due_at=NOW + due,
                first_done_at=NOW + first if first else None,
                campaign=campaign if n % 2 else None,
            )
        Duty.objects.create(
            key=f"{unit}:old",
            kind="task",
            title="历史",
            agency=cast.unit(unit),
            role="filler",
            due_at=NOW - DAY,
            history=True,
        )
    return cast


def lines(cast, by, who="office"):
    return {line.label: line for line in coverage(cast.member(who), PERIOD, NOW, by)}


def test_each_unit_has_its_numbers(duties):
    line = lines(duties, "unit")["上湾村"]
    assert (line.due, line.done, line.late, line.missing) == (4, 2, 2, 2)


def test_a_township_sums_its_villages_and_the_bureaus_stand_apart(duties):
    found = lines(duties, "township")
    assert list(found) == ["县直单位", "青石镇", "白杨镇"]
    assert (found["青石镇"].due, found["青石镇"].missing) == (12, 6)
    assert found["县直单位"].due == 8


def test_what_is_of_no_campaign_is_its_own_line(duties):
    found = lines(duties, "campaign")
    assert {name: line.due for name, line in found.items()} == {"专项行动": 12, "日常任务": 12}


@pytest.mark.parametrize("who", ["office", "qingshi.filler", "water.officer", "leader"])
def test_every_way_of_grouping_gives_the_same_sum(duties, who):
    sums = [total(coverage(duties.member(who), PERIOD, NOW, by)) for by in ("unit", "township", "campaign")]
    told = {(line.due, line.done, line.late, line.missing) for line in sums}
    assert len(told) == 1 and next(iter(told))[0] > 0


@pytest.mark.parametrize("by", ["unit", "township", "campaign"])
@pytest.mark.parametrize("who", ["office", "qingshi.filler", "water.officer"])
def test_every_number_opens_its_rows(duties, by, who):
    client = duties.client(who)
    (table,) = client.get(f"/duties/coverage/?period=2022-09&by={by}").context["tables"]
    seen = 0
    for row in [*table["rows"], table["total"]]:
        for cell in row["cells"]:
            if cell["url"]:
                seen += 1
                assert client.get(cell["url"]).context["count"] == cell["value"], (row["label"], cell)
    assert seen >= 8


def test_a_receiver_opens_the_rows_of_units_it_does_not_read(duties):
    Duty.objects.filter(key="qingshi:0").update(recipient=duties.unit("water"))
    client = duties.client("water.officer")
    (table,) = client.get("/duties/coverage/?period=2022-09").context["tables"]
    row = next(row for row in table["rows"] if row["label"] == "青石镇")
    assert row["cells"][0]["value"] == 1
    assert client.get(row["cells"][0]["url"]).context["count"] == 1


def test_the_list_says_what_it_is_narrowed_to_and_lets_it_go(duties):
    page = duties.client("office").get("/duties/?area=999921100&state=owed&period=2022-09")
    assert "青石镇" in [chip["label"] for chip in page.context["chips"]]
    page = duties.client("office").get("/duties/?standing=1&state=owed&period=2022-09")
    assert "日常任务" in [chip["label"] for chip in page.context["chips"]]


def test_the_export_holds_the_lines_of_the_page(duties):
    client = duties.client("office")
    data = client.get("/duties/coverage/export.xlsx?period=2022-09&by=township").getvalue()
    rows = list(openpyxl.load_workbook(io.BytesIO(data)).active.values)
    assert rows[0] == ("乡镇", "应完成", "已完成", "逾期", "未完成")
    assert rows[2] == ("青石镇", 12, 6, 6, 6)
    assert rows[-1][0] == "合计" and rows[-1][1] == sum(row[1] for row in rows[1:-1])


def test_a_period_that_cannot_be_read_and_an_unknown_tab_are_said_not_failed(duties):
    page = duties.client("office").get("/duties/coverage/?period=xx&by=person")
    assert page.status_code == 200 and "无法识别统计期" in page.content.decode()


@pytest.mark.parametrize("who", ["auditor", "sysadmin"])
def test_those_without_business_find_nothing(duties, who):
    for url in ("/duties/coverage/", "/duties/coverage/export.xlsx"):
        assert duties.client(who).get(url).status_code == 404
