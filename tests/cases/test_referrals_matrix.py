"""Every move from every status and on every way: made where the table says so, refused everywhere else."""

import datetime as dt

import pytest
import time_machine

from cases import standing
from cases.edges import EDGES, Edge
from cases.models import ReferralStep
from cases.states import COURT_RESULTS, HANDS, REFERRAL_MOVES, REFERRAL_OVER, Family, Side
from cases.states import ReferralStatus as S
from conftest import heavy
from core.errors import DomainError
from minewatch.lib.clock import SHANGHAI
from tests.cases import make

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
WAYS = [Edge.CRIMINAL, Edge.JURISDICTION, Edge.RISK_LETTER]


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def reachable(edge):
    """Statuses that a referral of `edge` can be in, by the table alone."""
    family, found, more = EDGES[edge].family, {S.DRAFT}, True
    while more:
        fresh = {
            S(move.target)
            for move in REFERRAL_MOVES.values()
            if family in move.families and set(move.source) & found
        }
        more = bool(fresh - found)
        found |= fresh
    return sorted(found)


CELLS = [(edge, status) for edge in WAYS for status in reachable(edge)]


def test_the_cells_cover_every_status_and_every_way():
    assert {status for _, status in CELLS} == set(S)
    assert {EDGES[edge].family for edge in WAYS} == set(Family)


def everybody(cast, row):
    """Somebody who may make any move: of each side the one the table asks for."""
    return {move.name: make.maker(row, move.name) for move in REFERRAL_MOVES.values()}


@pytest.mark.heavy  # a referral is brought to each status: minutes of steps; CI asks a third, of PostgreSQL
@pytest.mark.parametrize(("edge", "status"), CELLS if heavy(10) >= 10 else CELLS[::3])
def test_a_move_is_refused_from_every_status_that_is_not_its_source(cast, edge, status):
    row = make.referral(cast, edge, status)
    assert row.status == status
    row.supervisor, row.superior = cast.unit("procuratorate"), cast.unit("county")
    row.save(update_fields=["supervisor", "superior"])
    before, steps = row.version, ReferralStep.objects.count()
    family = EDGES[edge].family
    for name, by in everybody(cast, row).items():
        move = REFERRAL_MOVES[name]
        if status in move.source and family in move.families:
            continue
        with pytest.raises(DomainError):
            make.take(cast, row, name, by, number="1", result="other")
        row.refresh_from_db()
        assert (row.status, row.version, ReferralStep.objects.count()) == (status, before, steps), name
    if status in REFERRAL_OVER:
        assert {move.name for move in standing.legal_moves(row)} <= COURT_RESULTS
    else:
        assert standing.legal_moves(row), "nothing leads on from here"


@pytest.mark.parametrize("edge", WAYS)
def test_every_status_leads_to_an_end_and_none_to_an_end_without_an_answer(edge):
    family = EDGES[edge].family
    for move in REFERRAL_MOVES.values():
        if move.target == S.CLOSED and family in move.families and move.name not in COURT_RESULTS:
            assert set(move.source) == {S.ANSWERED, S.ADMIN_HANDLING}
        if move.target == S.RECALLED:
            assert set(move.source) <= {S.DRAFT, S.TEAM_NAMED, S.REPORTED, S.REFUSED, S.APPROVED, S.SENT}


def test_no_move_lets_the_police_refuse_papers_for_being_incomplete(cast):
    row = make.referral(cast, "criminal", "received")
    legal = {move.name for move in standing.legal_moves(row) if move.side == Side.RECEIVER}
    assert legal == {"forward", "ask_supplement", "return", "file", "refuse_filing"}
    for text in ("材料不全，退回", "没有鉴定意见"):
        with pytest.raises(DomainError) as error:
            make.take(cast, row, "return", "police.officer", text=text)
        assert error.value.field == "reason" and "不得以材料不全为由拒收" in error.value.message
    step = make.take(cast, row, "return", "police.officer", text="属自然资源主管部门管辖")
    assert step.label == "不属公安机关管辖，退回"


@pytest.mark.parametrize("move", [row for row in REFERRAL_MOVES.values() if row.needs_reason])
def test_what_needs_a_reason_is_refused_without_one(cast, move):
    edge = Edge.CRIMINAL if Family.CRIMINAL in move.families else Edge.JURISDICTION
    edge = edge if Family.TRANSFER in move.families or edge == Edge.CRIMINAL else Edge.RISK_LETTER
    status = next(one for one in move.source if one in reachable(edge))
    row = make.referral(cast, edge, status, result="prosecuted" if move.name in COURT_RESULTS else "")
    with pytest.raises(DomainError) as error:
        make.take(cast, row, move.name, make.maker(row, move.name), text="  ", number="1", result="other")
    assert error.value.field == "reason"


@pytest.mark.parametrize("move", [row for row in REFERRAL_MOVES.values() if "number" in row.needs])
def test_what_needs_a_number_is_refused_without_one(cast, move):
    row = make.referral(cast, "criminal", "handed_over" if move.target == "handed_over" else move.source[0])
    if move.target == "handed_over":  # the notice leads back to where the case was passed on from
        make.take(cast, row, "pass_on", make.maker(row, "pass_on"))
    with pytest.raises(DomainError) as error:
        make.take(cast, row, move.name, make.maker(row, move.name), number="")
    assert error.value.field == "number"


@pytest.mark.parametrize("name", sorted(REFERRAL_MOVES))
def test_each_move_belongs_to_one_side_and_the_other_side_is_refused(cast, name):
    move = REFERRAL_MOVES[name]
    edge = next(edge for edge in WAYS if EDGES[edge].family in move.families)
    status = next(one for one in move.source if one in reachable(edge))
    row = make.referral(cast, edge, status)
    for side, unit in ((Side.SENDER, row.sender.code), (Side.RECEIVER, row.receiver.code)):
        allowed = [n for n in (0, 1, 2) if not standing.may(cast.member(make.who(unit, n)), row, move)]
        if side != move.side:
            assert not allowed
        elif move.roles == HANDS:
            assert allowed == [0, 1, 2]
        elif len(move.roles) == 1:
            assert allowed == [2]
        else:
            assert allowed == [1, 2]
