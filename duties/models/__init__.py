"""duties' models."""

from duties.models.calendar import CalendarDay, Clock
from duties.models.duty import Duty, Proof, Urge
from duties.models.rule import DutyRule

__all__ = ["CalendarDay", "Clock", "Duty", "DutyRule", "Proof", "Urge"]
