"""figures, make_report, export_ledger: what others rely on by name."""

import datetime as dt
import io
import json
from pathlib import Path

import docx
import openpyxl
import pytest
import time_machine
from django.core.management import CommandError, call_command

from core.models import AuditEntry
from duties.models import DutyRule
from ledgers.actions.entries import EntryRow, file_entry
from ledgers.models import Entry, Sheet, Signature
from reports.actions import submit
from reports.figures import FIGURES
from reports.models import Report
from tests.reports.factory import DAY, WEEK, correct, entry, instant, sheet
from tests.reports.test_figures import EXPECTED

CLEAN = "tests/samples/form1-qingshi-2022-09-clean.xlsx"


def run(name: str, *args: str) -> str:
    out = io.StringIO()
    call_command(name, *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def asked(county):
    """Townships owe the weekly and the monthly report."""
    schedules = {"weekly": {"kind": "weekly", "byday": ["FR"]}, "monthly": {"kind": "monthly", "days": [10]}}
    for kind, schedule in schedules.items():
        DutyRule.objects.create(
            key=f"report.{kind}",
            name=kind,
            kind="report",
            county=county.town.county,
            owner_kind="township",
            proof_kind=f"report.{kind}",
            schedule=schedule,
            basis="测试",
            valid_from=DAY,
            loaded_at=instant("2022-09-01 08:00"),
        )


def test_figures_gives_every_number_with_its_rows(county):
    found = json.loads(run("figures", "--agency", "qingshi", "--period", WEEK, "--json"))
    assert [set(item) for item in found] == [{"key", "value", "unit", "rows"}] * len(FIGURES)
    assert {item["key"]: item["value"] for item in found} == EXPECTED
    for item in found:
        rows = FIGURES[item["key"]].model.objects.filter(pk__in=item["rows"])
        measure = FIGURES[item["key"]].measure
        assert all(isinstance(key, str) for key in item["rows"])
        assert (sum(getattr(row, measure) for row in rows) if measure else len(rows)) == item["value"]
        assert len(rows) == len(item["rows"])


@pytest.mark.parametrize(
    "period, patrols", [("2022-09", 5), ("2022-Q3", 7), ("2022", 7), ("2022-09-20..2022-09-20", 4)]
)
def test_figures_reads_every_period(county, period, patrols):
    found = json.loads(run("figures", "--agency", "qingshi", "--period", period, "--json"))
    assert found[0]["key"] == "patrols"
    assert found[0]["value"] == patrols


@pytest.mark.parametrize(
    "args, words",
    [
        (("--agency", "nowhere", "--period", "2022-09"), "没有代码为“nowhere”的单位"),
        (("--agency", "qingshi", "--period", "九月"), "无法识别统计期“九月”"),
        (("--agency", "qingshi", "--period", "2022-13"), "不存在"),
    ],
)
def test_figures_says_in_chinese_what_is_wrong(county, args, words):
    with pytest.raises(CommandError, match=words) as caught:
        run("figures", *args)
    assert caught.value.returncode == 1


def test_commands_are_audited(county, tmp_path):
    run("figures", "--agency", "qingshi", "--period", WEEK)
    run("make_report", "weekly", "--agency", "qingshi", "--period", WEEK, "--out", str(tmp_path))
    run("export_ledger", "--agency", "qingshi", "--period", "2022-09", "--out", str(tmp_path / "a.xlsx"))
    rows = AuditEntry.objects.filter(verb="command.run").order_by("id")
    assert [row.facts["command"] for row in rows] == ["figures", "make_report", "export_ledger"]
    assert {row.agency_id for row in rows} == {county.town.pk}
    assert {row.actor_label for row in rows} == {"系统"}


def test_make_report_writes_both_papers_and_opens_one_draft(county, asked, tmp_path):
    told = run(
        "make_report", "weekly", "--agency", "qingshi", "--period", WEEK, "--out", str(tmp_path / "new")
    )
    again = run(
        "make_report", "weekly", "--agency", "qingshi", "--period", WEEK, "--out", str(tmp_path / "new")
    )
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "weekly-qingshi-2022-W38.docx",
        "weekly-qingshi-2022-W38.xlsx",
    ]
    assert "巡查点位\t4条\t累计7" in told
    assert told == again
    assert Report.objects.count() == 1
    words = "\n".join(
        line.text for line in docx.Document(tmp_path / "new/weekly-qingshi-2022-W38.docx").paragraphs
    )
    assert "2022年9月17日至9月23日，共巡查检查点位4条" in words


