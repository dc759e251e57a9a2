"""Who may make a step: the post, the acting person, the unit above; never who reported, never who is out."""

import datetime as dt
import uuid

import pytest
import time_machine

from agencies.models import Acting, Member, RoleGrant
from cases import standing
from cases.actions import referrals
from cases.models import Referral, ReferralStep
from core.access import grant
from core.errors import Conflict, DomainError, Missing, NotAllowed
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


def acting(cast, username, unit="nr", role="head", **days):
    values = {"valid_from": NOW.date(), "basis": "主持工作", **days}
    return Acting.objects.create(agency=cast.unit(unit), role=role, member=cast.member(username), **values)


def duty(row, name):
    return Duty.objects.get(key=f"referral:{row.pk}:{name}")


def who_may(cast, row, move, names):
    return {name for name in names if not standing.may(cast.member(name), row, move)}


NAMES = ("nr.officer", "nr.approver", "nr.head", "police.head", "police.officer", "office", "leader")


def test_only_the_head_approves_a_deputy_does_not(cast):
    row = make.referral(cast, "criminal", "reported")
    assert who_may(cast, row, "approve", NAMES) == {"nr.head"}
    for name in ("nr.approver", "nr.officer"):
        with pytest.raises(NotAllowed) as error:
            make.take(cast, row, "approve", name)
        assert "第五条" in error.value.message or "不能审批自己" in error.value.message
    assert [one.username for one in holders(duty(row, "approve"))] == ["nr.head"]


def test_whoever_presides_over_the_work_approves_on_the_days_of_it(cast):
    row = make.referral(cast, "criminal", "reported")
    appointment = acting(cast, "nr.approver", valid_to=NOW.date())
    assert who_may(cast, row, "approve", NAMES) == {"nr.approver", "nr.head"}
    appointment.valid_to = NOW.date() - dt.timedelta(days=1)
    appointment.save()
    assert who_may(cast, row, "approve", NAMES) == {"nr.head"}


def test_who_reported_never_approves_it_passes_to_whoever_presides_else_above(cast):
    row = make.referral(cast, "criminal", "team_named")
    make.take(cast, row, "report", "nr.head")
    assert who_may(cast, row, "approve", NAMES) == {"leader"}
    with pytest.raises(NotAllowed) as error:
        make.take(cast, row, "approve", "nr.head")
    assert "不能审批自己的报告" in error.value.message
    assert [one.username for one in holders(duty(row, "approve"))] == ["leader"]
    make.take(cast, row, "approve", "leader")
    assert row.status == "approved"
    assert not Referral.objects.visible_to(cast.leader).filter(pk=row.pk).exists()


def test_without_a_head_the_unit_above_is_let_in_for_that_step(cast):
    Member.objects.filter(username="nr.head").update(is_active=False)
    row = make.referral(cast, "criminal", "reported")
    assert Referral.objects.visible_to(cast.leader).filter(pk=row.pk).exists()
    assert Duty.objects.visible_to(cast.leader).filter(pk=duty(row, "approve").pk).exists()
    make.take(cast, row, "approve", "leader")
    assert not Referral.objects.visible_to(cast.leader).filter(pk=row.pk).exists()


def test_who_decided_a_dispute_of_the_affair_still_reads_the_next_referral_that_passes_up(cast):
    """The unit above keeps its right of the dispute; that opens the one referral, not the other."""
    lead = make.lead(cast)
    first = make.referral(cast, "jurisdiction", "received", lead=lead)
    make.take(cast, first, "return", make.who(first.receiver.code, 0), text="不属本机关管辖")
    make.take(cast, first, "dispute", "nr.approver")
    make.take(cast, first, "overrule", "leader")
    second = make.draft(cast, "jurisdiction", lead=lead)
    assert second.matter == first.matter
    assert not Referral.objects.visible_to(cast.leader).filter(pk=second.pk).exists()
    make.papers(cast, second)
    make.take(cast, second, "report", "nr.head")
    assert [one.username for one in holders(duty(second, "approve"))] == ["leader"]
    make.take(cast, second, "approve", "leader")
    assert second.status == "approved"
    assert not Referral.objects.visible_to(cast.leader).filter(pk=second.pk).exists()


def test_a_head_who_must_stay_out_is_passed_over(cast):
    row = make.referral(cast, "criminal", "reported")
    grant(row.matter, Access.Relation.BARRED, member=cast.nr_head, basis="回避")
    reaching.settle(NOW.date())
    with pytest.raises(Missing):
        make.take(cast, row, "approve", "nr.head")
    assert [one.username for one in holders(duty(row, "approve"))] == ["leader"]
    make.take(cast, row, "approve", "leader")
    assert row.status == "approved"


def test_the_police_decide_by_a_deciding_post_and_receive_by_any(cast):
    row = make.referral(cast, "criminal", "received")
    for move in ("file", "refuse_filing"):
        assert who_may(cast, row, move, NAMES) == {"police.head"}
    assert who_may(cast, row, "ask_supplement", NAMES) == {"police.head", "police.officer"}
    assert duty(row, "decide").role == "approver"


