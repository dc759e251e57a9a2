"""The report as official paper, laid out by GB/T 9704-2012 (domain.md E.1): 28 characters × 22 lines."""

from __future__ import annotations

from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.shared import Mm

from minewatch.lib.paper import HEAD1, HEAD2, TITLE, new, parts, saved, signed
from minewatch.lib.paper import line as _line
from reports.kinds.content import Annex, Content
from reports.writers.words import ANNEX_WIDTHS, day_words, instant_words

FIGURES_HEAD = ("项目", "单位", "本期", "累计")
FIGURES_WIDTHS = (24, 8, 12, 12)
FOOT = 7  # paragraphs that never leave their text: the last ones, 附件, unit and date
ANNEX_ROWS = 200  # a longer ledger stands in the workbook; the paper then shows what was found


def write_docx(content: Content) -> bytes:
    """The paper; the same content gives the same bytes."""
    paper = new()
    _head(paper, content)
    for section in content.sections:
        _line(paper, section.title, HEAD1, indent=True)
        for text in filter(None, section.text.split("\n")):
            _line(paper, text, indent=True)
        if section.key == "data":
            _figures(paper, content)
    _foot(paper, content)
    parts.keep_together(paper.paragraphs[-FOOT:])
    if content.annex:
        _annex(paper, content.annex)
    return saved(paper, content.as_of)


def _head(paper: Document, content: Content) -> None:
    _line(paper, content.title, TITLE, centred=True)
    under = content.period_words + ("　草稿，未报送" if content.draft else "")
    _line(paper, f"（{under}）", HEAD2, centred=True)
    _line(paper, "")
    if content.recipient:
        _line(paper, f"{content.recipient}：")


def _figures(paper: Document, content: Content) -> None:
    rows = [
        (line.label, line.unit, str(line.now), "—" if line.year is None else str(line.year))
        for line in content.lines
    ]
    parts.table(paper, FIGURES_HEAD, rows, FIGURES_WIDTHS, left=(0,))
    for note in (f"数据截至{instant_words(content.as_of)}。", *content.notes):
        parts.note(paper, note)


def _foot(paper: Document, content: Content) -> None:
    if content.annex:
        _line(paper, "")
        _line(paper, f"附件：{content.annex.title}", indent=True)
    _line(paper, "")
    _line(paper, "")
    signed(paper, content.unit, day_words(content.signed_on))


def _annex(paper: Document, annex: Annex) -> None:
    section = paper.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.top_margin, section.bottom_margin = Mm(28), Mm(26)
    section.left_margin, section.right_margin = Mm(35), Mm(37)
    section.footer_distance = Mm(15)
    _line(paper, "附件", HEAD1)
    _line(paper, annex.title, TITLE, centred=True)
    rows = annex.rows
    if len(rows) > ANNEX_ROWS:
        rows = tuple(annex.rows[place] for place in annex.marked)
        parts.note(paper, f"共{len(annex.rows)}条，{annex.marked_words}{len(rows)}条列后，全部记录见表格。")
    parts.table(paper, annex.head, rows, ANNEX_WIDTHS, left=(1, 8, 9), points=10.5)