def test_make_report_gives_the_frozen_numbers_once_submitted(county, asked, tmp_path):
    args = ("make_report", "monthly", "--agency", "qingshi", "--period", "2022-09", "--out", str(tmp_path))
    run(*args)
    submit(report=Report.objects.get(), member=county.cast.qingshi_filler)
    row = entry(county.town, people=50)
    correct(row, instant("2022-09-21 09:00"), people=70)
    told = run(*args)
    assert "巡查点位\t5条" in told
    assert "已报送，数字已固定" in told


@pytest.mark.parametrize(
    "args, words",
    [
        (("daily", "--agency", "qingshi", "--period", WEEK), "没有这种报表"),
        (("weekly", "--agency", "nowhere", "--period", WEEK), "没有代码为"),
        (("weekly", "--agency", "qingshi", "--period", "2022-09"), "周报的期间请写作 2022-W38"),
        (("monthly", "--agency", "qingshi", "--period", WEEK), "月报的期间请写作 2022-09"),
        (("monthly", "--agency", "qingshi", "--period", "下个月"), "月报的期间无法识别"),
        (("monthly", "--agency", "qingshi", "--period", "2199-01"), "这一期还没有开始"),
    ],
)
def test_make_report_refuses_in_words(county, tmp_path, args, words):
    with pytest.raises(CommandError, match=words):
        run("make_report", *args, "--out", str(tmp_path))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("unit", ["shangwan", "nr", "police"])
def test_make_report_stores_nothing_for_a_unit_that_owes_no_report(county, asked, tmp_path, unit):
    told = run("make_report", "weekly", "--agency", unit, "--period", WEEK, "--out", str(tmp_path))
    assert "该单位没有这项报送任务，仅生成文件，未登记报表" in told
    assert len(list(tmp_path.iterdir())) == 2
    assert not Report.objects.exists()
    assert not AuditEntry.objects.filter(verb="report.opened").exists()


def test_make_report_stores_no_draft_when_the_folder_takes_no_files(county, asked, tmp_path):
    (tmp_path / "file").touch()
    for place in ("/dev/null", "/dev/null/x", "/proc/nowhere", str(tmp_path / "file")):
        with pytest.raises(CommandError, match="无法写入.*(不是目录|不存在)。"):
            run("make_report", "weekly", "--agency", "qingshi", "--period", WEEK, "--out", place)
    assert not Report.objects.exists()


def texts(path: Path, title: str | None = None) -> list[list]:
    book = openpyxl.load_workbook(path)
    page = book[title] if title else book.worksheets[0]
    return [[cell.value for cell in row] for row in page.iter_rows()]


def test_export_merges_the_units_into_one_book(county, tmp_path):
    run(
        "export_ledger",
        "--form",
        "patrol",
        "--agency",
        "office",
        "--period",
        "2022-09",
        "--out",
        str(tmp_path / "a.xlsx"),
    )
    rows = texts(tmp_path / "a.xlsx")
    assert rows[0][0] == "示范县严厉打击非法违法开采矿产资源行为巡查检查台账"
    assert rows[1][0] == "填报单位(盖章):示范县打击非法采矿专班办公室"
    assert rows[1][5] == "填写时间:2022年9月30日"
    assert [row[0] for row in rows[3:9]] == [1, 2, 3, 4, 5, 6]
    assert rows[9][0] == "填表人:"
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["巡查检查台账"]


def test_export_prints_the_words_as_written_and_who_signed(cast, tmp_path):
    town = cast.unit("qingshi")
    row = entry(town, licence="yes", licence_text="有（C1400002022）", measures="=1+1", remark="夜间")
    page = row.sheet
    type(page).objects.filter(pk=page.pk).update(status="signed", round=2, filled_on=DAY)
    for step, name, acting, at in (
        ("filler", "甲", False, 2),
        ("deputy", "旧", False, 1),
        ("deputy", "乙", False, 2),
        ("head", "丙", True, 2),
    ):
        Signature.objects.create(
            sheet=page,
            step=step,
            round=at,
            member=cast.qingshi_head,
            name=name,
            acting=acting,
            at=instant("2022-09-30 09:00"),
        )
    run("export_ledger", "--agency", "qingshi", "--period", "2022-09", "--out", str(tmp_path / "a.xlsx"))
    rows = texts(tmp_path / "a.xlsx")
    assert rows[1][5] == "填写时间:2022年9月20日"
    assert rows[3][3] == "有（C1400002022）"
    assert rows[3][8] == "=1+1"
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active["I4"].data_type == "s"
    assert [rows[4][0], rows[4][3], rows[4][7]] == ["填表人:甲", "分管领导:乙", "主要负责人:丙（代签）"]


def exported(tmp_path, agency: str, *more: str):
    run("export_ledger", "--agency", agency, "--period", "2022-09", "--out", str(tmp_path / "a.xlsx"), *more)
    return openpyxl.load_workbook(tmp_path / "a.xlsx")


