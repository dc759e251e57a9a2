"""A sheet as the child process hands it over: plain values, JSON both ways, no pickle."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Literal

Kind = Literal["text", "number", "date", "bool", "formula", "error", "blank"]
Value = str | int | float | bool | date | datetime | time | None
TOO_MUCH = 3  # the child's exit status when its output was cut off: one long text under very many cells
EXACT = 10**15  # a spreadsheet keeps fifteen digits; a longer number has lost its tail


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that holds something, or lies under a merge.

    value        what stands there; for a formula its text with "=", for a cell under a merge the value of
                 the merge's first cell
    cached       a formula's last computed value, None where it was never computed
    hidden       its row or column is hidden
    merged_from  coordinate of the merge's first cell where this is another cell of it, else ""
    """

    coord: str
    row: int
    col: int
    kind: Kind
    value: Value
    cached: Value = None
    comment: str = ""
    hidden: bool = False
    merged_from: str = ""

    @property
    def text(self) -> str:
        """The value as a person reads it; whole numbers without a point, days as 2022-09-23."""
        return as_text(self.value)

    @property
    def lossy(self) -> bool:
        """Whether this is a number too long to have survived a numeric cell (licence or ID numbers)."""
        return self.kind == "number" and abs(self.value) >= EXACT


@dataclass(frozen=True)
class SheetData:
    """One worksheet. `rows` maps row number → cells by column number, ascending; blank cells are left out."""

    title: str
    hidden: bool
    rows: dict[int, dict[int, Cell]]
    merged: tuple[str, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    very_hidden: bool = False

    def cell(self, row: int, col: int) -> Cell | None:
        return self.rows.get(row, {}).get(col)

    def __iter__(self) -> Iterator[tuple[int, dict[int, Cell]]]:
        return iter(self.rows.items())

    @cached_property
    def last_row(self) -> int:
        return max(self.rows, default=0)


def as_text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes") if value.time() != time() else value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def pack(value: Value) -> object:
    """A value as JSON: days and times become ["d", "2022-09-23T00:00:00"]."""
    if isinstance(value, datetime):
        return ["d", value.isoformat()]
    if isinstance(value, date):
        return ["d", datetime(value.year, value.month, value.day).isoformat()]
    if isinstance(value, time):
        return ["t", value.isoformat()]
    return value


def unpack(value: object) -> Value:
    if type(value) is list:
        return datetime.fromisoformat(value[1]) if value[0] == "d" else time.fromisoformat(value[1])
    return value


def to_json(sheet: SheetData) -> dict:
    """For the child: short lists rather than objects, the sheet may have half a million cells."""
    return {
        "title": sheet.title,
        "hidden": sheet.hidden,
        "very_hidden": sheet.very_hidden,
        "merged": list(sheet.merged),
        "hidden_rows": sorted(sheet.hidden_rows),
        "hidden_columns": sorted(sheet.hidden_columns),
        "cells": [
            [c.coord, c.row, c.col, c.kind, pack(c.value), pack(c.cached), c.comment, c.hidden, c.merged_from]
            for cells in sheet.rows.values()
            for c in cells.values()
        ],
    }


def from_json(data: dict) -> SheetData:
    rows: dict[int, dict[int, Cell]] = {}
    for coord, row, col, kind, value, cached, *rest in data["cells"]:
        rows.setdefault(row, {})[col] = Cell(coord, row, col, kind, unpack(value), unpack(cached), *rest)
    return SheetData(
        title=data["title"],
        hidden=data["hidden"],
        very_hidden=data["very_hidden"],
        rows=rows,
        merged=tuple(data["merged"]),
        hidden_rows=frozenset(data["hidden_rows"]),
        hidden_columns=frozenset(data["hidden_columns"]),
    )
