"""One door per mutation of reports."""

from reports.actions.decisions import accept, return_report
from reports.actions.drafts import edit_narrative, open_draft, recompute
from reports.actions.papers import make_papers
from reports.actions.submission import submit
from reports.actions.watch import open_due

__all__ = [
    "accept",
    "edit_narrative",
    "make_papers",
    "open_draft",
    "open_due",
    "recompute",
    "return_report",
    "submit",
]
