"""Paragraphs, tables and page set-up of an official paper, down to the XML that Word and WPS agree on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from minewatch.lib.xlsx import clean_text

LINE = Pt(28.95)  # 22 lines to a page
PITCH = "579"  # the same in twentieths of a point
CHARACTER = 320  # one 16 pt character, twentieths of a point
NUMBER_FONT = "宋体"
AFTER_SPACING = (
    "w:w",
    "w:kern",
    "w:position",
    "w:sz",
    "w:szCs",
    "w:highlight",
    "w:u",
    "w:lang",
)  # in the schema


@dataclass(frozen=True)
class Style:
    """A font by name (documents name fonts, they carry none) and its size in points."""

    font: str
    points: float


BODY, HEAD1, HEAD2 = Style("仿宋_GB2312", 16), Style("黑体", 16), Style("楷体_GB2312", 16)
TITLE = Style("方正小标宋简体", 22)


def set_up(paper: Document) -> None:
    """A4 with the type area of GB/T 9704 (156 × 225 mm), a line grid, page numbers left and right."""
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(23)
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    section._sectPr.append(element("w:docGrid", type="lines", linePitch=PITCH))
    paper.settings.odd_and_even_pages_header_footer = True
    _number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT, "right")
    _number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, "left")
    normal = paper.styles["Normal"]
    normal.font.size = Pt(BODY.points)
    _fonts(normal.element.get_or_add_rPr(), BODY.font)


def write(
    line: Paragraph, text: str, style: Style = BODY, *, indent: bool = False, centred: bool = False
) -> Paragraph:
    """Put `text` into the paragraph on the line grid; `indent` is two characters."""
    layout = line.paragraph_format
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    layout.space_before = layout.space_after = Pt(0)
    if indent:
        _indent(line, firstLineChars="200", firstLine=str(2 * CHARACTER))
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
    dress(line.add_run(clean_text(text)), style)
    return line


def from_right(line: Paragraph, characters: float) -> None:
    """Set the line flush right, `characters` in from the edge."""
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _indent(line, rightChars=str(round(characters * 100)), right=str(round(characters * CHARACTER)))


def keep_together(lines: Sequence[Paragraph]) -> None:
    """Keep the lines on one page, so that unit and date never stand alone."""
    for line in lines[:-1]:
        line.paragraph_format.keep_with_next = True


def note(paper: Document, text: str) -> None:
    """A small line under a table."""
    line = write(paper.add_paragraph(), "", BODY)
    line.paragraph_format.line_spacing = Pt(18)
    off_grid = element("w:snapToGrid", val="0")
    line._p.get_or_add_pPr().insert_element_before(off_grid, "w:spacing", "w:ind", "w:jc", "w:rPr")
    dress(line.add_run(clean_text(text)), Style(BODY.font, 12))


def dress(run: Run, style: Style) -> None:
    """Name the font for every script; 16 pt text is drawn in by a quarter point so that 28 characters fit."""
    run.font.size = Pt(style.points)
    properties = run._r.get_or_add_rPr()
    _fonts(properties, style.font)
    if style.points == BODY.points:
        properties.insert_element_before(element("w:spacing", val="-5"), *AFTER_SPACING)


def table(
    paper: Document,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    widths: Sequence[float],
    *,
    left: tuple[int, ...] = (),
    points: float = 12,
) -> None:
    """A ruled table over the whole type area; its head repeats on each page, no row breaks in two."""
    section = paper.sections[-1]
    whole = (section.page_width - section.left_margin - section.right_margin) // 635  # twips
    sizes = [round(whole * width / sum(widths)) for width in widths]
    grid = element("w:tblGrid", *(element("w:gridCol", w=str(size)) for size in sizes))
    edges = (element(f"w:{side}", val="single", sz="4", space="0", color="000000") for side in SIDES)
    about = element(
        "w:tblPr",
        element("w:tblW", w=str(whole), type="dxa"),
        element("w:jc", val="center"),
        element("w:tblBorders", *edges),
        element("w:tblLayout", type="fixed"),
    )
    made = element("w:tbl", about, grid, _row(head, sizes, Style("黑体", points), (), head=True))
    body = Style(BODY.font, points)
    for row in rows:
        made.append(_row(row, sizes, body, left))
    paper.element.body.insert_element_before(made, "w:sectPr")


SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")


def element(name: str, *children, **attributes: str):
    """An XML element of Word with its w: attributes."""
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    for child in children:
        made.append(child)
    return made


def _row(
    texts: Sequence[str], sizes: Sequence[int], style: Style, left: tuple[int, ...], *, head: bool = False
):
    about = element("w:trPr", element("w:cantSplit"))
    if head:
        about.append(element("w:tblHeader"))
    cells = (
        _cell(text, size, style, "left" if place in left else "center")
        for place, (text, size) in enumerate(zip(texts, sizes, strict=True))
    )
    return element("w:tr", about, *cells)


def _cell(text: str, size: int, style: Style, place: str):
    spacing = element("w:spacing", before="40", after="40", line="240", lineRule="auto")
    layout = element("w:pPr", element("w:snapToGrid", val="0"), spacing, element("w:jc", val=place))
    line = element("w:p", layout)
    for number, part in enumerate(clean_text(text).split("\n")):
        run = Run(OxmlElement("w:r"), None)
        if number:
            run.add_break()
        run.add_text(part)
        dress(run, style)
        line.append(run._r)
    about = element("w:tcPr", element("w:tcW", w=str(size), type="dxa"), element("w:vAlign", val="center"))
    return element("w:tc", about, line)


def _indent(line: Paragraph, **values: str) -> None:
    """Set the one indent of a paragraph at its place in the schema."""
    properties = line._p.get_or_add_pPr()
    for old in properties.findall(qn("w:ind")):
        properties.remove(old)
    properties.insert_element_before(element("w:ind", **values), "w:contextualSpacing", "w:jc", "w:rPr")


def _fonts(properties, font: str) -> None:
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    properties.insert(0, element("w:rFonts", ascii=font, hAnsi=font, eastAsia=font, cs=font, hint="eastAsia"))


def _number(footer, side: WD_ALIGN_PARAGRAPH, edge: str) -> None:
    """— 1 — in 四号宋体, one character in from the outer edge."""
    footer.is_linked_to_previous = False
    line = footer.paragraphs[0]
    line.alignment = side
    _indent(line, **{edge: "280"})
    for kind in ("— ", "begin", "instr", "end", " —"):
        run = line.add_run()
        dress(run, Style(NUMBER_FONT, 14))
        if kind in ("begin", "end"):
            run._r.append(element("w:fldChar", fldCharType=kind))
        elif kind == "instr":
            field = element("w:instrText")
            field.text = "PAGE"
            run._r.append(field)
        else:
            run.add_text(kind)
