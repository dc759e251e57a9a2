"""疑似重复 and 并案: near in place and time or of the same party, tied by a person, reversible."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.models import Notice
from ledgers.actions import leads
from ledgers.actions.entries import file_entry, withdraw
from ledgers.lead_similar import distance_m, similar
from ledgers.models import Lead, LeadNote
from minewatch.lib.clock import SHANGHAI
from tests.ledgers.make import digging, site
from tests.ledgers.make_leads import answered, checked, lead, owed, passed

HERE, NEAR, FAR = "111.46377, 39.42386", "111.46377, 39.42550", "111.46377, 39.42600"


def alike(cast, one, who="nr.officer"):
    return {found.lead.pk: found.why for found in similar(one, cast.member(who))}


def test_within_200_metres_is_alike_and_beyond_is_not(cast):
    one, near, far = (lead(cast, point=point) for point in (HERE, NEAR, FAR))
    assert distance_m(111.46377, 39.42386, 111.46377, 39.42550) < 200
    assert alike(cast, one) == {near.pk: "相距约182米"} and far.pk not in alike(cast, one)


def test_the_same_site_party_or_vehicle_is_alike_without_a_point(cast):
    place = site(cast)
    one = lead(cast, site=place, party="柳沟石料厂", vehicle="晋A12345")
    here = lead(cast, site=place, location="东坡")
    party = lead(cast, party="柳沟石料厂", location="县道")
    car = lead(cast, vehicle="晋a12345", location="国道")
    other = lead(cast, location="别处")
    found = alike(cast, one)
    assert set(found) == {here.pk, party.pk, car.pk} and other.pk not in found
    assert found[here.pk] == "同一监管对象" and found[party.pk] == "同一当事人"
    assert found[car.pk] == "同一车辆、机械"


def test_nobody_known_is_not_the_same_party(cast):
    one, other = (lead(cast, party="不详", vehicle="无牌", location=place) for place in ("东沟", "西沟"))
    assert other.pk not in alike(cast, one)


@pytest.mark.parametrize(
    ("hours", "is_alike"), [(1, True), (-1, True), (24 * 7, True), (24 * 7 + 1, False), (-24 * 8, False)]
)
def test_seven_days_are_counted_across_midnight_and_the_years_end(cast, hours, is_alike):
    with time_machine.travel(dt.datetime(2027, 1, 20, 9, tzinfo=SHANGHAI), tick=False):
        at = dt.datetime(2026, 12, 31, 23, 50, tzinfo=SHANGHAI)
        one = lead(cast, point=HERE, found_at=at)
        other = lead(cast, point=HERE, found_at=at + dt.timedelta(hours=hours))
        assert (other.pk in alike(cast, one)) is is_alike


def test_only_what_the_reader_may_see_is_named(cast):
    one = lead(cast, point=HERE)
    hidden = lead(cast, "water.officer", "water", point=HERE)
    assert hidden.pk not in alike(cast, one) and hidden.pk in alike(cast, one, "office")
    page = cast.client("nr.officer").get(f"/cases/leads/{one.pk}/").content.decode()
    assert hidden.number not in page and "疑似重复" not in page


def test_the_later_goes_under_the_earlier_and_is_answered_with_it(cast):
    first = lead(cast, point=HERE)
    later = lead(cast, "shangwan.filler", "shangwan", point=HERE)
    leads.merge(lead=later, into=first, by=cast.office, reason="同一台挖掘机")
    assert later.status == "merged" and owed(later) == {"feedback": "nr"} and owed(first) == {"verify": "nr"}
    assert Lead.objects.visible_to(cast.nr_officer).filter(pk=later.pk).exists()
    checked(cast, first)
    answered(cast, first)
    later.refresh_from_db()
    assert later.feedback == "责令停止，已填平采坑" and owed(later) == {} and later.status == "merged"
    told = Notice.objects.filter(kind="lead.answered", member=cast.shangwan_filler)
    assert [n.subject_id for n in told] == [str(later.pk)]


def test_a_merged_lead_follows_when_the_other_is_handed_on(cast):
    first, later = lead(cast, point=HERE), lead(cast, point=HERE)
    leads.merge(lead=later, into=first, by=cast.nr_officer)
    passed(cast, first)
    assert owed(later) == {"feedback": "water"}
    assert Lead.objects.visible_to(cast.water_officer).filter(pk=later.pk).exists()


def test_splitting_gives_back_exactly_what_merging_gave(cast):
    first = lead(cast, point=HERE)
    later = lead(cast, "water.officer", "water", point=HERE)
    leads.merge(lead=later, into=first, by=cast.office)
    assert Lead.objects.visible_to(cast.water_officer).count() == 2
    with pytest.raises(DomainError):
        leads.split(lead=later, by=cast.office, reason="")
    leads.split(lead=later, by=cast.office, reason="不是同一处")
    assert later.status == "open" and later.merged_into is None and owed(later) == {"verify": "water"}
    assert [x.pk for x in Lead.objects.visible_to(cast.water_officer)] == [later.pk]
    assert [x.pk for x in Lead.objects.visible_to(cast.nr_officer)] == [first.pk]


def test_a_checked_lead_comes_back_as_checked(cast):
    first, later = lead(cast, point=HERE), lead(cast, point=HERE)
    checked(cast, later)
    leads.merge(lead=later, into=first, by=cast.nr_officer)
    leads.split(lead=later, by=cast.nr_officer, reason="不是同一处")
    assert later.status == "handling" and owed(later) == {"feedback": "nr"}


def test_what_cannot_be_merged_says_why(cast):
    first, later, third = (lead(cast, point=HERE) for _ in range(3))
    with pytest.raises(DomainError):
        leads.merge(lead=first, into=later, by=cast.nr_officer)
    with pytest.raises(DomainError):
        leads.merge(lead=first, into=first, by=cast.nr_officer)
    leads.merge(lead=third, into=later, by=cast.nr_officer)
    with pytest.raises(DomainError):
        leads.merge(lead=later, into=first, by=cast.nr_officer)
    checked(cast, first, "false")
    leads.confirm(lead=first, by=cast.nr_head)
    another = lead(cast, point=HERE)
    with pytest.raises(DomainError):
        leads.merge(lead=another, into=first, by=cast.nr_officer)


def test_nobody_merges_what_is_not_theirs_or_into_what_they_do_not_see(cast):
    first = lead(cast, "water.officer", "water", point=HERE)
    later = lead(cast, point=HERE)
    with pytest.raises(Missing):
        leads.merge(lead=later, into=first, by=cast.nr_officer)
    with pytest.raises(Missing):
        leads.merge(lead=later, into=first, by=cast.water_officer)
    village = lead(cast, "shangwan.filler", "shangwan", point=HERE)
    with pytest.raises(NotAllowed):
        leads.merge(lead=village, into=village, by=cast.shangwan_filler)


def test_one_answers_no_page_that_a_merge_has_made_stale(cast):
    first, later = lead(cast, point=HERE), lead(cast, point=HERE)
    checked(cast, first)
    seen = first.version
    leads.merge(lead=later, into=first, by=cast.nr_officer)
    with pytest.raises(Conflict):
        answered(cast, first, version=seen)


def test_a_withdrawn_lead_lets_what_was_merged_into_it_stand_again(cast):
    row = file_entry(member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=digging())
    first = Lead.objects.get()
    later = lead(cast, "qingshi.filler", "qingshi")
    leads.merge(lead=later, into=first, by=cast.qingshi_filler)
    withdraw(entry=row, reason="填错", member=cast.shangwan_filler)
    later.refresh_from_db()
    assert later.status == "open" and owed(later) == {"verify": "qingshi"}


# whose rights come and go ------------------------------------------------------------------------


def sees(cast, who, one):
    return Lead.objects.visible_to(cast.member(who)).filter(pk=one.pk).exists()


def test_splitting_leaves_its_sight_to_who_found_the_lead(cast):
    first, later = lead(cast), passed(cast, lead(cast))
    leads.merge(lead=later, into=first, by=cast.office)
    leads.split(lead=later, by=cast.office, reason="不是同一处")
    assert later.holder.code == "water" and sees(cast, "nr.officer", later)


def test_splitting_one_of_two_leaves_sight_of_the_main_lead_for_the_other(cast):
    first = lead(cast)
    one, other = (lead(cast, "water.officer", "water") for _ in range(2))
    for later in (one, other):
        leads.merge(lead=later, into=first, by=cast.office)
    leads.split(lead=one, by=cast.office, reason="不是同一处")
    assert sees(cast, "water.officer", first) and not sees(cast, "nr.officer", one)
    leads.split(lead=other, by=cast.office, reason="不是同一处")
    assert not sees(cast, "water.officer", first)


def test_splitting_takes_its_sight_from_every_unit_that_held_the_main_lead(cast):
    first, later = lead(cast), lead(cast, "water.officer", "water")
    leads.merge(lead=later, into=first, by=cast.office)
    first.refresh_from_db()
    passed(cast, first, "ecology")
    assert sees(cast, "ecology.officer", later)
    leads.split(lead=Lead.objects.get(pk=later.pk), by=cast.office, reason="不是同一处")
    assert not sees(cast, "nr.officer", later) and not sees(cast, "ecology.officer", later)
    assert sees(cast, "water.officer", later) and not sees(cast, "water.officer", first)


# what it says ------------------------------------------------------------------------------------


def test_no_notice_or_note_of_a_lead_names_the_other_one(cast):
    row = file_entry(member=cast.shangwan_filler, agency=cast.unit("shangwan"), row=digging())
    first = Lead.objects.get()
    later = lead(cast, "qingshi.filler", "qingshi")
    leads.merge(lead=later, into=first, by=cast.qingshi_filler)
    withdraw(entry=row, reason="填错", member=cast.shangwan_filler)
    about = {"subject_kind": "ledgers.lead", "subject_id": str(later.pk)}
    texts = [notice.text for notice in Notice.objects.filter(**about)]
    texts += [note.text for note in LeadNote.objects.filter(lead=later)]
    assert len(texts) > 3 and not [text for text in texts if first.number in text]
