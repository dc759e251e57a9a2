"""The uploaded workbook handed back for mending: bad cells red with a comment, row keys kept out of sight."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import openpyxl
from openpyxl.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from ledgers.official.judge import NOTED, OURS, REFUSED, Verdict
from ledgers.official.keys import write_keys
from minewatch.lib.xlsx import clean_text, inspect

RED = PatternFill("solid", fgColor="FFFFC7CE")
AUTHOR = "台账导入"
REFUSED_MARK, NOTED_MARK = f"{OURS}需改正】", f"{OURS}提示】"


def mark_workbook(
    original: Path | str,
    verdicts: Iterable[Verdict],
    row_keys: Mapping[tuple[str, int], str],
    out: Path | str,
) -> None:
    """Write a copy of a workbook that was read before: refused cells red, reasons and mends as comments.

    row_keys  (sheet, row) → key; kept on a very hidden sheet, `read_patrol_workbook` gives them back
    Marks of an earlier copy are taken away first. Formulas and everything else of the user's stay.
    """
    inspect(original)
    book = openpyxl.load_workbook(original)
    for sheet in book.worksheets:
        _unmark(sheet)
    by_cell: dict[tuple[str, int, int], list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.column and verdict.verdict in (REFUSED, NOTED) and verdict.sheet in book.sheetnames:
            by_cell.setdefault((verdict.sheet, verdict.row, verdict.col), []).append(verdict)
    for (title, row, col), said in by_cell.items():
        _mark(book[title], row, col, said)
    keys = [(title, row, key, _print(book[title], row)) for (title, row), key in sorted(row_keys.items())]
    write_keys(book, keys)
    book.save(out)


def _mark(sheet: Worksheet, row: int, col: int, said: list[Verdict]) -> None:
    cell = sheet.cell(row, col)
    if isinstance(cell, MergedCell):
        merge = next(merge for merge in sheet.merged_cells.ranges if cell.coordinate in merge)
        cell = sheet.cell(merge.min_row, merge.min_col)
    if any(verdict.verdict == REFUSED for verdict in said):
        cell.fill = RED
    lines = [cell.comment.text] if cell.comment else []
    for verdict in said:
        mark = REFUSED_MARK if verdict.verdict == REFUSED else NOTED_MARK
        mend = f"。怎么改：{verdict.mend}" if verdict.mend else ""
        lines.append(f"{mark}第{verdict.row}行：{verdict.reason}{mend}")
    cell.comment = Comment(clean_text("\n".join(lines)), AUTHOR, width=320, height=40 + 40 * len(lines))


def _unmark(sheet: Worksheet) -> None:
    for cell in list(sheet._cells.values()):
        comment = getattr(cell, "comment", None)
        if not comment or OURS not in comment.text:
            continue
        kept = [line for line in comment.text.split("\n") if not line.startswith((REFUSED_MARK, NOTED_MARK))]
        cell.comment = Comment("\n".join(kept), comment.author) if any(kept) else None
        if cell.fill.fill_type == "solid" and cell.fill.fgColor.rgb == RED.fgColor.rgb:
            cell.fill = PatternFill()


def _print(sheet: Worksheet, row: int) -> tuple[str, str]:
    """(序号, 位置) as the reader sees them, to know the row again; found by the header's words."""
    seq = location = ""
    for col, label in _labels(sheet, row):
        cell = sheet.cell(row, col)
        value = "" if cell.value is None else str(cell.value)
        seq = value if "序号" in label else seq
        location = value if "位置" in label and "坐标" not in label and not location else location
    return seq, location


def _labels(sheet: Worksheet, row: int) -> Iterable[tuple[int, str]]:
    for number in range(row, 0, -1):
        labels = {
            col: str(sheet.cell(number, col).value or "") for col in range(1, min(sheet.max_column, 60) + 1)
        }
        if any(re.sub(r"\s", "", label) == "序号" for label in labels.values()):
            return labels.items()
    return ()
