"""回避 decided while the one concerned acts, on PostgreSQL with real commits: what was begun before is
finished before and seen by the recusal; after it nothing of theirs lands, no name or right is left to them.
"""

from __future__ import annotations

import datetime as dt
import threading
from functools import partial

import pytest

import core.audit
import core.workflow
from cases.actions import cases, referrals
from cases.actions.rights import decide_recusal, invite, propose_recusal
from cases.models import Case, CaseOfficer, Invitation, Recusal, Referral, ReferralOfficer
from core.access import is_barred, matters_for, matters_known
from core.errors import DomainError
from core.models import AuditEntry
from duties.models import Duty
from minewatch.lib.clock import now
from tests.cases import make, make_cases
from tests.duties.test_order_races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WHO = "nr.approver"
WAIT = 0.5  # seconds one transaction is kept waiting for the other


def case_of(cast, lead):
    """A case under the lead's affair with what is needed to file it."""
    return make_cases.with_facts(cast, when=now(), origin="lead", leads=[lead])


def begin_referral(cast, lead, case):
    by, police = cast.member(WHO), cast.unit("police")
    return partial(
        referrals.draft, by=by, edge="criminal", receiver=police, title="盗采", summary="采矿", case=case
    )


def move_referral(cast, lead, case):
    row = make.draft(cast, "gang", lead=lead)
    row.refresh_from_db()
    return partial(referrals.take, referral=row, move="report", by=cast.member(WHO))


def add_paper(cast, lead, case):
    row = make.draft(cast, "gang", lead=lead)
    return partial(referrals.add_paper, referral=row, by=cast.member(WHO), kind="other", name="照片")


def move_case(cast, lead, case):
    by, case = cast.member(WHO), make_cases.fresh(case)
    return partial(cases.take, case=case, move="request_filing", by=by, text="x")


def write_facts(cast, lead, case):
    by = cast.member(WHO)
    return partial(cases.save_party, case=make_cases.fresh(case), by=by, kind="person", name="某某")


def open_case(cast, lead, case):
    facts = {"title": "盗采", "found_on": now().date(), "origin": "lead", "leads": [lead]}
    return partial(cases.open_case, by=cast.member(WHO), **facts)


OWN = [begin_referral, move_referral, add_paper, move_case, write_facts, open_case]


def be_named_officer(cast, lead, case):
    """The head names the one concerned."""
    officers = [cases.Named(cast.nr_officer, "证1"), cases.Named(cast.member(WHO), "证2")]
    case = make_cases.fresh(case)
    return partial(cases.take, case=case, move="assign", by=cast.nr_head, officers=officers)


def be_named_in_team(cast, lead, case):
    row = make.draft(cast, "criminal", lead=lead)
    row.refresh_from_db()
    people = [cast.nr_officer, cast.member(WHO)]
    return partial(referrals.take, referral=row, move="name_team", by=cast.nr_head, officers=people)


def be_invited(cast, lead, case):
    facts = {"purpose": "协办", "until": now() + dt.timedelta(days=9), "member": cast.forestry_officer}
    return partial(invite, by=cast.nr_head, matter=lead.matter, track="admin", **facts)


NAMED = [be_named_officer, be_named_in_team]


def recusal_of(cast, lead, who=WHO):
    """The proposal that waits for the head."""
    return propose_recusal(by=cast.nr_officer, matter=lead.matter, reason="近亲属", member=cast.member(who))


def decide(cast, row):
    return lambda: decide_recusal(recusal=Recusal.objects.get(pk=row.pk), by=cast.nr_head)


def nothing_is_left(cast, matter, who=WHO):
    """The one concerned knows nothing of the affair and is named nowhere in its open work."""
    one = cast.member(who)
    assert is_barred(one, matter) and not matters_known(one).filter(pk=matter.pk).exists()
    assert not matters_for(one, "admin", "referral", "criminal").filter(pk=matter.pk).exists()
    assert not Referral.objects.visible_to(one).filter(matter=matter).exists()
    assert not Case.objects.visible_to(one).filter(matter=matter).exists()
    assert not Duty.objects.open().filter(matter=matter, member=one).exists()
    assert not CaseOfficer.objects.filter(case__matter=matter, member=one, released_at=None).exists()
    assert not ReferralOfficer.objects.filter(referral__matter=matter, member=one).exists()
    assert not matter.access.filter(member=one, relation="holder", until=None).exists()


