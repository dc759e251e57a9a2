"""The manual and the README name buttons by the words on the screen."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "agencies", "duties", "ledgers", "cases", "reports", "templates")
HEADINGS = {"手机逐条填", "电脑批量填", "上传官方表格"}  # of the manual itself
PATHS = (r"\*\*([^*\n]+)\*\*", r"（(台账 → [^）]+)）")


@cache
def screens() -> str:
    """Everything a page may say."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in (".py", ".html")]
    return "\n".join(path.read_text() for path in files if "migrations" not in path.parts)


def words(name: str) -> list[str]:
    """The words set as buttons: bold, or a way through the rooms."""
    text = re.sub(r"\{[^}]*\}", "", (ROOT / name).read_text())
    said = [one for pattern in PATHS for one in re.findall(pattern, text)]
    found = [part.strip() for one in said for part in one.split("→")]
    return sorted({word for word in found if re.fullmatch(r"[\u4e00-\u9fff]{2,12}", word)} - HEADINGS)


@pytest.mark.parametrize("word", words("docs/manual.md"))
def test_the_manual_uses_the_words_of_the_screen(word):
    # 导入 + the kind of workbook is put together by the page
    assert word in screens() or (word.startswith("导入") and word.removeprefix("导入") in screens())


@pytest.mark.parametrize("word", words("README.md"))
def test_the_readme_uses_the_words_of_the_screen(word):
    assert word in screens() or (word.startswith("导入") and word.removeprefix("导入") in screens())
