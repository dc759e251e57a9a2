"""Leads from the desk to the answer: 首问负责, passed on, checked, answered; by whom and by when."""

from __future__ import annotations

import datetime as dt
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.db import connection

from core.access import grant
from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.models import Access, AuditEntry, Notice
from duties.models import Duty
from ledgers import lead_doors, lead_watch
from ledgers.actions import leads
from ledgers.actions.entries import file_entry, withdraw
from ledgers.lead_routes import kind_of, kinds, suggestions
from ledgers.models import Lead, LeadAnswer, LeadDispatch
from ledgers.views.lead_timeline import timeline
from minewatch.lib.clock import SHANGHAI, now
from tests.ledgers.make import digging, site
from tests.ledgers.make_leads import answered, campaign, checked, intake, lead, owed, passed


def told(kind: str) -> set[str]:
    return {notice.member.username for notice in Notice.objects.filter(kind=kind)}


# taken down --------------------------------------------------------------------------------------


def test_who_received_it_first_holds_it_and_owes_the_check(cast):
    one = lead(cast, "water.officer", "water")
    assert one.holder.code == "water" and owed(one) == {"verify": "water"} and not one.alarmed
    assert Lead.objects.visible_to(cast.office).exists() and not Notice.objects.exists()
    assert not Lead.objects.visible_to(cast.nr_officer).exists()


def test_what_a_village_takes_down_is_held_by_its_township(cast):
    one = lead(cast, "shangwan.filler", "shangwan", source="village")
    assert one.holder.code == "qingshi" and owed(one) == {"verify": "qingshi"}
    assert Lead.objects.visible_to(cast.shangwan_head).exists()


def test_the_check_is_due_after_seven_workdays_and_an_urgent_one_after_24_hours(cast):
    with time_machine.travel(dt.datetime(2026, 9, 24, 22, tzinfo=SHANGHAI), tick=False):
        plain, urgent = lead(cast), lead(cast, urgent=True)
    due = {d.key: d.due_at.astimezone(SHANGHAI) for d in Duty.objects.filter(kind="lead")}
    # 25–27 September off (中秋), 1–7 October off (国庆): 28, 29, 30, 8, 9, 10 (worked Saturday), 12
    assert due[f"lead:{plain.pk}:verify"].date() == dt.date(2026, 10, 12)
    assert due[f"lead:{urgent.pk}:verify"] == dt.datetime(2026, 9, 25, 22, tzinfo=SHANGHAI)


def test_an_urgent_lead_alarms_and_opens_to_natural_resources(cast):
    one = lead(cast, "water.officer", "water", urgent=True)
    assert one.alarmed and {"nr.officer", "office"} <= told("lead.alarm")
    assert Lead.objects.visible_to(cast.nr_officer).exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"source": "patrol"}, "source"),
        ({"source": "rumour"}, "source"),
        ({"text": " "}, "text"),
        ({"text": "长" * 1001}, "text"),
        ({"location": ""}, "location"),
        ({"point": "112.9, 39.4"}, "point"),
        ({"found_at": None}, "found_at"),
        ({"found_at": dt.datetime(1999, 12, 31, 23, 59, tzinfo=SHANGHAI)}, "found_at"),
        ({"found_at": dt.datetime(2099, 1, 1, tzinfo=SHANGHAI)}, "found_at"),
        ({"source": "unit"}, "told_by"),
        ({"source": "self"}, "party"),
        ({"party": "长" * 81}, "party"),
    ],
)
def test_what_is_missing_or_odd_is_said_at_its_field(cast, more, field):
    with pytest.raises(DomainError) as caught:
        lead(cast, **more)
    assert caught.value.field == field and not Lead.objects.exists()