def test_a_township_exports_a_sheet_per_unit(county, tmp_path):
    book = exported(tmp_path, "qingshi")
    assert book.sheetnames == ["青石镇人民政府", "青石镇上湾村村民委员会"]
    assert sum(len(texts(tmp_path / "a.xlsx", name)) - 6 for name in book.sheetnames) == 5


def test_the_county_may_have_its_book_split(county, tmp_path):
    assert len(exported(tmp_path, "office", "--split").sheetnames) > 2


def test_what_is_exported_reads_back_with_nothing_added(cast, tmp_path):
    """Villages file by week, townships by month, bureaux by quarter; paper bears one day for all rows."""
    for unit, place, *days in (
        ("qingshi", "青石镇东沟", dt.date(2022, 9, 6), dt.date(2022, 9, 20)),
        ("shangwan", "青石镇上湾村西坡", dt.date(2022, 9, 1), dt.date(2022, 9, 8), dt.date(2022, 9, 29)),
        ("nr", "白杨镇北山", dt.date(2022, 7, 5), dt.date(2022, 9, 5)),
        ("baiyang", "白杨镇南沟", dt.date(2022, 9, 5)),
    ):
        for day in days:
            answers = dict.fromkeys(("licence", "shallow", "illegal", "beyond", "irregular"), "no")
            row = EntryRow(location=place, patrolled_on=day, **answers)
            file_entry(member=None, agency=cast.unit(unit), row=row)
    out = str(tmp_path / "a.xlsx")
    for unit, period, count, *more in (
        ("qingshi", "2022-09", 5),
        ("nr", "2022-Q3", 8, "--split"),
        ("nr", "2022-09", 7, "--split"),
        ("office", "2022-09", 7, "--split"),
    ):
        run("export_ledger", "--agency", unit, "--period", period, "--out", out, *more)
        assert f"读取{count}行，新增0行，已有{count}行" in run("import_ledger", out, "--agency", unit), unit
    assert Entry.objects.count() == 8


def test_with_a_member_the_members_own_rights_decide_what_a_county_book_may_file(cast, tmp_path):
    run("import_ledger", CLEAN, "--agency", "office", "--dry-run")
    with pytest.raises(CommandError, match="有内容未采用"):
        run("import_ledger", CLEAN, "--agency", "office", "--member", "office", "--dry-run")


@time_machine.travel("2022-09-22 10:00+08:00", tick=False)
def test_filled_on_is_never_after_today_nor_an_early_day_of_a_long_window(cast, tmp_path):
    row = entry(cast.unit("nr"), dt.date(2022, 7, 5))
    Sheet.objects.filter(pk=row.sheet_id).update(filled_on=dt.date(2022, 7, 6))
    for period, words in (
        ("2022-07", "填写时间:2022年7月6日"),
        ("2022-07-01..2022-08-31", "填写时间:2022年8月31日"),
        ("2022-Q3", "填写时间:2022年9月22日"),
    ):
        run("export_ledger", "--agency", "nr", "--period", period, "--out", str(tmp_path / "a.xlsx"))
        assert texts(tmp_path / "a.xlsx")[1][5] == words


def test_the_clean_sample_comes_out_as_it_went_in(cast, tmp_path):
    args = ("--agency", "qingshi", "--member", "qingshi.filler")
    run("import_ledger", CLEAN, *args)
    exported(tmp_path, "qingshi")
    ours, sample = texts(tmp_path / "a.xlsx"), texts(CLEAN)
    names = 27  # 填表人 …: the sample was signed with a pen, ours by nobody yet
    assert [row for n, row in enumerate(ours) if n != names] == [
        row for n, row in enumerate(sample) if n != names
    ]
    assert "新增0行" in run("import_ledger", str(tmp_path / "a.xlsx"), *args)


def test_export_of_nothing_is_the_blank_form(cast, tmp_path):
    sheet(cast.unit("qingshi"))
    run("export_ledger", "--agency", "qingshi", "--period", "2022-09", "--out", str(tmp_path / "a.xlsx"))
    assert len(texts(tmp_path / "a.xlsx")) == 10


@pytest.mark.parametrize(
    "args, words",
    [
        (("--form", "secret", "--out", "a.xlsx"), "没有这种表格"),
        (("--out", "a.csv"), "须以 .xlsx 结尾"),
        (("--out", "/proc/nowhere/a.xlsx"), "无法写入"),
    ],
)
def test_export_refuses_in_words(county, args, words):
    with pytest.raises(CommandError, match=words):
        run("export_ledger", "--agency", "qingshi", "--period", "2022-09", *args)
