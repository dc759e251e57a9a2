"""What is owed next on each row of a list, and what is late."""

import datetime as dt

import pytest
import time_machine

from duties.actions.steps import fulfil, open_step
from duties.models import Duty
from duties.next_up import late, next_of
from ledgers.models import Site
from minewatch.lib.clock import SHANGHAI
from tests.ledgers.make import site

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def sites(cast):
    return [site(cast), site(cast, name="另一处")]


def owe(row, key, due_at=None):
    return open_step(
        key=f"{row.pk}:{key}",
        kind=Duty.Kind.SIGN,
        title=key,
        agency=row.agency,
        role="filler",
        subject=row,
        due_at=due_at,
    )


def test_the_limit_that_ends_first_comes_before_a_step_without_one(sites):
    one, other = sites
    owe(one, "long")
    owe(one, "later", NOW + 3 * DAY)
    soon = owe(one, "soon", NOW + DAY)
    assert next_of(sites) == {one.pk: soon}
    alone = owe(other, "long")
    assert next_of(sites) == {one.pk: soon, other.pk: alone}
    fulfil(key=soon.key)
    assert next_of([one])[one.pk].title == "later"
    assert next_of([]) == {}


def test_a_row_is_late_while_an_open_step_of_it_is(sites):
    one, other = sites
    owe(one, "past", NOW - DAY)
    owe(other, "past", NOW - DAY)
    owe(other, "soon", NOW + DAY)
    Duty.objects.filter(subject_id=str(other.pk), title="past").update(stopped=True)
    rows = Site.objects.filter(pk__in=late(Site))
    assert list(rows) == [one]
    fulfil(key=f"{one.pk}:past")
    assert not rows.all().exists()
