"""Official form 1 巡查检查台账 (domain.md A.9), written to the cell and read back.

layout  what the form looks like · writer  rows onto the form · reader  a workbook's tables as they stand ·
judge   what of them is accepted, with what note, or refused and why · marking  the same workbook handed back
"""

from ledgers.official.judge import (
    ACCEPTED,
    NOTED,
    REFUSED,
    SKIPPED,
    JudgedRow,
    Judgement,
    Verdict,
    identity,
    judge,
    judge_workbook,
)
from ledgers.official.marking import mark_workbook
from ledgers.official.reader import ReadRow, ReadSheet, read_patrol_workbook
from ledgers.official.writer import PatrolBook, merged_book, write_patrol_book

__all__ = [
    "ACCEPTED",
    "NOTED",
    "REFUSED",
    "SKIPPED",
    "JudgedRow",
    "Judgement",
    "PatrolBook",
    "ReadRow",
    "ReadSheet",
    "Verdict",
    "identity",
    "judge",
    "judge_workbook",
    "mark_workbook",
    "merged_book",
    "read_patrol_workbook",
    "write_patrol_book",
]
