"""Every move × every status × who asks: legal exactly where the table says, else nothing happens."""

import pytest
import time_machine
from django.db import transaction

from agencies.models import Role
from cases.actions import cases
from cases.case_limits import LIMITS, WAITS
from cases.case_standing import may
from cases.case_states import CASE_MOVES, CASE_OPEN, CASE_OVER, SUPERIOR
from cases.models import Case, CaseStep
from cases.states import CaseStatus
from core.audit import VERBS
from core.errors import Conflict, DomainError, NotAllowed
from tests.cases import make_cases as make
from tests.cases.make_cases import at, fresh

NOW = at(2026, 9, 10, 9)
#: Moves of a case that is over: what a 复议 or a court undid is taken up again, what was published withdrawn.
AFTER_ALL = {"unsupervise", "unpublish", "annul", "redo"}
#: who → the posts held in the bureau that has the case, or above it.
PEOPLE = {
    "nr.officer": {Role.OFFICER},
    "nr.approver": {Role.APPROVER},
    "nr.head": {Role.HEAD},
    "office": {SUPERIOR},
    "leader": {SUPERIOR},
    "police.head": set(),
    "qingshi.head": set(),
    "water.officer": set(),
    "procuratorate": set(),
    "custodian": set(),
    "auditor": set(),
}


@pytest.fixture
def case(cast):
    with time_machine.travel(NOW, tick=False):
        yield make.opened(cast, when=NOW)


def put(case, status, track="admin"):
    Case.objects.filter(pk=case.pk).update(status=status, track=track)
    return fresh(case)


def test_a_move_is_made_from_its_own_statuses_only(cast, case):
    office, head = cast.member("office"), cast.member("nr.head")
    pairs = [
        (move, status) for move in CASE_MOVES.values() for status in CaseStatus if status not in move.source
    ]
    for move, status in pairs:
        row = put(case, status, move.track)
        with pytest.raises(Conflict):
            cases.take(case=row, move=move.name, by=office if move.side == SUPERIOR else head, text="x")
        after = fresh(case)
        assert (after.status, after.version) == (status, row.version), (move.name, status)
    assert len(pairs) > 400
    assert CaseStep.objects.filter(case=case).exclude(move="open").count() == 0


def test_a_move_is_made_by_its_own_posts_only(cast, case):
    people = {who: cast.member(who) for who in PEOPLE}
    for move, status in [(row, status) for row in CASE_MOVES.values() for status in row.source]:
        row = put(case, status, move.track)
        for who, posts in PEOPLE.items():
            member, name = people[who], move.name
            allowed = SUPERIOR in posts if move.side == SUPERIOR else bool(posts & set(move.roles))
            assert (may(member, row, move) == "") is allowed, (who, name, status)
            if not allowed:
                with pytest.raises(NotAllowed):
                    cases.take(case=row, move=name, by=member, text="x")
    assert CaseStep.objects.filter(case=case).exclude(move="open").count() == 0


def test_a_move_without_what_it_needs_writes_nothing(cast, case):
    office, head = cast.member("office"), cast.member("nr.head")
    for name, move in CASE_MOVES.items():
        if not move.needs_reason and not move.needs:
            continue
        row = put(case, move.source[0], move.track)
        by = office if move.side == SUPERIOR else head
        with pytest.raises(DomainError) as refused, transaction.atomic():
            cases.take(case=row, move=name, by=by, text="" if move.needs_reason else "x")
        assert refused.value.status == 400, name
        assert fresh(case).version == row.version, name


def test_the_tables_hang_together():
    for name, move in CASE_MOVES.items():
        assert f"case.{name}" in VERBS
        assert set(move.needs) <= set(move.asks), name
        assert move.stays or move.back or move.target in CaseStatus, name
        assert all(other in CASE_MOVES for other in move.other), name
        assert not set(move.source) & set(CASE_OVER) or name in AFTER_ALL, name
    for limit in LIMITS:
        assert limit.moves and set(limit.moves) <= set(CASE_MOVES), limit.key
    for wait in WAITS:
        assert {*wait.steps, *wait.bars} <= set(CASE_MOVES), wait.key
    assert set(CASE_OPEN) | set(CASE_OVER) == set(CaseStatus)


def test_every_status_but_the_last_leads_on_and_is_reached():
    for track in ("admin", "criminal"):
        moves = [move for move in CASE_MOVES.values() if move.track == track]
        reached, queue = {CaseStatus.DRAFT}, [CaseStatus.DRAFT]
        while queue:
            status = queue.pop()
            nexts = {move.target for move in moves if status in move.source and move.target}
            assert nexts or status in CASE_OVER, (track, status)
            queue += nexts - reached
            reached |= nexts
        if track == "admin":
            assert reached == set(CaseStatus)


def test_nothing_owed_in_an_open_case_lies_with_nobody(cast, case):
    from duties.holders import holders
    from duties.models import Duty

    row = make.closing(cast, when=at(2026, 9, 1, 9))
    for duty in Duty.objects.open().filter(matter=row.matter).select_related("agency", "member", "matter"):
        assert holders(duty), duty.key
