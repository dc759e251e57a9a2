"""Row keys: a very hidden sheet beside the form says which row is which record; the form stays as it is.

Rows are known again by 序号 and 位置, then by their place, so a mended copy may have rows moved or mended.
"""

from collections.abc import Iterable, Mapping

from openpyxl import Workbook

from ledgers.official.layout import KEYS_SHEET
from minewatch.lib.text import normalise
from minewatch.lib.xlsx import SheetData, set_text

HEADER = ("sheet", "row", "key", "seq", "location")
Place = tuple[str, int]  # sheet title, row number
Print = tuple[str, str]  # 序号, 位置


def write_keys(workbook: Workbook, keys: Iterable[tuple[str, int, str, Print]]) -> None:
    """Keep (sheet, row, key, print) in the workbook, replacing what an earlier copy kept."""
    if KEYS_SHEET in workbook.sheetnames:
        del workbook[KEYS_SHEET]
    sheet = workbook.create_sheet(KEYS_SHEET)
    sheet.sheet_state = "veryHidden"
    lines = [HEADER, *((title, str(row), key, *mark) for title, row, key, mark in keys)]
    for number, line in enumerate(lines, 1):
        for column, text in enumerate(line, 1):
            set_text(sheet.cell(number, column), text)


def read_keys(sheets: Iterable[SheetData], rows: Mapping[Place, Print]) -> dict[Place, str]:
    """Which of the present rows bears which key; a key no row answers to is left out."""
    kept = [line for sheet in sheets if sheet.title == KEYS_SHEET for line in _lines(sheet)]
    found: dict[Place, str] = {}
    prints: dict[tuple[str, Print], list[Place]] = {}
    for (title, row), mark in rows.items():
        prints.setdefault((title, _same(mark)), []).append((title, row))
    open_keys = []
    for title, row, key, mark in kept:
        places = [place for place in prints.get((title, _same(mark)), ()) if place not in found]
        if places:
            found[min(places, key=lambda place: abs(place[1] - row))] = key
        else:
            open_keys.append((title, row, key))
    for title, row, key in open_keys:
        if (title, row) in rows and (title, row) not in found:
            found[title, row] = key
    return found


def _same(mark: Print) -> Print:
    return normalise(mark[0]), normalise(mark[1])


def _lines(sheet: SheetData) -> Iterable[tuple[str, int, str, Print]]:
    for number, cells in sheet:
        texts = [cells[column].text if column in cells else "" for column in range(1, len(HEADER) + 1)]
        if number > 1 and texts[1].isascii() and texts[1].isdigit():
            yield texts[0], int(texts[1]), texts[2], (texts[3], texts[4])