def test_nobody_takes_a_lead_down_for_another_unit(cast):
    with pytest.raises(NotAllowed):
        leads.register_lead(by=cast.nr_officer, agency=cast.unit("water"), facts=intake())
    with pytest.raises(Missing):
        leads.register_lead(by=cast.shangwan_filler, agency=cast.unit("baiyang"), facts=intake())
    for who in ("auditor", "sysadmin", "custodian"):
        with pytest.raises((NotAllowed, Missing)):
            leads.register_lead(by=cast.member(who), agency=cast.unit("office"), facts=intake())


def test_a_self_report_is_marked_for_leniency_and_concealment_for_severity(cast):
    own = lead(cast, source="self", party="柳沟石料厂")
    checked(cast, own, concealed=True)
    assert own.self_reported and not Lead.objects.get(pk=own.pk).concealed
    other = lead(cast)
    checked(cast, other, concealed=True)
    assert Lead.objects.get(pk=other.pk).concealed


def test_another_unit_that_told_it_is_a_party_and_hears_the_answer(cast):
    one = lead(cast, source="unit", told_by=cast.unit("forestry"))
    assert Lead.objects.visible_to(cast.forestry_officer).exists()
    checked(cast, one)
    answered(cast, one)
    assert {"forestry.officer", "office"} <= told("lead.answered")


# where it goes -----------------------------------------------------------------------------------


def test_the_running_campaigns_say_which_unit_is_competent_and_where_that_stands(cast):
    made = campaign(
        cast, ("river", "HANDLES", "water", "四（二）"), ("unlicensed", "HANDLES", "nr", "四（一）")
    )
    key = f"{made.pk}:river"
    assert (key, "河道采砂") in kinds("999921")
    one = lead(cast, **kind_of(key, "999921"))
    (found,) = suggestions(one)
    assert found.unit.code == "water" and found.exact and "四（二）" in found.words


def test_with_several_routes_all_are_offered_and_ended_campaigns_say_nothing(cast):
    campaign(cast, ("river", "HANDLES", "water", "四"), ("river", "HANDLES", "nr", "五"))
    campaign(cast, ("river", "HANDLES", "police", "六"), key="old", status="ended")
    one = lead(cast, campaign=None, violation="river", violation_name="河道采砂")
    assert [found.unit.code for found in suggestions(one)] == ["water", "nr"]
    assert len(suggestions(lead(cast))) == 2  # no violation known: every row of competence


def test_a_route_that_is_a_referral_is_told_apart(cast):
    campaign(cast, ("", "CRIMINAL", "police", "五"), ("river", "HANDLES", "water", "四"))
    one = lead(cast, violation="river")
    assert [(s.unit.code, s.by_dispatch) for s in suggestions(one)] == [("water", True), ("police", False)]


# passed on ---------------------------------------------------------------------------------------


def test_a_dispatched_lead_is_held_by_the_receiver_who_owes_signature_and_check(cast):
    one = lead(cast)
    passed(cast, one, signed=False)
    assert one.holder.code == "water" and owed(one) == {"sign": "water", "verify": "water"}
    assert Lead.objects.visible_to(cast.nr_officer).exists() and "water.officer" in told("lead.dispatched")
    leads.receive(lead=one, by=cast.water_officer)
    assert owed(one) == {"verify": "water"} and one.status == "open"


def test_a_returned_lead_goes_back_to_who_sent_it_with_the_reason(cast):
    one = passed(cast, lead(cast), signed=False)
    with pytest.raises(DomainError):
        leads.send_back(lead=one, by=cast.water_officer, reason=" ")
    leads.send_back(lead=one, by=cast.water_officer, reason="不在河道管理范围")
    assert one.holder.code == "nr" and owed(one) == {"verify": "nr"}
    assert LeadDispatch.objects.get().words == "不在河道管理范围" and "nr.officer" in told("lead.sent_back")


def test_the_office_may_pass_on_what_another_unit_holds(cast):
    one = lead(cast)
    leads.dispatch(lead=one, to=cast.unit("police"), by=cast.office, reason="涉及治安")
    assert one.holder.code == "police"


