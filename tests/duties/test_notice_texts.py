"""What the shipped notices say besides dates: windows, days that do not exist, lists, catalogues, bodies."""

import datetime as dt
from itertools import pairwise

import pytest

from duties.models import Item
from ledgers.models.sites import SiteKind
from minewatch.lib.clock import midnight
from tests.duties.notices import BY_KEY, NOTICES, ROWS, rows
from tests.duties.notices.files import CALENDAR, changed, falls, instants, notice

DATE = dt.date
BY_CODE = {row.code: row for row in ROWS}
DATED = [row for row in ROWS if row.instants()]
RECURRING = [row for row in ROWS if row.deadline == "recurring"]
PER_PERIOD = [row for row in ROWS if row.deadline == "quota" and " per " in row.due]


def task_of(row):
    return notice(row.notice).tasks[row.code]


# -- windows -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", RECURRING, ids=str)
def test_window_policy_is_the_digests(row):
    assert task_of(row).deadline["schedule"]["window"] == row.window


@pytest.mark.parametrize("row", [*RECURRING, *PER_PERIOD], ids=str)
def test_windows_neither_overlap_nor_gap(row):
    found = falls(notice(row.notice), row.code, BY_KEY[row.notice].last)
    assert found
    if row.window == "to_date":
        assert {(one.window.start.month, one.window.start.day) for one in found} == {(1, 1)}
        return
    assert all(a.window.end == b.window.start for a, b in pairwise(found))


@pytest.mark.parametrize("code", ["XB-R3", "SZ-R1", "JC-R1"])
def test_first_window_opens_with_the_campaign(code):
    row = BY_CODE[code]
    first = falls(notice(row.notice), code, BY_KEY[row.notice].last)[0]
    assert first.window.start == midnight(BY_KEY[row.notice].starts)


@pytest.mark.parametrize("code", ["JC-M1", "JC-M2"])
def test_counted_meetings_open_with_the_day_they_are_counted_from(code):
    first = falls(notice("jiaocheng-2021"), code, DATE(2021, 11, 30))[0]
    assert first.window.start == midnight(DATE(2021, 4, 30))


def test_monthly_report_covers_the_month_before():
    first = falls(notice("xinbin-2019"), "XB-R4", DATE(2019, 8, 1))[0]
    assert (first.window.start, first.window.end) == (midnight(DATE(2019, 6, 1)), midnight(DATE(2019, 7, 1)))


# -- oddities ----------------------------------------------------------------------------------------------


def test_both_days_that_do_not_exist_are_kept_as_written_and_flagged():
    flagged = {
        code: (task.deadline["raw"], task.deadline["suggested"])
        for told in NOTICES
        for code, task in notice(told.key).tasks.items()
        if task.deadline["kind"] == "impossible"
    }
    assert flagged == dict.fromkeys(("XB-2", "XB-4"), ("2019年9月31日前", "2019-09-30"))


def test_the_impossible_days_lie_outside_their_stages():
    said = notice("xinbin-2019")
    assert said.stages[said.tasks["XB-2"].stage].ends_on < DATE(2019, 9, 30)
    assert said.stages[said.tasks["XB-4"].stage].starts_on > DATE(2019, 9, 30)


@pytest.mark.parametrize(("policy", "step"), [("previous", -1), ("next", 1)])
@pytest.mark.parametrize("code", ["XB-R4", "SZ-R1", "JC-R1"])
def test_holiday_policy_moves_only_days_off(code, policy, step):
    row = BY_CODE[code]
    moved = instants(
        changed(row.notice, holiday=policy), code, BY_KEY[row.notice].last + dt.timedelta(days=20)
    )
    kept = row.instants()
    assert len(moved) == len(kept)
    for before, after in zip(kept, moved, strict=True):
        day = before.date()
        while not CALENDAR.is_workday(day):
            day += dt.timedelta(days=step)
        assert (after.date(), after.time()) == (day, before.time())
    assert moved != kept


@pytest.mark.parametrize("row", DATED, ids=str)
def test_dates_stay_where_the_notice_put_them_unless_a_policy_says_otherwise(row):
    assert notice(row.notice).roll == "none"
    assert "roll" not in task_of(row).deadline.get("schedule", {})


@pytest.mark.parametrize("told", NOTICES, ids=lambda told: told.key)
def test_shifting_moves_single_days_and_keeps_weekdays_and_days_of_month(told):
    shifted, moved = notice(told.key).shifted_to(told.starts + dt.timedelta(days=364))
    assert moved == 364
    for row in rows(told.key):
        if row.deadline in ("fixed", "stage_end", "before") or " days from " in row.due:
            before = [due + dt.timedelta(days=364) for due in row.instants()]
            assert instants(shifted, row.code, told.last + dt.timedelta(days=364)) == before
    assert [row["deadline"].get("schedule", {}).get("days") for row in shifted.data["tasks"]] == [
        row["deadline"].get("schedule", {}).get("days") for row in notice(told.key).data["tasks"]
    ]


