"""Every act on a case, one door each."""

from cases.actions.cases.closing import why_open
from cases.actions.cases.disposals import dispose
from cases.actions.cases.facts import (
    Act,
    drop_party,
    drop_violation,
    edit_case,
    save_party,
    save_violation,
)
from cases.actions.cases.guards import fine_blocked, pending_criminal, unperformed
from cases.actions.cases.handing_on import pass_case
from cases.actions.cases.lookbacks import look_back
from cases.actions.cases.measures import end_measure, report_measure, take_measure
from cases.actions.cases.officers import Named
from cases.actions.cases.opening import case_of_filing, open_case
from cases.actions.cases.parents import guard_matter, guard_open
from cases.actions.cases.penalties import carry_out, drop_penalty, hold, save_penalty
from cases.actions.cases.remedies import answer_remedy, end_remedy, save_remedy, vary_penalty
from cases.actions.cases.taking import take
from cases.actions.cases.templates import set_template
from cases.actions.cases.work import finish_task, give_task, note, take_back_task

__all__ = [
    "Act",
    "Named",
    "answer_remedy",
    "carry_out",
    "case_of_filing",
    "dispose",
    "drop_party",
    "drop_penalty",
    "drop_violation",
    "edit_case",
    "end_measure",
    "end_remedy",
    "finish_task",
    "fine_blocked",
    "give_task",
    "guard_matter",
    "guard_open",
    "hold",
    "look_back",
    "note",
    "open_case",
    "pass_case",
    "pending_criminal",
    "report_measure",
    "save_party",
    "save_penalty",
    "save_remedy",
    "save_violation",
    "set_template",
    "take",
    "take_back_task",
    "take_measure",
    "unperformed",
    "vary_penalty",
    "why_open",
]
