"""What each may know of a referral: state and clocks, content, papers; for outsiders it does not exist."""

import datetime as dt
from types import SimpleNamespace

import pytest
import time_machine

from agencies.models import RoleGrant
from cases import sight, standing
from cases.actions import referrals
from cases.actions.rights import note_read
from cases.models import Case, Paper, Referral, ReferralStep
from core import registry
from core.access import grant, matters_for
from core.errors import Missing
from core.models import Access, Notice, StoredFile
from duties.models import Duty
from ledgers.models import Lead
from minewatch.lib.clock import SHANGHAI
from tests.cases import make

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
EVERYBODY = (
    "nr.officer",
    "nr.approver",
    "nr.head",
    "police.officer",
    "police.approver",
    "police.head",
    "ecology.officer",
    "discipline",
    "procuratorate",
    "office",
    "leader",
    "qingshi.head",
    "auditor",
    "sysadmin",
    "custodian",
)
NR = {"nr.officer", "nr.approver", "nr.head"}
POLICE = {"police.officer", "police.approver", "police.head"}
OFFICE = {"office", "custodian"}


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def seen(cast, row):
    """Who knows that it exists, who reads its content, who may open its papers."""
    people = {name: cast.member(name) for name in EVERYBODY}
    known = {n for n, m in people.items() if Referral.objects.visible_to(m).filter(pk=row.pk).exists()}
    content = {n for n, m in people.items() if sight.content_of(m, row)}
    papers = {n for n, m in people.items() if sight.papers_open(m, row)}
    rows = Paper.objects.filter(referral=row, frozen_at__isnull=False)
    opened = {n for n, m in people.items() if rows.exists() and sight.readable_paper(m, rows.first())}
    assert not rows.exists() or opened == papers
    assert content <= known and papers <= content
    return SimpleNamespace(known=known, content=content, papers=papers)


def test_a_draft_is_the_senders_alone(cast):
    row = make.referral(cast, "criminal", "team_named", lead=make.lead(cast))
    assert seen(cast, row).known == NR
    make.take(cast, row, "report", "nr.officer")
    assert seen(cast, row).known == NR | OFFICE


def test_from_the_hand_over_on_the_receiver_reads_what_the_manifest_gives(cast):
    row = make.referral(cast, "criminal", "sent")
    found = seen(cast, row)
    assert found.known == found.content == found.papers == NR | POLICE | OFFICE


def test_the_receiver_sees_neither_the_lead_nor_the_case_nor_their_files(cast):
    lead = make.lead(cast)
    row = make.referral(cast, "criminal", "sent", lead=lead)
    assert not Lead.objects.visible_to(cast.police_officer).exists()
    assert not matters_for(cast.police_officer).exists()
    assert not Case.objects.visible_to(cast.police_head).exists()
    paper = row.papers.exclude(file=None).first()
    found = registry.resolve("cases.paper", str(paper.pk), cast.police_officer)
    assert found is not None and found[1] == paper
    assert registry.resolve("ledgers.lead", str(lead.pk), cast.police_officer) is None


def test_refused_papers_go_back_and_come_again_when_the_police_file_after_all(cast):
    row = make.referral(cast, "criminal", "not_filed")
    found = seen(cast, row)
    assert found.papers == NR | OFFICE and found.content == NR | POLICE | OFFICE
    make.take(cast, row, "ask_supervision", "nr.officer")
    assert seen(cast, row).papers == NR | OFFICE | {"procuratorate"}
    for move, by in (
        ("ask_explanation", "procuratorate"),
        ("explain", "police.approver"),
        ("order_filing", "procuratorate"),
        ("file", "police.approver"),
    ):
        make.take(cast, row, move, by)
    assert POLICE <= seen(cast, row).papers


LATE, WHY = "金丝雀沟补送的笔录", "金丝雀沟不移送的理由"


def late_line(cast, status):
    """A referral on whose manifest a line was put after it went over."""
    row = make.referral(cast, "criminal", status)
    facts = {"kind": "other", "name": LATE, "withheld": WHY}
    referrals.add_paper(referral=row, by=cast.nr_officer, upload=make.pdf(), **facts)
    row.refresh_from_db()
    return row


