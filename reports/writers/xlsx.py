"""The report as a workbook: the sheet of figures with its signature row, and the annex. Texts stay texts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from math import ceil

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from minewatch.lib.paper import settle
from minewatch.lib.xlsx import set_text
from reports.kinds.content import Annex, Content
from reports.writers.words import ANNEX_WIDTHS, day_words, instant_words

HEAD = ("序号", "项目", "单位", "本期", "累计")
WIDTHS = {"A": 8, "B": 30, "C": 10, "D": 16, "E": 16}
SIGNERS = ("填表人：", "分管领导：", "主要负责人：")
THIN = Side(style="thin")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
TITLE, HEADS, BODY = (
    Font(name="方正小标宋简体", sz=18),
    Font(name="黑体", sz=12),
    Font(name="仿宋_GB2312", sz=12),
)
LINE = 17  # points
PORTRAIT, LANDSCAPE, A4 = "portrait", "landscape", 9


def write_xlsx(content: Content) -> bytes:
    """The workbook; the same content gives the same bytes."""
    book = Workbook()
    _figures(book.active, content)
    if content.annex:
        _annex(book.create_sheet("台账"), content.annex)
    book.properties.creator = ""
    out = io.BytesIO()
    book.save(out)
    return settle(out.getvalue(), content.as_of)


def _figures(sheet: Worksheet, content: Content) -> None:
    sheet.title = "统计表"
    _page(sheet, PORTRAIT, WIDTHS, 4)
    _merged(sheet, 1, "A", "E", content.title, TITLE, CENTRED, 40)
    draft = "（草稿，未报送）" if content.draft else ""
    _merged(sheet, 2, "A", "B", f"填报单位：{content.unit}{draft}", BODY, LEFT, 36)
    told = f"统计期间：{content.period_words}　数据截至：{instant_words(content.as_of)}"
    _merged(sheet, 2, "C", "E", told, BODY, LEFT)
    sheet["C2"].alignment = LEFT
    _row(sheet, 3, HEAD, HEADS)
    sheet.row_dimensions[3].height = 24
    for number, line in enumerate(content.lines, 1):
        year = "—" if line.year is None else line.year
        _row(sheet, 3 + number, (number, line.label, line.unit, line.now, year), BODY, left=(2,))
        sheet.row_dimensions[3 + number].height = 22
    place = 4 + len(content.lines)
    for note in content.notes:
        _merged(sheet, place, "A", "E", note, BODY, LEFT, 20 * (1 + len(note) // 40))
        place += 1
    _signatures(sheet, place, content)


def _signatures(sheet: Worksheet, place: int, content: Content) -> None:
    names = (content.filler, "", "")
    for (first, last), label, name in zip((("A", "B"), ("C", "D"), ("E", "E")), SIGNERS, names, strict=True):
        _merged(sheet, place, first, last, f"{label}{name}", BODY, LEFT, 32)
    _merged(sheet, place + 1, "A", "E", f"填报日期：{day_words(content.signed_on)}", BODY, LEFT, 24)


def _annex(sheet: Worksheet, annex: Annex) -> None:
    _page(sheet, LANDSCAPE, dict(zip("ABCDEFGHIJ", ANNEX_WIDTHS, strict=True)), 3)
    last = chr(ord("A") + len(annex.head) - 1)
    _merged(sheet, 1, "A", last, annex.title, TITLE, CENTRED, 36)
    _row(sheet, 2, annex.head, HEADS)
    sheet.row_dimensions[2].height = LINE * _lines(annex.head, ANNEX_WIDTHS)
    for place, texts in enumerate(annex.rows, 3):
        number, *rest = texts
        values = (int(number) if number.isdigit() else number, *rest)
        _row(sheet, place, values, BODY, left=(2, 9, 10))
        sheet.row_dimensions[place].height = LINE * _lines(texts, ANNEX_WIDTHS)


def _lines(texts: Sequence[str], widths: Sequence[float]) -> int:
    """How many lines the fullest cell of a row takes; a Chinese character is two units of width."""

    def needed(text: str, width: float) -> int:
        sizes = (sum(1 if char.isascii() else 2 for char in part) for part in text.split("\n"))
        return sum(max(1, ceil(size / (width - 2))) for size in sizes)

    return max(needed(text, width) for text, width in zip(texts, widths, strict=True))


def _page(sheet: Worksheet, orientation: str, widths: dict[str, float], first_row: int) -> None:
    for letter, width in widths.items():
        sheet.column_dimensions[letter].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = orientation, A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{first_row - 1}:{first_row - 1}"
    sheet.freeze_panes = f"A{first_row}"
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"


def _merged(
    sheet: Worksheet,
    row: int,
    first: str,
    last: str,
    text: str,
    font: Font,
    place: Alignment,
    height: float = 0,
) -> None:
    cell = sheet[f"{first}{row}"]
    set_text(cell, text)
    cell.font, cell.alignment = font, place
    if first != last:
        sheet.merge_cells(f"{first}{row}:{last}{row}")
    if height:
        sheet.row_dimensions[row].height = height


def _row(
    sheet: Worksheet, row: int, values: Sequence[object], font: Font, *, left: tuple[int, ...] = ()
) -> None:
    """One bordered row: whole numbers as numbers, everything else as text."""
    for column, value in enumerate(values, 1):
        cell = sheet.cell(row, column)
        if isinstance(value, int):
            cell.value = value
        else:
            set_text(cell, value)
        cell.font, cell.border = font, BOX
        cell.alignment = LEFT if column in left else CENTRED
