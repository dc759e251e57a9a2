"""The site register as a bulk inlet: one workbook, the labels of the column table in any order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from agencies.models import Agency, AgencyKind
from core.models import Upload
from ledgers.actions.refs import load_refs
from ledgers.actions.sites import Known, kept_townships
from ledgers.columns import Refs
from ledgers.importers.marks import cell_verdicts
from ledgers.inlets import Inlet, Judged, Line, Remark, Verdict, register
from ledgers.official import mark_workbook
from ledgers.official.layout import KEYS_SHEET
from ledgers.receipts import packed
from ledgers.site_columns import BY_KEY, COLUMNS, parse_site, places
from minewatch.lib.text import normalise
from minewatch.lib.xlsx import Cell, SheetData, read_workbook, set_text
from minewatch.lib.xlsx.sheets import as_text

if TYPE_CHECKING:
    from agencies.models import Member

HEADER_WITHIN = 12  # rows
FEWEST_LABELS = 3
LEVELS = {"error": Verdict.REFUSED, "warning": Verdict.NOTED, "note": Verdict.NOTED}
LABELS = {normalise(word): c.key for c in COLUMNS for word in (c.label, *c.aliases)}
UNIT_BEHIND = re.compile(r"[（(][^（()）]*[）)]$")


def judge_sites(
    data: bytes, *, member: Member | None, agency: Agency, params: Mapping[str, object] | None = None
) -> Judged:
    """Judge a workbook of sites: which are new, known or refused, and why. Raises BadWorkbook."""
    judge = _Judge(load_refs(agency), _townships(member, agency))
    lines: list[Line] = []
    found = False
    for sheet in read_workbook(data):
        header = None if sheet.title == KEYS_SHEET else _header(sheet)
        if header is not None:
            found = True
            lines += judge.sheet(sheet, *header)
    if found:
        return Judged(tuple(lines))
    mend = "请使用系统的空白表格填写，保留“名称、类别、属地乡镇……”一行表头"
    return Judged((), (Remark("", 0, "", "", Verdict.REFUSED, "没有找到监管对象的表头", mend),))


def _townships(member: Member | None, agency: Agency) -> list[Agency]:
    rows = kept_townships(member)
    if agency.kind == AgencyKind.TOWNSHIP:
        rows = rows.filter(pk=agency.pk)
    return list(rows.filter(division__code__startswith=agency.division.code[:6]))


def _header(sheet: SheetData) -> tuple[int, dict[str, int]] | None:
    """(row number, column key → column number) of the first row that bears enough labels."""
    for number, cells in sheet:
        if number > HEADER_WITHIN:
            return None
        named = {}
        for column, cell in cells.items():
            label = normalise(UNIT_BEHIND.sub("", cell.text.strip()))
            key = LABELS.get(label) or LABELS.get(normalise(cell.text))
            if key:
                named.setdefault(key, column)
        if len(named) >= FEWEST_LABELS and "name" in named:
            return number, named
    return None


@dataclass
class _Judge:
    refs: Refs
    townships: list[Agency]
    seen: dict[tuple, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = Known({unit.pk for unit in self.townships})

    def sheet(self, sheet: SheetData, header: int, columns: dict[str, int]) -> Iterator[Line]:
        for number, cells in sheet:
            if number > header and any(cell.text.strip() for cell in cells.values()):
                yield self._row(sheet, number, cells, columns)

    def _row(self, sheet: SheetData, number: int, cells: dict[int, Cell], columns: dict[str, int]) -> Line:
        remarks: list[Remark] = []
        texts = {}

        def say(key: str, verdict: str, reason: str, mend: str = "") -> None:
            key = key if key in columns else "point" if key in ("lon", "lat") and "point" in columns else key
            col = columns.get(key, columns["name"])
            label = BY_KEY[key].label if key in BY_KEY else ""
            coord = f"{get_column_letter(col)}{number}"
            value = texts.get(key, "")[:100]
            remarks.append(
                Remark(sheet.title, number, coord, label, verdict, reason, mend, value, col, key or "name")
            )

        for key, column in columns.items():
            cell = cells.get(column)
            texts[key], problem = _cell_text(cell) if cell else ("", None)
            if problem:
                say(key, Verdict.REFUSED, *problem)
        row = parse_site(texts, self.refs)
        failed = {remark.column for remark in remarks}
        for problem in row.problems:
            if problem.column not in failed:
                say(problem.column, LEVELS[problem.level], problem.message, problem.mend)
        unit, village = places(row.facts, self.townships)
        if unit is None and row.facts.get("township"):
            mend = "请由该乡镇或自然资源局上传"
            reason = f"{row.facts['township']}的监管对象不由您维护"
            say("township", Verdict.REFUSED, reason, mend)
        verdict = self._verdict(remarks)
        if verdict != Verdict.REFUSED and unit is not None:
            verdict = self._place(row.facts, unit, village, number, verdict, say)
        values = {
            "agency": unit.code if unit else "",
            "village": village.code if village else "",
            "facts": packed(row.facts),
            "texts": {key: text[:200] for key, text in texts.items() if text},
        }
        return Line(sheet.title, number, verdict, values, tuple(remarks))

    def _verdict(self, remarks: list[Remark]) -> str:
        if any(remark.verdict == Verdict.REFUSED for remark in remarks):
            return Verdict.REFUSED
        return Verdict.NOTED if remarks else Verdict.ACCEPTED

    def _place(
        self, facts: Mapping, unit: Agency, village: Agency | None, number: int, verdict: str, say
    ) -> str:
        """Known to the register, a twin within the file, or new."""
        there = self.known.has(unit, village, facts)
        if there is not None:
            if there.name != facts["name"]:
                reason = f"编号{there.number}已是“{there.name}”，名称不同"
                say("number", Verdict.REFUSED, reason, "请核对编号；要改名称的，请在该对象页面修改")
                return Verdict.REFUSED
            return Verdict.KNOWN
        keys = [(unit.pk, "number", facts["number"])] if facts.get("number") else []
        keys.append((unit.pk, village.pk if village else None, facts["name"], facts.get("number") or ""))
        for key in keys:
            if key in self.seen:
                reason = f"与{self.seen[key]}是同一个监管对象（编号或名称相同）"
                say("number", Verdict.REFUSED, reason, "请删除重复的行，或改正编号")
                return Verdict.REFUSED
        self.seen |= dict.fromkeys(keys, f"第{number}行")
        return verdict


def _cell_text(cell: Cell) -> tuple[str, tuple[str, str] | None]:
    """The text of a cell, or why it cannot be taken."""
    if cell.kind == "formula":
        if cell.cached is None:
            return cell.text, ("单元格是公式，没有计算结果", "请复制后“选择性粘贴—数值”，改为文字")
        return as_text(cell.cached), None
    if cell.kind == "error":
        return cell.text, (f"单元格显示错误（{cell.text}）", "请改为文字")
    if cell.lossy:
        return cell.text, (f"长数字{cell.text}在表格中已失真", "请把单元格设为文本格式，重新填写完整号码")
    return cell.text, None


def mark_sites(original: Path, upload: Upload, out: Path) -> None:
    """The same workbook with the bad cells red and a comment each."""
    mark_workbook(original, cell_verdicts(upload), {}, out)


# ---------------------------------------------------------------- the blank workbook


def write_template(path: Path) -> None:
    """The blank workbook: one row of labels, what each takes as a comment."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "监管对象"
    for number, column in enumerate(COLUMNS, 1):
        cell = sheet.cell(1, number)
        set_text(cell, f"{column.label}（{column.unit}）" if column.unit else column.label)
        cell.font = Font(bold=True)
        taken = "、".join(column.choices)
        words = [word for word in ("必填" if column.required else "", column.help, taken) if word]
        if words:
            cell.comment = Comment("；".join(words), "minewatch", width=260, height=90)
        sheet.column_dimensions[get_column_letter(number)].width = max(12, len(column.label) * 2 + 4)
        for row in range(2, 202):
            sheet.cell(row, number).number_format = "@"  # 编号, 信用代码 keep their zeros
    sheet.freeze_panes = "A2"
    book.save(path)


def blank(agency: Agency) -> tuple[bytes, str]:
    """The blank workbook as (bytes, file name)."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sites.xlsx"
        write_template(path)
        return path.read_bytes(), "监管对象（空白）.xlsx"


register(
    Inlet(
        kind="sites",
        label="监管对象",
        unit_word="处",
        judge=judge_sites,
        mark=mark_sites,
        template=blank,
        help="每行一处监管对象，列名与空白表格一致，列的次序不限。",
    )
)
