"""The five shipped notices against the tables in notices/: every row, every date of the whole campaign.

The tables are read by hand from the notices; the dates are walked day by day, without the engine.
"""

import datetime as dt
from itertools import pairwise

import pytest

from minewatch.lib.clock import SHANGHAI
from tests.duties.notices import BY_KEY, NOTICES, ROWS, rows
from tests.duties.notices.files import CALENDAR, called, changed, instants, notice

DATE = dt.date


def task_of(row):
    return notice(row.notice).tasks[row.code]


def shape(key):
    said = notice(key)
    return (
        said.signed_on,
        said.starts_on,
        said.ends_on,
        said.data.get("stages_may_overlap", False),
        tuple((code, stage.starts_on, stage.ends_on) for code, stage in said.stages.items()),
    )


# -- every row ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", NOTICES, ids=lambda told: told.key)
def test_period_signing_and_stages_are_the_notices(told):
    assert shape(told.key) == (told.signed, told.starts, told.ends, told.overlap, told.stages)


@pytest.mark.parametrize("told", NOTICES, ids=lambda told: told.key)
def test_file_has_every_row_of_the_table_and_no_other(told):
    assert list(notice(told.key).tasks) == [row.code for row in rows(told.key)]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row_is_as_the_notice_says(row):
    task, definition = task_of(row), notice(row.notice)
    assert (task.kind, task.stage, task.deadline["kind"]) == (row.kind, row.stage, row.deadline)
    assert tuple(task.data.get("also", ())) == row.also
    assert called(definition, task.hosts) == row.hosts
    assert set(called(definition, task.cooperating)) == row.cooperating
    assert called(definition, [task.to] if task.to else []) == ((row.to,) if row.to else ())
    assert task.needed == row.at_least
    assert bool(task.deadline.get("once")) == (row.due.startswith("once"))
    assert task.data["paragraph"] == row.paragraph
    assert task.data["text"] and task.name


@pytest.mark.parametrize("told", NOTICES, ids=lambda told: told.key)
def test_milestones_are_the_notices(told):
    found = [
        (row["code"], DATE.fromisoformat(str(row["on"])), row["paragraph"])
        for row in notice(told.key)["milestones"]
    ]
    assert found == list(told.milestones)
    assert all(row["text"] for row in notice(told.key)["milestones"])


def test_joint_rows_are_done_once():
    joint = {
        code for told in NOTICES for code, task in notice(told.key).tasks.items() if task.data.get("joint")
    }
    # the two without a date are joint in the text too, but owe nothing by themselves
    assert joint - {"PG-3.1", "PG-3.2"} == {row.code for row in ROWS if row.joint}


def test_rows_of_the_digest_are_all_there():
    digest = """XB-R1 XB-R2 XB-R3 XB-R4 XB-R5 XB-Q1 SZ-R1 SZ-R2 SZ-R3 SZ-R4 SZ-M1 SZ-P1 SZ-P2 PG-M1 PG-V1
        PG-P1 PG-P2 PG-P3 PG-D1 JC-M1 JC-M2 JC-R1 JC-R2 JC-R3 LZ-Q1 LZ-R1 LZ-M1 LZ-A1 LZ-V1""".split()
    tasks = """XB-1 XB-2 XB-3 XB-4 XB-5 XB-6 XB-7 XB-8 XB-9 XB-10 SZ-1 SZ-2 SZ-3 SZ-4 SZ-5 SZ-6 SZ-7 SZ-8 SZ-9
        SZ-10 PG-1.1 PG-1.2 PG-1.3 PG-1.4 PG-1.5 PG-1.6 PG-1.7 PG-2.1 PG-2.2 PG-2.3 PG-2.4 PG-2.5 PG-3.1
        PG-3.2 PG-3.3 PG-4.1 PG-4.2 PG-4.3 PG-4.4 PG-5.1 PG-5.2 PG-5.3 PG-5.4 JC-1 JC-2 JC-3 JC-4 JC-5 JC-6
        JC-7 JC-8 JC-9 JC-10 JC-11 JC-12 JC-13
        LZ-1 LZ-2 LZ-3 LZ-4 LZ-5 LZ-6 LZ-7 LZ-8 LZ-9 LZ-10 LZ-11""".split()
    known = {code for row in ROWS for code in (row.code, *row.also)}
    assert set(digest) | set(tasks) <= known


# -- every date --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_due_instant_of_the_whole_campaign(row):
    last = BY_KEY[row.notice].last
    assert instants(notice(row.notice), row.code, last) == row.instants()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_nothing_is_due_before_signing(row):
    told = BY_KEY[row.notice]
    assert all(due.astimezone(SHANGHAI).date() >= told.binds for due in row.instants())
    assert not instants(notice(row.notice), row.code, told.binds - dt.timedelta(days=1))


