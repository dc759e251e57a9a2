"""ledgers' models."""

from ledgers.models.counters import Counter
from ledgers.models.entries import Entry, Sheet, SheetComment, Signature, Tally
from ledgers.models.leads import Lead
from ledgers.models.sites import GangMark, Licence, Site

__all__ = [
    "Counter",
    "Entry",
    "GangMark",
    "Lead",
    "Licence",
    "Sheet",
    "SheetComment",
    "Signature",
    "Site",
    "Tally",
]
