"""A Word document from its first line to its bytes."""

from __future__ import annotations

import datetime as dt
import io

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.text.paragraph import Paragraph

from minewatch.lib.paper import parts
from minewatch.lib.paper.package import settle
from minewatch.lib.paper.parts import BODY, Style


def new() -> Document:
    """An empty paper with the type area of GB/T 9704."""
    paper = docx.Document()
    parts.set_up(paper)
    return paper


def line(
    paper: Document, text: str, style: Style = BODY, *, indent: bool = False, centred: bool = False
) -> Paragraph:
    """One more paragraph at the end."""
    return parts.write(paper.add_paragraph(), text, style, indent=indent, centred=centred)


def signed(paper: Document, unit: str, day: str) -> None:
    """署名 centred over 成文日期, the date four characters in from the right (domain.md E.1)."""
    wide = sum(0.5 if char.isascii() else 1 for char in day)
    parts.from_right(line(paper, unit), max(0, 4 + (wide - len(unit)) / 2))
    parts.from_right(line(paper, day), 4)


def saved(paper: Document, at: dt.datetime) -> bytes:
    """The bytes: no thumbnail, no names or clocks of the machine; `at` is the only time inside."""
    relations = paper.part.package.rels
    for key in [key for key, rel in relations.items() if rel.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del relations[key]
    out = io.BytesIO()
    paper.save(out)
    return settle(out.getvalue(), at)
