"""When the limits of one case begin, and which periods of the party still run: reading only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cases import remedies
from cases.case_history import last, steps_by
from cases.case_limits import (
    DECISION,
    ENTERED,
    FILED,
    HEARING,
    INSTEAD,
    OPENED,
    REDONE,
    SERVED,
    UNSETTLED,
    WITHDRAWING,
    Limit,
    Wait,
    waits,
)
from cases.case_states import CASE_MOVES
from cases.models import Case, CaseStep, Measure, Penalty, Remedy
from cases.states import CaseStatus
from core.errors import DomainError
from duties import clocks
from duties.clocks import DueDate
from minewatch.lib.clock import now

DONE_BY = {
    FILED: ("approve_filing", "file_crime"),
    DECISION: ("decide",),
    SERVED: ("serve",),
}
#: Moments that are no step of the case.
SINCE = {
    REDONE: remedies.redone_since,
    UNSETTLED: remedies.unsettled_start,
    WITHDRAWING: remedies.withdrawing_since,
}


@dataclass(frozen=True)
class Running:
    """A period of the party as it stands: its date and sentence, whether it is over or waived."""

    wait: Wait
    due: DueDate
    waived: bool

    @property
    def over(self) -> bool:
        """Whether the step that it bars may be made."""
        return self.waived or now() > self.due.due_at


def entered(case: Case) -> CaseStep | None:
    """The step by which the case came into its status."""
    changing = [name for name, move in CASE_MOVES.items() if not move.stays]
    steps = [step for step in steps_by(case, *changing, "open") if step.target == case.status]
    return steps[-1] if steps else None


def came_from(case: Case) -> str:
    """The status the case had before its present one."""
    step = entered(case)
    return step.source if step else CaseStatus.DRAFT


def moment(case: Case, since: str) -> dt.datetime | None:
    """The instant a limit is counted from; None while it has not happened."""
    if since == HEARING:
        return case.hearing_at
    if since in SINCE:
        return SINCE[since](case)
    if since == OPENED:
        again = [row for row in steps_by(case, "request_filing") if row.source == CaseStatus.NOT_FILED]
        return again[-1].happened_at if again else case.opened_at
    step = entered(case) if since == ENTERED else last(case, *DONE_BY[since])
    return step.happened_at if step else None


def due(code: str, start: dt.datetime) -> DueDate:
    """A limit by its code on that day; by the row that stands in its place where it was not in force."""
    return clocks.due(in_force(code, start), start)


def in_force(code: str, start: dt.datetime) -> str:
    """`code`, or the one that stands in its place on the day of `start`."""
    try:
        clocks.clock_of(code, start)
    except DomainError:
        return INSTEAD.get(code, code)
    return code


def of_land(case: Case) -> bool:
    """Whether a building is ordered down under the law of land: fifteen days to sue (土地管理法83)."""
    orders = case.penalties.filter(kind=Penalty.Kind.RESTORE).exists()
    return orders and case.violations.filter(offence__law__contains="土地管理法").exists()


def running(case: Case) -> list[Running]:
    """Periods of the party that are of interest in the present status, ended ones included."""
    land = of_land(case)
    ended, found = _ended_periods(case), []
    for wait in waits(case.status):
        if wait.key in ended:
            continue
        if wait.key == "C15r":
            row = remedies.settled(case, Remedy.Kind.RECONSIDERATION)
            if row is not None and row.ended_on:
                found.append(Running(wait, due(wait.clock, clocks.instant(row.ended_on)), False))
            continue
        step = last(case, *wait.steps) if wait.land in (None, land) else None
        # a notice given again begins the period again; an earlier kind of notice says nothing any more
        newest = last(case, "notify", "notify_hearing") if "notify_hearing" in wait.steps else step
        if step is None or newest is None or newest.pk != step.pk:
            continue
        waived = wait.waived and any(row.pk > step.pk for row in steps_by(case, "waive"))
        found.append(Running(wait, due(wait.clock, step.happened_at), waived))
    return found


def _ended_periods(case: Case) -> tuple[str, ...]:
    """Periods that a decided 复议 or 诉讼 has put an end to: after a 复议 decision fifteen days to sue take
    the place of the others (行政诉讼法第四十五条), after a judgment nothing is left to seek."""
    suit = remedies.settled(case, Remedy.Kind.SUIT)
    if suit is not None and remedies.of_everybody(case, suit):
        return ("C15", "C15m", "C15s", "C15r")
    row = remedies.settled(case, Remedy.Kind.RECONSIDERATION)
    if row is not None and remedies.of_everybody(case, row):
        return ("C15", "C15m", "C15s")
    return ()


def paying_due(case: Case) -> DueDate | None:
    """Until when the decision is to be carried out (C14), None while it was not served."""
    decision, step = remedies.decision_of(case), last(case, "serve")
    if decision is None or step is None or step.pk < decision.pk:
        return None
    return due("C14", step.happened_at)


def reported_late(row: Measure) -> bool:
    """Whether the approval of what was done on the spot came after its 24 hours (C7r, 行政强制法19)."""
    return row.reported_at is not None and row.reported_at > due("C7r", row.taken_at).due_at


def barring(case: Case, move: str) -> Running | None:
    """The last of the periods that must run out before `move`, None when it is free."""
    open_ones = [row for row in running(case) if move in row.wait.bars and not row.over]
    return max(open_ones, key=lambda row: row.due.due_at, default=None)


def start_of(case: Case, limit: Limit) -> dt.datetime | None:
    """When the clock of `limit` begins to count for this case."""
    if not limit.after:
        return moment(case, limit.since)
    if limit.after == "remedy":
        return remedy_end(case)
    named = {"C9": ("C9", "C10")}.get(limit.after, (limit.after,))
    ends = [row.due.due_at for row in running(case) if row.wait.key in named and not row.waived]
    waived = last(case, "waive") if "C9" in named else None
    began = moment(case, ENTERED)
    return max([*ends, *([waived.happened_at] if waived else []), *([began] if began else [])], default=None)


def remedy_end(case: Case) -> dt.datetime | None:
    """When the last period to seek a remedy ends, or ended with a judgment: 行政强制法第五十三条 counts its
    three months from here, however late the unit urges."""
    ends = [row.due.due_at for row in running(case) if row.wait.key in ("C15", "C15m", "C15s", "C15r")]
    suit = remedies.settled(case, Remedy.Kind.SUIT)
    if suit is not None and suit.ended_on:
        ends.append(clocks.instant(suit.ended_on))
    return max(ends, default=None)
