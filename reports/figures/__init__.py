"""Every number of the house is one named query here that can also list its rows (design.md 2).

Scope    whose numbers: of(member) on live pages, of_unit(agency) in reports, jobs and commands
Span     a report's window with what the report before it has already told
FIGURES  key → Figure(label, unit, rows(scope, window, as_of), total(scope, window, as_of))
totals   many figures at once, in few queries
"""

from reports.figures.base import EntryFigure, Figure
from reports.figures.leads import LEADS
from reports.figures.others import OTHERS
from reports.figures.patrols import PATROLS
from reports.figures.scope import Scope
from reports.figures.totals import totals
from reports.figures.windows import Span, cumulative

#: In the order of the paper (domain.md E.2).
FIGURES: dict[str, Figure] = {
    figure.key: figure
    for figure in (
        PATROLS["patrols"],
        PATROLS["people"],
        PATROLS["vehicles"],
        PATROLS["night"],
        OTHERS["sites"],
        PATROLS["findings"],
        PATROLS["illegal"],
        PATROLS["beyond"],
        PATROLS["irregular"],
        PATROLS["stopped"],
        OTHERS["leads"],
        *LEADS.values(),
        OTHERS["signed_sheets"],
        OTHERS["zero_sheets"],
        OTHERS["missing_units"],
        PATROLS["late"],
        PATROLS["backfilled"],
    )
}

__all__ = ["FIGURES", "EntryFigure", "Figure", "Scope", "Span", "cumulative", "totals"]
