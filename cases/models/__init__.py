"""cases' models; submodules depend downward only."""

from cases.models.case import Case, CaseOfficer, CaseStep, CaseTask, Party, Penalty, RunningNote, Violation
from cases.models.law import CaseNumber, MineralPrice, Offence, ProvinceFigure, Threshold
from cases.models.measure import LookBack, Measure
from cases.models.referral import Goods, Paper, Referral, ReferralOfficer, ReferralStep
from cases.models.remedy import Disposal, Remedy
from cases.models.rights import Invitation, Recusal, Sealing, SensitiveRead
from cases.models.sentinel import Downgrade, LineDecision, LineMark

__all__ = [
    "Case",
    "CaseNumber",
    "CaseOfficer",
    "CaseStep",
    "CaseTask",
    "Disposal",
    "Downgrade",
    "Goods",
    "Invitation",
    "LineDecision",
    "LineMark",
    "LookBack",
    "Measure",
    "MineralPrice",
    "Offence",
    "Paper",
    "Party",
    "Penalty",
    "ProvinceFigure",
    "Recusal",
    "Referral",
    "ReferralOfficer",
    "ReferralStep",
    "RunningNote",
    "Remedy",
    "Sealing",
    "SensitiveRead",
    "Threshold",
    "Violation",
]
