"""回避: proposed by one, decided by another; in force the affair goes on without the one concerned."""

import datetime as dt

import pytest
import time_machine

from agencies.actions import acting
from cases.actions import cases as case_actions
from cases.actions.cases.officers import Named
from cases.actions.rights import (
    decide_recusal,
    lift_recusal,
    propose_recusal,
    refuse_recusal,
)
from cases.models import Case, Recusal
from cases.rights import may_decide, namesakes
from core.access import barred_from, is_barred, matters_for, matters_known
from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.models import Access, AuditEntry
from duties import board
from duties.actions.steps import open_step
from duties.holders import holders
from duties.models import Duty
from ledgers.actions import leads
from ledgers.models import Lead
from minewatch.lib.clock import SHANGHAI
from tests.cases import make, make_after, make_cases
from tests.cases.make_cases import paper
from tests.ledgers import make_leads

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead(cast):
    return make.lead(cast)


def propose(cast, lead, by="nr.officer", **whom):
    whom = whom or {"member": cast.member("nr.approver")}
    return propose_recusal(by=cast.member(by), matter=lead.matter, reason="与当事人是近亲属", **whom)


def knows(cast, username, lead):
    return matters_known(cast.member(username)).filter(pk=lead.matter_id).exists()


def case_of(cast, lead, unit="nr", who="nr.officer"):
    return case_actions.open_case(
        by=cast.member(who),
        title="金丝雀沟案",
        found_on=NOW.date(),
        origin="lead",
        leads=[lead],
        holder=cast.unit(unit),
    )


# two people ----------------------------------------------------------------------------------------


def test_one_proposes_and_another_decides(cast, lead):
    recusal = propose(cast, lead)
    assert recusal.status == "proposed" and knows(cast, "nr.approver", lead)
    decide_recusal(recusal=recusal, by=cast.nr_head, words="情况属实")
    assert recusal.status == "in_force" and recusal.decided_by == cast.nr_head
    assert not knows(cast, "nr.approver", lead) and knows(cast, "nr.officer", lead)
    verbs = AuditEntry.objects.filter(matter=lead.matter, verb__startswith="recusal.")
    assert list(verbs.values_list("verb", flat=True)) == ["recusal.proposed", "recusal.decided"]
    assert not any("近亲属" in str(row.facts) or "情况属实" in str(row.facts) for row in verbs)


@pytest.mark.parametrize("act", [decide_recusal, refuse_recusal])
def test_nobody_decides_the_own_proposal(cast, lead, act):
    recusal = propose(cast, lead, by="nr.head", member=cast.nr_officer)
    with pytest.raises(NotAllowed, match="另一人"):
        act(recusal=recusal, by=cast.nr_head, words="同意")
    assert Recusal.objects.get().status == "proposed" and knows(cast, "nr.officer", lead)


@pytest.mark.parametrize("who", ["sysadmin", "auditor", "nr.officer", "nr.approver", "police.head", "office"])
def test_nobody_but_the_head_of_the_holder_decides(cast, lead, who):
    recusal = propose(cast, lead, by="nr.officer", member=cast.qingshi_filler)
    with pytest.raises(NotAllowed):
        decide_recusal(recusal=recusal, by=cast.member(who))
    assert not Access.objects.filter(relation="barred").exists()


def test_the_administrator_neither_proposes_nor_lifts(cast, lead):
    with pytest.raises(Missing):
        propose(cast, lead, by="sysadmin")
    recusal = propose(cast, lead)
    decide_recusal(recusal=recusal, by=cast.nr_head)
    with pytest.raises(NotAllowed):
        lift_recusal(recusal=recusal, by=cast.sysadmin, words="恢复")
    assert is_barred(cast.nr_approver, lead.matter)


def test_the_concerned_head_does_not_decide_what_concerns_them(cast, lead):
    recusal = propose(cast, lead, member=cast.nr_head)
    with pytest.raises(NotAllowed, match="本人"):
        decide_recusal(recusal=recusal, by=cast.nr_head)
    assert may_decide(cast.leader, recusal) == ""


