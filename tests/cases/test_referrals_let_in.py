"""Who is let into an affair reads the one referral it is for: by a step that passed up, or as a helper."""

import datetime as dt

import pytest
import time_machine

from agencies.models import Acting, Agency, Member
from cases import sight
from cases.actions.rights import invite
from cases.models import Referral
from core.access import grant, matters_for
from core.models import Access
from duties.actions import reaching
from duties.holders import holders
from duties.models import Duty
from minewatch.lib.clock import SHANGHAI
from tests.cases import make

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def reads(cast, name, row):
    """(knows of it, reads its content)."""
    member = cast.member(name)
    return Referral.objects.visible_to(member).filter(pk=row.pk).exists(), sight.content_of(member, row)


def reported_up(cast, lead, edge="jurisdiction", status="draft"):
    """A referral of `lead` whose report to the head passed up to the county's leader."""
    row = make.referral(cast, edge, status, lead=lead)
    make.take(cast, row, "report", "nr.head")
    assert [one.username for one in holders(Duty.objects.get(key=f"referral:{row.pk}:approve"))] == ["leader"]
    return row


OTHERS = (("gang", "sent"), ("criminal", "sent"), ("gang", "draft"), ("criminal", "reported"))


@pytest.mark.parametrize(("edge", "status"), OTHERS)
def test_a_step_that_passed_up_opens_its_own_referral_alone(cast, edge, status):
    lead = make.lead(cast)
    row = reported_up(cast, lead)
    other = make.referral(cast, edge, status, lead=lead)
    assert other.matter_id == row.matter_id
    assert reads(cast, "leader", row) == (True, True)
    assert reads(cast, "leader", other) == (False, False)


def test_without_a_holder_the_post_passes_up_with_its_referrals_alone(cast):
    """No member is named: who is above is found by the empty post."""
    lead = make.lead(cast)
    other = make.referral(cast, "gang", "sent", lead=lead)
    row = make.referral(cast, "jurisdiction", "reported", lead=lead)
    assert reads(cast, "leader", row) == (False, False)
    Member.objects.filter(username="nr.head").update(is_active=False)
    reaching.settle(NOW.date())
    duty = Duty.objects.get(key=f"referral:{row.pk}:approve")
    assert duty.member_id is None and cast.leader in holders(duty)
    assert reads(cast, "leader", row) == (True, True)
    assert reads(cast, "leader", other) == (False, False)


def test_a_post_left_by_recusal_passes_up_with_its_referrals_alone(cast):
    lead = make.lead(cast)
    other = make.referral(cast, "gang", "sent", lead=lead)
    row = make.referral(cast, "jurisdiction", "reported", lead=lead)
    assert reads(cast, "leader", row) == (False, False)
    grant(row.matter, Access.Relation.BARRED, member=cast.nr_head, basis="回避")
    reaching.settle(NOW.date())
    assert reads(cast, "leader", row) == (True, True)
    assert reads(cast, "leader", other) == (False, False)


@pytest.mark.parametrize("barred", [False, True])
def test_who_acts_below_keeps_the_step_from_passing_up(cast, barred):
    """Of two referrals one lies above; the other with whoever acts – unless that person must stay out."""
    lead = make.lead(cast)
    row = reported_up(cast, lead)
    Member.objects.filter(username="nr.head").update(is_active=False)
    Acting.objects.create(
        agency=cast.unit("nr"), role="head", member=cast.nr_approver, valid_from=NOW.date(), basis="主持工作"
    )
    other = make.referral(cast, "gang", "reported", lead=lead)
    if barred:
        grant(row.matter, Access.Relation.BARRED, member=cast.nr_approver, basis="回避")
        reaching.settle(NOW.date())
    assert cast.leader in holders(Duty.objects.get(key=f"referral:{row.pk}:approve"))
    assert reads(cast, "leader", other) == (barred, barred)


def test_what_an_offline_unit_owes_opens_nothing_above(cast):
    lead = make.lead(cast)
    row = reported_up(cast, lead)
    Agency.objects.filter(code="police").update(online=False)
    Member.objects.filter(agency__code="police").update(is_active=False)
    other = make.referral(cast, "gang", "sent", lead=lead)
    assert reads(cast, "leader", row)[1] and reads(cast, "leader", other) == (False, False)


def test_a_second_step_that_passes_up_opens_the_second_referral_too(cast):
    lead = make.lead(cast)
    first, second = reported_up(cast, lead), reported_up(cast, lead, "criminal", "team_named")
    assert reads(cast, "leader", first) == reads(cast, "leader", second) == (True, True)
    make.take(cast, first, "approve", "leader")
    assert reads(cast, "leader", first) == (False, False)
    assert reads(cast, "leader", second) == (True, True)


# helpers -----------------------------------------------------------------------------------------------


def helper(cast, matter, track="admin"):
    invite(
        by=cast.nr_head,
        matter=matter,
        track=track,
        member=cast.ecology_officer,
        purpose="协助核查",
        until=NOW + dt.timedelta(days=5),
    )
    assert matters_for(cast.ecology_officer, track).filter(pk=matter.pk).exists()


def test_a_helper_reads_what_its_holder_sent(cast):
    row = make.referral(cast, "criminal", "sent", lead=make.lead(cast))
    helper(cast, row.matter)
    assert reads(cast, "ecology.officer", row) == (True, True)
    hidden = make.referral(cast, "gang", "sent", lead=row.lead)
    assert reads(cast, "ecology.officer", hidden) == (False, False)


def test_a_helper_reads_no_letter_that_others_sent_from_a_criminal_case(cast):
    filed = make.referral(cast, "criminal", "filed", lead=make.lead(cast))
    letter = make.referral(
        cast, "risk_letter", "sent", by="police.approver", receiver="emergency", case=filed.answer_case
    )
    assert letter.matter_id == filed.matter_id
    helper(cast, filed.matter)
    assert not reads(cast, "nr.head", letter)[1]
    assert not reads(cast, "ecology.officer", letter)[1]
    to_nr = make.referral(cast, "risk_letter", "sent", by="police.approver", case=filed.answer_case)
    assert reads(cast, "nr.head", to_nr)[1] and not reads(cast, "ecology.officer", to_nr)[1]


def test_a_helper_reads_nothing_between_two_other_units(cast):
    filed = make.referral(cast, "criminal", "filed", lead=make.lead(cast))
    letter = make.referral(cast, "risk_letter", "sent", receiver="emergency", prior=filed)
    assert letter.matter_id == filed.matter_id and letter.case_id is None
    helper(cast, filed.matter)
    assert not reads(cast, "nr.head", letter)[1]
    assert not reads(cast, "ecology.officer", letter)[1]


def test_who_is_invited_into_referrals_reads_no_draft_and_no_clue_of_two_others(cast):
    lead = make.lead(cast)
    row = make.referral(cast, "jurisdiction", "sent", lead=lead)
    draft = make.referral(cast, "criminal", "reported", lead=lead)
    clue = make.referral(cast, "gang", "sent", lead=lead)
    until = NOW + dt.timedelta(days=1)
    grant(row.matter, Access.Relation.INVITED, member=cast.water_officer, track="referral", until=until)
    assert reads(cast, "water.officer", row) == (True, True)
    assert reads(cast, "water.officer", draft) == reads(cast, "water.officer", clue) == (False, False)
