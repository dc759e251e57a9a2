"""duties' models."""

from duties.models.accountability import Accountability, Card
from duties.models.calendar import CalendarDay, Clock
from duties.models.campaign import Campaign, Route, Stage, Task, TaskParty, Violation
from duties.models.duty import Duty, Proof, Urge
from duties.models.filing import Filing
from duties.models.item import Item, ItemList
from duties.models.meeting import AgendaLine, Attendance, Decision, Meeting
from duties.models.order import Order, Receipt
from duties.models.reminder import Dispatch, QuietHours, Reminder, Rung
from duties.models.rule import DutyRule
from duties.models.stops import ClockExtension, ClockStop
from duties.models.visit import Assignment, Visit

__all__ = [
    "Accountability",
    "AgendaLine",
    "Assignment",
    "Attendance",
    "CalendarDay",
    "Campaign",
    "Card",
    "Clock",
    "ClockExtension",
    "ClockStop",
    "Decision",
    "Dispatch",
    "Duty",
    "DutyRule",
    "Filing",
    "Item",
    "ItemList",
    "Meeting",
    "Order",
    "Proof",
    "QuietHours",
    "Receipt",
    "Reminder",
    "Route",
    "Rung",
    "Stage",
    "Task",
    "TaskParty",
    "Urge",
    "Violation",
    "Visit",
]
