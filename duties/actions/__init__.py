"""One door per mutation of duties: proofs, steps, urges (ARCHITECTURE.md, "Doors between the rooms")."""

from duties.actions.proofs import prove, prove_many, retract
from duties.actions.steps import cancel, fulfil, open_step, send_back, waive
from duties.actions.urges import urge

__all__ = ["cancel", "fulfil", "open_step", "prove", "prove_many", "retract", "send_back", "urge", "waive"]