def test_whoever_decides_above_learns_only_that_the_affair_exists(cast, lead):
    assert not knows(cast, "leader", lead)
    recusal = propose(cast, lead, member=cast.nr_head)
    assert knows(cast, "leader", lead)
    assert not matters_for(cast.leader, "admin", "referral", "criminal").filter(pk=lead.matter_id).exists()
    refuse_recusal(recusal=recusal, by=cast.leader, words="不影响公正")
    assert not knows(cast, "leader", lead)


def test_the_step_of_deciding_is_a_duty_of_whoever_may(cast, lead):
    propose(cast, lead, by="nr.head", member=cast.nr_officer)
    duty = Duty.objects.get(key__startswith="recusal:")
    assert duty.title == "决定一件回避" and holders(duty) == [cast.leader]
    assert list(board.mine(cast.leader)) == [duty]
    assert duty not in board.mine(cast.nr_head)
    decide_recusal(recusal=Recusal.objects.get(), by=cast.leader)
    duty.refresh_from_db()
    assert duty.status == "fulfilled"


def test_somebody_may_ask_to_stay_out_oneself(cast, lead):
    recusal = propose(cast, lead, by="nr.approver", member=cast.nr_approver)
    assert list(Recusal.objects.visible_to(cast.nr_approver)) == [recusal]
    decide_recusal(recusal=recusal, by=cast.nr_head)
    assert not Recusal.objects.visible_to(cast.nr_approver).exists()


def test_the_one_concerned_does_not_read_what_others_propose(cast, lead):
    recusal = propose(cast, lead, member=cast.nr_head)
    assert not Recusal.objects.visible_to(cast.nr_head).exists()
    assert list(Recusal.objects.visible_to(cast.leader)) == [recusal]


def test_only_the_holder_those_above_and_the_office_head_propose(cast):
    held = make.lead(cast, "qingshi", "qingshi.filler")
    assert knows(cast, "nr.officer", held)  # a party, not the holder
    with pytest.raises(NotAllowed):
        propose(cast, held, by="nr.officer", member=cast.qingshi_head)
    with pytest.raises(Missing):
        propose(cast, held, by="ecology.officer", member=cast.qingshi_head)
    with pytest.raises(NotAllowed):
        propose(cast, held, by="office", member=cast.qingshi_head)


def test_the_same_person_is_not_proposed_twice(cast, lead):
    propose(cast, lead)
    with pytest.raises(DomainError, match="不用重复"):
        propose(cast, lead, by="nr.head")


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201])
def test_a_reason_is_given_and_is_short(cast, lead, reason):
    with pytest.raises(DomainError) as error:
        propose_recusal(by=cast.nr_officer, matter=lead.matter, reason=reason, member=cast.nr_approver)
    assert error.value.field == "reason"


def test_one_person_or_one_unit(cast, lead):
    for whom in ({}, {"member": cast.nr_head, "agency": cast.unit("nr")}):
        with pytest.raises(DomainError, match="一名人员"):
            propose_recusal(by=cast.nr_officer, matter=lead.matter, reason="事由", **whom)


def test_of_two_who_decide_one_is_told_of_the_other(cast, lead):
    recusal = propose(cast, lead, by="nr.officer", member=cast.qingshi_filler)
    stale = Recusal.objects.get()
    decide_recusal(recusal=recusal, by=cast.nr_head, version=1)
    with pytest.raises(Conflict):
        refuse_recusal(recusal=stale, by=cast.nr_head, words="不属实", version=1)


def test_refusing_and_lifting_need_words(cast, lead):
    recusal = propose(cast, lead)
    with pytest.raises(DomainError, match="原因"):
        refuse_recusal(recusal=recusal, by=cast.nr_head, words=" ")
    decide_recusal(recusal=recusal, by=cast.nr_head)
    with pytest.raises(DomainError, match="原因"):
        lift_recusal(recusal=recusal, by=cast.nr_head, words="")