PAGES = ("", "print/", "receipt/")


@pytest.mark.parametrize("status", ["supplement", "filed"])
def test_what_is_not_handed_over_yet_is_the_senders_to_read(cast, status):
    row = late_line(cast, status)
    for who in ("police.officer", "police.head", "office"):
        for page in PAGES:
            answer = cast.client(who).get(f"/cases/referrals/{row.pk}/{page}")
            assert answer.status_code == 200
            text = answer.content.decode()
            assert "金丝雀沟调查报告" in text and LATE not in text and WHY not in text, (who, page)
    for who in ("nr.officer", "nr.head"):
        text = cast.client(who).get(f"/cases/referrals/{row.pk}/").content.decode()
        assert LATE in text and WHY in text
        assert LATE not in cast.client(who).get(f"/cases/referrals/{row.pk}/receipt/").content.decode()


def test_once_it_was_handed_over_the_receiver_reads_it(cast):
    row = late_line(cast, "supplement")
    make.take(cast, row, "supplement", "nr.officer")
    for page in PAGES:
        assert LATE in cast.client("police.officer").get(f"/cases/referrals/{row.pk}/{page}").content.decode()


def test_before_the_hand_over_the_office_reads_no_manifest(cast):
    row = make.referral(cast, "criminal", "approved", lead=make.lead(cast))
    make.papers(cast, row)
    for page in ("", "print/"):
        text = cast.client("office").get(f"/cases/referrals/{row.pk}/{page}").content.decode()
        assert make.SUMMARY in text and "金丝雀沟调查报告" not in text


def test_who_approves_for_want_of_a_head_reads_what_would_be_handed_over(cast):
    row = make.referral(cast, "criminal", "team_named")
    make.papers(cast, row)
    RoleGrant.objects.filter(member=cast.nr_head).delete()
    make.take(cast, row, "report", "nr.officer")
    assert standing.may(cast.leader, row, "approve") == ""
    text = cast.client("leader").get(f"/cases/referrals/{row.pk}/").content.decode()
    assert "金丝雀沟调查报告" in text


def test_a_recalled_referral_was_never_there_for_the_receiver(cast):
    row = make.referral(cast, "criminal", "recalled")
    assert seen(cast, row).known == NR | OFFICE
    assert not Duty.objects.visible_to(cast.police_officer).filter(kind="referral").exists()
    told = Notice.objects.get(kind="referral.recalled", member=cast.police_officer)
    assert row.number in told.text and not told.subject_id


def test_another_referral_of_the_affair_keeps_the_receiver_in(cast):
    lead = make.lead(cast)
    first = make.referral(cast, "criminal", "sent", lead=lead)
    second = make.referral(cast, "detention", "sent", lead=lead)
    make.take(cast, first, "recall", "nr.officer")
    assert not POLICE & seen(cast, first).known
    assert POLICE <= seen(cast, second).content


def test_of_what_is_between_two_organs_alone_the_office_learns_states_only(cast):
    row = make.referral(cast, "gang", "answered", lead=make.lead(cast))
    found = seen(cast, row)
    assert found.known == NR | POLICE | OFFICE and found.content == NR | POLICE
    assert not sight.readable_steps(cast.office).exists()
    assert Duty.objects.visible_to(cast.office).filter(subject_kind="cases.referral").exists()


def test_of_a_sealed_affair_the_office_learns_states_only(cast):
    row = make.referral(cast, "criminal", "sent")
    row.matter.sealed = True
    row.matter.save()
    found = seen(cast, row)
    assert OFFICE <= found.known and not OFFICE & found.content


def test_a_clue_to_discipline_inspection_is_known_to_its_circle_alone(cast):
    row = make.referral(cast, "discipline", "received", lead=make.lead(cast))
    found = seen(cast, row)
    assert found.content == {"nr.officer", "nr.head", "discipline"}
    assert found.known == found.content | OFFICE
    with pytest.raises(Missing):
        make.take(cast, row, "recall", "nr.approver")
    members = Notice.objects.filter(subject_kind="cases.referral", subject_id=str(row.pk))
    assert set(members.values_list("member__username", flat=True)) <= found.content


