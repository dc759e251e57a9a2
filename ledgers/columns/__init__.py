"""The one column table of patrol entries: phone form, grid, REST and workbook are read by it (design.md 3.4).

The first ten columns are those of official form 1 in its order (domain.md A.9); the others are facts the
paper has no room for. A column checks the shape of one text; `check` looks across a row; what the law,
a unit's rights or a state demand is asked in `ledgers.actions`.

Five columns are answers: a fact (yes, no, unclear) under `<key>` and the words as written under
`<key>_text`, empty where the words say no more than the fact. `display` gives back what the paper shows.
"""

from ledgers.columns.cells import DATUMS, BadCell, Column, Parsed, Parser, point_facts, point_note
from ledgers.columns.refs import Mineral, Refs, SiteRef, Village, fold, load_minerals
from ledgers.columns.rows import Level, Problem, Row, check, foreign_unit, parse_row
from ledgers.columns.table import (
    ANSWERS,
    BY_KEY,
    COLUMNS,
    EXTRA,
    HAVE,
    OFFICIAL,
    OFFICIAL_KEYS,
    YES_NO,
    display,
    official_texts,
)

__all__ = [
    "ANSWERS",
    "BY_KEY",
    "COLUMNS",
    "DATUMS",
    "EXTRA",
    "HAVE",
    "OFFICIAL",
    "OFFICIAL_KEYS",
    "YES_NO",
    "BadCell",
    "Column",
    "Level",
    "Mineral",
    "Parsed",
    "Parser",
    "Problem",
    "Refs",
    "Row",
    "SiteRef",
    "Village",
    "check",
    "display",
    "fold",
    "foreign_unit",
    "load_minerals",
    "official_texts",
    "parse_row",
    "point_facts",
    "point_note",
]
