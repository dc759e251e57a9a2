"""Form 1 as data: every text, merge, width and style (golden: form1-patrol-ledger-blank.xlsx)."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from math import ceil

from openpyxl.styles import Alignment, Border, Font, Side

from ledgers.columns import OFFICIAL

SHEET = "巡查检查台账"
TITLE = "{county}严厉打击非法违法开采矿产资源行为巡查检查台账"
UNIT = "填报单位(盖章):"
FILLED = "填写时间:"
NO_DAY = "   年   月   日"
SIGNERS = ("填表人:", "分管领导:", "主要负责人:")  # filler, deputy, head
NOTES = (
    "说明:1.巡查检查对象包含历史废弃(关闭)矿井、矿山、矿点,可能存在私挖滥采现象的矿井、矿山、矿点,以及有证矿山等。",
    "2.巡查检查位置区域要明确到乡(镇)、村、沟或矿山名称位置坐标。",
)

TITLE_ROW, UNIT_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3, 4
BLANK_ROWS = 4  # in a form with nothing to show
LABELS = tuple(column.label for column in OFFICIAL)
WIDTHS = {"A": 6, "B": 34, "C": 10, "D": 10, "E": 12, "F": 14, "G": 12, "H": 12, "I": 30, "J": 18}
LEFT_COLUMNS = (2, 9, 10)  # 位置, 制止取缔及关闭情况, 备注 are read from the left; the others are centred

HEAD_MERGES = ("A1:J1", "A2:E2", "F2:J2")
SIGN_MERGES = (("A", "C"), ("D", "G"), ("H", "J"))
NOTE_MERGE = ("A", "J")

TITLE_FONT = Font(name="方正小标宋简体", sz=22)
HEADER_FONT = Font(name="黑体", sz=12)
THIN = Side(style="thin")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
RIGHT = Alignment(horizontal="right")

FREEZE = "A4"
REPEAT_ROWS = "3:3"
ORIENTATION = "landscape"
PAPER_A4 = 9

KEYS_SHEET = "_minewatch"  # very hidden: which row of which sheet is which record


LINE_POINTS = 15.0


def height(texts: Sequence[str]) -> float | None:
    """Row height in points that shows every wrapped line, for offices whose software does not fit rows.

    None (the golden's own) where one line is enough.
    """
    lines = max(
        (ceil(_columns(str(text)) / (width - 1)) for text, width in zip(texts, WIDTHS.values(), strict=True)),
        default=1,
    )
    return LINE_POINTS * lines if lines > 1 else None


def _columns(text: str) -> int:
    """Width in half-width characters: a Chinese one takes two."""
    return sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)


def filled_text(day: date | None) -> str:
    """填写时间:2022年9月23日, or the blank of the paper."""
    return f"{FILLED}{day.year}年{day.month}月{day.day}日" if day else f"{FILLED}{NO_DAY}"
