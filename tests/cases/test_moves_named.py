"""What the pages and the rules say of a move is said of one that exists: who renames it renames all."""

import pytest

from cases.actions.cases import effects, guards
from cases.actions.referrals import making, owed, telling
from cases.case_limits import LIMITS, WAITS
from cases.case_states import CASE_MOVES
from cases.forms import case_moves as case_forms
from cases.forms import referral_moves as referral_forms
from cases.states import COURT_RESULTS, FREEZES, NOTIFIES, REFERRAL_MOVES
from cases.views import case_buttons, referral_buttons
from cases.views import case_moves as case_pages
from cases.views import referral_moves as referral_pages
from ledgers.lead_states import LEAD_MOVES
from ledgers.views import lead_buttons

CASES = {
    "texts": case_forms.TEXTS,
    "files": case_forms.FILES,
    "warnings": case_pages.WARNINGS,
    "checked": case_pages.CHECKED,
    "danger": case_buttons.DANGER,
    "first": case_buttons.FIRST,
    "rules": guards.RULES,
    "typed": guards.TYPED,
    "stamps": effects.STAMPS,
    "after": effects.AFTER,
    "limits": [move for row in LIMITS for move in row.moves],
    "waits": [move for row in WAITS for move in (*row.steps, *row.bars)],
    "others": [move for row in CASE_MOVES.values() for move in row.other],
}
REFERRALS = {
    "texts": referral_forms.TEXTS,
    "warnings": referral_pages.WARNINGS,
    "checked": referral_pages.CHECKED,
    "danger": referral_buttons.DANGER,
    "first": referral_buttons.FIRST,
    "own clock": owed.OWN_CLOCK,
    "undone": owed.UNDONE,
    "go back": making.GO_BACK,
    "come back": making.COME_BACK,
    "freezes": FREEZES,
    "answers": telling.ANSWERS,
    "notifies": NOTIFIES,
    "court results": COURT_RESULTS,
}
LEADS = {
    "pages": lead_buttons.PAGES,
    "asks": lead_buttons.ASKS,
    "first": lead_buttons.FIRST,
    "danger": lead_buttons.DANGER,
}


@pytest.mark.parametrize(
    ("table", "said"), [(CASE_MOVES, CASES), (REFERRAL_MOVES, REFERRALS), (LEAD_MOVES, LEADS)]
)
def test_what_is_said_of_a_move_is_said_of_one_that_exists(table, said):
    for what, names in said.items():
        assert set(names) <= set(table), (what, set(names) - set(table))


@pytest.mark.parametrize("table", [CASE_MOVES, REFERRAL_MOVES])
def test_what_a_move_needs_its_form_asks(table):
    for name, move in table.items():
        assert set(move.needs) <= set(move.asks), name


def test_a_paper_that_is_named_is_asked_for():
    for name in case_forms.FILES:
        assert "file" in CASE_MOVES[name].asks, name
