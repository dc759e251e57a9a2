"""Kinds of report: which figures, which paragraphs, which window. They know nothing of cells.

A new kind is one module here and one line in KINDS.
"""

from reports.kinds.base import Kind
from reports.kinds.content import Annex, Content, Line, Numbers, Paragraph
from reports.kinds.monthly import MONTHLY
from reports.kinds.weekly import WEEKLY

KINDS: dict[str, Kind] = {kind.key: kind for kind in (WEEKLY, MONTHLY)}

__all__ = ["KINDS", "Annex", "Content", "Kind", "Line", "Numbers", "Paragraph"]
