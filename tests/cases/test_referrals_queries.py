"""What a step of a referral asks of the database: no more with more people, nothing twice."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Member, RoleGrant
from cases.actions import referrals
from core.access import barred_from
from core.errors import NotAllowed
from core.models import Access
from tests.cases import make


def asked(act) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def staffed(cast, code, count):
    """More officers in a unit."""
    for n in range(count):
        one = Member.objects.create_user(f"{code}.more{n}", name=f"民警{n}", agency=cast.unit(code))
        RoleGrant.objects.create(member=one, role="officer")


def test_a_step_asks_the_same_however_many_hear_of_it(cast):
    first, second = (make.referral(cast, "gang", "approved") for _ in range(2))
    for row in (first, second):
        make.papers(cast, row)
    few = asked(lambda: make.take(cast, first, "send", "nr.officer"))
    staffed(cast, "police", 12)
    many = asked(lambda: make.take(cast, second, "send", "nr.officer"))
    assert many == few


def test_a_step_asks_a_bounded_number_of_questions(cast):
    row = make.referral(cast, "criminal", "filed")
    by = cast.nr_officer
    count = asked(lambda: referrals.take(referral=row, move="hand_over", by=by, text="没有物品"))
    assert count <= 55


def test_a_refusal_asks_little(cast):
    row = make.referral(cast, "criminal", "filed")
    by = cast.police_officer
    with CaptureQueriesContext(connection) as queries, pytest.raises(NotAllowed):
        referrals.take(referral=row, move="hand_over", by=by, text="没有物品")
    assert len(queries) <= 16


def test_who_is_barred_is_read_once_for_all_that_the_filter_goes_into(cast, django_assert_num_queries):
    row = make.referral(cast, "criminal", "sent")
    for who in ({"agency": cast.unit("police")}, {"member": cast.nr_approver}):
        Access.objects.create(matter=row.matter, relation="barred", **who)
    with django_assert_num_queries(1):
        out = barred_from(row.matter)
    names = set(Member.objects.filter(out).values_list("username", flat=True))
    assert names == {"police.head", "police.officer", "police.approver", "nr.approver"}
