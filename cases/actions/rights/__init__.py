"""Who must stay out, who is let in, what is sealed, who looked: one door per mutation."""

from cases.actions.rights.invitations import end_invitation, invite
from cases.actions.rights.reads import note_read
from cases.actions.rights.recusals import decide_recusal, lift_recusal, propose_recusal, refuse_recusal
from cases.actions.rights.sealing import decide_sealing, propose_sealing, refuse_sealing

__all__ = [
    "decide_recusal",
    "decide_sealing",
    "end_invitation",
    "invite",
    "lift_recusal",
    "note_read",
    "propose_recusal",
    "propose_sealing",
    "refuse_recusal",
    "refuse_sealing",
]
