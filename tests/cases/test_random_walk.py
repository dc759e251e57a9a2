"""Random walks over a case and its referrals against a model in plain Python (tests/cases/model.py).

Each walk begins at a case of some stage – or at a referral without one – and named people try acts in any
order: they report, approve, begin referrals of a crime to the police or of jurisdiction, send, answer, close.
What the model allows to whom, the product does; what it does not, the product refuses and leaves as it was.
`make prove` runs 10,000 walks in shards, CI one in two hundred.
"""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from agencies.models import Role
from conftest import heavy
from core.errors import DomainError
from tests.cases.model import ACTS, CASE_ACTS, CASE_OVER, LATER, Walk
from tests.cases.walking import PEOPLE, STAGES, START, World, case_step, look, standings, step, trace

NAMES = sorted(PEOPLE)
SHARDS, WALKS = 10, 10_000
FULL = heavy(WALKS) == WALKS  # else one shard walks a sample
HOURS = st.integers(0, 90)
MOST = 2  # referrals of one affair


class Affairs(RuleBasedStateMachine):
    """One walk."""

    world: World

    @initialize(stage=st.sampled_from(sorted(STAGES)), sent=st.sampled_from(["", "criminal", "jurisdiction"]))
    def begin(self, stage: str, sent: str) -> None:
        self.matter, self.walk = self.world.begin(stage, sent)
        self.savepoint = transaction.savepoint()
        self.clock = time_machine.travel(START, tick=False)
        self.hours = self.clock.start()
        self.seen = look(self.matter)

    @rule(act=st.sampled_from(ACTS), who=st.sampled_from(NAMES), which=st.integers(0, MOST - 1), wait=HOURS)
    def attempt(self, act: str, who: str, which: int, wait: int) -> None:
        """Somebody tries something with a referral, some hours later."""
        self.hours.shift(dt.timedelta(hours=wait))
        if self.walk.referrals:
            self._try(which % len(self.walk.referrals), act, who)

    @rule(act=st.sampled_from(CASE_ACTS), who=st.sampled_from(NAMES), wait=HOURS)
    def attempt_case(self, act: str, who: str, wait: int) -> None:
        """Somebody tries something with the case."""
        self.hours.shift(dt.timedelta(hours=wait))
        if self.walk.state:
            self._try_case(act, who)

    @rule(criminal=st.booleans(), who=st.sampled_from(NAMES))
    def refer(self, criminal: bool, who: str) -> None:
        """Somebody begins a referral on the case."""
        if not self.walk.state or len(self.walk.referrals) == MOST:
            return
        allowed = self.walk.may_refer and "sender" in PEOPLE[who]
        if self._acts(lambda: self.world.draft(who, criminal, self.seen.case), allowed, f"{who} refer"):
            self.walk.referrals.append(Walk(criminal))

    @rule(pick=st.integers(0, 999))
    def go_on(self, pick: int) -> None:
        """Somebody who may does what leads on, so that walks get far."""
        able = [(None, act, who) for act in CASE_ACTS for who in NAMES if self._may_lead_case(act, who)]
        for which, row in enumerate(self.walk.referrals):
            acts = [act for act in ACTS if row.allows(act) and row.leads_on(act)]
            able += [
                (which, act, who) for act in acts for who in NAMES if row.whose(act) in standings(who, row)
            ]
        if able:
            which, act, who = able[pick % len(able)]
            if which is None:
                self._try_case(act, who)
            else:
                self._try(which, act, who)

    @rule(pick=st.integers(0, 999))
    def go_further(self, pick: int) -> None:
        """The same: what leads on is done as often as something is merely tried."""
        self.go_on(pick)

    def _may_lead_case(self, act: str, who: str) -> bool:
        walk = self.walk
        return walk.whose(act) in PEOPLE[who] and walk.allows(act, who) and walk.leads_on(act)

    def _try(self, which: int, act: str, who: str) -> None:
        walk, row, given = self.walk.referrals[which], self.seen.referrals[which], []
        mine = standings(who, walk)
        allowed = walk.allows(act) and walk.whose(act) in mine
        told = f"{who} {act} after {walk.trail}, case {self.walk.trail}"
        if self._acts(lambda: given.append(step(self.world, row, act, who, walk)), allowed, told):
            walk.take(act, mine, given[0])

    def _try_case(self, act: str, who: str) -> None:
        walk = self.walk
        allowed = walk.whose(act) in PEOPLE[who] and walk.allows(act, who)
        told = f"{who} {act} after {walk.trail}, referrals {[row.trail for row in walk.referrals]}"
        if self._acts(lambda: case_step(self.world, self.seen.case, act, who), allowed, told):
            walk.take(act, who)

    def _acts(self, act, allowed: bool, told: str) -> bool:
        """Whether the product did it: as the model says, and without a trace where it does not."""
        try:
            act()
        except DomainError as error:
            assert not allowed, f"{told}: {error.message}"
            assert trace(self.matter) == self.seen.trace, told
            return False
        assert allowed, f"{told} could be done"
        self.seen = look(self.matter)
        return True

    @invariant()
    def the_product_stands_where_the_model_does(self) -> None:
        states = [row.status for row in self.seen.referrals]
        assert states == [row.state for row in self.walk.referrals], self._trail()
        assert (self.seen.case.status if self.seen.case else "") == self.walk.state, self._trail()
        if self.seen.case:
            assert self.seen.case.outcome == self.walk.outcome, self._trail()

    @invariant()
    def somebody_owes_the_next_step(self) -> None:
        """Nothing is owned by nobody: what is not over is somebody's duty, and that duty has hands."""
        rows = list(zip(self.seen.referrals, self.walk.referrals, strict=True))
        rows += [(self.seen.case, self.walk)] if self.seen.case else []
        for row, walk in rows:
            duties = self.seen.owed(row)
            assert bool(duties) == walk.owed, (self._trail(), row, [duty.key for duty in duties])
            for duty in duties:
                assert self.world.has_hands(duty), duty.key

    @invariant()
    def nothing_ends_without_an_answer(self) -> None:
        for row, walk in zip(self.seen.referrals, self.walk.referrals, strict=True):
            if walk.state == "closed":
                assert walk.answered, self._trail()
                last = row.steps.exclude(move__in=LATER).latest("id")
                assert last.move == "close" and last.text and row.closed_at is not None
        if self.walk.state in CASE_OVER:
            open_ones = [row for row in self.walk.referrals if not row.over and not row.reopened]
            assert not open_ones, self._trail()

    def _trail(self) -> tuple:
        return self.walk.trail, [row.trail for row in self.walk.referrals]

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            self.clock.stop()
            transaction.savepoint_rollback(self.savepoint)
            transaction.savepoint_commit(self.savepoint)  # rolled back, it still takes room


@pytest.mark.heavy
@pytest.mark.django_db
@pytest.mark.parametrize("shard", range(SHARDS if FULL else 1))
def test_a_walk_over_a_case_and_its_referrals_never_parts_from_the_model(cast, shard):
    Affairs.world = World(cast)
    assert Role.HEAD in cast.member("nr.head").own_roles
    count = WALKS // SHARDS if FULL else heavy(WALKS) // 20
    run_state_machine_as_test(
        seed(shard)(Affairs),
        settings=settings(
            max_examples=count,
            stateful_step_count=14,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # the trail in the message says more than a shrunk walk
        ),
    )
    print(f"{count} walks")  # noqa: T201 – make prove prints what was counted
