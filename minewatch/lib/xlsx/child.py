"""The child process that parses: `python -m minewatch.lib.xlsx.child form|flat LIMITS < file > json`.

It binds itself to memory, time and output before it loads a parser, writes JSON and never runs what it reads.
Whatever the parser meets ends as one Chinese sentence; what kills the process is explained by the parent.
"""

import json
import os
import re
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO

from minewatch.lib.xlsx.sheets import TOO_MUCH, Cell, SheetData, pack, to_json

OUTPUT = 96 * 1024 * 1024  # bytes of JSON; the parent holds them
DAMAGED = ("文件内部已损坏，无法读取", "请用 WPS 或 Excel 打开后另存为 .xlsx 再上传")
TOO_BIG = ("表格太大，读取时超出内存限制", "请删除多余的空行、空列和图片，或拆分成几个文件")
TOO_MANY = ("表格单元格太多", "请拆分成几个文件")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Refused(Exception):
    """The (message, mend) to hand to the parent."""


def main() -> None:
    mode, limits = sys.argv[1], json.loads(sys.argv[2])
    _bind(limits)
    try:
        if mode == "flat":
            for line in _flat(sys.stdin.buffer.read(), limits):
                sys.stdout.write(line)
        else:
            json.dump({"sheets": [to_json(sheet) for sheet in _form(limits)]}, sys.stdout, ensure_ascii=False)
        sys.stdout.flush()
    except Refused as refused:
        _say(refused.args)
    except MemoryError:
        _say(TOO_BIG)
    except RecursionError:
        _say(DAMAGED)
    except OSError:  # the reader has had enough, or the output is full
        os._exit(TOO_MUCH)
    except BaseException as error:  # noqa: BLE001  parsers raise anything on damaged input, Rust's panics included
        _say(TOO_BIG if "memory" in str(error).lower() else DAMAGED)


def _bind(limits: dict) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"],) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.modules["numpy"] = None  # openpyxl would load it for nothing, 100 MB of address space
    sys.modules["PIL"] = None  # and would decode the pictures


def _say(pair: tuple[str, str]) -> None:
    json.dump({"error": list(pair)}, sys.stdout, ensure_ascii=False)
    sys.stdout.write("\n")


# ---------------------------------------------------------------- official forms: openpyxl, everything kept


def _form(limits: dict) -> list[SheetData]:
    import openpyxl

    data = sys.stdin.buffer.read()
    book = openpyxl.load_workbook(BytesIO(data), keep_links=False)
    sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "_cells")]
    if sum(len(sheet._cells) for sheet in sheets) > limits["cells"]:
        raise Refused(*TOO_MANY)
    computed = None
    if any(cell.data_type == "f" for sheet in sheets for cell in sheet._cells.values()):
        computed = openpyxl.load_workbook(BytesIO(data), keep_links=False, data_only=True)
    return [_sheet(sheet, computed[sheet.title] if computed else None) for sheet in sheets]


def _sheet(sheet, computed) -> SheetData:
    hidden_rows = frozenset(number for number, row in sheet.row_dimensions.items() if row.hidden)
    hidden_columns = frozenset(
        number
        for column in sheet.column_dimensions.values()
        if column.hidden
        for number in range(column.min or 1, min(column.max or 1, 1000) + 1)
    )
    under = {}
    for merge in sheet.merged_cells.ranges:
        first = sheet.cell(merge.min_row, merge.min_col)
        for row in range(merge.min_row, merge.max_row + 1):
            for col in range(merge.min_col, merge.max_col + 1):
                under[row, col] = first
    rows: dict[int, dict[int, Cell]] = {}
    # the sparse store, never iter_rows: one far cell makes that walk a billion blanks
    for row, col in sorted({*sheet._cells, *under}):
        first = under.get((row, col))
        source = first or sheet._cells[row, col]
        is_other = first is not None and (first.row, first.column) != (row, col)
        kind, value, cached = _read(source, computed)
        comment = getattr(sheet._cells.get((row, col)), "comment", None)
        if kind == "blank" and not comment:
            continue
        rows.setdefault(row, {})[col] = Cell(
            coord=f"{_letters(col)}{row}",
            row=row,
            col=col,
            kind=kind,
            value=value,
            cached=cached,
            comment=comment.text if comment else "",
            hidden=row in hidden_rows or col in hidden_columns,
            merged_from=source.coordinate if is_other else "",
        )
    return SheetData(
        title=sheet.title,
        hidden=sheet.sheet_state != "visible",
        very_hidden=sheet.sheet_state == "veryHidden",
        rows=rows,
        merged=tuple(str(merge) for merge in sheet.merged_cells.ranges),
        hidden_rows=hidden_rows,
        hidden_columns=hidden_columns,
    )


def _read(cell, computed) -> tuple[str, object, object]:
    value = cell.value
    if value is None:
        return "blank", None, None
    if cell.data_type == "f":
        text = value if isinstance(value, str) else f"={getattr(value, 'text', '') or ''}"
        return "formula", text, _cached(computed, cell)
    if cell.data_type == "e":
        return "error", str(value), None
    if isinstance(value, bool):
        return "bool", value, None
    if isinstance(value, int | float):
        return "number", value, None
    if isinstance(value, datetime | date | time):
        return "date", value, None
    if isinstance(value, str):
        return ("text", _plain(value), None) if value else ("blank", None, None)
    return "text", str(value), None  # a duration


def _cached(computed, cell) -> object:
    value = computed.cell(cell.row, cell.column).value if computed else None
    return value if isinstance(value, str | int | float | bool | datetime | date | time) else None


def _plain(text: str) -> str:
    """_x000D_ is how the format writes a control character inside a text."""
    return ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# ---------------------------------------------------------------- bulk files: calamine, values only


def _flat(data: bytes, limits: dict) -> Iterator[str]:
    """Lines [row number, [values]] of the first sheet that has rows; blank rows are left out."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(BytesIO(data))
    wanted = limits.get("sheet")
    for title in [wanted] if wanted else book.sheet_names:
        sheet = book.get_sheet_by_name(title)
        if sheet.start is None:
            continue
        last_row, last_column = sheet.end
        if last_row >= limits["rows"] or last_column >= limits["columns"]:
            raise Refused("表格行或列太多", "请拆分成几个文件")
        left = [""] * sheet.start[1]  # iter_rows keeps the blank rows above the first cell, not the columns
        for number, row in enumerate(sheet.iter_rows(), 1):
            values = left + [_value(value) for value in row]
            if any(value not in (None, "") for value in values):
                yield json.dumps([number, values], ensure_ascii=False) + "\n"
        return


def _value(value: object) -> object:
    """calamine gives every number as float, and a midnight as date rather than datetime."""
    if type(value) is str:
        return value
    if type(value) is float:
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, datetime | date | time):
        return pack(value)
    return value if isinstance(value, bool | int) else str(value)


if __name__ == "__main__":
    main()
