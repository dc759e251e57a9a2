"""巡查覆盖: patrols due and sites visited, by village, township, grid and 包联 area; 漏查 opens its sites."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
import time_machine

from duties.models import Assignment, Duty
from ledgers.actions.entries import withdraw
from ledgers.coverage import coverage, total
from ledgers.models import Inspection, InspectionSite
from minewatch.lib.clock import SHANGHAI
from minewatch.lib.periods import parse_period
from tests.ledgers.make import entry, site

NOW = dt.datetime(2022, 9, 20, 9, tzinfo=SHANGHAI)
DAY = dt.timedelta(days=1)
PERIOD = parse_period("2022-09")
BYS = ("village", "township", "grid", "leader")


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def county(cast):
    """Sites in three villages and one at the township; patrol duties; one site was visited."""
    cast.visited = site(cast, name="一号矿", grid="一网格")
    cast.missed = site(cast, name="二号矿", grid="一网格")
    cast.other = site(cast, name="三号矿", village="xiawan")
    cast.whole = site(cast, name="镇属矿", village=None)
    cast.far = site(cast, "baiyang", "liulin", name="远处矿", grid="一网格")
    site(cast, name="已停用", is_active=False)
    entry(cast, "shangwan.filler", "shangwan", site=cast.visited, patrolled_on=NOW.date())
    for n, (unit, status, due) in enumerate(
        (
            ("shangwan", "fulfilled", DAY),
            ("shangwan", "open", -DAY),
            ("xiawan", "open", DAY),
            ("qingshi", "open", -DAY),
            ("baiyang", "fulfilled", DAY),
            ("nr", "open", DAY),
        )
    ):
        Duty.objects.create(
            key=f"p:{n}",
            kind="patrol",
            title="巡查",
            agency=cast.unit(unit),
            role="filler",
            status=status,
            due_at=NOW + due,
            first_done_at=NOW if status == "fulfilled" else None,
        )
    Duty.objects.create(
        key="r:1", kind="report", title="周报", agency=cast.unit("shangwan"), role="filler", due_at=NOW
    )
    return cast


def lines(cast, by, who="office"):
    return {line.label: line for line in coverage(cast.member(who), PERIOD, NOW, by)}


def numbers(line):
    return (line.due, line.done, line.late, line.missing, line.sites, line.visited, line.missed)


def test_a_village_has_its_patrols_and_its_missed_sites(county):
    found = lines(county, "village")
    assert list(found) == [
        "县直单位",
        "青石镇（本级）",
        "青石镇上湾村",
        "青石镇下湾村",
        "白杨镇（本级）",
        "白杨镇柳林村",
    ]
    assert numbers(found["青石镇上湾村"]) == (2, 1, 1, 1, 2, 1, 1)
    assert numbers(found["青石镇（本级）"]) == (1, 0, 1, 1, 1, 0, 1)


def test_a_township_sums_its_villages(county):
    assert numbers(lines(county, "township")["青石镇"]) == (4, 1, 2, 3, 4, 1, 3)


def test_a_grid_of_the_same_name_in_another_township_is_another_grid(county):
    found = lines(county, "grid")
    assert list(found) == ["青石镇 未划网格", "青石镇 一网格", "白杨镇 一网格"]
    assert (found["青石镇 一网格"].sites, found["青石镇 一网格"].missed) == (2, 1)


def test_areas_of_leaders_stand_by_code_not_by_merit(county):
    for code in ("baiyang", "shangwan", "qingshi"):
        Assignment.objects.create(
            county=county.county,
            leader=county.member("leader"),
            division=county.unit(code).division,
            valid_from=dt.date(2022, 9, 10),
        )
    gone = county.unit("huangsha").division
    Assignment.objects.create(
        county=county.county,
        leader=county.member("leader"),
        division=gone,
        valid_from=dt.date(2022, 1, 1),
        valid_to=dt.date(2022, 8, 31),
    )
    found = coverage(county.member("office"), PERIOD, NOW, "leader")
    assert [line.label for line in found] == ["青石镇", "上湾村", "白杨镇"]
    assert numbers(found[0]) == (4, 1, 2, 3, 4, 1, 3)
    page = county.client("office").get("/ledgers/coverage/?period=2022-09&by=leader")
    (table,) = page.context["tables"]
    assert "total" not in table and "督办县领导" in table["rows"][0]["label"]


def test_a_withdrawn_patrol_and_one_of_another_month_do_not_count(county):
    row = county.visited.entries.get()
    withdraw(entry=row, member=county.member("shangwan.filler"), reason="填错")
    entry(county, "shangwan.filler", "shangwan", site=county.missed, patrolled_on=dt.date(2022, 8, 31))
    assert lines(county, "village")["青石镇上湾村"].visited == 0


def inspected(county, kind="joint", status="filed"):
    found = Inspection.objects.create(
        agency=county.unit("office"),
        kind=kind,
        title="联合检查",
        starts_at=NOW,
        status=status,
        created_by=county.member("office"),
    )
    InspectionSite.objects.create(inspection=found, site=county.missed, checklist="general")
    return found


def test_a_filed_inspection_visits_its_sites_a_draft_does_not(county):
    found = inspected(county, status="draft")
    assert lines(county, "village")["青石镇上湾村"].visited == 1
    Inspection.objects.filter(pk=found.pk).update(status="filed")
    assert lines(county, "village")["青石镇上湾村"].visited == 2


def test_a_secret_inspection_changes_no_number_of_the_unit_it_concerns(county):
    inspected(county, kind="secret")
    assert lines(county, "village", "qingshi.filler")["青石镇上湾村"].visited == 1
    assert lines(county, "village", "office")["青石镇上湾村"].visited == 2


@pytest.mark.parametrize("who", ["office", "qingshi.filler", "shangwan.filler", "police.officer"])
def test_sums_agree_whatever_the_grouping(county, who):
    member = county.member(who)
    village, township, grid = (
        total(coverage(member, PERIOD, NOW, by)) for by in ("village", "township", "grid")
    )
    assert numbers(village) == numbers(township)
    assert numbers(village)[4:] == numbers(grid)[4:]


@pytest.mark.parametrize("by", BYS)
@pytest.mark.parametrize("who", ["office", "qingshi.filler"])
def test_every_number_opens_its_rows(county, by, who):
    Assignment.objects.create(
        county=county.county,
        leader=county.member("leader"),
        division=county.unit("qingshi").division,
        valid_from=dt.date(2022, 9, 1),
    )
    client = county.client(who)
    (table,) = client.get(f"/ledgers/coverage/?period=2022-09&by={by}").context["tables"]
    seen = 0
    for row in [*table["rows"], *([table["total"]] if "total" in table else [])]:
        for cell in row["cells"]:
            if cell["value"]:
                seen += 1
                assert client.get(cell["url"]).context["count"] == cell["value"], (row["label"], cell)
    assert seen >= 5


def test_the_missed_sites_are_listed_with_their_last_visit(county):
    page = county.client("qingshi.filler").get(
        "/ledgers/coverage/sites/?period=2022-09&by=village&of=999921100201&state=missed"
    )
    assert [row["cells"][0]["text"] for row in page.context["rows"]] == ["二号矿"]
    page = county.client("qingshi.filler").get(
        "/ledgers/coverage/sites/?period=2022-09&by=village&of=999921100201&state=visited"
    )
    (row,) = page.context["rows"]
    shown = county.client("qingshi.filler").get(row["cells"][5]["url"])
    assert row["cells"][5]["text"] == "2022-09-20" and shown.context["count"] == 1


def test_a_township_sees_its_own_places_only(county):
    text = county.client("baiyang.filler").get("/ledgers/coverage/?period=2022-09").content.decode()
    assert "柳林村" in text and "上湾村" not in text
    page = county.client("baiyang.filler").get("/ledgers/coverage/sites/?by=village&of=999921100201")
    assert page.context["count"] == 0


def test_what_an_address_says_wrongly_shows_nothing_rather_than_failing(county):
    client = county.client("office")
    for query in (
        "by=leader&of=x",
        f"by=leader&of={'9' * 40}",
        "by=grid&of=~",
        "state=zzz",
        "period=?",
    ):
        assert client.get(f"/ledgers/coverage/sites/?{query}").status_code == 200, query


def test_the_exports_hold_the_lines_and_the_sites(county):
    client = county.client("office")
    data = client.get("/ledgers/coverage/export.xlsx?period=2022-09&by=township").getvalue()
    rows = list(openpyxl.load_workbook(io.BytesIO(data)).active.values)
    assert rows[2] == ("青石镇", 4, 1, 2, 3, 4, 1, 3) and rows[-1][0] == "合计"
    data = client.get("/ledgers/coverage/sites/export.xlsx?period=2022-09&state=missed").getvalue()
    names = [row[0] for row in openpyxl.load_workbook(io.BytesIO(data)).active.values][1:]
    assert sorted(names) == sorted(["二号矿", "三号矿", "镇属矿", "远处矿"])


@pytest.mark.parametrize("who", ["auditor", "sysadmin"])
def test_those_without_business_find_nothing(county, who):
    for url in ("/ledgers/coverage/", "/ledgers/coverage/sites/", "/ledgers/coverage/export.xlsx"):
        assert county.client(who).get(url).status_code == 404
