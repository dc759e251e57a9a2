"""What a move writes besides the status: stamps on the case; what follows for officers and rights."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from cases import numbers
from cases.actions.cases import owing
from cases.actions.cases.officers import name_officers, release_all
from cases.case_limits import LOOKBACKS
from cases.case_states import CaseMove
from cases.models import Case, CaseStep, LookBack, Penalty
from cases.states import CaseStatus as S
from cases.states import Outcome
from core.access import grant, revoke
from core.models import Access
from duties.actions import steps
from duties.models import Duty
from duties.standing import desk
from minewatch.lib.clock import day_end, local_date

if TYPE_CHECKING:
    from agencies.models import Agency, Member
    from cases.actions.cases.taking import Facts


def stamps(case: Case, row: CaseMove, facts: Facts) -> dict[str, object]:
    """Fields that the conditional UPDATE of the move sets beside the status."""
    made = STAMPS.get(row.name)
    return made(case, facts) if made else {}


def _filed(case: Case, facts: Facts) -> dict[str, object]:
    """立案日期 and the number: as typed, else the next of the unit's series."""
    day = local_date(facts.happened_at)
    number = numbers.typed(case.holder, facts.number, but=case) or numbers.take(case.holder, "case", day)
    return {"filed_on": day, "number": number}


def _decided(case: Case, facts: Facts) -> dict[str, object]:
    return {"decided_on": local_date(facts.happened_at)}


def _closing(case: Case, facts: Facts) -> dict[str, object]:
    return {"outcome": Outcome.COURT_TAKES} if case.status == S.COURT else {}


def _not_closing(case: Case, facts: Facts) -> dict[str, object]:
    return {"outcome": Outcome.PENALISED} if case.outcome == Outcome.COURT_TAKES else {}


STAMPS: dict[str, Callable[[Case, Facts], dict[str, object]]] = {
    "approve_filing": _filed,
    "file_crime": _filed,
    "plan_hearing": lambda case, facts: {"hearing_at": facts.hearing_at},
    "propose": lambda case, facts: {"outcome": Outcome.PENALISED},
    "propose_end": lambda case, facts: {"outcome": facts.outcome},
    "return_proposal": lambda case, facts: {"outcome": ""},
    "decide": _decided,
    "serve": lambda case, facts: {"served_on": local_date(facts.happened_at)},
    "request_closing": _closing,
    "return_closing": _not_closing,
    "approve_closing": lambda case, facts: {"closed_at": facts.happened_at},
    "close_crime": lambda case, facts: {"closed_at": facts.happened_at, "outcome": facts.outcome},
    "revoke": lambda case, facts: {"closed_at": facts.happened_at},
    # an undone decision is no former penalty of its party (cases.sentinel)
    "annul": lambda case, facts: {"closed_at": facts.happened_at, "outcome": "", "decided_on": None},
    "redo": lambda case, facts: {"outcome": "", "decided_on": None, "served_on": None, "closed_at": None},
    "revoke_crime": lambda case, facts: {"closed_at": facts.happened_at},
    "supervise": lambda case, facts: {"supervised": facts.level},
    "supervise_crime": lambda case, facts: {"supervised": facts.level},
    "unsupervise": lambda case, facts: {"supervised": ""},
    "promote": lambda case, facts: {"holder": facts.unit, "promoted_from": case.holder},
    "designate": lambda case, facts: {"holder": facts.unit, "promoted_from": case.holder},
}


def follow(case: Case, step: CaseStep, facts: Facts, *, before: Agency) -> None:
    """What the move brings about once it stands; `before` held the case until now."""
    then = AFTER.get(step.move)
    if then:
        then(case, step, facts, before)


def _named(case: Case, step: CaseStep, facts: Facts, before: Agency) -> None:
    name_officers(case, facts.officers, at=step.recorded_at)
    owing.name_chief(case)


