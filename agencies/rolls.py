"""名单 of a body as a workbook and as a paper: who is on record on a day, and which posts are 待确定."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

from agencies.bodies import Roll, name_of, roll
from agencies.models import Body
from minewatch.lib import paper
from minewatch.lib.clock import midnight
from minewatch.lib.xlsx import set_text

HEAD = ("序号", "职务", "姓名", "所在单位", "单位职务", "任职日期")
WIDTHS = (7, 20, 14, 32, 22, 16)
UNDECIDED = "待确定"
THIN = Side(style="thin")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
FONT, TITLE_FONT = "仿宋_GB2312", "方正小标宋简体"


def lines(found: Roll) -> Iterator[tuple[str, ...]]:
    """The rows of the list, texts only."""
    for number, post in enumerate(found.posts, 1):
        title, unit = str(post.get_title_display()), post.agency.name
        yield str(number), title, name_of(post), unit, post.duty_in_unit, _day(post.valid_from)
    for number, (title, unit, duty) in enumerate(found.undecided, len(found.posts) + 1):
        yield str(number), title, UNDECIDED, unit, duty, ""


def summary(body: Body, found: Roll, on: dt.date) -> str:
    """共 8 人，不少于 10 人，还差 2 人."""
    said = f"截至{_day(on)}，已备案{found.count}人"
    if body.minimum:
        said += f"，不少于{body.minimum}人"
        said += f"，还差{found.missing}人" if found.missing else "，已达到要求"
    return f"{said}。"


def title_of(body: Body) -> str:
    """The heading of the list."""
    return f"{body.name}组成人员名单"


def write_xlsx(body: Body, on: dt.date) -> bytes:
    """The list as a workbook; texts stay texts."""
    found, book = roll(body, on), Workbook()
    sheet = book.active
    sheet.title = "名单"
    for place, width in enumerate(WIDTHS):
        sheet.column_dimensions[chr(ord("A") + place)].width = width
    for place, text, size in ((1, title_of(body), 18), (2, summary(body, found, on), 12)):
        set_text(sheet.cell(place, 1), text)
        sheet.cell(place, 1).font = Font(name=TITLE_FONT if place == 1 else FONT, sz=size)
        sheet.cell(place, 1).alignment = CENTRED
        sheet.merge_cells(start_row=place, start_column=1, end_row=place, end_column=len(HEAD))
    for place, row in enumerate((HEAD, *lines(found)), 3):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(place, column)
            set_text(cell, text)
            cell.border, cell.alignment = BOX, CENTRED
            cell.font = Font(name="黑体" if place == 3 else FONT, sz=12)
    sheet.freeze_panes = "A4"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    out = io.BytesIO()
    book.save(out)
    return paper.settle(out.getvalue(), midnight(on))


def write_docx(body: Body, on: dt.date) -> bytes:
    """The list as official paper: title, the line that counts, one table; the same day, the same bytes."""
    found, made = roll(body, on), paper.new()
    paper.line(made, title_of(body), paper.TITLE, centred=True)
    paper.line(made, "")
    paper.line(made, summary(body, found, on), indent=True)
    paper.parts.table(made, HEAD, lines(found), WIDTHS)
    return paper.saved(made, midnight(on))


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
