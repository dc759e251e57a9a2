"""最小知悉: a track opens to its people alone, and nobody reads by office what the affair does not give."""

import datetime as dt

import pytest
import time_machine
from django.test import Client

from cases.actions import cases
from cases.models import Case
from core import audit
from core.access import barred_matters, grant, is_barred, matters_for, matters_known, revoke
from core.errors import Missing
from core.models import Access, AuditEntry, Matter
from minewatch.lib.clock import SHANGHAI
from tests.cases import make, make_cases

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
ADMIN, REFERRAL, CRIMINAL = "admin", "referral", "criminal"


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def matter(cast):
    return Matter.objects.create()


def reads(member, matter, *tracks):
    return matters_for(member, *tracks).filter(pk=matter.pk).exists()


def knows(member, matter):
    return matters_known(member).filter(pk=matter.pk).exists()


def test_by_default_nobody_knows_anything(cast, matter):
    for username in ("nr.head", "office", "leader", "police.head", "auditor", "sysadmin"):
        assert not knows(cast.member(username), matter)


def test_a_track_opens_itself_alone(cast, matter):
    grant(matter, "party", agency=cast.unit("water"), track=REFERRAL)
    assert knows(cast.water_officer, matter) and reads(cast.water_officer, matter, REFERRAL)
    assert not reads(cast.water_officer, matter) and not reads(cast.water_officer, matter, CRIMINAL)


def test_the_criminal_track_of_a_unit_is_its_leaders_and_named_officers(cast, matter):
    grant(matter, "holder", agency=cast.unit("police"), track=CRIMINAL)
    assert reads(cast.police_head, matter, CRIMINAL) and reads(cast.police_approver, matter, CRIMINAL)
    assert not knows(cast.police_officer, matter)
    grant(matter, "holder", member=cast.police_officer, track=CRIMINAL)
    assert reads(cast.police_officer, matter, CRIMINAL)


def test_knowing_opens_no_content(cast, matter):
    grant(matter, "party", member=cast.leader, track="known")
    assert knows(cast.leader, matter) and not reads(cast.leader, matter, ADMIN, REFERRAL, CRIMINAL)


def test_a_right_ends_with_its_time_and_can_be_given_again(cast, matter):
    grant(matter, "invited", member=cast.water_officer, until=NOW + dt.timedelta(hours=1), basis="甲")
    assert reads(cast.water_officer, matter)
    with time_machine.travel(NOW + dt.timedelta(hours=2), tick=False):
        assert not knows(cast.water_officer, matter)
        grant(matter, "invited", member=cast.water_officer, basis="乙")
        assert reads(cast.water_officer, matter) and Access.objects.get().basis == "乙"
        revoke(matter, "invited", member=cast.water_officer)
        assert not knows(cast.water_officer, matter)


def test_barred_closes_every_track_of_every_relation(cast, matter):
    for track in (ADMIN, REFERRAL, CRIMINAL):
        for relation in ("holder", "party", "office", "invited"):
            grant(matter, relation, agency=cast.unit("nr"), track=track)
            grant(matter, relation, member=cast.nr_head, track=track)
    grant(matter, "barred", member=cast.nr_head)
    assert not knows(cast.nr_head, matter) and not reads(cast.nr_head, matter, ADMIN, REFERRAL, CRIMINAL)
    assert is_barred(cast.nr_head, matter) and list(barred_matters(cast.nr_head)) == [matter]
    assert knows(cast.nr_officer, matter) and not is_barred(cast.nr_officer, matter)
    revoke(matter, "barred", member=cast.nr_head)
    assert reads(cast.nr_head, matter, ADMIN, REFERRAL, CRIMINAL)


def test_a_right_does_not_make_business_of_the_administrator_and_the_auditor(cast, matter):
    for username in ("sysadmin", "auditor"):
        grant(matter, "holder", member=cast.member(username))
        assert not knows(cast.member(username), matter)


# the police's case and the referral behind it -----------------------------------------------------


@pytest.fixture
def filed(cast):
    """A criminal referral that the police filed, and the police's own case."""
    row = make.referral(cast, "criminal", "filed")
    return row, Case.objects.get(matter=row.matter, track=CRIMINAL)


def test_police_without_post_in_it_see_no_criminal_case(cast, filed):
    _, case = filed
    other = type(cast.police_officer).objects.create_user(
        "police.other", name="公安局民警", agency=cast.unit("police")
    )
    other.grants.create(role="officer")
    named = {row.member_id for row in case.officers.all()} | {case.opened_by_id}
    assert other.pk not in named
    assert not Case.objects.visible_to(other).exists()
    client = cast.client("police.other")
    assert client.get(f"/cases/{case.pk}/").status_code == 404
    assert case.serial not in client.get("/cases/").content.decode()