# -- what else a notice says -------------------------------------------------------------------------------


def objects(code):
    return task_of(BY_CODE[code]).data["objects"]


def test_object_lists_ask_what_the_notices_ask():
    labels = {
        code: [question["label"] for question in objects(code)["questions"]]
        for code in ("XB-2", "SZ-7", "JC-7b")
    }
    for words in (
        "企业属性",
        "矿种",
        "开采方式",
        "生产许可证",
        "安全许可证",
        "有无违法",
        "时间",
        "处理结果",
        "涉黑涉恶",
    ):
        assert any(words in label for label in labels["XB-2"]), words
    assert "原料来源" in labels["SZ-7"]
    for words in ("私自打开井口", "警示标识", "监管责任"):
        assert any(words in label for label in labels["JC-7b"]), words
    assert objects("XB-Q1")["times"] == 2
    assert objects("SZ-5")["categories"] == ["close", "demolish", "rectify"]


def test_lists_use_only_categories_and_kinds_of_site_that_exist():
    lists = {row.code: task_of(row).data["objects"] for row in ROWS if "objects" in task_of(row).data}
    codes = "XB-2 XB-Q1 XB-Q1a SZ-5 SZ-7 PG-1.3 PG-4.4 JC-3 JC-7 JC-7a JC-7b LZ-3 LZ-7 LZ-8".split()
    assert sorted(lists) == sorted(codes)
    for row in lists.values():
        assert set(row["categories"]) <= set(Item.Category.values), row["title"]
        kinds = {kind for question in row["questions"] for kind in question.get("site_kinds", ())}
        assert kinds | set(row["site_kinds"]) <= set(SiteKind.values), row["title"]


def test_questions_of_the_look_back_differ_by_kind_of_site():
    kinds = {tuple(question["site_kinds"]) for question in objects("JC-7b")["questions"]}
    assert len(kinds) == 2


@pytest.mark.parametrize(
    ("key", "named"),
    [
        ("xinbin-2019", {"unlicensed", "beyond", "gang"}),
        ("shizhong-2021", {"unlicensed", "beyond", "disguised", "processing", "transport"}),
        ("jiaocheng-2021", {"unlicensed", "disguised", "beyond", "reopened", "farmland", "other"}),
        ("luzhai-2022", {"overload", "tax", "tailings", "sublet", "affiliate", "explore_unlicensed", "fees"}),
        ("pianguan-2022", {"illegal_mining", "beyond", "river_sand", "power_supply"}),
    ],
)
def test_catalogue_names_the_notices_violations(key, named):
    assert named <= {row["code"] for row in notice(key)["violations"]}


def test_edges_go_where_the_notices_send_them():
    found = {
        (told.key, row["type"], row.get("from"), row.get("to", "") or row.get("to_name"))
        for told in NOTICES
        for row in notice(told.key)["routes"]
    }
    assert {
        ("xinbin-2019", "CRIMINAL", "nr", "police"),
        ("xinbin-2019", "GANG", "nr", "police"),
        ("xinbin-2019", "JURISDICTION", "nr", "emergency"),
        ("xinbin-2019", "JURISDICTION", "nr", "ecology"),
        ("pianguan-2022", "SUPERVISION", "police", "discipline"),
        ("pianguan-2022", "POWER_LIST", "townships", "power"),
        ("pianguan-2022", "HANDLES", None, "water"),
        ("jiaocheng-2021", "CRIMINAL", "nr", "police"),
        ("jiaocheng-2021", "CRIMINAL_RETURN", "police", "nr"),
        ("jiaocheng-2021", "RISK_LETTER", "police", "监管部门"),
        ("jiaocheng-2021", "APPROVER_NOTICE", "nr", "相关审批（许可）部门"),
        ("jiaocheng-2021", "PROCURATORATE", "police", "procuratorate"),
        ("luzhai-2022", "CRIMINAL", "members", "police"),
        ("luzhai-2022", "GANG", "nr", "gang_office"),
        ("luzhai-2022", "GANG", "water", "gang_office"),
        ("luzhai-2022", "GANG", "water", "县扫黑除恶专项斗争领导小组相关成员单位"),
    } <= found


def test_bodies_have_the_notices_seats():
    heads = {
        told.key: sum(
            post["title"] == "head" for body in notice(told.key)["bodies"] for post in body.get("posts", [])
        )
        for told in NOTICES
    }
    assert heads == {
        "xinbin-2019": 0,
        "shizhong-2021": 0,
        "pianguan-2022": 2,
        "jiaocheng-2021": 1,
        "luzhai-2022": 1,
    }
    forces = [body for body in notice("jiaocheng-2021")["bodies"] if body["kind"] == "task_force"]
    assert [(body["seat"], body["minimum"]) for body in forces] == [("nr", 10), ("police", 10)]
    group, command = notice("pianguan-2022")["bodies"][0], notice("luzhai-2022")["bodies"][0]
    assert [sum(post["title"] == "member" for post in body["posts"]) for body in (group, command)] == [10, 11]
