"""Rows onto form 1. What it writes, `reader` reads back unchanged.

A county's book has one sheet per unit, each with its own 填报单位 and signature line, because that is what an
office staples together, and because every row can then be read back for the unit that owns it. `merged_book`
makes the one-sheet summary some offices print instead; it is for paper and is not read back by unit.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from ledgers.official import layout
from ledgers.official.keys import write_keys
from minewatch.lib.xlsx import set_text


@dataclass(frozen=True)
class PatrolBook:
    """One unit's sheet. `rows`: the ten texts of each row, as `ledgers.columns.official_texts` gives them.

    signatures  names of filler, deputy, head; "" leaves the line open for a pen
    row_keys    one per row, kept on a hidden sheet so that a mended copy finds its records
    sheet       sheet name; the unit's name where several sheets stand together
    """

    county: str
    unit_name: str = ""
    filled_on: date | None = None
    rows: Sequence[Sequence[str]] = ()
    signatures: tuple[str, str, str] = ("", "", "")
    row_keys: Sequence[str] = ()
    sheet: str = ""


def write_patrol_book(path: Path | str, books: Sequence[PatrolBook]) -> None:
    """Write one sheet per book; without rows a sheet is the blank form with four empty lines."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    keys = []
    for book in books or [PatrolBook("")]:
        alone = layout.SHEET if len(books) < 2 else book.unit_name
        sheet = workbook.create_sheet(_sheet_name(book.sheet or alone, workbook.sheetnames))
        _fill(sheet, book)
        keys += [
            (sheet.title, layout.FIRST_ROW + place, key, row)
            for place, (key, row) in enumerate(zip(book.row_keys, book.rows, strict=False))
        ]
    if keys:
        write_keys(workbook, [(title, row, key, _print(texts)) for title, row, key, texts in keys])
    workbook.save(path)


def merged_book(
    county: str, unit_name: str, filled_on: date | None, books: Iterable[PatrolBook]
) -> PatrolBook:
    """All rows of several units on one sheet, numbered anew."""
    rows = [row for book in books for row in book.rows]
    numbered = [(str(number), *row[1:]) for number, row in enumerate(rows, 1)]
    return PatrolBook(county, unit_name, filled_on, numbered)


def _print(texts: Sequence[str]) -> tuple[str, str]:
    """(序号, 位置): by these a row is known again after rows were moved."""
    return str(texts[0]), str(texts[1])


def _sheet_name(wanted: str, taken: Sequence[str]) -> str:
    """A sheet name the format allows: no []:*?/\\, at most 31 characters, once."""
    plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "", wanted).strip("' ")[:31] or layout.SHEET
    name, number = plain, 1
    while name.casefold() in {other.casefold() for other in (*taken, layout.KEYS_SHEET)}:
        number += 1
        name = f"{plain[: 31 - len(str(number))]}{number}"
    return name


def _fill(sheet: Worksheet, book: PatrolBook) -> None:
    _head(sheet, book)
    rows = book.rows or [("",) * len(layout.LABELS)] * layout.BLANK_ROWS
    for number, texts in enumerate(rows, layout.FIRST_ROW):
        _row(sheet, number, texts)
        sheet.row_dimensions[number].height = layout.height(texts)
    _foot(sheet, layout.FIRST_ROW + len(rows), book.signatures)
    sheet.freeze_panes = layout.FREEZE
    sheet.print_title_rows = layout.REPEAT_ROWS
    sheet.page_setup.orientation = layout.ORIENTATION
    sheet.page_setup.paperSize = layout.PAPER_A4


def _head(sheet: Worksheet, book: PatrolBook) -> None:
    for letter, width in layout.WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    set_text(sheet["A1"], layout.TITLE.format(county=book.county))
    sheet["A1"].font = layout.TITLE_FONT
    sheet["A1"].alignment = layout.CENTRED
    set_text(sheet["A2"], f"{layout.UNIT}{book.unit_name}")
    set_text(sheet["F2"], layout.filled_text(book.filled_on))
    sheet["F2"].alignment = layout.RIGHT
    for column, label in enumerate(layout.LABELS, 1):
        cell = sheet.cell(layout.HEADER_ROW, column)
        set_text(cell, label)
        cell.font, cell.alignment, cell.border = layout.HEADER_FONT, layout.CENTRED, layout.BOX
    for merge in layout.HEAD_MERGES:
        sheet.merge_cells(merge)


def _row(sheet: Worksheet, number: int, texts: Sequence[str]) -> None:
    for column, text in enumerate(texts, 1):
        cell = sheet.cell(number, column)
        if column == 1 and re.fullmatch(r"0|[1-9][0-9]{0,5}", str(text)):
            cell.value = int(text)  # 序号 is a number on the form
        else:
            set_text(cell, text)
        cell.alignment = layout.LEFT if column in layout.LEFT_COLUMNS else layout.CENTRED
        cell.border = layout.BOX


def _foot(sheet: Worksheet, number: int, signatures: Sequence[str]) -> None:
    for (first, last), label, name in zip(layout.SIGN_MERGES, layout.SIGNERS, signatures, strict=True):
        set_text(sheet[f"{first}{number}"], f"{label}{name}")
        sheet.merge_cells(f"{first}{number}:{last}{number}")
    for place, note in enumerate(layout.NOTES, number + 1):
        first, last = layout.NOTE_MERGE
        set_text(sheet[f"{first}{place}"], note)
        sheet[f"{first}{place}"].alignment = layout.LEFT
        sheet.merge_cells(f"{first}{place}:{last}{place}")
