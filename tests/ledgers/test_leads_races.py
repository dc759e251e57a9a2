"""Two at once on one lead, on PostgreSQL: one wins, the other is told, nothing is doubled."""

from __future__ import annotations

import pytest

from core.errors import Conflict, DomainError
from core.models import Access
from duties.models import Duty
from ledgers.actions import leads
from ledgers.actions.leads import informing
from ledgers.actions.leads.informing import Identity
from ledgers.models import Lead, LeadCheck, LeadDispatch, Reveal
from tests.ledgers.make_leads import answered, checked, lead
from tests.ledgers.test_races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def again(one: Lead) -> Lead:
    return Lead.objects.select_related("holder", "matter", "agency__division").get(pk=one.pk)


def test_of_two_who_pass_a_lead_on_at_once_one_does(transactional_cast, heavy):
    cast = transactional_cast
    water, police = cast.unit("water"), cast.unit("police")
    for _ in range(heavy(50)):
        one = lead(cast)

        def act(to, by, one=one):
            return leads.dispatch(lead=again(one), to=to, by=by, reason="请核查", version=one.version)

        acts = [lambda: act(water, cast.nr_officer), lambda: act(police, cast.office)]
        told = at_once(acts)
        assert sum(isinstance(answer, Conflict) for answer in told) == 1
        held = Access.objects.filter(matter=one.matter, relation="holder", until=None)
        (dispatched,) = LeadDispatch.objects.filter(lead=one)
        assert held.get().agency == dispatched.receiver == again(one).holder
        owed = Duty.objects.open().filter(key__startswith=f"lead:{one.pk}:")
        assert {duty.agency_id for duty in owed} == {dispatched.receiver_id} and owed.count() == 2


def test_of_two_checks_at_once_one_stands(transactional_cast, heavy):
    cast = transactional_cast
    for _ in range(heavy(30)):
        one = lead(cast)
        acts = [
            lambda one=one: checked(cast, again(one), "true", version=one.version),
            lambda one=one: checked(cast, again(one), "false", version=one.version),
        ]
        assert sum(isinstance(answer, Conflict) for answer in at_once(acts)) == 1
        check = LeadCheck.objects.get(lead=one)
        assert again(one).finding == check.finding


def test_a_lead_never_goes_under_one_that_is_answered_at_the_same_time(transactional_cast, heavy):
    cast = transactional_cast
    for _ in range(heavy(30)):
        first, later = lead(cast), lead(cast)
        checked(cast, first)
        acts = [
            lambda f=first: answered(cast, again(f), version=f.version),
            lambda f=first, x=later: leads.merge(lead=again(x), into=again(f), by=cast.nr_officer),
        ]
        told = at_once(acts)
        assert sum(isinstance(answer, DomainError) for answer in told) == 1
        first, later = again(first), again(later)
        assert (first.status, later.status) in {("closed", "open"), ("handling", "merged")}


def test_an_identity_asked_for_twice_at_once_is_shown_once(transactional_cast):
    cast = transactional_cast
    one = lead(cast, source="phone", identity=Identity(name="钱举报"))
    reveal = informing.ask(informant=one.informant, by=cast.custodian, motive="回访")
    informing.decide(reveal=reveal, by=cast.custodian2, agreed=True)
    acts = [
        lambda: informing.see(reveal=Reveal.objects.get(pk=reveal.pk), by=cast.custodian) for _ in range(4)
    ]
    told = at_once(acts)
    assert sum(isinstance(answer, Identity) for answer in told) == 1
