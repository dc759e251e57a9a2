"""Two people at once on one referral, on PostgreSQL with real commits: one wins, one hears who was first."""

from __future__ import annotations

from uuid import uuid4

import pytest

from agencies.models import Agency
from cases.actions import referrals
from cases.models import Referral, ReferralStep
from core.errors import Conflict, DomainError
from core.models import Counter
from duties.models import Duty
from minewatch.lib.clock import now
from tests.cases import make
from tests.duties.test_order_races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def fresh(row):
    return Referral.objects.get(pk=row.pk)


def taking(row, move, by, **facts):
    """A call that takes `move` on the referral as it was read before the race."""
    return lambda: referrals.take(referral=fresh(row), move=move, by=by, version=row.version, **facts)


def test_of_two_deciders_at_once_one_decides(transactional_cast):
    cast = transactional_cast
    row = make.referral(cast, "criminal", "received")
    head, approver = cast.police_head, cast.police_approver
    acts = [
        taking(row, "file", approver, number="1号"),
        taking(row, "refuse_filing", head, number="2号", text="不够标准"),
    ]
    told = at_once(acts)
    assert sum(isinstance(answer, ReferralStep) for answer in told) == 1
    assert sum(isinstance(answer, Conflict) for answer in told) == 1
    assert row.steps.filter(source="received").count() == 1
    done = fresh(row)
    assert (done.status == "filed") == (done.answer_case is not None)


def test_recalled_or_received_never_both(transactional_cast):
    cast = transactional_cast
    row = make.referral(cast, "criminal", "sent")
    sender, receiver = cast.nr_officer, cast.police_officer
    told = at_once([taking(row, "recall", sender, text="有误"), taking(row, "receive", receiver)])
    assert sum(isinstance(answer, ReferralStep) for answer in told) == 1
    keys = set(Duty.objects.open().filter(kind="referral").values_list("key", flat=True))
    assert keys == (set() if fresh(row).status == "recalled" else {f"referral:{row.pk}:decide"})


def test_returned_or_forwarded_never_both(transactional_cast):
    cast = transactional_cast
    row = make.referral(cast, "jurisdiction", "received")
    water, officer, head = cast.unit("water"), cast.ecology_officer, cast.ecology_head
    told = at_once(
        [
            taking(row, "forward", officer, unit=water, text="属水利部门管辖"),
            taking(row, "return", head, text="不属本局管辖"),
        ]
    )
    assert sum(isinstance(answer, ReferralStep) for answer in told) == 1
    assert sum(isinstance(answer, DomainError) for answer in told) == 1
    assert Duty.objects.open().filter(kind="referral").count() == 1


def test_a_double_click_at_once_acts_once_and_everybody_gets_the_same_step(transactional_cast):
    cast, token = transactional_cast, uuid4()
    row = make.referral(cast, "criminal", "sent")
    by = cast.police_officer
    told = at_once([taking(row, "receive", by, token=token)] * 8)
    assert {answer.pk for answer in told} == {row.steps.get(move="receive").pk}
    assert fresh(row).version == row.version + 1


def test_papers_and_the_hand_over_at_once_leave_no_paper_behind(transactional_cast):
    cast = transactional_cast
    row = make.referral(cast, "jurisdiction", "approved")
    make.papers(cast, row)
    by = cast.nr_officer
    at_once(
        [
            taking(row, "send", by),
            lambda: referrals.add_paper(referral=fresh(row), by=by, kind="other", name="照片"),
        ]
    )
    done = fresh(row)
    assert done.status != "sent" or not done.papers.filter(frozen_at=None).exists()


def test_drafts_at_once_have_numbers_without_gap(transactional_cast):
    cast = transactional_cast
    by, receiver = cast.nr_officer, cast.unit("police")
    facts = {"edge": "criminal", "receiver": receiver, "title": "案", "summary": "事实"}
    at_once([lambda: referrals.draft(by=by, **facts)] * 8)
    year = now().year
    numbers = sorted(Referral.objects.values_list("number", flat=True))
    assert numbers == [f"YS{year}-{n:04d}" for n in range(1, 9)]
    assert Counter.objects.get(key=f"YS{year}").value == 8


def test_two_clerks_put_down_one_step(transactional_cast):
    cast = transactional_cast
    Agency.objects.filter(code="police").update(online=False)
    row = make.referral(cast, "criminal", "sent")
    clerks = [cast.nr_officer, cast.nr_approver, cast.nr_head]
    at = now()
    told = at_once(
        [taking(row, "receive", by, number="1", happened_at=at, upload=make.pdf()) for by in clerks]
    )
    assert sum(isinstance(answer, ReferralStep) for answer in told) == 1
    assert row.steps.filter(state="pending").count() == 1
    step = row.steps.get(state="pending")
    others = [one for one in clerks if one.pk != step.by_id]
    told = at_once(
        [
            lambda by=by, n=n: referrals.check_proxy(
                step=ReferralStep.objects.get(pk=step.pk), by=by, agreed=n == 0, note="不符", version=1
            )
            for n, by in enumerate(others)
        ]
    )
    assert sum(isinstance(answer, ReferralStep) for answer in told) == 1
    step.refresh_from_db()
    assert (fresh(row).status == "received") == (step.state == "taken")