def nothing_came_after(cast, matter, recusal):
    """In the audit, whose numbers follow the lock, nothing of theirs stands behind the decision."""
    decided = AuditEntry.objects.get(verb="recusal.decided", subject_id=str(recusal.pk))
    late = AuditEntry.objects.filter(matter=matter, actor=cast.member(WHO), pk__gt=decided.pk)
    assert not late.exists(), list(late.values_list("verb", flat=True))


def paused(monkeypatch, module, name, before, when):
    """`module.name` sets `before`, then waits for `when` (at most WAIT), once, in the thread called actor."""
    plain = getattr(module, name)

    def slow(*args, **kwargs):
        if threading.current_thread().name == "actor" and not before.is_set():
            before.set()
            when.wait(WAIT)
        return plain(*args, **kwargs)

    monkeypatch.setattr(module, name, slow)


def apart(monkeypatch, module, name, act, then):
    """(what `act` answered, whether `then` was through before `act` went on): `then` begins while `act`
    waits before `module.name` in the middle of its transaction."""
    reached, through, order = threading.Event(), threading.Event(), []
    paused(monkeypatch, module, name, reached, through)

    def first():
        threading.current_thread().name = "actor"
        answer = act()
        order.append("act")
        return answer

    def second():
        reached.wait(5)
        answer = then()
        order.append("recusal")
        through.set()
        return answer

    return [*at_once([first, second]), order]


@pytest.mark.parametrize("act", [*OWN, *NAMED], ids=lambda act: act.__name__)
def test_a_recusal_that_commits_before_the_first_write_stops_the_act(transactional_cast, monkeypatch, act):
    """The act was allowed when it was asked; then the recusal is decided; then the act goes on."""
    cast = transactional_cast
    lead = make.lead(cast)
    call = act(cast, lead, case_of(cast, lead))
    row = recusal_of(cast, lead)
    told, decided, _ = apart(monkeypatch, core.workflow, "hold", call, decide(cast, row))
    assert isinstance(decided, Recusal), decided
    nothing_is_left(cast, lead.matter)
    nothing_came_after(cast, lead.matter, row)
    if act in OWN:
        entries = AuditEntry.objects.filter(matter=lead.matter, actor=cast.member(WHO))
        assert isinstance(told, DomainError) or entries.exists(), told


@pytest.mark.parametrize("act", [*OWN, *NAMED], ids=lambda act: act.__name__)
def test_a_recusal_waits_for_what_was_written_before_it(transactional_cast, monkeypatch, act):
    """The act has written and not committed: the recusal comes after it and sees what it did."""
    cast = transactional_cast
    lead = make.lead(cast)
    call = act(cast, lead, case_of(cast, lead))
    row = recusal_of(cast, lead)
    told, decided, order = apart(monkeypatch, core.audit, "is_barred", call, decide(cast, row))
    assert isinstance(decided, Recusal), decided
    assert not isinstance(told, DomainError), told
    assert order == ["act", "recusal"]
    nothing_is_left(cast, lead.matter)
    nothing_came_after(cast, lead.matter, row)


def test_an_invitation_and_a_recusal_at_once_leave_no_right(transactional_cast, heavy):
    cast = transactional_cast
    for _ in range(heavy(20)):
        lead = make.lead(cast)
        call, row = be_invited(cast, lead, None), recusal_of(cast, lead, "forestry.officer")
        told = at_once([call, decide(cast, row)])
        assert isinstance(told[1], Recusal), told
        nothing_is_left(cast, lead.matter, "forestry.officer")
        assert isinstance(told[0], Invitation | DomainError)


def test_acts_and_recusals_at_once_never_land_behind(transactional_cast, heavy):
    """Each round one act of the one concerned (or that names them) and the decision start together."""
    cast, done, stopped = transactional_cast, 0, 0
    acts = [*OWN, *NAMED]
    rounds = heavy(200)
    for n in range(rounds):
        act, lead = acts[n % len(acts)], make.lead(cast)
        call = act(cast, lead, case_of(cast, lead))
        row = recusal_of(cast, lead)
        told, decided = at_once([call, decide(cast, row)])
        assert isinstance(decided, Recusal), (act.__name__, decided)
        stopped += isinstance(told, DomainError)
        done += not isinstance(told, DomainError)
        nothing_is_left(cast, lead.matter)
        nothing_came_after(cast, lead.matter, row)
    assert done + stopped == rounds
    print(f"{rounds} races: {done} acts before the recusal, {stopped} stopped by it")  # noqa: T201
