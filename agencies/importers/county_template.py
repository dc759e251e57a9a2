"""Writes the county workbook's template: the demo county as an example, without passwords."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from agencies import demo
from agencies.importers.county import COLUMNS, DIVISIONS, KINDS, PEOPLE, ROLES, UNITS
from agencies.models import AgencyKind, Role
from minewatch.lib.xlsx import set_text

WIDTHS = {
    DIVISIONS: (16, 18, 11, 11, 11, 11),
    UNITS: (16, 34, 16, 14, 16, 16, 10),
    PEOPLE: (20, 24, 16, 30, 16),
}
HELP = (
    (
        "怎么用",
        "本表内容是“示范县”的例子。删去例子，按列填写本县的行政区划、单位和人员，保存后由运行人员执行"
        " manage.py setup_county 文件名。",
    ),
    ("先检查后载入", "有一处不对就一条也不载入，并逐条指出工作表、行、列和改法；改好再执行。"),
    ("可以重复执行", "已经载入的行不会重复，也不会被改动；新加的行会补上。"),
    (
        "行政区划",
        "统计用区划代码：县6位、乡镇9位、村12位。都须属于同一个县。经纬度范围用小数度数，可以不填。",
    ),
    (
        "单位",
        "单位代码自定，小写字母和数字，以后不能更改。乡镇填9位区划，村填12位，县级部门填6位。"
        "上级单位代码填本表中的代码。使用方式填在线或线下，不填为在线。",
    ),
    ("人员", "账号自定，建议用“单位代码.岗位”，小写字母、数字和点。几个角色用顿号分开。电话可以不填。"),
    (
        "三员分立",
        "系统管理员、审计员、业务人员须由不同的人担任；系统管理员和审计员不填单位。"
        "表中没有系统管理员时，会建立账号 sysadmin。",
    ),
    ("初始密码", "执行后随机生成，写入只有运行人员能读的文件；每人首次登录须修改。本表不填密码。"),
    ("类别", "、".join(KINDS)),
    ("角色", "、".join(ROLES)),
)


def write_template(path: Path | str) -> None:
    """Write the template to `path`."""
    book = Workbook()
    book.remove(book.active)
    plan = demo.plan()
    _sheet(
        book.create_sheet(DIVISIONS),
        DIVISIONS,
        [[row.code, row.name, *(f"{value:.2f}" for value in row.bbox or ())] for row in plan.divisions],
    )
    units = book.create_sheet(UNITS)
    _sheet(
        units,
        UNITS,
        [
            [
                row.code,
                row.name,
                row.short_name,
                AgencyKind(row.kind).label,
                row.division,
                row.parent,
                "在线" if row.online else "线下",
            ]
            for row in plan.agencies
        ],
    )
    _choices(book, units, 4, list(KINDS))
    _choices(book, units, 7, ["在线", "线下"])
    _sheet(
        book.create_sheet(PEOPLE),
        PEOPLE,
        [
            [
                row.username,
                row.name,
                row.agency,
                "、".join(str(Role(role).label) for role in row.roles),
                row.phone,
            ]
            for row in plan.members
        ],
    )
    _help(book.create_sheet("说明"))
    book.save(path)


def _sheet(sheet: Worksheet, title: str, rows: list[list[str]]) -> None:
    """Head and texts; every column is text, so that codes stay codes."""
    for col, (label, width) in enumerate(zip(COLUMNS[title], WIDTHS[title], strict=True), start=1):
        set_text(sheet.cell(1, col), label)
        sheet.cell(1, col).font = Font(bold=True)
        sheet.cell(1, col).fill = PatternFill("solid", fgColor="DDE7F3")
        sheet.column_dimensions[get_column_letter(col)].width = width
    for number, row in enumerate(rows, start=2):
        for col, value in enumerate(row, start=1):
            cell = sheet.cell(number, col)
            set_text(cell, value)
            cell.number_format = "@"
    sheet.freeze_panes = "A2"


def _choices(book: Workbook, sheet: Worksheet, col: int, values: list[str]) -> None:
    """A drop-down; the values stand in a helper sheet, because a list in the rule may hold 255 signs only."""
    helper = book["选项"] if "选项" in book.sheetnames else book.create_sheet("选项")
    helper.sheet_state = "hidden"
    at = helper.max_column + (1 if helper.cell(1, 1).value else 0)
    for number, value in enumerate(values, start=1):
        set_text(helper.cell(number, at), value)
    letter = get_column_letter(at)
    rule = DataValidation(type="list", formula1=f"选项!${letter}$1:${letter}${len(values)}", allow_blank=True)
    sheet.add_data_validation(rule)
    rule.add(f"{get_column_letter(col)}2:{get_column_letter(col)}2000")


def _help(sheet: Worksheet) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 16, 100
    for number, (title, text) in enumerate(HELP, start=1):
        set_text(sheet.cell(number, 1), title)
        set_text(sheet.cell(number, 2), text)
        sheet.cell(number, 1).font = Font(bold=True)
        for col in (1, 2):
            sheet.cell(number, col).alignment = Alignment(wrap_text=True, vertical="top")
