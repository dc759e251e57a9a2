"""Official form 1: the golden to the cell, the way back, marks and keys."""

import os
import shutil
import subprocess
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from ledgers.columns import official_texts
from ledgers.official import (
    ACCEPTED,
    NOTED,
    REFUSED,
    PatrolBook,
    identity,
    judge_workbook,
    mark_workbook,
    merged_book,
    read_patrol_workbook,
    write_patrol_book,
)
from ledgers.official.layout import LABELS
from minewatch.lib.periods import BadPeriod
from minewatch.lib.xlsx import read_workbook
from tests.ledgers.refs import refs

SAMPLES = Path(__file__).parents[1] / "samples"
BLANK = SAMPLES / "form1-patrol-ledger-blank.xlsx"
CLEAN = SAMPLES / "form1-qingshi-2022-09-clean.xlsx"
MESSY = SAMPLES / "form1-messy.xlsx"


def picture(path: Path) -> dict:
    """Everything of the first sheet that paper or screen shows."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    cells = {
        cell.coordinate: (
            cell.value,
            cell.data_type,
            cell.number_format,
            (cell.font.name, cell.font.sz, cell.font.b, cell.font.i),
            tuple(getattr(cell.border, side).style for side in ("left", "right", "top", "bottom")),
            (cell.alignment.horizontal, cell.alignment.vertical, bool(cell.alignment.wrap_text)),
            cell.fill.fill_type,
        )
        for row in sheet.iter_rows()
        for cell in row
    }
    setup = sheet.page_setup
    return {
        "title": sheet.title,
        "cells": cells,
        "merges": sorted(map(str, sheet.merged_cells.ranges)),
        "widths": {letter: column.width for letter, column in sheet.column_dimensions.items()},
        "heights": {number: row.height for number, row in sheet.row_dimensions.items() if row.height},
        "freeze": sheet.freeze_panes,
        "print": (sheet.print_title_rows, setup.orientation, setup.paperSize, setup.fitToWidth, setup.scale),
        "margins": [getattr(sheet.page_margins, side) for side in ("left", "right", "top", "bottom")],
    }


def book_of(judgement, **more) -> PatrolBook:
    rows = [official_texts(row.facts) for row in judgement.rows]
    return PatrolBook("示范县", "青石镇人民政府", judgement.filled_on, rows, ("王某", "李某", "赵某"), **more)


def clean():
    return judge_workbook(read_patrol_workbook(CLEAN), refs())[0]


# ---------------------------------------------------------------- out


def test_a_blank_export_is_the_golden(tmp_path):
    write_patrol_book(tmp_path / "blank.xlsx", [PatrolBook("偏关县")])
    assert picture(tmp_path / "blank.xlsx") == picture(BLANK)


def test_a_filled_export_is_the_clean_sample(tmp_path):
    write_patrol_book(tmp_path / "filled.xlsx", [book_of(clean())])
    ours, sample = picture(tmp_path / "filled.xlsx"), picture(CLEAN)
    # the sample leaves heights to the software; ours show every wrapped line wherever it is printed
    heights, _none = ours.pop("heights"), sample.pop("heights")
    assert ours == sample
    assert heights[4] == 30


def test_several_units_get_a_sheet_each_and_are_read_back(tmp_path):
    rows = [["1", "黄沙乡沙梁村东沟", "煤", "无", "否", "否", "否", "否", "无异常", ""]]
    books = [book_of(clean()), PatrolBook("示范县", "黄沙乡人民政府", date(2022, 9, 28), rows)]
    write_patrol_book(tmp_path / "county.xlsx", books)
    sheets = read_patrol_workbook(tmp_path / "county.xlsx")
    assert [(sheet.title, sheet.unit_name, len(sheet.rows)) for sheet in sheets] == [
        ("青石镇人民政府", "青石镇人民政府", 24),
        ("黄沙乡人民政府", "黄沙乡人民政府", 1),
    ]
    assert [len(j.accepted) for j in judge_workbook(sheets, refs(), may_file_for={"黄沙乡"})] == [24, 1]


def test_the_one_sheet_summary_numbers_rows_anew(tmp_path):
    book = book_of(clean())
    merged = merged_book("示范县", "专班办公室", date(2022, 9, 30), [book, book])
    assert [row[0] for row in merged.rows] == [str(number) for number in range(1, 49)]


@pytest.mark.parametrize("name", ["青石镇/人民*政府", "[青石]" * 20, "_minewatch", "", "'"])
def test_sheet_names_are_what_the_format_allows(tmp_path, name):
    write_patrol_book(
        tmp_path / "named.xlsx", [PatrolBook("示范县", sheet=name), PatrolBook("示范县", sheet=name)]
    )
    titles = openpyxl.load_workbook(tmp_path / "named.xlsx").sheetnames
    assert len(set(titles)) == 2
    assert all(0 < len(title) <= 31 for title in titles)


PAYLOADS = [
    "=1+1",
    "+86 138",
    "-5℃",
    "@SUM(A1)",
    "\t=1",
    "＝1+1",
    '=HYPERLINK("http://x","y")',
    "a\x00b\x0bc",
    "_x0041_",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_a_formula(tmp_path, payload):
    row = ["1", *[payload] * 9]
    book = PatrolBook("=示范县", "=cmd|' /C calc'!A0", None, [row], (payload, payload, payload))
    write_patrol_book(tmp_path / "live.xlsx", [book])
    cells = [c for s in read_workbook(tmp_path / "live.xlsx") for _, row in s for c in row.values()]
    assert {cell.kind for cell in cells} == {"text", "number"}
    shown = payload.replace("\x00", "").replace("\x0b", "")
    assert sum(cell.text == shown for cell in cells) == 9


# ---------------------------------------------------------------- in


def test_the_clean_sample_raises_no_question():
    judgement = clean()
    assert (judgement.unit, judgement.period, judgement.filled_on) == ("青石镇", "2022-09", date(2022, 9, 23))
    assert [row.verdict for row in judgement.rows] == [ACCEPTED] * 24
    assert {verdict.verdict for verdict in judgement.verdicts} == {ACCEPTED}
    assert all(row.facts["lon"] and row.facts["precision"] == "sheet" for row in judgement.rows)
    assert len({row.identity for row in judgement.rows}) == 24


def test_write_read_judge_gives_equal_values(tmp_path):
    before = clean()
    write_patrol_book(tmp_path / "round.xlsx", [book_of(before)])
    after = judge_workbook(read_patrol_workbook(tmp_path / "round.xlsx"), refs())[0]
    assert [(row.facts, row.identity, row.nth) for row in after.rows] == [
        (row.facts, row.identity, row.nth) for row in before.rows
    ]
    assert after.signatures == before.signatures


def soffice() -> str:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if not found and os.environ.get("MINEWATCH_REQUIRE_SERVICES") == "1":
        pytest.fail("NOT RUN: LibreOffice is required here and is missing")
    if not found:
        pytest.skip("NOT RUN: no LibreOffice – install libreoffice-calc for the office round trip")
    return found


@pytest.mark.office
def test_a_copy_saved_by_an_office_program_reads_the_same(tmp_path):
    before = clean()
    keys = [f"r{row.number}" for row in before.rows]
    write_patrol_book(tmp_path / "round.xlsx", [book_of(before, row_keys=keys)])
    command = [
        soffice(),
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "xlsx",
    ]
    subprocess.run(
        [*command, "--outdir", tmp_path / "saved", tmp_path / "round.xlsx"],
        check=True,
        capture_output=True,
        timeout=120,
    )
    sheets = read_patrol_workbook(tmp_path / "saved" / "round.xlsx")
    after = judge_workbook(sheets, refs())[0]
    assert [(row.facts, row.identity) for row in after.rows] == [
        (row.facts, row.identity) for row in before.rows
    ]
    assert [row.key for row in after.rows] == keys


def edited(tmp_path: Path, edit, source: Path = CLEAN) -> list:
    """The tables of a sample after a change by hand."""
    book = openpyxl.load_workbook(source)
    edit(book.worksheets[0])
    book.save(tmp_path / "edited.xlsx")
    return read_patrol_workbook(tmp_path / "edited.xlsx")


def said(sheets, **options) -> dict:
    judgement = judge_workbook(sheets, refs(), **options)[0]
    return {(v.coord, v.column, v.verdict): v.reason for v in judgement.verdicts if v.verdict != ACCEPTED}


@pytest.mark.parametrize(
    ("coord", "value", "verdict", "words"),
    [
        ("D4", 1400002022097130012345, REFUSED, "失真"),
        ("F5", "也许", REFUSED, "无法识别"),
        ("F5", None, REFUSED, "未填写"),
        ("F5", "#REF!", REFUSED, "显示错误"),
        ("B6", "白杨镇柳林村东沟", REFUSED, "属于白杨镇"),
        ("B6", "青石镇上湾村", NOTED, "只到村"),
        ("B6", "青石镇上湾村东沟(E12.1,N39.4)", REFUSED, "坐标无法识别"),
        ("B6", "青石镇上湾村东沟(E100.5,N39.4)", REFUSED, "不在示范县范围内"),
        ("C7", "月光石", NOTED, "不在矿种名录"),
        ("A8", "十", NOTED, "不是整数"),
        ("A8", "=A7+1", NOTED, "公式"),
        ("I9", "=1+1", REFUSED, "公式"),
        ("J9", "字" * 501, REFUSED, "超过500字"),
    ],
)
def test_a_fault_is_located_to_its_cell(tmp_path, coord, value, verdict, words):
    def edit(sheet):
        sheet[coord] = value
        if value == "#REF!":
            sheet[coord].data_type = "e"

    found = said(edited(tmp_path, edit))
    reasons = [reason for (at, _, ruled), reason in found.items() if at == coord and ruled == verdict]
    assert any(words in reason for reason in reasons), found


def put(column, value):
    return lambda sheet, row: sheet.__setitem__(f"{column}{row}", value)


def error_in(column):
    def change(sheet, row):
        sheet[f"{column}{row}"] = "#REF!"
        sheet[f"{column}{row}"].data_type = "e"

    return change


def hide(sheet, row):
    sheet.row_dimensions[row].hidden = True


FAULTS = {
    "a number too long": ("D", REFUSED, put("D", 1400002022097130012345)),
    "an unknown word": ("E", REFUSED, put("E", "也许")),
    "a blank answer": ("F", REFUSED, put("F", None)),
    "a number for an answer": ("G", REFUSED, put("G", 37)),
    "a word for an answer": ("H", REFUSED, put("H", "见备注")),
    "a formula": ("I", REFUSED, put("I", '=CONCATENATE("责令","停产")')),
    "an error value": ("J", REFUSED, error_in("J")),
    "another township": ("B", REFUSED, put("B", "白杨镇柳林村东沟")),
    "no township": ("B", REFUSED, put("B", "东沟")),
    "a place outside the county": ("B", REFUSED, put("B", "青石镇上湾村东沟(E110.9,N39.4)")),
    "half a coordinate": ("B", REFUSED, put("B", "青石镇上湾村东沟(E111.5,N3°)")),
    "a text too long": ("J", REFUSED, put("J", "字" * 501)),
    "an unknown mineral": ("C", NOTED, put("C", "月光石")),
    "an odd number": ("A", NOTED, put("A", "甲")),
    "a hidden row": ("A", NOTED, hide),
}


@pytest.mark.parametrize("name", FAULTS)
def test_three_hundred_faults_are_each_located(tmp_path, name):
    """Fifteen kinds in each of the 24 rows: 360 faults, every one said at its cell and nowhere else."""
    column, verdict, change = FAULTS[name]
    sheets = edited(tmp_path, lambda sheet: [change(sheet, row) for row in range(4, 28)])
    said = [v for row in judge_workbook(sheets, refs())[0].rows for v in row.verdicts if v.verdict == verdict]
    assert {(v.row, v.coord) for v in said} == {(row, f"{column}{row}") for row in range(4, 28)}
    assert verdict == NOTED or all(v.mend for v in said)


@pytest.mark.parametrize(
    "text",
    ["填写时间：２０２２年９月２３日", "填写时间 2022-09-23", "填 写 时 间：2022/9/23", "填写日期:2022.9.23"],
)
def test_filled_on_is_read_in_any_spelling(tmp_path, text):
    sheets = edited(tmp_path, lambda sheet: sheet.__setitem__("F2", text))
    assert sheets[0].filled_on == date(2022, 9, 23)


def test_filled_on_may_stand_in_the_next_cell_as_a_day(tmp_path):
    def edit(sheet):
        sheet.unmerge_cells("F2:J2")
        sheet["F2"] = "填写时间："
        sheet["G2"] = datetime(2022, 9, 23)

    assert edited(tmp_path, edit)[0].filled_on == date(2022, 9, 23)


@pytest.mark.parametrize("text", ["填写时间:   年   月   日", "填写时间:2030年1月1日", "填写时间:2022年9月"])
def test_without_a_usable_day_rows_wait(tmp_path, text):
    sheets = edited(tmp_path, lambda sheet: sheet.__setitem__("F2", text))
    found = judge_workbook(sheets, refs())[0]
    assert len(found.refused) == 24
    named = judge_workbook(sheets, refs(), period="2022-09")[0]
    assert len(named.accepted) == 24
    assert {row.facts["patrolled_on"] for row in named.rows} == {date(2022, 9, 30)}


def test_a_period_stands_above_the_day(tmp_path):
    judgement = judge_workbook(read_patrol_workbook(CLEAN), refs(), period="2022-W38")[0]
    assert (judgement.period, judgement.rows[0].facts["patrolled_on"]) == ("2022-W38", date(2022, 9, 23))
    with pytest.raises(BadPeriod):
        judge_workbook(read_patrol_workbook(CLEAN), refs(), period="九月")


def test_a_unit_left_open_is_named_and_not_silently(tmp_path):
    found = said(edited(tmp_path, lambda sheet: sheet.__setitem__("A2", "填报单位(盖章):")))
    assert "填报单位未填写" in found["A2", "unit", NOTED]


def test_columns_may_stand_in_another_order(tmp_path):
    def edit(sheet):
        for row in range(3, 28):
            sheet.cell(row, 3).value, sheet.cell(row, 10).value = (
                sheet.cell(row, 10).value,
                sheet.cell(row, 3).value,
            )

    assert len(judge_workbook(edited(tmp_path, edit), refs())[0].accepted) == 24


def test_a_missing_column_is_said_once(tmp_path):
    found = said(edited(tmp_path, lambda sheet: sheet.delete_cols(7)))
    assert "缺少“是否存在越层越界”列" in found["A3", "beyond", REFUSED]
    assert not [key for key in found if key[1] == "beyond" and key[0] != "A3"]


def test_two_tables_in_one_sheet(tmp_path):
    def edit(sheet):
        for row in list(sheet.iter_rows(min_row=1, max_row=6)):
            for cell in row:
                sheet.cell(cell.row + 40, cell.column).value = cell.value
        sheet["A42"] = "填报单位:上湾村村民委员会"

    sheets = edited(tmp_path, edit)
    assert [(sheet.unit_name, len(sheet.rows)) for sheet in sheets] == [
        ("青石镇人民政府", 24),
        ("上湾村村民委员会", 3),
    ]


def test_twins_are_told_apart_by_their_occurrence(tmp_path):
    def edit(sheet):
        for column in range(2, 11):
            sheet.cell(5, column).value = sheet.cell(4, column).value

    first, second = judge_workbook(edited(tmp_path, edit), refs())[0].rows[:2]
    assert first.identity == second.identity
    assert (first.nth, second.nth, second.verdict) == (1, 2, NOTED)


def test_identity_looks_through_writing_and_not_through_meaning():
    facts = clean().rows[0].facts
    base = identity("c", "2022-09", facts)
    assert identity("c", "2022-09", {**facts, "seq": 99, "illegal_text": "×"}) == base
    assert identity("c", "2022-09", {**facts, "location": facts["location"].replace("(", "（")}) == base
    assert identity("c", "2022-09", {**facts, "licence_text": "无（已注销）"}) != base
    assert identity("c", "2022-10", facts) != base
    assert identity("c", "2022-09", facts, 1) != identity("c", "2022-09", facts, 2)


def test_a_workbook_without_a_table_is_refused(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "通讯录"
    book.save(tmp_path / "other.xlsx")
    (judgement,) = judge_workbook(read_patrol_workbook(tmp_path / "other.xlsx"), refs())
    assert [(v.verdict, v.coord) for v in judgement.verdicts] == [(REFUSED, "A1")]


# ---------------------------------------------------------------- handed back and mended


def test_the_marked_copy_is_red_where_refused_and_mends_to_nothing(tmp_path):
    sheets = read_patrol_workbook(MESSY)
    first = judge_workbook(sheets, refs())[0]
    keys = {(row.sheet, row.number): f"key-{row.number}" for row in first.rows}
    mark_workbook(MESSY, first.verdicts, keys, tmp_path / "marked.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "marked.xlsx")["Sheet1"]
    red = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fill_type == "solid"}
    assert red == {"G3", "J10", "B11"}
    assert "2022年9月30日" in sheet["G3"].comment.text
    assert "选择性粘贴" in sheet["J10"].comment.text
    assert sheet["B5"].comment.text.startswith("【提示】第6行：合并单元格")

    book = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    sheet = book["Sheet1"]
    sheet["G3"], sheet["J10"], sheet["B11"] = (
        "填写时间：2022年9月30日",
        "责令停产",
        "青石镇石门村东沟(111.5,39.4)",
    )
    book.save(tmp_path / "mended.xlsx")
    again = read_patrol_workbook(tmp_path / "mended.xlsx")
    assert [table.title for table in again] == ["Sheet1", "黄沙乡"]
    mended = judge_workbook(again, refs())[0]
    assert not mended.refused
    assert {row.number: row.key for row in mended.rows} == {n: f"key-{n}" for n in (5, 6, 7, 9, 10, 11)}
    mark_workbook(tmp_path / "mended.xlsx", [], {}, tmp_path / "unmarked.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "unmarked.xlsx")["Sheet1"]
    assert not [c for row in sheet.iter_rows() for c in row if c.fill.fill_type == "solid" or c.comment]


def test_keys_follow_moved_rows_and_leave_the_form_alone(tmp_path):
    book = book_of(clean(), row_keys=[f"k{number}" for number in range(1, 25)])
    write_patrol_book(tmp_path / "plain.xlsx", [book_of(clean())])
    write_patrol_book(tmp_path / "keyed.xlsx", [book])
    assert picture(tmp_path / "keyed.xlsx") == picture(tmp_path / "plain.xlsx")
    edit = openpyxl.load_workbook(tmp_path / "keyed.xlsx")
    sheet = edit.worksheets[0]
    four, five = ([sheet.cell(row, c).value for c in range(1, 11)] for row in (4, 5))
    for column in range(1, 11):
        sheet.cell(4, column).value, sheet.cell(5, column).value = five[column - 1], four[column - 1]
    edit.save(tmp_path / "moved.xlsx")
    rows = read_patrol_workbook(tmp_path / "moved.xlsx")[0].rows
    assert [row.key for row in rows][:3] == ["k2", "k1", "k3"]


def test_the_labels_of_the_form_are_those_of_the_column_table():
    assert LABELS[0] == "序号"
    assert len(LABELS) == 10
