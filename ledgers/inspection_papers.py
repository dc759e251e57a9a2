"""An inspection on paper: a workbook (检查记录, 问题清单) and a document by GB/T 9704 (domain.md E.1)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from core.templatetags.mw import num, zh_date
from duties.models import Item
from ledgers.inspection_columns import (
    ANSWERS,
    FINDINGS,
    SITES,
    SUBJECTS,
    UNITS,
    Column,
    shortfall_words,
    texts,
    when,
)
from ledgers.models.inspections import (
    CheckAnswer,
    Inspection,
    InspectionSite,
    InspectionSubject,
    InspectionUnit,
)
from ledgers.official import layout
from ledgers.states import InspectionStatus
from minewatch.lib.clock import now
from minewatch.lib.paper import HEAD1, HEAD2, TITLE, line, new, parts, saved, signed
from minewatch.lib.xlsx import set_text

#: The 问题清单 in a document of A4 width: which of FINDINGS' columns, and their widths.
PAPER_COLUMNS = ("序号", "对象", "问题", "整改要求", "整改责任单位", "整改期限")
PAPER_WIDTHS = (4, 11, 17, 16, 10, 13)
HEAD_POINTS = 22
SIGNERS = ("检查人员签名", "被检查单位签名")


@dataclass(frozen=True)
class Paper:
    """What goes onto paper: what the reader may see of one inspection."""

    inspection: Inspection
    units: Sequence[InspectionUnit]
    sites: Sequence[InspectionSite]
    subjects: Sequence[InspectionSubject]
    answers: Sequence[CheckAnswer]
    findings: Sequence[Item]

    @property
    def draft(self) -> bool:
        """Not filed yet; said on the paper."""
        return self.inspection.status != InspectionStatus.FILED

    def facts(self) -> list[tuple[str, str]]:
        """Label and value of what stands above the tables."""
        row = self.inspection
        pairs = (
            ("编号", row.number),
            ("名称", row.title),
            ("类别", row.get_kind_display()),
            ("组织单位", row.agency.name),
            ("时间", when(row)),
            ("专项行动", str(row.campaign or "")),
            ("检查情况", row.text),
            ("检查结论", row.conclusion),
        )
        return [(label, value) for label, value in pairs if value]

    def tables(self) -> list[tuple[str, tuple[Column, ...], Iterable[object]]]:
        """Heading, columns and rows of the record's tables; empty ones are left out."""
        found = (
            ("参加单位", UNITS, self.units),
            ("被检查单位", SUBJECTS, self.subjects),
            ("检查对象", SITES, self.sites),
            ("检查表", ANSWERS, self.answers),
        )
        return [row for row in found if row[2]]


def write_xlsx(paper: Paper) -> bytes:
    """Two sheets: 检查记录 and 问题清单, to be printed on A4 landscape."""
    book = openpyxl.Workbook()
    record = book.active
    record.title = "检查记录"
    _record(record, paper)
    _findings(book.create_sheet("问题清单"), paper)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _record(sheet: Worksheet, paper: Paper) -> None:
    _widths(sheet, ANSWERS)
    width = len(ANSWERS)
    _title(sheet, "检查记录" + ("（草稿，未归档）" if paper.draft else ""), width)
    row = 3
    for label, value in paper.facts():
        _cell(sheet, row, 1, label, head=True)
        _cell(sheet, row, 2, value)
        sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=width)
        for column in range(3, width + 1):
            sheet.cell(row, column).border = layout.BOX
        sheet.row_dimensions[row].height = _height([value], [sum(c.width for c in ANSWERS[1:])])
        row += 1
    for heading, columns, rows in paper.tables():
        row += 1
        set_text(sheet.cell(row, 1), heading)
        sheet.cell(row, 1).font = layout.HEADER_FONT
        row = _table(sheet, row + 1, columns, rows)
    _page(sheet)


def _findings(sheet: Worksheet, paper: Paper) -> None:
    _widths(sheet, FINDINGS)
    _title(sheet, f"检查问题清单（{paper.inspection.number}）", len(FINDINGS))
    last = _table(sheet, 3, FINDINGS, paper.findings)
    if not paper.findings:
        set_text(sheet.cell(last, 1), "没有列入问题清单的问题。")
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "3:3"
    _page(sheet)


def _widths(sheet: Worksheet, columns: Sequence[Column]) -> None:
    for number, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width


def _title(sheet: Worksheet, text: str, width: int) -> None:
    set_text(sheet["A1"], text)
    sheet["A1"].font, sheet["A1"].alignment = layout.TITLE_FONT, layout.CENTRED
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet.row_dimensions[1].height = 34