# in force ------------------------------------------------------------------------------------------


def test_lifting_brings_everything_back_but_names(cast, lead):
    recusal = propose(cast, lead)
    decide_recusal(recusal=recusal, by=cast.nr_head)
    with pytest.raises(NotAllowed, match="另一人"):
        lift_recusal(recusal=recusal, by=cast.nr_officer, words="查明不是亲属")
    lift_recusal(recusal=recusal, by=cast.nr_head, words="查明不是亲属")
    assert recusal.status == "lifted" and knows(cast, "nr.approver", lead)
    assert matters_for(cast.nr_approver).filter(pk=lead.matter_id).exists()


def test_after_lifting_it_may_be_proposed_again(cast, lead):
    for _ in range(2):
        recusal = propose(cast, lead)
        decide_recusal(recusal=recusal, by=cast.nr_head)
        assert not knows(cast, "nr.approver", lead)
        lift_recusal(recusal=recusal, by=cast.nr_head, words="查明不是亲属")
    assert knows(cast, "nr.approver", lead)


def test_names_come_off_open_duties_and_officers(cast, lead):
    case = case_of(cast, lead)
    officers = [Named(cast.nr_officer, "证1"), Named(cast.nr_approver, "证2")]
    case_actions.take(case=case, move="assign", by=cast.nr_head, officers=officers, text="指定")
    named = Duty.objects.open().filter(matter=lead.matter, member=cast.nr_officer)
    assert named.exists()
    recusal = propose(cast, lead, by="nr.approver", member=cast.nr_officer)
    decide_recusal(recusal=recusal, by=cast.nr_head)
    assert not named.exists()
    left = case.officers.filter(released_at__isnull=True)
    assert [row.member for row in left] == [cast.nr_approver]
    assert case.officers.get(member=cast.nr_officer).released_at == NOW
    assert recusal.passed_to is None and Case.objects.get().holder == cast.unit("nr")


def test_a_step_of_a_barred_post_reaches_the_unit_above(cast, lead):
    duty = open_step(
        key="case:test",
        kind=Duty.Kind.CASE,
        title="审理",
        agency=cast.unit("nr"),
        role="approver",
        subject=lead,
        matter=lead.matter,
    )
    assert not knows(cast, "leader", lead)
    decide_recusal(recusal=propose(cast, lead), by=cast.nr_head)
    assert holders(duty) == [cast.leader]
    assert duty in board.mine(cast.leader) and duty not in board.mine(cast.nr_approver)
    assert matters_for(cast.leader).filter(pk=lead.matter_id).exists()


def test_an_acting_person_stands_in_before_the_unit_above(cast, lead):
    acting.appoint(
        agency=cast.unit("nr"),
        role="approver",
        member=cast.nr_officer,
        valid_from=NOW.date(),
        valid_to=None,
        basis="局党组会",
        by=cast.sysadmin,
    )
    duty = open_step(
        key="case:test",
        kind=Duty.Kind.CASE,
        title="审理",
        agency=cast.unit("nr"),
        role="approver",
        subject=lead,
        matter=lead.matter,
    )
    decide_recusal(recusal=propose(cast, lead, by="nr.officer"), by=cast.nr_head)
    assert holders(duty) == [cast.nr_officer] and duty in board.mine(cast.nr_officer)
    assert not knows(cast, "leader", lead)


