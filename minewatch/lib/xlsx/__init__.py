"""Workbooks from outside and workbooks for people: looked at before parsing, parsed in a limited child
process, written so that no text becomes a formula.

    inspect         refuses what is not an honest .xlsx, without parsing it
    read_workbook   every cell with formula, comment, merge and hiddenness: official forms, up to 200,000 rows
    read_flat       values only, streamed: bulk files
    set_text        one text into an openpyxl cell;  stream_rows  a bulk export in constant memory
"""

from minewatch.lib.xlsx.errors import BadWorkbook, UnsafeWorkbook
from minewatch.lib.xlsx.inspecting import FLAT, FORM, Inspection, Limits, inspect
from minewatch.lib.xlsx.reading import read_flat, read_workbook
from minewatch.lib.xlsx.sheets import Cell, SheetData
from minewatch.lib.xlsx.writing import clean_text, set_text, stream_rows

__all__ = [
    "FLAT",
    "FORM",
    "BadWorkbook",
    "Cell",
    "Inspection",
    "Limits",
    "SheetData",
    "UnsafeWorkbook",
    "clean_text",
    "inspect",
    "read_flat",
    "read_workbook",
    "set_text",
    "stream_rows",
]
