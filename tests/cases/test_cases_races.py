"""Writers at once on PostgreSQL: numbers without gap, one approver, closed or referred – never both."""

import random
import threading
from functools import partial
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction

from cases import numbers
from cases.actions import cases, referrals
from cases.models import Case, CaseStep, Referral
from core.errors import Conflict, DomainError
from ledgers.actions.leads import report_special
from tests.cases import make_cases as make
from tests.cases.make_cases import at, fresh

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WRITERS = 8
NOW = at(2026, 10, 9, 9)
#: what the head and the approver decide at once; the case is reported again after any of it
MOVES = (("return_filing", "refuse_filing"), ("refuse_filing", "return_filing"))


def together(*acts):
    """Run the acts at once in threads of their own; what each answered, in their order."""
    barrier, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(n, act):
        try:
            barrier.wait()
            answers[n] = act()
        except DomainError as error:
            answers[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class _RolledBack(Exception):
    """A writer that changes its mind."""


def test_eight_writers_number_without_gap_or_repeat(transactional_cast, heavy):
    unit, each = transactional_cast.unit("nr"), heavy(500)
    day = NOW.date()

    def writer(seed):
        dice, kept = random.Random(seed), []

        def run():
            for _ in range(each):
                try:
                    with transaction.atomic():
                        number = numbers.take(unit, "case", day)
                        if dice.random() < 0.1:
                            raise _RolledBack
                    kept.append(number)
                except _RolledBack:
                    pass
            return kept

        return run

    given = [number for kept in together(*(writer(seed) for seed in range(WRITERS))) for number in kept]
    assert len(given) > WRITERS * each * 0.8
    series = sorted(int(number.rpartition("〕")[2].rstrip("号")) for number in given)
    assert series == list(range(1, len(given) + 1))
    print(f"{WRITERS} writers: {len(given)} of {WRITERS * each} numbers kept, none skipped")  # noqa: T201


def test_cases_filed_at_once_have_each_their_own_next_number(transactional_cast, heavy):
    cast = transactional_cast
    for _ in range(heavy(5)):
        with time_machine.travel(NOW, tick=False):
            rows = [make.with_facts(cast, when=NOW) for _ in range(WRITERS)]
            for row in rows:
                cases.take(case=fresh(row), move="request_filing", by=cast.nr_officer, text="x")
            approve = partial(cases.take, move="approve_filing", by=cast.nr_head)
            found = together(*(partial(approve, case=fresh(row)) for row in rows))
        assert all(isinstance(answer, CaseStep) for answer in found), found
    taken = Case.objects.exclude(number="").order_by("pk").values_list("number", flat=True)
    series = sorted(int(number.rpartition("〕")[2].rstrip("号")) for number in taken)
    assert series == list(range(1, len(series) + 1))


def test_of_two_reviewers_one_wins_and_the_other_hears_of_it(transactional_cast, heavy):
    """Each round the case is reported anew and two reviewers decide otherwise at the same moment, each with a
    comment: one decision stands with its comment, the other reviewer is told who decided and when."""
    cast, rounds, won, lost = transactional_cast, heavy(1000), 0, 0
    rounds = rounds if rounds == 1000 else max(1, rounds // 20)
    officer, reviewers = cast.nr_officer, (cast.nr_head, cast.nr_approver)
    for n in range(rounds):
        with time_machine.travel(NOW, tick=False):
            if n % 50 == 0:
                case = make.with_facts(cast, when=NOW)
            cases.take(case=fresh(case), move="request_filing", by=officer, text="报请")
            seen, newest = fresh(case), case.steps.latest("pk").pk
            said = {by: (move, f"{move}{n}") for by, move in zip(reviewers, MOVES[n % 2], strict=True)}
            found = together(
                *(
                    partial(cases.take, case=fresh(case), by=by, move=move, text=text, version=seen.version)
                    for by, (move, text) in said.items()
                )
            )
        steps = [answer for answer in found if isinstance(answer, CaseStep)]
        told = [answer for answer in found if isinstance(answer, Conflict)]
        assert (len(steps), len(told)) == (1, 1), found
        (step,) = case.steps.filter(pk__gt=newest)
        assert step == steps[0]
        assert (step.move, step.text) == said[step.by]
        assert fresh(case).version == seen.version + 1
        assert step.by.label in told[0].message and "已于" in told[0].message
        won, lost = won + len(steps), lost + len(told)
    assert (won, lost) == (rounds, rounds)
    print(f"{rounds} races: {won} winners, {lost} conflicts")  # noqa: T201


def test_a_double_click_at_once_acts_once_and_everybody_gets_the_same_step(transactional_cast):
    cast, token = transactional_cast, uuid4()
    with time_machine.travel(NOW, tick=False):
        case = make.with_facts(cast, when=NOW)
        click = partial(cases.take, move="request_filing", by=cast.nr_officer, text="报请", token=token)
        found = together(*(partial(click, case=fresh(case)) for _ in range(8)))
    assert {answer.pk for answer in found} == {case.steps.get(move="request_filing").pk}


@pytest.mark.parametrize("by_lead", [False, True])
def test_a_case_is_closed_or_a_referral_begins_never_both(transactional_cast, heavy, by_lead):
    cast, closed, begun = transactional_cast, 0, 0
    for _ in range(heavy(20)):
        with time_machine.travel(at(2026, 9, 1, 8), tick=False):
            lead = report_special(
                member=cast.nr_officer, agency=cast.unit("nr"), text="夜间采砂", location="河滩"
            )
        case = make.closing(cast, origin="lead", leads=[lead])
        about = {"lead": lead} if by_lead else {"case": fresh(case)}
        police, officer, head = cast.unit("police"), cast.nr_officer, cast.nr_head
        with time_machine.travel(NOW, tick=False):
            found = together(
                partial(cases.take, case=fresh(case), move="approve_closing", by=head),
                partial(
                    referrals.draft,
                    by=officer,
                    edge="criminal",
                    receiver=police,
                    title="盗采",
                    summary="涉嫌非法采矿",
                    **about,
                ),
            )
        ended = fresh(case).status == "closed"
        began = Referral.objects.filter(matter=case.matter).exists()
        assert not (ended and began), found
        closed, begun = closed + ended, begun + began
    assert closed + begun == heavy(20)
    print(f"{closed} closed, {begun} referred, none both")  # noqa: T201
