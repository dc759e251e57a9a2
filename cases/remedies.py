"""复议、诉讼 against the decision of a case and what follows from them (C13w, C14, C15, C16): reading only.

A decision may be made twice in one case; only what was brought against the present one counts here.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from cases.case_history import last, remedies_of, steps_by
from cases.models import Case, CaseStep, Remedy
from duties.clocks import instant

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind, Result = Remedy.Kind, Remedy.Result
#: The decision stands no more: it is annulled here too, or made anew.
UNDONE = (Result.ANNULLED, Result.ANEW, Result.INVALID)
#: 行政处罚法第四十八条第二款: what was published of it is withdrawn.
WITHDRAWING = (*UNDONE, Result.VARIED, Result.UNLAWFUL)
#: It was not decided: the periods of the party go on as they were.
UNDECIDED = (Result.WITHDRAWN, Result.NOT_TAKEN)
#: Steps that undo or change the decision of the case itself.
UNDOING = ("annul", "redo", "vary")
ONE_DAY = dt.timedelta(days=1)


def decision_of(case: Case) -> CaseStep | None:
    """The step of the present decision."""
    return last(case, "decide")


def answer_words(row: Remedy) -> str:
    """What the unit itself hands in."""
    if row.kind == Kind.SUIT:
        return "答辩状和作出处罚的证据、依据"
    return "行政复议答复书和作出处罚的证据、依据"


def answer_clock(row: Remedy) -> str:
    """The code of the limit for it (行政复议法第四十八条、第五十四条, 行政诉讼法第六十七条)."""
    if row.kind == Kind.SUIT:
        return "C15d"
    return "C15q" if row.simple else "C15a"


def unanswered(case: Case) -> list[Remedy]:
    """Those that the unit must answer and has not; one that ended needs no answer any more."""
    return [
        row
        for row in remedies_of(case)
        if row.notified_on is not None and row.answered_on is None and row.ended_on is None
    ]


def against(case: Case) -> list[Remedy]:
    """Remedies against the present decision, in their order."""
    decision = decision_of(case)
    return [row for row in remedies_of(case) if row.decision_id == decision.pk] if decision else []


def pending(case: Case) -> list[Remedy]:
    """Those that have no result yet."""
    return [row for row in against(case) if row.ended_on is None]


def halted(case: Case) -> Remedy | None:
    """The one during which the decision is not carried out (行政处罚法第七十三条第一款)."""
    return next((row for row in pending(case) if row.halted), None)


def undone(case: Case) -> Remedy | None:
    """The one whose result undid the present decision."""
    return next((row for row in against(case) if row.result in UNDONE), None)


def varied(case: Case) -> Remedy | None:
    """The latest one whose result changed the penalty."""
    return next((row for row in reversed(against(case)) if row.result == Result.VARIED), None)


def unvaried(case: Case) -> Remedy | None:
    """One whose change of the penalty is not put down yet."""
    return next((row for row in against(case) if row.result == Result.VARIED and not row.applied_at), None)


def settled(case: Case, kind: str) -> Remedy | None:
    """The latest of `kind` that was decided."""
    rows = [row for row in against(case) if row.kind == kind and row.result not in ("", *UNDECIDED)]
    return max(rows, key=lambda row: (row.ended_on, row.pk), default=None)


def organ_enforces(case: Case) -> Remedy | None:
    """The 复议 decision that changed the penalty: its organ, not the unit, asks the court to enforce it
    (行政复议法第七十八条第二项)."""
    row = varied(case)
    return row if row is not None and row.kind == Kind.RECONSIDERATION else None


def of_everybody(case: Case, row: Remedy) -> bool:
    """Whether nobody else has a period of their own beside this remedy."""
    return row.party_id is None or case.parties.count() == 1


def unsettled_start(case: Case) -> dt.datetime | None:
    """When it became known that the present decision must be dealt with; None while it need not."""
    row = undone(case) or unvaried(case)
    return instant(row.ended_on) if row and row.ended_on else None


def stopped_days(rows: Iterable[Remedy], due_on: dt.date, on: dt.date) -> int:
    """Days after `due_on` until `on` that lie in a remedy (both its ends counted), each day once."""
    days = set()
    for row in rows:
        day = max(row.filed_on, due_on + ONE_DAY)
        end = min(row.ended_on or on, on)
        while day <= end:
            days.add(day)
            day += ONE_DAY
    return len(days)


def withdrawing_since(case: Case) -> dt.datetime | None:
    """When what was published became due to be withdrawn (行政处罚法第四十八条); None when it is not, or when
    that is done."""
    steps = steps_by(case, "decide", "publish", "unpublish", *UNDOING)
    published = next((step for step in reversed(steps) if step.move == "publish"), None)
    if published is None or any(step.move == "unpublish" and step.pk > published.pk for step in steps):
        return None
    later = [step.happened_at for step in steps if step.move in UNDOING and step.pk > published.pk]
    decision = next(step for step in reversed(steps) if step.move == "decide" and step.pk < published.pk)
    ended = [row for row in remedies_of(case) if row.decision_id == decision.pk and row.result in WITHDRAWING]
    later += [max(instant(row.ended_on), published.happened_at) for row in ended]
    return min(later, default=None)


def redone_since(case: Case) -> dt.datetime | None:
    """When the decision was taken back to be made anew; None unless that is the last that was done to it."""
    step = last(case, "decide", "redo")
    return step.happened_at if step and step.move == "redo" else None
