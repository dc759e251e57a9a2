"""Two people at once on one order, on PostgreSQL with real commits: one wins, one hears who was first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection

from core.errors import Conflict, DomainError
from core.models import Counter
from duties.actions import orders
from duties.models import Duty, Order, Receipt
from minewatch.lib.clock import now

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(acts):
    """What each act gave or raised, all started together, each on a connection of its own."""
    barrier = Barrier(len(acts))

    def run(act):
        barrier.wait()
        try:
            return act()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def drafted(cast):
    units = [cast.unit(code) for code in ("qingshi", "nr")]
    return orders.draft(
        by=cast.office, agency=cast.unit("office"), kind="assign", title="甲", text="乙", units=units
    )


def side(order):
    return Receipt.objects.select_related("order__agency", "agency").get(order=order, agency__code="qingshi")


def test_of_two_colleagues_who_sign_at_once_one_wins(transactional_cast):
    cast = transactional_cast
    order = orders.issue(order=drafted(cast), by=cast.office)
    people = [cast.qingshi_filler, cast.qingshi_deputy, cast.qingshi_head]
    told = at_once([lambda by=by: orders.sign(receipt=side(order), by=by, version=1) for by in people])
    assert sum(isinstance(answer, Receipt) for answer in told) == 1
    assert sum(isinstance(answer, Conflict) for answer in told) == 2
    assert Duty.objects.filter(key=f"order:{order.pk}:qingshi:answer").count() == 1


def test_a_double_click_at_once_signs_once(transactional_cast):
    cast, token = transactional_cast, uuid4()
    order = orders.issue(order=drafted(cast), by=cast.office)
    by = cast.qingshi_filler
    told = at_once([lambda: orders.sign(receipt=side(order), by=by, version=1, token=token)] * 6)
    assert sum(isinstance(answer, Receipt) for answer in told) >= 1
    assert side(order).status == "signed" and side(order).version == 2


def test_orders_issued_at_once_have_numbers_without_gap(transactional_cast):
    cast = transactional_cast
    waiting = [drafted(cast) for _ in range(8)]
    by = cast.office
    at_once([lambda row=row: orders.issue(order=row, by=by) for row in waiting])
    year = now().year
    assert sorted(Order.objects.values_list("number", flat=True)) == [
        f"JB{year}-{n:04d}" for n in range(1, 9)
    ]
    assert Counter.objects.get(key=f"JB{year}").value == 8


def test_signing_and_withdrawing_at_once_leave_nothing_owed(transactional_cast):
    cast = transactional_cast
    order = orders.issue(order=drafted(cast), by=cast.office)
    signer, office = cast.qingshi_filler, cast.office
    at_once(
        [
            lambda: orders.sign(receipt=side(order), by=signer, version=1),
            lambda: orders.withdraw(order=Order.objects.get(pk=order.pk), by=office, reason="撤"),
        ]
    )
    fresh = Order.objects.get(pk=order.pk)
    open_steps = Duty.objects.open().filter(key__startswith=f"order:{order.pk}:").count()
    assert open_steps == (0 if fresh.status == "withdrawn" else 2)