@pytest.mark.parametrize("who", ["water.officer", "qingshi.head", "leader", "auditor", "custodian2"])
def test_nobody_else_passes_it_on(cast, who):
    one = lead(cast)
    with pytest.raises((Missing, NotAllowed)):
        leads.dispatch(lead=one, to=cast.unit("police"), by=cast.member(who), reason="请办理")
    assert Lead.objects.get().holder.code == "nr"


@pytest.mark.parametrize("to", ["nr", "court", "procuratorate", "discipline", "city_office"])
def test_not_to_itself_and_not_where_only_a_referral_goes(cast, to):
    with pytest.raises(DomainError) as caught:
        leads.dispatch(lead=lead(cast), to=cast.unit(to), by=cast.nr_officer, reason="请办理")
    assert caught.value.field == "to"


def test_never_to_a_unit_that_must_stay_out(cast):
    one = lead(cast)
    grant(one.matter, Access.Relation.BARRED, agency=cast.unit("water"))
    with pytest.raises(DomainError):
        leads.dispatch(lead=one, to=cast.unit("water"), by=cast.nr_officer, reason="请办理")


def test_who_must_stay_out_finds_no_lead_and_hears_nothing(cast):
    one = lead(cast)
    grant(one.matter, Access.Relation.BARRED, member=cast.water_officer)
    leads.dispatch(lead=one, to=cast.unit("water"), by=cast.nr_officer, reason="请办理")
    assert "water.officer" not in told("lead.dispatched")
    with pytest.raises(Missing):
        leads.receive(lead=one, by=cast.water_officer)
    assert cast.client("water.officer").get(f"/cases/leads/{one.pk}/").status_code == 404


def test_a_stale_page_passes_nothing_on(cast):
    one = lead(cast)
    stale = Lead.objects.get(pk=one.pk)
    passed(cast, one, "police", signed=False)
    with pytest.raises(Conflict):
        leads.dispatch(
            lead=stale, to=cast.unit("water"), by=cast.nr_officer, reason="请办理", version=stale.version
        )
    assert Lead.objects.get().holder.code == "police"


def test_a_referral_that_moves_the_holder_ends_a_dispatch_that_waits(cast):
    one = passed(cast, lead(cast), signed=False)
    leads.hand_to(lead=one, to=cast.unit("ecology"), by=cast.ecology_officer, basis="YS2026-0001")
    assert one.status == "open" and owed(one) == {"verify": "ecology"}
    assert LeadDispatch.objects.get().returned_at is not None


# checked -----------------------------------------------------------------------------------------


def test_what_is_found_true_owes_an_answer(cast):
    one = lead(cast)
    check = checked(cast, one, "partly")
    assert one.status == "handling" and owed(one) == {"feedback": "nr"} and one.finding == "partly"
    assert [m.username for m in check.officers.all()] == ["nr.officer"]


def test_untrue_takes_a_second_persons_word(cast):
    one = lead(cast)
    checked(cast, one, "false")
    assert one.status == "unfounded" and owed(one) == {"confirm": "nr"}
    for who in ("nr.officer", "water.officer"):
        with pytest.raises((NotAllowed, Missing)):
            leads.confirm(lead=one, by=cast.member(who))
    leads.confirm(lead=one, by=cast.nr_head)
    assert one.status == "closed" and one.ending == "nothing" and owed(one) == {}
    assert one.feedback == "现场有新鲜采挖面" and "office" in told("lead.answered")


def test_a_head_who_went_there_does_not_give_the_second_word(cast):
    one = lead(cast)
    checked(cast, one, "false", officers=[cast.nr_head])
    with pytest.raises(NotAllowed):
        leads.confirm(lead=one, by=cast.nr_head)
    leads.confirm(lead=one, by=cast.nr_approver)


def test_a_unit_without_a_second_person_passes_the_word_up(cast):
    one = lead(cast, "forestry.officer", "forestry")
    checked(cast, one, "false", "forestry.officer")
    assert Lead.objects.visible_to(cast.leader).filter(pk=one.pk).exists()
    leads.confirm(lead=one, by=cast.leader)
    assert one.status == "closed"


