"""Writing so that a text stays a text: nothing a user typed becomes a formula, a link or a broken file."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path

CELL_LIMIT = 32_767  # characters, the format's own
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
FORMULA_LIKE = ("=", "+", "-", "@", "\t", "\r")
SHEET_ROWS = 1_048_575  # under the header


def clean_text(value: object) -> str:
    """The text without what XML cannot carry, at the length a cell can."""
    return (
        UNWRITABLE.sub("", "" if value is None else str(value))
        .replace("\r\n", "\n")
        .replace("\r", "\n")[:CELL_LIMIT]
    )


def set_text(cell, value: object) -> None:
    """Put a text into an openpyxl cell (write-only ones too) as a text; "" leaves the cell blank.

    A text that a spreadsheet would take for a formula when someone edits the cell gets the quote prefix.
    """
    text = clean_text(value)
    if not text:
        cell.value = None
        return
    cell.value = LOOKS_ESCAPED.sub("_x005F_", text)
    cell.data_type = "s"
    cell.hyperlink = None
    if text.startswith(FORMULA_LIKE):
        cell.quotePrefix = True


def stream_rows(
    path: Path | str,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    widths: Sequence[float] = (),
    *,
    title: str = "数据",
) -> int:
    """Write a bulk table row by row and return how many rows there were; a new sheet where one is full.

    Texts are texts, int and float numbers (longer than fifteen digits: texts), days and moments dates; bool
    是 or 否; None blank. Memory does not grow with the rows.
    """
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
        },
    )
    formats = {
        "head": book.add_format({"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        time: book.add_format({"num_format": "hh:mm"}),
    }
    count, sheet, line, number = 0, None, 0, 0
    for row in rows:
        if sheet is None or line > SHEET_ROWS:
            number += 1
            sheet, line = (
                _sheet(book, title if number == 1 else f"{title}{number}", header, widths, formats["head"]),
                1,
            )
        _write(sheet, line, row, formats)
        line += 1
        count += 1
    if sheet is None:
        _sheet(book, title, header, widths, formats["head"])
    book.close()
    return count


def _sheet(book, title: str, header: Sequence[str], widths: Sequence[float], style):
    sheet = book.add_worksheet(title)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(0)
    for column, label in enumerate(header):
        sheet.write_string(0, column, clean_text(label), style)
    return sheet


def _write(sheet, line: int, row: Sequence[object], formats: dict) -> None:
    put = sheet.write_string
    for column, value in enumerate(row):
        kind = type(value)
        if kind is str:
            if value:
                put(
                    line,
                    column,
                    value if value.isprintable() and len(value) < CELL_LIMIT else clean_text(value),
                )
        elif value is None:
            continue
        elif kind is bool:
            sheet.write_string(line, column, "是" if value else "否")
        elif kind is int or kind is float:
            if abs(value) < 1e15:
                sheet.write_number(line, column, value)
            else:
                sheet.write_string(line, column, str(value))
        elif isinstance(value, datetime | date | time):
            if getattr(value, "tzinfo", None):
                value = value.replace(tzinfo=None)
            sheet.write_datetime(line, column, value, formats[type(value)])
        else:
            sheet.write_string(line, column, clean_text(value))
