"""Duties of a case: opened when a status is entered, ended when it is left, moved when the holder changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from cases import remedies
from cases.case_history import last, read_once
from cases.case_limits import DESK, HEARING, LIMITS, SERVED, Limit, limits
from cases.case_moments import in_force, moment, start_of
from cases.case_states import INTERNAL, SERVED_ON
from cases.disposing import CONFISCATED, clock_of, title_of
from cases.models import Case, CaseStep, Penalty, Remedy
from cases.states import CaseStatus, Outcome
from core import notices
from duties.actions import steps
from duties.clocks import instant
from duties.holders import holders
from duties.models import Duty
from duties.standing import desk

if TYPE_CHECKING:
    from agencies.models import Agency, Member

#: What was confiscated by a decision that stands is still to be disposed of.
CONFISCATING = tuple(status for status in SERVED_ON if status != CaseStatus.CLOSED)
KEYS = {row.key: row for row in LIMITS}
WAITING = "有一件案件等待您审批，请打开查看。"
#: Kinds that are told to the public; 追责 and 不予处罚 are not.
PUBLIC = tuple(kind for kind in Penalty.Kind if kind not in (Penalty.Kind.HELD, Penalty.Kind.NONE))


def key_of(case: Case, key: str) -> str:
    """case:<pk>:<key>"""
    return f"case:{case.pk}:{key}"


def renew(case: Case, *, by: Member, step: CaseStep | None = None) -> None:
    """Open what is owed in the case's status, end what no longer is: done by `step` or no longer standing."""
    with read_once(case):
        _renew(case, by, step)


def _renew(case: Case, by: Member, step: CaseStep | None) -> None:
    now_owed = {row.key: row for row in wanted(case)}
    rows = Duty.objects.open().filter(key__startswith=key_of(case, "")).select_related("clock")
    standing = {duty.key.split(":", 2)[2]: duty for duty in rows}
    for key in (set(standing) & set(KEYS)) - set(now_owed):
        limit = KEYS[key]
        if step is not None and step.move in limit.moves:
            steps.fulfil(key=key_of(case, key), at=step.happened_at, by=by)
        else:
            steps.cancel(key=key_of(case, key), reason="案件已进入其他环节", by=by)
    for key, limit in now_owed.items():
        if key not in standing:
            _owe(case, limit)
    for family, (owed_of, reason) in FAMILIES.items():
        there = {duty.key: duty for key, duty in standing.items() if key.startswith(f"{family}:")}
        _renew_rows(case, by, there, owed_of(case), reason)


def wanted(case: Case) -> list[Limit]:
    """Steps that are owed in the case as it stands."""
    if case.track != Case.Track.ADMIN:
        return []
    rows = [row for row in limits(case.status) if _stands(case, row.key)]
    if case.status == CaseStatus.SERVED and case.outcome != Outcome.PENALISED:
        carrying = ("follow", "court")  # nothing to carry out
        return [KEYS["close"], *(row for row in rows if row.key not in carrying)]
    if case.status == CaseStatus.DECIDED and case.outcome in INTERNAL:
        return [KEYS["close"], *(row for row in rows if row.key != "serve")]  # nobody to serve it on
    return rows


def _stands(case: Case, key: str) -> bool:
    """Whether the limit of that key is one of this case at all."""
    asked = ASKED.get(key)
    return asked is None or asked(case)


#: Limits that not every case in their statuses has.
ASKED: dict[str, Callable[[Case], bool]] = {
    "publish": lambda case: owes_publishing(case),
    "decide": lambda case: remedies.redone_since(case) is None,
    "redecide": lambda case: remedies.redone_since(case) is not None,
    "withdraw": lambda case: remedies.withdrawing_since(case) is not None,
    "unsettled": lambda case: remedies.unsettled_start(case) is not None,
    # 行政强制法第五十三条: the three months run once the party can seek nothing any more
    "court": lambda case: not (
        remedies.pending(case) or remedies.undone(case) or remedies.organ_enforces(case)
    ),
}


def owes_publishing(case: Case) -> bool:
    """Whether the present decision must still be made public or decided not to be."""
    if case.outcome not in (Outcome.PENALISED, Outcome.COURT_TAKES) or published(case):
        return False
    if remedies.undone(case) is not None:
        return False
    return case.penalties.filter(kind__in=PUBLIC).exists()


def published(case: Case) -> CaseStep | None:
    """The step that says how the present decision was made public or why not."""
    decision = remedies.decision_of(case)
    step = last(case, "publish", "not_publish")
    return step if step and step.pk > (decision.pk if decision else 0) else None


def _owe(case: Case, limit: Limit) -> None:
    role = desk(case.holder) if limit.role == DESK else limit.role
    start = moment(case, "entered") if limit.since == HEARING else start_of(case, limit)
    duty = steps.open_step(
        key=key_of(case, limit.key),
        kind=Duty.Kind.CASE,
        title=f"{limit.title} {case.serial}",
        agency=case.holder,
        role=role,
        subject=case,
        due_at=case.hearing_at if limit.since == HEARING else None,
        clock=in_force(limit.clock, start) if limit.clock and start else None,
        member=chief(case) if limit.role == DESK else None,
        matter=case.matter,
        track=case.track,
        started_at=start,
    )
    if limit.role != DESK:
        notices.send(
            members=holders(duty), kind="case.waiting", text=WAITING, subject=case, matter=case.matter
        )