def test_a_limit_lies_with_a_post_that_the_unit_has(cast):
    RoleGrant.objects.filter(member__username="police.approver").delete()
    row = make.referral(cast, "criminal", "received")
    assert duty(row, "decide").role == "head"
    assert [one.username for one in holders(duty(row, "decide"))] == ["police.head"]


@pytest.mark.parametrize("name", ["auditor", "sysadmin", "custodian"])
def test_accounts_without_business_here_see_nothing_and_do_nothing(cast, name):
    row = make.referral(cast, "criminal", "sent")
    assert not Referral.objects.visible_to(cast.member(name)).filter(sender__code="x").exists()
    assert standing.may(cast.member(name), row, "send")
    with pytest.raises(DomainError):
        make.take(cast, row, "recall", name)


@pytest.mark.parametrize("name", ["ecology.officer", "qingshi.head", "auditor", "police.officer"])
def test_nobody_drafts_in_the_name_of_another_unit(cast, name):
    with pytest.raises(NotAllowed):
        make.draft(cast, by=name)
    assert not Referral.objects.exists()


def test_an_acting_person_drafts_for_the_unit_acted_for(cast):
    acting(cast, "ecology.officer", role="officer")
    row = make.draft(cast, by="ecology.officer")
    assert row.sender.code == "nr"
    assert not Referral.objects.visible_to(cast.ecology_head).filter(pk=row.pk).exists()


def test_officers_of_the_team_are_two_or_more_of_the_senders_own(cast):
    row = make.draft(cast)
    wrong = [
        [cast.nr_officer],
        [cast.nr_officer, cast.nr_officer],
        [cast.nr_officer, cast.police_officer],
        [],
    ]
    for officers in wrong:
        with pytest.raises(DomainError) as error:
            make.take(cast, row, "name_team", "nr.officer", officers=officers)
        assert error.value.field == "officers"
    make.take(cast, row, "name_team", "nr.officer")
    make.take(cast, row, "name_team", "nr.officer", officers=[cast.nr_head, cast.nr_officer])
    assert {one.member.username for one in row.officers.all()} == {"nr.head", "nr.officer"}


def test_who_must_stay_out_is_not_named_to_the_team(cast):
    row = make.draft(cast)
    grant(row.matter, Access.Relation.BARRED, member=cast.nr_approver, basis="回避")
    with pytest.raises(DomainError) as error:
        make.take(cast, row, "name_team", "nr.officer")
    assert error.value.field == "officers"


# twice, at once, too late ---------------------------------------------------------------------------


def test_the_same_form_sent_twice_acts_once(cast):
    token = uuid.uuid4()
    first = make.draft(cast, token=token)
    assert make.draft(cast, token=token) == first
    row, token = make.referral(cast, "criminal", "sent"), uuid.uuid4()
    step = make.take(cast, row, "receive", "police.officer", token=token)
    assert make.take(cast, row, "receive", "police.officer", token=token) == step
    assert row.steps.filter(move="receive").count() == 1


def test_the_second_of_two_learns_who_was_first(cast):
    row = make.referral(cast, "criminal", "received")
    stale = Referral.objects.get(pk=row.pk)
    make.take(cast, row, "file", "police.approver")
    with pytest.raises(Conflict) as error:
        make.take(cast, stale, "refuse_filing", "police.head")
    assert "公安局审批" in error.value.message and "立案" in error.value.message
    assert row.steps.filter(source="received").count() == 1


def test_a_page_opened_before_a_change_of_the_draft_is_told(cast):
    row = make.draft(cast)
    facts = {"title": "案", "summary": "事实", "purpose": "", "receiver": row.receiver}
    version = row.version
    referrals.edit(referral=row, by=cast.nr_officer, version=version, **facts)
    with pytest.raises(Conflict):
        referrals.edit(referral=row, by=cast.nr_approver, version=version, **facts)


def test_what_was_reported_is_not_edited(cast):
    row = make.referral(cast, "criminal", "reported")
    facts = {"title": "案", "summary": "事实", "purpose": "", "receiver": row.receiver}
    with pytest.raises(Conflict):
        referrals.edit(referral=row, by=cast.nr_officer, version=row.version, **facts)
    make.take(cast, row, "refuse", "nr.head", text="事实不清")
    referrals.edit(referral=row, by=cast.nr_officer, version=row.version, **facts)
    make.take(cast, row, "report", "nr.officer")
    assert row.status == "reported"


def test_steps_are_written_once_each_with_their_move(cast):
    row = make.referral(cast, "criminal", "closed")
    pairs = list(ReferralStep.objects.filter(referral=row).values_list("source", "target"))
    assert [source for source, _ in pairs[1:]] == [target for _, target in pairs[:-1]]