def _penalties(case: Case, step: CaseStep, facts: Facts, before: Agency) -> None:
    own = case.penalties.exclude(kind=Penalty.Kind.HELD)
    own.update(organ=case.holder.name[:80], decided_on=case.decided_on)


def _look_back(case: Case, step: CaseStep, facts: Facts, before: Agency) -> None:
    """回头看 30, 90 and 180 days after closing, wherever something had been done on the ground."""
    if case.outcome == Outcome.UNFOUNDED or case.track != Case.Track.ADMIN:
        return
    for days in LOOKBACKS:
        due_at = day_end(local_date(step.happened_at) + dt.timedelta(days=days))
        row, _ = LookBack.objects.get_or_create(case=case, days=days, defaults={"due_at": due_at})
        open_visit(row)


def open_visit(row: LookBack) -> Duty:
    """The duty to look back on the ground."""
    case = row.case
    return steps.open_step(
        key=owing.key_of(case, f"lookback:{row.days}"),
        kind=Duty.Kind.CASE,
        title=f"结案后{row.days}日回头看 {case.serial}",
        agency=case.holder,
        role=desk(case.holder),
        subject=case,
        due_at=row.due_at,
        matter=case.matter,
        track=case.track,
        basis="本系统约定：结案后30日、90日、180日回头看，防止死灰复燃",
        started_at=case.closed_at,
    )


def _over(case: Case, step: CaseStep, facts: Facts, before: Agency) -> None:
    owing.cancel_all(case, by=step.by, but=("unsettled",))


def _anew(case: Case, step: CaseStep, facts: Facts, before: Agency) -> None:
    """A case that had been closed is open again: nobody looks back at it yet."""
    for visit in case.lookbacks.filter(visited_at__isnull=True):
        steps.cancel(key=owing.key_of(case, f"lookback:{visit.days}"), reason="重新处理", by=step.by)
        visit.delete()


def held_on(case: Case, unit: Agency) -> str:
    """The track on which `unit` holds: that of the referral for a case beside the sender's."""
    if case.track != Case.Track.ADMIN:
        return case.track
    rows = case.matter.access.filter(relation=Access.Relation.HOLDER, agency=unit)
    tracks = set(rows.values_list("track", flat=True))
    beside = Access.Track.REFERRAL in tracks and Access.Track.ADMIN not in tracks
    return Access.Track.REFERRAL if beside else Access.Track.ADMIN


def _moved(case: Case, step: CaseStep, facts: Facts, before: Agency) -> None:
    """Rights move with the case; who held it stays a party; what is owed is the new holder's."""
    relation = Access.Relation
    release_all(case, at=step.recorded_at)
    track = held_on(case, before)
    others = Case.objects.filter(matter=case.matter, holder=before, track=case.track).exclude(pk=case.pk)
    if not others.exists():
        revoke(case.matter, relation.HOLDER, agency=before, track=track)
        grant(case.matter, relation.PARTY, agency=before, track=track, basis="移交前的承办单位")
    grant(
        case.matter,
        relation.HOLDER,
        agency=case.holder,
        track=track,
        basis=f"{step.label} {step.number}".strip()[:200],
    )
    end_tasks(case, step.by, step.recorded_at)
    owing.hand_over(case, before)


def end_tasks(case: Case, by: Member, at: dt.datetime) -> None:
    """Tasks were given to people of the unit that had the case."""
    for task in case.tasks.filter(done_at__isnull=True):
        case.tasks.filter(pk=task.pk).update(
            done_at=at, result="案件移交其他单位承办，任务终止", version=task.version + 1
        )
        steps.cancel(key=owing.key_of(case, f"task:{task.pk}"), reason="案件移交", by=by)


AFTER: dict[str, Callable[[Case, CaseStep, Facts, Agency], None]] = {
    "assign": _named,
    "assign_crime": _named,
    "decide": _penalties,
    "approve_closing": _look_back,
    "revoke": _over,
    "annul": _over,
    "redo": _anew,
    "revoke_crime": _over,
    "promote": _moved,
    "designate": _moved,
}
