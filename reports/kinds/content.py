"""What a report says, apart from any format: typed numbers, lines and paragraphs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from minewatch.lib.periods import Window


@dataclass(frozen=True)
class Numbers:
    """The figures of one report: `now` for its window, `year` since 1 January (keys that add up only).

    `missing` names the units below that owed a patrol and have none.
    """

    window: Window
    now: Mapping[str, int]
    year: Mapping[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def __getitem__(self, key: str) -> int:
        return self.now[key]


@dataclass(frozen=True)
class Line:
    """One line of 二、主要数据. `year` is None where nothing adds up."""

    key: str
    label: str
    unit: str
    now: int
    year: int | None


@dataclass(frozen=True)
class Paragraph:
    """One section under its official heading; `text` is plain, one line per paragraph."""

    key: str
    title: str
    text: str


@dataclass(frozen=True)
class Annex:
    """A table under 附件. `marked`: places of the rows that a paper shows when there are too many."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: tuple[int, ...] = ()
    marked_words: str = ""


@dataclass(frozen=True)
class Content:
    """Everything a writer needs.

    period_words    2022年9月17日至9月23日
    sections        一, 二 (whose table is `lines`), 三, 四 in order
    annex           the ledger under 附件, None where there is nothing to attach
    signed_on       the day under the unit's name; as_of is the instant of the data
    """

    title: str
    unit: str
    recipient: str
    period_words: str
    sections: tuple[Paragraph, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    signed_on: dt.date
    as_of: dt.datetime
    filler: str = ""
    draft: bool = False
    annex: Annex | None = None