def test_xinbin_owes_42_monthly_reports_eleven_of_them_on_days_off():
    found = [due.date() for due in instants(notice("xinbin-2019"), "XB-R4", DATE(2022, 12, 31))]
    assert (len(found), found[0], found[-1]) == (42, DATE(2019, 7, 10), DATE(2022, 12, 10))
    assert [day.isoformat() for day in found if not CALENDAR.is_workday(day)] == [
        "2019-08-10",
        "2019-11-10",
        "2020-05-10",
        "2021-01-10",
        "2021-04-10",
        "2021-07-10",
        "2021-10-10",
        "2022-04-10",
        "2022-07-10",
        "2022-09-10",
        "2022-12-10",
    ]


def test_xinbin_half_year_and_year_summaries():
    half = instants(notice("xinbin-2019"), "XB-R2", DATE(2022, 12, 31))
    year = instants(notice("xinbin-2019"), "XB-R3", DATE(2022, 12, 31))
    assert [due.date().isoformat() for due in half] == ["2020-06-10", "2021-06-10", "2022-06-10"]
    assert [due.date().isoformat() for due in year] == [
        "2019-12-10",
        "2020-12-10",
        "2021-12-10",
        "2022-12-10",
    ]


def test_shizhong_owes_30_fridays_only_national_day_is_a_holiday():
    found = [due.date() for due in instants(notice("shizhong-2021"), "SZ-R1", DATE(2021, 12, 31))]
    assert (len(found), found[0], found[-1]) == (30, DATE(2021, 6, 11), DATE(2021, 12, 31))
    assert {day.weekday() for day in found} == {4}
    assert [day for day in found if not CALENDAR.is_workday(day)] == [DATE(2021, 10, 1)]


def test_jiaocheng_reports_at_18_from_the_signing_day_on():
    found = instants(notice("jiaocheng-2021"), "JC-R1", DATE(2021, 11, 30))
    assert found[0] == dt.datetime(2021, 4, 30, 18, tzinfo=SHANGHAI)
    assert {(due.hour, due.minute, due.second) for due in found} == {(18, 0, 0)}
    assert [f"{due:%m-%d}" for due in found] == (
        "04-30 05-15 05-30 06-15 06-30 07-15 07-30 08-15 08-30 09-15 09-30 10-15 10-30 11-15 11-30".split()
    )
    off = [f"{due:%m-%d}" for due in found if not CALENDAR.is_workday(due.date())]
    assert off == ["05-15", "05-30", "08-15", "10-30"]


@pytest.mark.parametrize(("year", "end"), [(2022, 28), (2023, 28), (2024, 29)])
def test_half_month_report_is_clamped_in_february(year, end):
    longer = changed("jiaocheng-2021", ends_on=f"{year}-03-31")
    found = [
        due for due in instants(longer, "JC-R1", DATE(year, 3, 31)) if (due.year, due.month) == (year, 2)
    ]
    assert [(due.day, due.hour) for due in found] == [(15, 18), (end, 18)]


def test_jiaocheng_meetings_every_two_and_ten_days_holidays_or_not():
    two = [due.date() for due in instants(notice("jiaocheng-2021"), "JC-M1", DATE(2021, 11, 30))]
    ten = [due.date() for due in instants(notice("jiaocheng-2021"), "JC-M2", DATE(2021, 11, 30))]
    assert (len(two), two[0], two[-1]) == (107, DATE(2021, 5, 2), DATE(2021, 11, 30))
    assert (len(ten), ten[0], ten[-1]) == (21, DATE(2021, 5, 10), DATE(2021, 11, 26))
    assert {(b - a).days for a, b in pairwise(two)} == {2}
    assert {(b - a).days for a, b in pairwise(ten)} == {10}
    assert DATE(2021, 10, 1) in [*two, *ten]


def test_pianguan_patrols_meetings_and_visits_over_two_years():
    last = DATE(2024, 9, 19)
    counts = {
        code: instants(notice("pianguan-2022"), code, last) for code in ("PG-P1", "PG-P2", "PG-P3", "PG-M1")
    }
    first = {code: f"{found[0]:%Y-%m-%d}" for code, found in counts.items()}
    assert first == {
        "PG-P1": "2022-09-30",
        "PG-P2": "2022-09-30",
        "PG-P3": "2022-09-25",
        "PG-M1": "2022-09-30",
    }
    assert {code: len(found) for code, found in counts.items()} == {
        "PG-P1": 8,
        "PG-P2": 24,
        "PG-P3": 104,
        "PG-M1": 8,
    }


def test_luzhai_quarters_and_years():
    last = DATE(2024, 12, 31)
    found = {
        code: [f"{due:%Y-%m-%d}" for due in instants(notice("luzhai-2022"), code, last)]
        for code in ("LZ-Q1", "LZ-7", "LZ-1", "LZ-M1", "LZ-11")
    }
    quarters = ["2022-12-31"] + [
        f"{year}-{end}" for year in (2023, 2024) for end in ("03-31", "06-30", "09-30", "12-31")
    ]
    years = ["2022-12-31", "2023-12-31", "2024-12-31"]
    assert found == {"LZ-Q1": quarters, "LZ-7": quarters, "LZ-1": years, "LZ-M1": years, "LZ-11": years}