@pytest.mark.parametrize("whom", ["head", "unit"])
def test_a_holder_without_head_hands_the_affair_up_in_the_same_act(cast, lead, whom):
    case = case_of(cast, lead)
    target = {"member": cast.nr_head} if whom == "head" else {"agency": cast.unit("nr")}
    recusal = propose(cast, lead, by="nr.officer", **target)
    decide_recusal(recusal=recusal, by=cast.leader)
    county = cast.unit("county")
    lead.refresh_from_db()
    case.refresh_from_db()
    assert recusal.passed_to == lead.holder == case.holder == county
    assert case.promoted_from == cast.unit("nr")
    assert case.steps.last().move == "designate"
    own = Duty.objects.open().filter(matter=lead.matter)
    assert own.exists() and not own.filter(agency=cast.unit("nr")).exists()
    assert all(holders(duty) == [cast.leader] for duty in own)
    assert set(board.mine(cast.leader)) >= set(own)
    assert matters_for(cast.leader).filter(pk=lead.matter_id).exists()
    assert knows(cast, "nr.officer", lead) is (whom == "head")
    assert not knows(cast, "nr.head", lead)


def test_who_acts_in_a_barred_unit_is_barred_too(cast, lead):
    acting.appoint(
        agency=cast.unit("nr"),
        role="approver",
        member=cast.leader,
        valid_from=NOW.date(),
        valid_to=None,
        basis="县委决定",
        by=cast.sysadmin,
    )
    assert knows(cast, "leader", lead)
    Access.objects.create(matter=lead.matter, agency=cast.unit("nr"), relation="barred")
    assert is_barred(cast.leader, lead.matter) and not knows(cast, "leader", lead)
    away = type(cast.leader).objects.filter(barred_from(lead.matter))
    assert {member.username for member in away} == {"leader", "nr.head", "nr.approver", "nr.officer"}


def test_where_nobody_above_could_take_it_nothing_changes(cast, lead):
    recusal = propose(cast, lead, member=cast.nr_head)
    type(cast.unit("county")).objects.filter(code="county").update(is_active=False)
    with pytest.raises(DomainError, match="没有可以接办的上级单位"):
        decide_recusal(recusal=recusal, by=cast.leader)
    assert Recusal.objects.get().status == "proposed" and knows(cast, "nr.head", lead)
    lead.refresh_from_db()
    assert lead.holder == cast.unit("nr")


def test_a_party_that_must_stay_out_loses_its_steps_to_the_unit_above(cast):
    row = make.referral(cast, "criminal", "sent")
    assert Duty.objects.open().filter(matter=row.matter, agency=cast.unit("police")).exists()
    recusal = propose_recusal(
        by=cast.nr_officer, matter=row.matter, reason="当事人是其民警亲属", agency=cast.unit("police")
    )
    decide_recusal(recusal=recusal, by=cast.nr_head)
    assert not matters_known(cast.police_head).filter(pk=row.matter_id).exists()
    assert not Duty.objects.open().filter(matter=row.matter, agency=cast.unit("police")).exists()
    assert Duty.objects.open().filter(matter=row.matter, agency=cast.unit("county")).exists()


# what is over ------------------------------------------------------------------------------------------


def unit_out(cast, matter, unit="nr", by="nr.officer", decider="leader"):
    recusal = propose_recusal(
        by=cast.member(by), matter=matter, reason="与当事人有利害关系", agency=cast.unit(unit)
    )
    return decide_recusal(recusal=recusal, by=cast.member(decider))


def test_a_closed_lead_is_checked_anew_by_who_holds_it_behind_the_recusal(cast):
    one = make_leads.lead(cast)
    make_leads.checked(cast, one)
    make_leads.answered(cast, one)
    unit_out(cast, one.matter)
    one.refresh_from_db()
    assert one.holder.code == "county" and one.status == "closed"
    leads.reopen(lead=one, by=cast.office, reason="举报人不服")
    assert make_leads.owed(one) == {"verify": "county"}
    make_leads.checked(cast, one, "true", "leader")