def disposal_key(penalty: Penalty) -> str:
    """case:<pk>:disposal:<penalty pk>"""
    return key_of(penalty.case, f"disposal:{penalty.pk}")


def answer_key(remedy: Remedy) -> str:
    """case:<pk>:answer:<remedy pk>"""
    return key_of(remedy.case, f"answer:{remedy.pk}")


@dataclass(frozen=True)
class Owed:
    """What is owed of one row of the case: its title, the code of its limit, from when that counts."""

    title: str
    clock: str
    since: dt.datetime


def _disposals(case: Case) -> dict[str, Owed]:
    """没收物处置 (C17) is owed from service on, for each confiscation, while the decision stands."""
    served = moment(case, SERVED) if case.status in CONFISCATING else None
    if served is None:
        return {}
    rows = case.penalties.filter(kind__in=CONFISCATED, disposed_on__isnull=True)
    return {
        disposal_key(row): Owed(title_of(row.kind), in_force(clock_of(row.kind), served), served)
        for row in rows
    }


def _answers(case: Case) -> dict[str, Owed]:
    """The unit's own 答复 or 答辩 is owed from when it got the copy of the application or complaint."""
    if case.status == CaseStatus.REVOKED:
        return {}
    owed = {}
    for row in remedies.unanswered(case):
        since = instant(row.notified_on)
        clock = in_force(remedies.answer_clock(row), since)
        owed[answer_key(row)] = Owed(f"提交{remedies.answer_words(row)}", clock, since)
    return owed


#: Duties that a case may have several of: what is owed now, and why one that no longer stands is ended.
FAMILIES: dict[str, tuple[Callable[[Case], dict[str, Owed]], str]] = {
    "disposal": (_disposals, "原决定已撤销或者变更"),
    "answer": (_answers, "复议、诉讼已有结果，或者登记的日期已更正"),
}


def _renew_rows(
    case: Case, by: Member, there: dict[str, Duty], owed: dict[str, Owed], reason: str
) -> None:
    """Open a duty for each row that owes something; end those `there` that stand for nothing now."""
    stale = set()
    for key, duty in there.items():
        one = owed.get(key)
        if one is None or (duty.started_at, duty.clock and duty.clock.code) != (one.since, one.clock):
            steps.cancel(key=key, reason=reason, by=by)
            stale.add(key)
    for key, one in owed.items():
        if key in there and key not in stale:
            continue
        steps.open_step(
            key=key,
            kind=Duty.Kind.CASE,
            title=f"{one.title} {case.serial}",
            agency=case.holder,
            role=desk(case.holder),
            subject=case,
            clock=one.clock,
            member=chief(case),
            matter=case.matter,
            track=case.track,
            started_at=one.since,
        )


def chief(case: Case) -> Member | None:
    """主办 of the case, None while nobody is named."""
    row = case.officers.filter(released_at__isnull=True, chief=True).select_related("member").first()
    return row.member if row else None


def due_of(case: Case, keys: list[str], at: dt.datetime) -> tuple[dt.datetime | None, bool]:
    """(due, late at `at`) of the first open duty among `keys`: what the step that ends it carries."""
    rows = {row.key: row for row in Duty.objects.open().filter(key__in=[key_of(case, key) for key in keys])}
    for key in keys:
        duty = rows.get(key_of(case, key))
        if duty is not None and duty.due_at is not None:
            return duty.due_at, not duty.stopped and at > duty.due_at
    return None, False


def hand_over(case: Case, before: Agency) -> None:
    """Everything that `before` owed in the case is the new holder's from now on; nobody is named yet."""
    for duty in Duty.objects.open().filter(key__startswith=f"case:{case.pk}:"):
        key = duty.key.rpartition(":")[2]
        if duty.agency_id != before.pk:
            continue  # a countersignature above stays where it is
        role = KEYS[key].role if key in KEYS else DESK
        role = desk(case.holder) if role == DESK else role
        Duty.objects.filter(pk=duty.pk).update(
            agency=case.holder, role=role, member=None, version=duty.version + 1
        )


def name_chief(case: Case) -> None:
    """Desk work of the case is the 主办's."""
    wanted_keys = Q(key__in=[key_of(case, row.key) for row in LIMITS if row.role == DESK])
    for family in FAMILIES:
        wanted_keys |= Q(key__startswith=key_of(case, f"{family}:"))
    for duty in Duty.objects.open().filter(wanted_keys):
        Duty.objects.filter(pk=duty.pk).update(member=chief(case), version=duty.version + 1)


def cancel_all(case: Case, *, by: Member, but: tuple[str, ...] = ()) -> None:
    """Nothing is owed in a revoked case, save the limits `but` that the step itself has met."""
    kept = [key_of(case, key) for key in but]
    rows = Duty.objects.open().filter(key__startswith=f"case:{case.pk}:").exclude(key__in=kept)
    for key in rows.values_list("key", flat=True):
        steps.cancel(key=key, reason="案件已撤销", by=by)