def test_leaders_and_named_officers_of_the_police_see_it(cast, filed):
    _, case = filed
    for username in ("police.head", "police.approver"):
        assert list(Case.objects.visible_to(cast.member(username))) == [case]
    grant(case.matter, "holder", member=cast.police_officer, track=CRIMINAL)
    assert list(Case.objects.visible_to(cast.police_officer)) == [case]


def test_the_sender_sees_the_states_of_its_referral_and_nothing_of_the_case(cast, filed):
    row, case = filed
    for username in ("nr.officer", "nr.head", "office", "leader", "procuratorate"):
        assert not Case.objects.visible_to(cast.member(username)).exists()
    client = cast.client("nr.officer")
    page = client.get(f"/cases/referrals/{row.pk}/").content.decode()
    assert "已立案" in page and case.serial not in page
    assert client.get(f"/cases/{case.pk}/").status_code == 404


def test_the_receiver_sees_nothing_of_the_senders_lead(cast):
    lead = make.lead(cast)
    row = make.referral(cast, "criminal", "sent", lead=lead)
    client = cast.client("police.officer")
    assert client.get(f"/cases/referrals/{row.pk}/").status_code == 200
    assert client.get(f"/cases/leads/{lead.pk}/").status_code == 404
    assert lead.number not in client.get("/cases/leads/").content.decode()


# 三员分立 ------------------------------------------------------------------------------------------

CONTENT = ("金丝雀",)
PAGES = (
    "/todo/",
    "/cases/",
    "/cases/leads/",
    "/cases/referrals/",
    "/cases/desk/",
    "/duties/",
    "/duties/calendar/",
    "/reports/",
    "/notices/",
    "/more/",
    "/more/people/",
    "/more/audit/",
    "/search/?q=金丝雀沟",
)


@pytest.mark.parametrize("username", ["auditor", "sysadmin"])
def test_administrator_and_auditor_find_no_case_content(cast, filed, username):
    row, case = filed
    client = cast.client(username)
    own = (f"/cases/{case.pk}/", f"/cases/referrals/{row.pk}/", f"/cases/matters/{row.matter_id}/rights/")
    for address in (*PAGES, *own):
        answer = client.get(address)
        text = answer.content.decode().replace('value="金丝雀沟"', "")
        text = text.replace("“金丝雀沟”", "")  # the box of the search says what was typed
        assert not any(token in text for token in CONTENT), address
    assert all(client.get(address).status_code == 404 for address in own)


def test_the_audit_page_shows_number_verb_and_states_of_an_affair_only(cast, filed):
    row, _ = filed
    audit.record(
        "referral.send",
        actor=cast.nr_officer,
        subject=row,
        matter=row.matter,
        facts={
            "from": "approved",
            "to": "sent",
            "status": "金丝雀沟",
            "note": "金丝雀沟",
            "title": "金丝雀沟",
        },
    )
    page = cast.client("auditor").get("/more/audit/").content.decode()
    assert f"移送 {row.pk}" in page and "已移送" in page
    assert "金丝雀" not in page


def test_no_entry_on_an_affair_carries_content(cast, filed):
    row, _ = filed
    entries = AuditEntry.objects.filter(matter=row.matter)
    assert entries.count() > 10
    assert not [entry.verb for entry in entries if "金丝雀" in str(entry.facts)]


def test_a_barred_auditor_does_not_read_of_it_in_the_audit(cast, filed):
    row, _ = filed
    client: Client = cast.client("auditor")
    before = client.get("/more/audit/").context["count"]
    grant(row.matter, "barred", member=cast.auditor)
    after = client.get("/more/audit/").context["count"]
    assert before - after == AuditEntry.objects.filter(matter=row.matter).count() > 0


# who must stay out writes nothing -------------------------------------------------------------------


def test_an_act_of_who_must_stay_out_by_now_is_undone_whatever_door_it_came_by(cast):
    lead = make.lead(cast)
    case = make_cases.opened(cast, when=NOW, origin="lead", leads=[lead])
    Access.objects.create(matter=lead.matter, member=cast.nr_officer, relation="barred")
    before = Case.objects.get(pk=case.pk).version
    with pytest.raises(Missing):
        cases.save_party(case=case, by=cast.nr_officer, kind="person", name="某某")
    assert not case.parties.exists() and Case.objects.get(pk=case.pk).version == before


def test_what_an_act_outside_the_affair_brings_about_is_recorded_whoever_acts(cast, matter):
    Access.objects.create(matter=matter, member=cast.qingshi_filler, relation="barred")
    with audit.from_outside():
        audit.record("case.opened", actor=cast.qingshi_filler, matter=matter)
    with pytest.raises(Missing):
        audit.record("case.opened", actor=cast.qingshi_filler, matter=matter)