def test_whoever_holds_the_lead_learns_where_it_went_but_reads_nothing(cast):
    lead = make.lead(cast, "qingshi", "qingshi.filler")
    row = make.referral(cast, "clue_up", "accepted", lead=lead)
    assert "qingshi.head" in seen(cast, row).content
    onward = make.referral(cast, "criminal", "sent", lead=Lead.objects.get(pk=lead.pk))
    found = seen(cast, onward)
    assert "qingshi.head" in found.known and "qingshi.head" not in found.content
    hidden = make.referral(cast, "gang", "sent", lead=Lead.objects.get(pk=lead.pk))
    assert "qingshi.head" not in seen(cast, hidden).known


def test_an_invitation_into_the_referral_opens_it_until_its_day(cast):
    row = make.referral(cast, "criminal", "sent")
    grant(
        row.matter,
        Access.Relation.INVITED,
        member=cast.ecology_officer,
        track=Access.Track.REFERRAL,
        until=NOW + dt.timedelta(days=1),
    )
    assert "ecology.officer" in seen(cast, row).papers
    with time_machine.travel(NOW + dt.timedelta(days=2), tick=False):
        assert "ecology.officer" not in seen(cast, row).known


def test_whoever_must_stay_out_finds_no_trace(cast):
    row = make.referral(cast, "criminal", "sent")
    grant(row.matter, Access.Relation.BARRED, member=cast.police_officer, basis="回避")
    assert "police.officer" not in seen(cast, row).known
    with pytest.raises(Missing):
        make.take(cast, row, "receive", "police.officer")
    Notice.objects.all().delete()
    make.take(cast, row, "receive", "police.head")
    make.take(cast, row, "ask_supplement", "police.head")
    make.take(cast, row, "supplement", "nr.officer", text="补送鉴定意见")
    assert "police.officer" not in set(Notice.objects.values_list("member__username", flat=True))


def test_what_the_police_refer_from_a_criminal_case_is_for_those_who_work_on_it(cast):
    filed = make.referral(cast, "criminal", "filed")
    case = filed.answer_case
    back = make.draft(cast, "criminal_return", by="police.approver", case=case)
    found = seen(cast, back)
    assert found.content == {"police.approver", "police.head"}


def test_outsiders_get_the_same_as_for_what_does_not_exist(cast):
    row = make.referral(cast, "criminal", "sent")
    for name in ("ecology.officer", "qingshi.head", "auditor", "sysadmin", "procuratorate"):
        member = cast.member(name)
        with pytest.raises(Missing):
            make.take(cast, row, "receive", name)
        with pytest.raises(Missing):
            referrals.add_paper(referral=row, by=member, kind="other", name="材料")
        assert registry.resolve("cases.referral", str(row.pk), member) is None
        assert not registry.SUBJECTS["cases.referral"].search(member, row.number).exists()


def test_a_search_by_words_finds_only_what_is_open(cast):
    row = make.referral(cast, "gang", "sent")
    search = registry.SUBJECTS["cases.referral"].search
    assert list(search(cast.nr_officer, "金丝雀")) == [row]
    assert list(search(cast.police_officer, "金丝雀")) == []
    note_read(member=cast.police_officer, subject=row, matter=row.matter, why="办理")
    assert list(search(cast.police_officer, "金丝雀")) == [row]
    assert list(search(cast.office, "金丝雀")) == [] and list(search(cast.office, row.number)) == [row]


def test_a_scan_of_a_step_opens_for_those_who_read_the_step(cast):
    row = make.referral(cast, "gang", "sent")
    make.take(cast, row, "receive", "police.officer", upload=make.pdf("回执.pdf"))
    step = ReferralStep.objects.get(referral=row, move="receive")
    assert step.file.matter == row.matter and step.file.kind == StoredFile.Kind.SCAN
    assert registry.resolve("cases.referralstep", str(step.pk), cast.nr_officer)
    assert registry.resolve("cases.referralstep", str(step.pk), cast.office) is None
