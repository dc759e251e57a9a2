"""One door per mutation of duties: proofs, steps, rules, urges (signatures: ARCHITECTURE.md)."""

from duties.actions.calendar import load_calendar
from duties.actions.loading import load_rules
from duties.actions.opening import ensure, open_ahead
from duties.actions.proofs import prove, prove_many, retract
from duties.actions.steps import cancel, fulfil, open_step, send_back, waive
from duties.actions.urges import urge

__all__ = [
    "cancel",
    "ensure",
    "fulfil",
    "load_calendar",
    "load_rules",
    "open_ahead",
    "open_step",
    "prove",
    "prove_many",
    "retract",
    "send_back",
    "urge",
    "waive",
]
