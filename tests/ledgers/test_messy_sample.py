"""The decision on every row of form1-messy.xlsx, written by hand before the reader was.

Sheet1 is 青石镇's with 填写时间 2022.9.31, a day that does not exist: its rows wait, kept and readable, until
the day is mended or a period is named. The sheet 黄沙乡 is another unit's.
"""

from datetime import date
from pathlib import Path

import pytest

from ledgers.official import ACCEPTED, NOTED, REFUSED, SKIPPED, judge_workbook, read_patrol_workbook
from tests.ledgers.refs import refs

MESSY = Path(__file__).parents[1] / "samples" / "form1-messy.xlsx"
EVERYWHERE = {"青石镇", "白杨镇", "黄沙乡人民政府"}

# (row, column, verdict, words of the reason); column "" is the row as a whole
CELLS = [
    (4, "point", NOTED, "“坐标”列不是台账的正式列，已一并读入"),
    (6, "location", NOTED, "合并单元格，取B5的内容"),
    (7, "point", NOTED, "由CGCS2000三度带X、Y换算为E111.51000,N39.44000"),
    (8, "", SKIPPED, "空行"),
    (9, "", NOTED, "该行在表中被隐藏"),
    (9, "point", NOTED, "先写纬度、后写经度"),
    (9, "illegal", NOTED, "“疑似”按“不清”记录"),
    (9, "beyond", NOTED, "“-”按“不清”记录"),
    (9, "irregular", NOTED, "“—”按“不清”记录"),
    (10, "location", NOTED, "只到村"),
    (10, "licence", NOTED, "“过期”按“不清”记录"),
    (10, "measures", REFUSED, "公式，没有计算结果"),
    (11, "seq", NOTED, "序号6与第10行重复"),
    (12, "", SKIPPED, "合计"),
]
FOREIGN_ROW = [(11, "location", REFUSED, "该位置属于白杨镇，不属于青石镇")]
FOREIGN_ROW_ALLOWED = [(11, "location", NOTED, "该位置属于白杨镇，记入白杨镇的台账")]
NO_DAY = [
    (3, "filled_on", REFUSED, "2022年9月31日不存在"),
    *((row, "", REFUSED, "填写时间无法使用") for row in (5, 6, 7, 9, 10, 11)),
]
PERIOD_NAMED = [
    (3, "filled_on", NOTED, "2022年9月31日不存在"),
    (5, "", ACCEPTED, ""),
]
HUANGSHA_REFUSED = [
    (2, "unit", REFUSED, "填报单位为黄沙乡"),
    *((row, "", REFUSED, "填报单位为黄沙乡") for row in range(4, 10)),
]
HUANGSHA_ACCEPTED = [(row, "", ACCEPTED, "") for row in range(4, 10)]

CASES = {
    "as uploaded by 青石镇": ({}, NO_DAY + CELLS + FOREIGN_ROW, HUANGSHA_REFUSED),
    "with the period named": (
        {"period": "2022-09"},
        PERIOD_NAMED + CELLS + FOREIGN_ROW,
        HUANGSHA_REFUSED,
    ),
    "by someone who may file for all": (
        {"period": "2022-09", "may_file_for": EVERYWHERE},
        PERIOD_NAMED + CELLS + FOREIGN_ROW_ALLOWED,
        HUANGSHA_ACCEPTED,
    ),
}


@pytest.fixture(scope="module")
def sheets():
    return read_patrol_workbook(MESSY)


@pytest.mark.parametrize("case", CASES)
def test_every_verdict_is_the_one_decided(sheets, case):
    options, *tables = CASES[case]
    judgements = judge_workbook(sheets, refs(), **options)
    assert [judgement.sheet for judgement in judgements] == ["Sheet1", "黄沙乡"]
    for judgement, table in zip(judgements, tables, strict=True):
        left = list(judgement.verdicts)
        for row, column, verdict, words in table:
            met = [
                v
                for v in left
                if (v.row, v.column, v.verdict) == (row, column, verdict) and words in v.reason
            ]
            assert met, (judgement.sheet, row, column, verdict, words)
            left.remove(met[0])
        assert not left, "a verdict nobody decided on"


def test_rows_count_as_decided(sheets):
    def counts(**options):
        return [
            {row.number: row.verdict for row in judgement.rows}
            for judgement in judge_workbook(sheets, refs(), **options)
        ]

    assert counts() == [dict.fromkeys((5, 6, 7, 9, 10, 11), REFUSED), dict.fromkeys(range(4, 10), REFUSED)]
    named = {5: ACCEPTED, 6: NOTED, 7: NOTED, 9: NOTED, 10: REFUSED, 11: REFUSED}
    assert counts(period="2022-09")[0] == named
    everywhere = counts(period="2022-09", may_file_for=EVERYWHERE)
    assert everywhere == [{**named, 11: NOTED}, dict.fromkeys(range(4, 10), ACCEPTED)]


def test_the_impossible_day_is_offered_a_mend_and_not_mended(sheets):
    head = next(v for v in judge_workbook(sheets, refs())[0].verdicts if v.column == "filled_on")
    assert head.coord == "G3"
    assert "2022年9月30日" in head.mend
    assert sheets[0].filled_on is None
    assert sheets[0].filled_suggestion == date(2022, 9, 30)


def test_refused_rows_keep_what_is_readable(sheets):
    row = judge_workbook(sheets, refs())[0].rows[4]
    assert row.number == 10
    assert row.texts["measures"] == '=CONCATENATE("责令","停产")'
    assert row.texts["remark"] == "证照2022年6月到期"
    assert row.facts["irregular"] == "yes"


def test_facts_of_the_accepted_rows(sheets):
    rows = {row.number: row for row in judge_workbook(sheets, refs(), period="2022-09")[0].rows}
    first = rows[5].facts
    assert (first["illegal"], first["illegal_text"]) == ("yes", "√")
    assert (first["lon"], first["lat"]) == pytest.approx((111.41, 39.45))
    assert (first["period"], first["patrolled_on"], first["precision"]) == (
        "2022-09",
        date(2022, 9, 30),
        "sheet",
    )
    assert rows[6].facts["location"] == "青石镇上湾村石门沟"
    third = rows[7].facts
    assert third["seq"] == 3
    assert (third["licence"], third["licence_text"]) == ("yes", "有（C1400002022097130012345）")
    assert (third["lon"], third["lat"]) == pytest.approx((111.51, 39.44), abs=1e-6)
    hidden = rows[9].facts
    assert (hidden["lon"], hidden["lat"]) == (111.4321, 39.4712)
    assert (hidden["illegal"], hidden["illegal_text"]) == ("unclear", "疑似")


def test_the_row_of_another_township_goes_to_its_ledger(sheets):
    first, _ = judge_workbook(sheets, refs(), period="2022-09", may_file_for=EVERYWHERE)
    units = {row.number: row.unit for row in first.accepted}
    assert units == {**dict.fromkeys((5, 6, 7, 9), "青石镇"), 11: "白杨镇"}


def test_the_signature_line_is_read(sheets):
    assert sheets[0].signatures == {"filler": "王某", "deputy": "李某", "head": ""}
    assert sheets[0].county_title == "示范县"
    assert sheets[0].unit_name == "青石镇人民政府"
