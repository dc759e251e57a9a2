"""Official paper of the house (GB/T 9704-2012, domain.md E.1): Word documents and packages without traces.

    paper = new()                      # A4, type area, line grid, page numbers
    line(paper, text, HEAD1)           # a paragraph on the grid
    parts.table(paper, head, rows, widths)
    saved(paper, at)                   # bytes; the same content gives the same bytes

reports writes its reports with it, duties its minutes, ledgers its inspections.
"""

from minewatch.lib.paper import parts
from minewatch.lib.paper.package import settle
from minewatch.lib.paper.parts import BODY, HEAD1, HEAD2, TITLE, Style
from minewatch.lib.paper.writing import line, new, saved, signed

__all__ = ["BODY", "HEAD1", "HEAD2", "TITLE", "Style", "line", "new", "parts", "saved", "settle", "signed"]