def test_sent_back_for_another_check_with_the_reason(cast):
    one = lead(cast)
    checked(cast, one, "false")
    with pytest.raises(DomainError):
        leads.recheck(lead=one, by=cast.nr_head, reason="")
    leads.recheck(lead=one, by=cast.nr_head, reason="没有到沟里看")
    assert one.status == "open" and owed(one) == {"verify": "nr"} and one.finding == ""
    assert one.checks.get().agreed is False


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"finding": "maybe"}, "finding"),
        ({"text": ""}, "text"),
        ({"checked_at": None}, "checked_at"),
        ({"checked_at": dt.datetime(2099, 1, 1, tzinfo=SHANGHAI)}, "checked_at"),
        ({"checked_at": dt.datetime(2020, 1, 1, tzinfo=SHANGHAI)}, "checked_at"),
        ({"officers": []}, "officers"),
    ],
)
def test_a_check_says_what_is_missing(cast, more, field):
    one = lead(cast)
    with pytest.raises(DomainError) as caught:
        checked(cast, one, **more)
    assert caught.value.field == field and Lead.objects.get().status == "open"


def test_only_people_of_the_holder_go(cast):
    with pytest.raises(DomainError) as caught:
        checked(cast, lead(cast), officers=[cast.water_officer])
    assert caught.value.field == "officers"


def test_a_lead_that_waits_to_be_signed_is_not_checked_first(cast):
    one = passed(cast, lead(cast), signed=False)
    with pytest.raises(Conflict):
        checked(cast, one, who="water.officer")


# answered ----------------------------------------------------------------------------------------


def test_the_answer_reaches_the_office_and_the_finder_without_a_word_of_the_lead(cast):
    one = lead(cast, "shangwan.filler", "shangwan", text="张三在柳树沟挖砂")
    checked(cast, one, who="qingshi.filler")
    answered(cast, one, "qingshi.filler")
    assert one.status == "closed" and owed(one) == {} and one.feedback_by == cast.qingshi_filler
    assert {"office", "shangwan.filler", "shangwan.head"} <= told("lead.answered")
    for notice in Notice.objects.all():
        assert "张三" not in notice.text and "柳树沟" not in notice.text
    for entry in AuditEntry.objects.filter(verb__startswith="lead."):
        assert set(entry.facts) <= {"number", "source", "alarmed", "status"}


@pytest.mark.parametrize("ending", ["case", "referral"])
def test_no_case_or_referral_is_claimed_that_is_not_there(cast, ending, monkeypatch):
    one = lead(cast)
    checked(cast, one)
    monkeypatch.setitem(lead_doors.ENDINGS, ending, lambda lead: "")
    with pytest.raises(DomainError) as caught:
        answered(cast, one, ending=ending)
    assert caught.value.field == "ending"
    monkeypatch.setitem(lead_doors.ENDINGS, ending, lambda lead: "号")
    answered(cast, one, ending=ending)
    assert one.ending == ending


@pytest.mark.parametrize("more", [{"ending": "nothing"}, {"ending": ""}, {"text": " "}])
def test_an_answer_says_what_was_done(cast, more):
    one = lead(cast)
    checked(cast, one)
    with pytest.raises(DomainError):
        answered(cast, one, **more)
    assert Lead.objects.get().status == "handling"


def test_a_closed_lead_is_opened_again_by_the_heads_word_only(cast):
    one = lead(cast)
    checked(cast, one)
    answered(cast, one)
    with pytest.raises(NotAllowed):
        leads.reopen(lead=one, by=cast.nr_officer, reason="又有人挖")
    leads.reopen(lead=one, by=cast.nr_head, reason="又有人挖")
    assert one.status == "open" and owed(one) == {"verify": "nr"} and one.feedback == ""


# what patrols raise ------------------------------------------------------------------------------


