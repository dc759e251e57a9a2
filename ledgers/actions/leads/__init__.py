"""Leads 线索: raised by rows and reports, taken down at desks, passed on, checked, answered, merged."""

from ledgers.actions.leads.answering import answer, reopen
from ledgers.actions.leads.checking import confirm, recheck, verify
from ledgers.actions.leads.dispatching import dispatch, receive, send_back
from ledgers.actions.leads.following import follow
from ledgers.actions.leads.handing import hand_to
from ledgers.actions.leads.intake import Intake, register_lead
from ledgers.actions.leads.merging import merge, split
from ledgers.actions.leads.parties import Parties, invited
from ledgers.actions.leads.raising import alarm, raise_for
from ledgers.actions.leads.replying import answerers, reply
from ledgers.actions.leads.special import report_special

__all__ = [
    "Intake",
    "Parties",
    "alarm",
    "answer",
    "answerers",
    "confirm",
    "dispatch",
    "follow",
    "hand_to",
    "invited",
    "merge",
    "raise_for",
    "receive",
    "recheck",
    "register_lead",
    "reopen",
    "reply",
    "report_special",
    "send_back",
    "split",
    "verify",
]