def test_who_told_a_closed_lead_and_one_merged_into_it_is_answered_behind_the_recusal(cast):
    main, child = make_leads.lead(cast, source="letter"), make_leads.lead(cast, source="letter")
    leads.merge(lead=child, into=main, by=cast.nr_officer)
    main.refresh_from_db()
    make_leads.checked(cast, main)
    make_leads.answered(cast, main)
    due = dict(Duty.objects.open().values_list("key", "due_at"))
    unit_out(cast, main.matter)
    main.refresh_from_db()
    for one in (main, child):
        assert make_leads.owed(one) == {"reply": "county"}
    assert dict(Duty.objects.open().values_list("key", "due_at")) == due
    for one in (main, Lead.objects.get(pk=child.pk)):
        leads.reply(lead=one, by=cast.leader, way="phone", at=NOW, text="已填平")
        assert make_leads.owed(one) == {}


def test_a_merged_lead_goes_up_too_and_is_handled_there_once_it_is_split(cast):
    main = make_leads.lead(cast)
    child = make_leads.lead(cast, "water.officer", "water")
    leads.merge(lead=child, into=main, by=cast.office)
    unit_out(cast, child.matter, "water", "water.officer")
    child.refresh_from_db()
    assert (child.holder.code, child.status) == ("county", "merged")
    assert make_leads.owed(child) == {"feedback": "nr"}
    assert not knows(cast, "water.officer", main) and knows(cast, "leader", main)
    leads.split(lead=child, by=cast.office, reason="不是一处")
    assert make_leads.owed(child) == {"verify": "county"} and not knows(cast, "leader", main)
    make_leads.checked(cast, child, "true", "leader")


def test_a_withdrawn_lead_stays_where_it_was(cast, lead):
    Lead.objects.filter(pk=lead.pk).update(withdrawn_at=NOW)
    unit_out(cast, lead.matter)
    lead.refresh_from_db()
    assert lead.holder.code == "nr"


def test_a_closed_case_is_looked_back_at_by_who_holds_it_behind_the_recusal(cast):
    case = make_cases.closed(cast)
    with time_machine.travel(case.closed_at + dt.timedelta(days=30), tick=False):
        unit_out(cast, case.matter)
        case = make_cases.fresh(case)
        assert (case.holder.code, case.status) == ("county", "closed")
        visit = case.lookbacks.get(days=30)
        duty = Duty.objects.open().get(key=f"case:{case.pk}:lookback:30")
        assert duty.agency.code == "county" and holders(duty) == [cast.leader]
        case_actions.look_back(visit=visit, by=cast.leader, text="未复发", again=False)
    duty.refresh_from_db()
    assert duty.status == "fulfilled"


def test_a_remedy_on_a_closed_case_is_answered_by_who_holds_it_behind_the_recusal(cast):
    case = make_cases.closed(cast)
    when = case.closed_at + dt.timedelta(days=1)
    with time_machine.travel(when, tick=False):
        row = make_after.brought(cast, case, when.date(), when=when, notified_on=when.date())
        unit_out(cast, case.matter)
        key = f"case:{case.pk}:answer:{row.pk}"
        assert Duty.objects.open().get(key=key).agency.code == "county"
        row.refresh_from_db()
        case_actions.answer_remedy(remedy=row, by=cast.leader, answered_on=when.date(), upload=paper())
    assert not Duty.objects.open().filter(key=key).exists()


# the hint ------------------------------------------------------------------------------------------


def test_a_party_with_a_users_name_is_a_hint_and_no_act(cast, lead):
    lead.party = cast.nr_approver.name
    lead.save()
    assert namesakes(lead.matter) == ([cast.nr_approver], [])
    assert knows(cast, "nr.approver", lead) and not Recusal.objects.exists()
    page = cast.client("nr.head").get(f"/cases/matters/{lead.matter_id}/rights/").content.decode()
    assert "同名" in page and cast.nr_approver.name in page
    other = cast.client("nr.officer").get(f"/cases/matters/{lead.matter_id}/rights/").content.decode()
    assert "同名" not in other
    propose(cast, lead)
    assert namesakes(lead.matter) == ([], [])
