"""Items from a workbook: all or nothing, each problem with its sheet, row and column."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from agencies.models import Agency
from duties.item_columns import BY_KEY, COLUMNS, LABELS, Refs, category_choices, parse_item
from duties.item_rules import NewItem
from duties.models import ItemList
from minewatch.lib.text import normalise
from minewatch.lib.xlsx import BadWorkbook, Cell, SheetData, read_workbook, set_text
from minewatch.lib.xlsx.sheets import as_text

HEADER_WITHIN = 12  # rows
MOST_ROWS = 2000
MOST_SHOWN = 200
UNIT_BEHIND = re.compile(r"[（(][^（()）]*[）)]$")
REQUIRED = [column.key for column in COLUMNS if column.required]


@dataclass(frozen=True)
class Remark:
    """One thing that stands against the file; the names are those of uploads/remarks.html."""

    sheet: str
    row: int
    coord: str
    label: str
    value: str
    reason: str
    mend: str


@dataclass
class Judged:
    """Rows of a workbook and what stands against it; with any remark nothing is taken."""

    rows: list[NewItem] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def judge(data: bytes, refs: Refs, found_by: Agency | None = None) -> Judged:
    """Judge a workbook; a file that cannot be read is one remark on the whole file."""
    judged = Judged()
    try:
        sheets = read_workbook(data)
    except BadWorkbook as error:
        judged.remarks.append(Remark("", 0, "", "", "", error.message, error.mend))
        return judged
    seen: dict[tuple, str] = {}
    found = False
    for sheet in sheets:
        header = None if sheet.hidden else _header(sheet)
        if header is None:
            continue
        found = True
        for number, cells in _lines(sheet, header[0]):
            _row(judged, seen, sheet.title, number, cells, header[1], refs, found_by)
    if not found:
        labels = "、".join(BY_KEY[key].label for key in REQUIRED)
        judged.remarks.append(
            Remark("", 0, "", "", "", "没有找到表头", f"请用空白表格填写，保留有“{labels}”的一行表头")
        )
    elif not judged.rows and not judged.remarks:
        judged.remarks.append(Remark("", 0, "", "", "", "表格里没有条目", "请从表头下一行开始填写"))
    if len(judged.rows) > MOST_ROWS:
        reason = f"共{len(judged.rows)}行，一次最多{MOST_ROWS}行"
        judged.remarks.append(Remark("", 0, "", "", "", reason, "请分成几个文件上传"))
    return judged


def _header(sheet: SheetData) -> tuple[int, dict[str, int]] | None:
    """(row number, column key → column number) of the first row that has every required label."""
    for number, cells in sheet:
        if number > HEADER_WITHIN:
            return None
        named: dict[str, int] = {}
        for column, cell in cells.items():
            plain = UNIT_BEHIND.sub("", cell.text.strip().rstrip("*＊"))
            key = LABELS.get(normalise(plain)) or LABELS.get(normalise(cell.text))
            if key:
                named.setdefault(key, column)
        if all(key in named for key in REQUIRED):
            return number, named
    return None


def _lines(sheet: SheetData, header: int) -> Iterator[tuple[int, dict[int, Cell]]]:
    for number, cells in sheet:
        if number > header and any(cell.text.strip() for cell in cells.values()):
            yield number, cells


def _row(
    judged: Judged,
    seen: dict[tuple, str],
    sheet: str,
    number: int,
    cells: dict[int, Cell],
    columns: dict[str, int],
    refs: Refs,
    found_by: Agency | None,
) -> None:
    texts: dict[str, str] = {}
    before = len(judged.remarks)

    def say(key: str, reason: str, mend: str) -> None:
        column = columns.get(key, columns["name"])
        coord = f"{get_column_letter(column)}{number}"
        value = texts.get(key, "")[:100]
        judged.remarks.append(Remark(sheet, number, coord, BY_KEY[key].label, value, reason, mend))

    for key, column in columns.items():
        cell = cells.get(column)
        texts[key], problem = _cell_text(cell) if cell else ("", None)
        if problem:
            say(key, *problem)
    row = parse_item(texts, refs)
    for problem in row.problems:
        say(problem.column, problem.message, problem.mend)
    if len(judged.remarks) > before:
        return
    item = row.item(found_by)
    twin = seen.setdefault(item.key(), f"“{sheet}”第{number}行")
    if twin != f"“{sheet}”第{number}行":
        say("name", f"与{twin}重复（名称、位置、问题、责任单位都相同）", "请删除重复的行")
        return
    judged.rows.append(item)


def _cell_text(cell: Cell) -> tuple[str, tuple[str, str] | None]:
    if cell.kind == "formula":
        if cell.cached is None:
            return cell.text, ("单元格是公式，没有计算结果", "请复制后“选择性粘贴—数值”，改为文字")
        return as_text(cell.cached), None
    if cell.kind == "error":
        return cell.text, (f"单元格显示错误（{cell.text}）", "请改为文字")
    if cell.lossy:
        return cell.text, ("长数字在表格中已失真", "请把单元格设为文本格式，重新填写")
    return cell.text, None


def template(item_list: ItemList) -> bytes:
    """The blank workbook: one row of labels, what each takes as a comment."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "清单"
    for number, column in enumerate(COLUMNS, 1):
        cell = sheet.cell(1, number)
        set_text(cell, column.label)
        cell.font = Font(bold=True)
        choices = "、".join(label for _, label in category_choices(item_list.categories))
        taken = f"可填：{choices}" if column.key == "category" else ""
        words = [word for word in ("必填" if column.required else "", column.help, taken) if word]
        if words:
            cell.comment = Comment("；".join(words), "minewatch", width=260, height=90)
        sheet.column_dimensions[get_column_letter(number)].width = column.width
        for row in range(2, 202):
            sheet.cell(row, number).number_format = "@"
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
