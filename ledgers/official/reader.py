"""A workbook's patrol tables as they stand: where the header is, what each row holds, nothing judged yet.

The header is found by its labels, in any column order, with line breaks, brackets and full-width characters;
further columns of the column table (坐标, 巡查时间 …) are read, unknown ones kept as they are. A sheet may
hold several tables one under the other.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from ledgers.columns import BY_KEY, COLUMNS, OFFICIAL_KEYS
from ledgers.official.keys import read_keys
from ledgers.official.layout import KEYS_SHEET
from minewatch.lib.text import BadDate, fold, normalise, parse_day
from minewatch.lib.xlsx import Cell, Limits, SheetData, read_workbook
from minewatch.lib.xlsx.inspecting import FORM

HEADER_LABELS = 5  # official labels that make a row a header
NO_HEADER = "没有找到巡查检查台账的表头"
USE_FORM = "请使用系统导出的空白台账填写，或保留“序号、巡查检查区域位置、矿种……备注”一行表头"


@dataclass(frozen=True)
class SheetProblem:
    """Something about a table as a whole, with its place."""

    row: int
    col: int
    column: str
    level: str  # error, note, or skipped (a row passed over)
    message: str
    mend: str = ""


@dataclass(frozen=True)
class ReadRow:
    """One line of a table. `cells` by column key; `others` by the label of a column nobody asked for."""

    number: int
    cells: Mapping[str, Cell]
    others: Mapping[str, str] = field(default_factory=dict)
    hidden: bool = False
    key: str = ""

    def text(self, key: str) -> str:
        cell = self.cells.get(key)
        return cell.text if cell and not cell.merged_from else ""


@dataclass(frozen=True)
class ReadSheet:
    """One table: its head, its lines, its signature line. Places are (row, column), 0 where not found."""

    title: str
    hidden: bool = False
    county_title: str = ""
    unit_name: str = ""
    unit_at: tuple[int, int] = (0, 0)
    filled_text: str = ""
    filled_at: tuple[int, int] = (0, 0)
    filled_on: date | None = None
    filled_problem: str = ""
    filled_suggestion: date | None = None
    header_row: int = 0
    columns: Mapping[str, int] = field(default_factory=dict)
    rows: tuple[ReadRow, ...] = ()
    totals: tuple[ReadRow, ...] = ()
    signatures: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[SheetProblem, ...] = ()

    @property
    def found(self) -> bool:
        return self.header_row > 0

    @property
    def missing(self) -> tuple[str, ...]:
        """Official columns the header lacks."""
        return tuple(key for key in OFFICIAL_KEYS if key not in self.columns)


def read_patrol_workbook(source: Path | str | bytes, limits: Limits = FORM) -> list[ReadSheet]:
    """Every table of the workbook, in order; raises BadWorkbook for a file that cannot be read.

    A sheet without a table is returned without header, with the reason among its problems.
    """
    sheets = read_workbook(source, limits)
    tables = [table for sheet in sheets if sheet.title != KEYS_SHEET for table in _tables(sheet)]
    prints = {
        (table.title, row.number): (row.text("seq"), row.text("location"))
        for table in tables
        for row in table.rows
    }
    keys = read_keys(sheets, prints)
    return [_with_keys(table, keys) for table in tables] if keys else tables


def _with_keys(table: ReadSheet, keys: Mapping[tuple[str, int], str]) -> ReadSheet:
    rows = tuple(
        ReadRow(row.number, row.cells, row.others, row.hidden, keys.get((table.title, row.number), ""))
        for row in table.rows
    )
    return ReadSheet(**{**vars(table), "rows": rows})


# ---------------------------------------------------------------- headers


@lru_cache(maxsize=4096)
def _label(text: str) -> str:
    """A header label without line breaks, brackets and punctuation."""
    plain = re.sub(r"\([^()]*\)|\[[^\]]*\]", "", normalise(text))
    return re.sub(r"[、,;:/·*。.\"'“”_\-]", "", plain)


KEYS_BY_LABEL = {
    _label(name): column.key for column in reversed(COLUMNS) for name in (*column.aliases, column.label)
}


def _header(cells: Mapping[int, Cell]) -> dict[str, int]:
    """Column key → column number of a row that may be a header; the first of two equal labels counts."""
    found: dict[str, int] = {}
    for number, cell in sorted(cells.items()):
        key = KEYS_BY_LABEL.get(_label(cell.text)) if cell.kind == "text" and len(cell.text) < 60 else None
        if key and key not in found:
            found[key] = number
    return found


def _is_header(found: Mapping[str, int]) -> bool:
    return sum(key in found for key in OFFICIAL_KEYS) >= HEADER_LABELS


def _tables(sheet: SheetData) -> list[ReadSheet]:
    starts: list[tuple[int, int, dict[str, int]]] = []  # first and last row of each header, its columns
    for number, cells in sheet:
        found = _header(cells)
        if not _is_header(found):
            continue
        if starts and number == starts[-1][1] + 1:  # a header of two merged rows
            starts[-1] = (starts[-1][0], number, {**found, **starts[-1][2]})
        else:
            starts.append((number, number, found))
    if not starts:
        return [_no_table(sheet)] if sheet.rows else []
    tables, above = [], 0
    for place, (first, last, columns) in enumerate(starts):
        end = starts[place + 1][0] if place + 1 < len(starts) else sheet.last_row + 1
        before = tables[-1] if tables else None
        table, above = _table(sheet, above, first, last, end, columns, before)
        tables.append(table)
    return tables


def _no_table(sheet: SheetData) -> ReadSheet:
    problem = SheetProblem(
        min(sheet.rows), 1, "", "skipped", f"工作表“{sheet.title}”{NO_HEADER}，未读入", USE_FORM
    )
    return ReadSheet(sheet.title, sheet.hidden, problems=(problem,))


# ---------------------------------------------------------------- one table


def _table(
    sheet: SheetData,
    above: int,
    first: int,
    last: int,
    end: int,
    columns: Mapping[str, int],
    before: ReadSheet | None,
) -> tuple[ReadSheet, int]:
    """The table under the header `first`..`last`, and the row its foot ends in. `above` is where the last
    one ended; `before` lends its head to a table that repeats only the labels (a page break)."""
    head = _head(sheet, above + 1, first)
    if before and not head.get("unit_name") and not head.get("filled_text"):
        names = ("county_title", "unit_name", "unit_at", "filled_text", "filled_at", "filled_on",
                 "filled_problem", "filled_suggestion")  # fmt: skip
        head = {name: getattr(before, name) for name in names}
    header_cells = {**sheet.rows[last], **sheet.rows[first]}
    known = set(columns.values())
    others = {
        number: fold(cell.text) for number, cell in header_cells.items() if number not in known and cell.text
    }
    problems = list(_header_problems(first, columns, others, sheet))
    rows, totals, foot = [], [], end
    signatures: dict[str, str] = {}
    for number in sorted(number for number in sheet.rows if last < number < end):
        cells = sheet.rows[number]
        signed = _signatures(cells)
        if signed or _is_note(cells):
            signatures.update({role: name for role, name in signed.items() if name or role not in signatures})
            foot = min(foot, number)
            continue
        if foot < end:  # under the signature line: the next table's title, or something astray
            if sum(not cell.merged_from for cell in cells.values()) >= HEADER_LABELS:
                message = f"第{number}行在签名、说明之下，未读入"
                problems.append(SheetProblem(number, 1, "", "skipped", message, "请把该行移到签名行以上"))
            continue
        row = _row(number, cells, columns, others, number in sheet.hidden_rows)
        if _is_total(cells):
            totals.append(row)
            problems.append(SheetProblem(number, 1, "", "skipped", "合计（小计）行，未作为巡查记录读入"))
        elif not _is_blank(row):
            rows.append(row)
    problems += _gaps(rows, totals, last)
    table = ReadSheet(
        sheet.title,
        sheet.hidden,
        header_row=first,
        columns=dict(columns),
        rows=tuple(rows),
        totals=tuple(totals),
        signatures=signatures,
        problems=tuple(sorted(problems, key=lambda problem: problem.row)),
        **head,
    )
    under = (n for n, cells in sheet if foot <= n < end and (_signatures(cells) or _is_note(cells)))
    return table, max(under, default=max((row.number for row in rows), default=last))


def _gaps(rows: list[ReadRow], totals: list[ReadRow], last: int) -> list[SheetProblem]:
    """Blank rows between rows that say something."""
    seen = {row.number for row in (*rows, *totals)}
    end = max((row.number for row in rows), default=last)
    empty = [number for number in range(last + 1, end) if number not in seen]
    return [SheetProblem(number, 1, "", "skipped", "空行，已跳过") for number in empty[:20]]


def _header_problems(
    row: int, columns: Mapping[str, int], others: Mapping[int, str], sheet: SheetData
) -> Iterator[SheetProblem]:
    for key, number in columns.items():
        if not BY_KEY[key].official:
            message = f"“{BY_KEY[key].label}”列不是台账的正式列，已一并读入"
            yield SheetProblem(row, number, key, "note", message)
        if number in sheet.hidden_columns:
            yield SheetProblem(row, number, key, "note", f"“{BY_KEY[key].label}”列在表中被隐藏，已照常读入")
    for number, label in others.items():
        yield SheetProblem(row, number, "", "note", f"“{label[:30]}”列不在台账中，内容只留在上传回执里")
    for key in OFFICIAL_KEYS:
        if key not in columns:
            column = BY_KEY[key]
            level = "error" if column.required else "note"
            yield SheetProblem(row, 1, key, level, f"表头缺少“{column.label}”列", f"请补上“{column.label}”列")


def _row(
    number: int,
    cells: Mapping[int, Cell],
    columns: Mapping[str, int],
    others: Mapping[int, str],
    hidden: bool,
) -> ReadRow:
    named = {key: cells[column] for key, column in columns.items() if column in cells}
    # a merge across one row shows its text once, in its first cell
    named = {key: cell for key, cell in named.items() if _row_of(cell.merged_from) != number}
    rest = {label: cells[column].text for column, label in others.items() if column in cells}
    return ReadRow(number, named, rest, hidden)


def _row_of(coord: str) -> int:
    return int(re.sub(r"[A-Z]", "", coord)) if coord else 0


def _is_blank(row: ReadRow) -> bool:
    """Nothing but a printed 序号, or what a merge lends from above."""
    return not any(
        cell.text.strip() for key, cell in row.cells.items() if key != "seq" and not cell.merged_from
    )


TOTAL = re.compile(r"(?:合|小|总|共)计|(?:本页|本表|全部|累计)?合计")


def _is_total(cells: Mapping[int, Cell]) -> bool:
    texts = [normalise(cell.text) for _, cell in sorted(cells.items()) if not cell.merged_from][:2]
    return any(TOTAL.fullmatch(text.rstrip(":")) for text in texts)


# ---------------------------------------------------------------- head and foot


def _plain(text: str) -> str:
    """Folded, with half-width brackets and colons."""
    return fold(text).translate(HALF_WIDTH)


HALF_WIDTH = str.maketrans("（）：", "():")


def _spaced(*words: str) -> str:
    return "(?:" + "|".join(r"\s*".join(word) for word in words) + ")"


FILLED_LABEL = _spaced("填写时间", "填报时间", "填表时间", "填写日期", "填报日期", "填表日期")
UNIT_LABEL = _spaced("填报单位", "报送单位", "填表单位")
UNIT = re.compile(rf"{UNIT_LABEL}\s*(?:\([^)]*\))?\s*:?\s*(.*?)\s*(?={FILLED_LABEL}|$)")
FILLED = re.compile(rf"{FILLED_LABEL}\s*:?\s*(.*)$")
COUNTY = re.compile(r"^(.*?)(?:关于)?严厉打击")
STAMP = re.compile(r"\((?:盖章|公章|章)\)")


def _head(sheet: SheetData, start: int, header: int) -> dict[str, object]:
    head: dict[str, object] = {}
    for number in sorted(number for number in sheet.rows if start <= number < header):
        own = [cell for _, cell in sorted(sheet.rows[number].items()) if not cell.merged_from]
        for place, cell in enumerate(own):
            text = _plain(cell.text)
            following = own[place + 1] if place + 1 < len(own) else None
            if match := COUNTY.search(text):
                head.setdefault("county_title", match[1].strip())
            if match := UNIT.search(text):
                value, at = _value(match[1], cell, following)
                name = _plain(value.text if isinstance(value, Cell) else value)
                head.update(unit_name=STAMP.sub("", name).strip(), unit_at=at)
            if match := FILLED.search(text):
                value, at = _value(match[1], cell, following)
                head.update(_filled(value), filled_at=at)
    return head


def _value(text: str, cell: Cell, following: Cell | None) -> tuple[Cell | str, tuple[int, int]]:
    """What stands behind a label: in its own cell, else in the next one unless that bears a label itself."""
    if (
        text
        or following is None
        or UNIT.search(_plain(following.text))
        or FILLED.search(_plain(following.text))
    ):
        return text, (cell.row, cell.col)
    return following, (following.row, following.col)


def _filled(value: Cell | str) -> dict[str, object]:
    """填写时间 as written, as a day, or why it is none."""
    raw = value.value if isinstance(value, Cell) else value
    text = value.text if isinstance(value, Cell) else value
    if isinstance(value, Cell) and value.kind == "formula":
        raw, text = value.cached or "", value.text
    shown = unicodedata.normalize("NFKC", text).strip()
    if not any(char.isdigit() for char in shown) and not isinstance(raw, date):
        return {"filled_text": "", "filled_on": None, "filled_problem": "填写时间未填写"}
    try:
        return {"filled_text": shown, "filled_on": parse_day(raw)}
    except BadDate as error:
        problem = f"填写时间“{shown[:30]}”有误：{str(error).rstrip('。')}"
        return {"filled_text": shown, "filled_problem": problem, "filled_suggestion": error.suggestion}


SIGNERS = {
    "filler": _spaced("填表人", "填报人", "经办人"),
    "deputy": _spaced("分管领导", "分管负责人"),
    "head": _spaced("主要负责人", "主要领导", "单位负责人"),
}
ANY_SIGNER = "|".join(SIGNERS.values())
SIGNED = {
    role: re.compile(rf"(?:^|\s){label}\s*(?:\([^)]*\))?\s*(?::\s*(.*?)\s*(?={ANY_SIGNER}|$)|$)")
    for role, label in SIGNERS.items()
}


def _signatures(cells: Mapping[int, Cell]) -> dict[str, str]:
    """role → name of a signature line ("" where unsigned); {} for any other row."""
    own = _own_texts(cells, most=2 * len(SIGNED))  # a full row may happen to speak of a 负责人
    found: dict[str, str] = {}
    for place, text in enumerate(own):
        for role, pattern in SIGNED.items():
            match = pattern.search(text)
            if not match:
                continue
            name = (match[1] or "").strip()
            following = own[place + 1] if place + 1 < len(own) else ""
            if not name and text.rstrip().endswith((":", match[0].strip())) and following:
                alone = not any(other.search(following) for other in SIGNED.values())
                name = following if alone and len(following) <= 20 else ""
            found.setdefault(role, name)
    return found


def _own_texts(cells: Mapping[int, Cell], most: int) -> list[str]:
    """The row's own texts from the left; none where there are more than `most`."""
    own = [cell.text for _, cell in sorted(cells.items()) if not cell.merged_from]
    return [_plain(text) for text in own] if len(own) <= most else []


def _is_note(cells: Mapping[int, Cell]) -> bool:
    own = _own_texts(cells, most=1)
    return bool(own) and bool(re.match(r"(?:说明|注|备注|填表说明)\s*:|[0-9]{1,2}\s*[.、．]\s*\D", own[0]))
