"""ledgers' models."""

from ledgers.models.answers import LeadAnswer, LeadReply
from ledgers.models.entries import Entry, Sheet, SheetComment, Signature, Tally
from ledgers.models.informants import Informant, Reveal
from ledgers.models.inspections import (
    CheckAnswer,
    Inspection,
    InspectionPlan,
    InspectionSite,
    InspectionSubject,
    InspectionUnit,
    PlanLine,
)
from ledgers.models.leads import Lead, LeadCheck, LeadDispatch, LeadNote
from ledgers.models.sites import GangMark, Licence, Site

__all__ = [
    "CheckAnswer",
    "Entry",
    "GangMark",
    "Informant",
    "Inspection",
    "InspectionPlan",
    "InspectionSite",
    "InspectionSubject",
    "InspectionUnit",
    "Lead",
    "LeadAnswer",
    "LeadCheck",
    "LeadDispatch",
    "LeadNote",
    "LeadReply",
    "Licence",
    "PlanLine",
    "Reveal",
    "Sheet",
    "SheetComment",
    "Signature",
    "Site",
    "Tally",
]
