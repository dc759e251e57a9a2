"""A move is a conditional update: legal, once, and the loser is told."""

import uuid

import pytest

from core import workflow
from core.errors import Conflict, DomainError
from core.models import Once
from core.once import once
from ledgers.models import Sheet
from ledgers.states import SHEET_MOVES, SheetStatus


@pytest.fixture
def sheet(cast):
    return Sheet.objects.create(
        agency=cast.unit("qingshi"), period="2022-09", first_day="2022-09-01", last_day="2022-09-30"
    )


def test_only_one_of_two_moves_wins_and_the_other_hears_the_state(sheet):
    first, second = Sheet.objects.get(), Sheet.objects.get()
    workflow.move(first, SHEET_MOVES["submit"])
    with pytest.raises(Conflict, match="待分管领导审核"):
        workflow.move(second, SHEET_MOVES["submit"])


@pytest.mark.parametrize(
    "name", [name for name, move in SHEET_MOVES.items() if SheetStatus.DRAFT not in move.source]
)
def test_no_move_starts_from_a_state_it_does_not_name(sheet, name):
    with pytest.raises(Conflict):
        workflow.move(sheet, SHEET_MOVES[name])


def test_a_stale_page_does_not_move_the_row(sheet):
    with pytest.raises(Conflict):
        workflow.move(sheet, SHEET_MOVES["submit"], expected_version=7)


def test_a_child_is_refused_once_the_parent_has_moved(sheet):
    workflow.move(sheet, SHEET_MOVES["submit"])
    with pytest.raises(Conflict):
        workflow.bump(sheet, SheetStatus.DRAFT)


def test_a_return_needs_a_reason():
    with pytest.raises(DomainError, match="原因"):
        SHEET_MOVES["return_by_head"].require_reason("  ")


def make(cast):
    return Sheet.objects.create(
        agency=cast.unit("baiyang"),
        period=uuid.uuid4().hex[:20],
        first_day="2022-09-01",
        last_day="2022-09-30",
    )


def test_a_form_sent_twice_acts_once(cast):
    token, member = uuid.uuid4(), cast.baiyang_filler
    rows = {
        once(token=token, verb="sheet.opened", member=member, make=lambda: make(cast)).pk for _ in range(3)
    }
    assert len(rows) == 1 == Sheet.objects.count()


def test_somebody_elses_token_is_refused(cast):
    token = uuid.uuid4()
    once(token=token, verb="sheet.opened", member=cast.baiyang_filler, make=lambda: make(cast))
    with pytest.raises(DomainError):
        once(token=token, verb="sheet.opened", member=cast.qingshi_filler, make=lambda: make(cast))


def test_a_failed_act_does_not_use_up_its_token(cast):
    token = uuid.uuid4()

    def fail():
        raise DomainError("不行")

    with pytest.raises(DomainError):
        once(token=token, verb="sheet.opened", member=cast.baiyang_filler, make=fail)
    assert not Once.objects.filter(token=token).exists()


def test_a_moved_row_keeps_what_it_points_to(sheet, django_assert_num_queries):
    unit = sheet.agency
    workflow.bump(sheet, SheetStatus.DRAFT)
    with django_assert_num_queries(0):
        assert sheet.agency is unit


def test_a_moved_row_does_not_keep_what_it_no_longer_points_to(cast, sheet):
    assert sheet.agency == cast.unit("qingshi")
    Sheet.objects.filter(pk=sheet.pk).update(agency=cast.unit("baiyang"))
    workflow.bump(sheet, SheetStatus.DRAFT)
    assert sheet.agency == cast.unit("baiyang")