def test_a_row_that_is_withdrawn_takes_its_lead_and_its_duties_along(cast):
    row = file_entry(member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=digging())
    one = Lead.objects.get()
    assert owed(one) == {"verify": "qingshi"}
    withdraw(entry=row, reason="填错", member=cast.shangwan_filler)
    one.refresh_from_db()
    assert one.withdrawn_at and owed(one) == {}


def test_a_withdrawn_row_does_not_undo_what_people_found_true(cast):
    row = file_entry(member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=digging())
    one = Lead.objects.get()
    checked(cast, one, who="qingshi.filler")
    withdraw(entry=row, reason="填错", member=cast.shangwan_filler)
    one.refresh_from_db()
    assert one.withdrawn_at is None and owed(one) == {"feedback": "qingshi"}


def test_a_late_row_is_checked_without_a_limit(cast):
    old = now().date() - dt.timedelta(days=40)
    file_entry(member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=digging(patrolled_on=old))
    assert Duty.objects.get(kind="lead").due_at is None


def test_at_a_site_the_lead_takes_its_place(cast):
    place = site(cast)
    one = lead(cast, location="", site=place)
    assert one.holder.code == "nr" and (one.lon, one.lat) == (place.lon, place.lat)
    assert one.location.startswith("柳树沟采石场(E111.46377")


def test_a_lead_of_before_limits_were_kept_is_owed_at_the_next_daily_round(cast):
    one = lead(cast)
    Duty.objects.filter(kind="lead").delete()
    assert lead_watch.round_of(now().date()) == 1 and owed(one) == {"verify": "nr"}
    assert lead_watch.round_of(now().date()) == 0


# words that stay ---------------------------------------------------------------------------------


def answers_told(cast, one: Lead) -> list[str]:
    return [step["text"] for step in timeline(cast.nr_head, one, []) if step["verb"] == "lead.answered"]


def test_reopening_destroys_no_result_and_each_stands_at_its_own_act(cast):
    one = lead(cast)
    checked(cast, one)
    answered(cast, one, text="第一次结果")
    leads.reopen(lead=one, by=cast.nr_head, reason="又有人挖")
    assert answers_told(cast, one) == ["第一次结果"] and one.feedback == ""
    checked(cast, one)
    answered(cast, one, text="第二次结果")
    assert answers_told(cast, one) == ["第一次结果", "第二次结果"]


def test_the_result_behind_one_that_was_struck_off_stands_at_its_own_act(cast):
    one = lead(cast)
    checked(cast, one, "false")
    leads.confirm(lead=one, by=cast.nr_head, words_="同意")
    leads.reopen(lead=one, by=cast.nr_head, reason="又有人挖")
    checked(cast, one)
    answered(cast, one, text="第二次结果")
    assert answers_told(cast, one) == ["第二次结果"]
    assert [row.text for row in one.answers.all()] == ["现场有新鲜采挖面", "第二次结果"]


def test_a_merged_lead_keeps_the_words_it_was_answered_with(cast):
    main, child = lead(cast), lead(cast)
    leads.merge(lead=child, into=main, by=cast.nr_officer)
    main.refresh_from_db()
    checked(cast, main)
    answered(cast, main, text="第一次结果")
    leads.reopen(lead=main, by=cast.nr_head, reason="又有人挖")
    child.refresh_from_db()
    assert answers_told(cast, child) == ["第一次结果"] and child.feedback == ""


def test_of_answers_given_before_words_were_kept_the_standing_one_gets_its_words(cast):
    one = lead(cast)
    checked(cast, one)
    answered(cast, one, text="第一次结果")
    leads.reopen(lead=one, by=cast.nr_head, reason="又有人挖")
    checked(cast, one)
    answered(cast, one, text="第二次结果")
    LeadAnswer.objects.update(text="")
    import_module("ledgers.migrations.0005_answer_text").fill(apps, connection.schema_editor())
    assert [row.text for row in one.answers.all()] == ["", "第二次结果"]