def _table(sheet: Worksheet, row: int, columns: Sequence[Column], rows: Iterable[object]) -> int:
    """Write a table from `row` on; gives the row after it."""
    for number, column in enumerate(columns, 1):
        _cell(sheet, row, number, column.label, head=True)
    sheet.row_dimensions[row].height = HEAD_POINTS
    widths = [sheet.column_dimensions[get_column_letter(n)].width for n in range(1, len(columns) + 1)]
    for thing in rows:
        row += 1
        values = texts(tuple(columns), thing)
        for number, value in enumerate(values, 1):
            _cell(sheet, row, number, value)
        sheet.row_dimensions[row].height = _height(values, widths)
    return row + 1


def _cell(sheet: Worksheet, row: int, column: int, text: str, *, head: bool = False) -> None:
    cell = sheet.cell(row, column)
    set_text(cell, text)
    cell.border = layout.BOX
    cell.alignment = layout.CENTRED if head else layout.LEFT
    if head:
        cell.font = layout.HEADER_FONT


def _height(values: Sequence[str], widths: Sequence[float]) -> float:
    """Points for the tallest text: a Chinese character is two units wide."""
    most = 1
    for text, width in zip(values, widths, strict=False):
        lines = sum(
            max(1, -(-sum(1 if char.isascii() else 2 for char in part) // max(int(width) - 1, 1)))
            for part in text.split("\n")
        )
        most = max(most, lines)
    return 8 + 15 * most


def _page(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = layout.ORIENTATION
    sheet.page_setup.paperSize = layout.PAPER_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def write_docx(paper: Paper) -> bytes:
    """检查情况 and the 问题清单 as official paper; the same content gives the same bytes."""
    row = paper.inspection
    made = new()
    line(made, f"{row.title}情况", TITLE, centred=True)
    line(made, f"（{row.number}{'　草稿，未归档' if paper.draft else ''}）", HEAD2, centred=True)
    line(made, "")
    line(made, "一、基本情况", HEAD1, indent=True)
    for text in _basics(paper):
        line(made, text, indent=True)
    number = 2
    for heading, text in (("检查情况", row.text), ("检查结论", row.conclusion)):
        if text:
            line(made, f"{'一二三四五'[number - 1]}、{heading}", HEAD1, indent=True)
            for part in filter(None, text.split("\n")):
                line(made, part.strip(), indent=True)
            number += 1
    line(made, f"{'一二三四五'[number - 1]}、问题清单", HEAD1, indent=True)
    if paper.findings:
        line(made, f"共{len(paper.findings)}项，列表如下。", indent=True)
        columns = [column for label in PAPER_COLUMNS for column in FINDINGS if column.label == label]
        rows = [[column.of(item) for column in columns] for item in paper.findings]
        parts.table(made, PAPER_COLUMNS, rows, PAPER_WIDTHS, left=(2, 3))
    else:
        line(made, "没有列入问题清单的问题。", indent=True)
    line(made, "")
    signed(made, row.agency.name, zh_date(row.filed_at or now()))
    parts.keep_together(made.paragraphs[-3:])
    return saved(made, row.filed_at or now())


def _basics(paper: Paper) -> list[str]:
    row = paper.inspection
    came = [unit for unit in paper.units if not unit.absent]
    people, cars = sum(unit.headcount for unit in came), sum(unit.vehicles for unit in came)
    text = f"{when(row)}，由{row.agency.name}组织{row.get_kind_display()}"
    others = [unit.agency.label for unit in came if unit.agency_id != row.agency_id]
    text += f"，{'、'.join(others)}参加" if others else ""
    if people:
        text += f"，出动{num(people, '人次')}" + (f"、车辆{num(cars, '台次')}" if cars else "")
    found = [f"{text}。"]
    if paper.sites:
        found.append(f"检查对象{len(paper.sites)}处：{'、'.join(one.site.name for one in paper.sites)}。")
    for subject in paper.subjects:
        words = f"{subject.agency.label}：{subject.get_result_display() if subject.result else '未评定'}"
        short = shortfall_words(subject)
        found.append(
            words + (f"（{short}）" if short else "") + (f"。{subject.text}" if subject.text else "。")
        )
    counts = dict.fromkeys(CheckAnswer.Result.values, 0)
    for answer in paper.answers:
        counts[answer.result] += 1
    if paper.answers:
        labels = dict(CheckAnswer.Result.choices)
        said = "，".join(f"{labels[key]}{count}项" for key, count in counts.items() if count)
        found.append(f"填写检查表{len(paper.answers)}项：{said}。")
    absent = [unit for unit in paper.units if unit.absent]
    if absent:
        found.append(
            "未参加：" + "、".join(f"{unit.agency.label}（{unit.reason}）" for unit in absent) + "。"
        )
    return found
