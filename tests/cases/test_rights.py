"""受邀协办, 知悉, 封存: who is let in for a time, who looked and why, what two people closed."""

import datetime as dt

import pytest
import time_machine

from cases.actions import cases as case_actions
from cases.actions.rights import (
    decide_sealing,
    end_invitation,
    invite,
    note_read,
    propose_sealing,
    refuse_sealing,
)
from cases.models import Case, Invitation, Sealing, SensitiveRead
from cases.rights import sight_banner
from core.access import matters_for, matters_known
from core.errors import Conflict, DomainError, Missing, NotAllowed
from core.models import Access, AuditEntry, Notice
from duties import board
from duties.models import Duty
from minewatch.lib.clock import SHANGHAI
from tests.cases import make
from tests.cases.sweep import CHANGING

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
WEEK = dt.timedelta(days=7)
WHY = "核对案件进展"


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead(cast):
    return make.lead(cast)


def invited(cast, lead, by="nr.head", **more):
    facts = {"track": "admin", "purpose": "协助现场勘测", "until": NOW + WEEK}
    whom = {"member": cast.water_officer} if not {"member", "agency"} & set(more) else {}
    return invite(by=cast.member(by), matter=lead.matter, **(facts | whom | more))


def reads(cast, username, lead):
    return matters_for(cast.member(username)).filter(pk=lead.matter_id).exists()


def criminal(cast):
    """The police's own case, opened by its officer for a referral that came in and was filed."""
    row = make.referral(cast, "criminal", "filed")
    return Case.objects.get(matter=row.matter, track="criminal"), row


# 受邀协办 ------------------------------------------------------------------------------------------


def test_an_invited_person_reads_for_a_time_and_is_told_so(cast, lead):
    assert not reads(cast, "water.officer", lead)
    row = invited(cast, lead)
    assert reads(cast, "water.officer", lead) and not reads(cast, "water.approver", lead)
    page = cast.client("water.officer").get(f"/cases/leads/{lead.pk}/").content.decode()
    assert "您受邀协办" in page and "协助现场勘测" in page and "2026年3月11日 09:00" in page
    assert "您受邀协办" not in cast.client("nr.officer").get(f"/cases/leads/{lead.pk}/").content.decode()
    notice = Notice.objects.get(member=cast.water_officer, kind="invitation.made")
    assert "金丝雀" not in notice.text and notice.subject_id == str(row.pk)
    opened = cast.client("water.officer").post(f"/notices/{notice.pk}/read/", follow=True)
    assert f"/cases/leads/{lead.pk}/" in opened.content.decode()


def test_an_invitation_that_has_run_out_closes_at_once(cast, lead):
    invited(cast, lead, until=NOW + dt.timedelta(hours=1))
    assert cast.client("water.officer").get(f"/cases/leads/{lead.pk}/").status_code == 200
    with time_machine.travel(NOW + dt.timedelta(hours=1, seconds=1), tick=False):
        client = cast.client("water.officer")
        assert client.get(f"/cases/leads/{lead.pk}/").status_code == 404
        assert lead.number not in client.get("/notices/").content.decode()
        assert not matters_known(cast.water_officer).filter(pk=lead.matter_id).exists()
        assert sight_banner(cast.water_officer, lead.matter) is None


def test_ending_it_closes_at_once(cast, lead):
    row = invited(cast, lead)
    with pytest.raises(NotAllowed):
        end_invitation(invitation=row, by=cast.water_officer)
    end_invitation(invitation=row, by=cast.nr_approver)
    assert not reads(cast, "water.officer", lead) and row.ended_at == NOW
    assert end_invitation(invitation=row, by=cast.nr_head).ended_at == NOW
    assert AuditEntry.objects.filter(verb="invitation.ended").count() == 1


def test_a_unit_is_invited_as_a_whole(cast, lead):
    invited(cast, lead, agency=cast.unit("water"))
    assert reads(cast, "water.officer", lead) and reads(cast, "water.approver", lead)


@pytest.mark.parametrize("who", ["nr.officer", "office", "qingshi.head", "police.head", "sysadmin"])
def test_only_the_holders_leaders_invite(cast, lead, who):
    with pytest.raises((NotAllowed, Missing)):
        invited(cast, lead, by=who)
    assert not Invitation.objects.exists()


def test_a_party_does_not_invite_into_what_it_does_not_hold(cast):
    held = make.lead(cast, "qingshi", "qingshi.filler")
    with pytest.raises(NotAllowed):
        invited(cast, held)
    invited(cast, held, by="qingshi.deputy")


BAD = [
    ({"purpose": " "}, "purpose"),
    ({"purpose": "长" * 201}, "purpose"),
    ({"until": NOW - WEEK}, "until"),
    ({"until": NOW + dt.timedelta(days=400)}, "until"),
    ({"track": "criminal"}, "track"),
    ({"track": "known"}, "track"),
    ({"track": "x"}, "track"),
]


@pytest.mark.parametrize(("facts", "field"), BAD)
def test_what_is_missing_is_said_at_its_field(cast, lead, facts, field):
    with pytest.raises(DomainError) as error:
        invited(cast, lead, **facts)
    assert error.value.field == field


def test_who_reads_anyway_or_never_may_is_not_invited(cast, lead):
    for member in (cast.nr_officer, cast.sysadmin, cast.auditor):
        with pytest.raises(DomainError):
            invited(cast, lead, member=member)
    Access.objects.create(matter=lead.matter, agency=cast.unit("water"), relation="barred")
    for whom in ({"member": cast.water_officer}, {"agency": cast.unit("water")}):
        with pytest.raises(DomainError, match="回避"):
            invited(cast, lead, **whom)


def test_invited_again_the_new_one_stands(cast, lead):
    first = invited(cast, lead)
    second = invited(cast, lead, until=NOW + 2 * WEEK, purpose="协助鉴定")
    first.refresh_from_db()
    assert first.ended_at == NOW
    assert sight_banner(cast.water_officer, lead.matter)["purpose"] == "协助鉴定"
    with time_machine.travel(NOW + WEEK + dt.timedelta(days=1), tick=False):
        assert reads(cast, "water.officer", lead)
    end_invitation(invitation=second, by=cast.nr_head)
    assert not reads(cast, "water.officer", lead)


def test_the_forms_invite_and_keep_what_was_typed(cast, lead):
    client, url = cast.client("nr.head"), f"/cases/matters/{lead.matter_id}/invitations/new/"
    bad = client.post(
        url, {"whom": "member", "track": "admin", "purpose": "协助现场勘测", "until": "2026-02-30"}
    )
    page = bad.content.decode()
    assert bad.status_code == 400 and "协助现场勘测" in page and "2月28日" in page and "请选择人员" in page
    good = {"whom": "agency", "agency": cast.unit("water").pk, "track": "admin"}
    answer = client.post(url, good | {"purpose": "协助现场勘测", "until": "2026-03-06"}, follow=True)
    assert "水利局" in answer.content.decode()
    row = Invitation.objects.get()
    assert row.until == dt.datetime(2026, 3, 6, 23, 59, 59, tzinfo=SHANGHAI)
    end = client.post(f"/cases/invitations/{row.pk}/end/", follow=True)
    assert "已提前结束" in end.content.decode()


# 知悉 ----------------------------------------------------------------------------------------------


def test_a_criminal_case_asks_why_once_a_day(cast):
    case, _ = criminal(cast)
    client, url = cast.client("police.head"), f"/cases/{case.pk}/"
    asked = client.get(url)
    assert "查看事由" in asked.content.decode() and case.title not in asked.content.decode()
    form = {"kind": "cases.case", "key": case.pk, "next": url}
    empty = client.post("/cases/reads/", form | {"why": " "})
    assert empty.status_code == 400 and "请填写查看事由" in empty.content.decode()
    assert not SensitiveRead.objects.filter(member=cast.police_head).exists()
    opened = client.post("/cases/reads/", form | {"why": WHY}, follow=True)
    assert opened.redirect_chain == [(url, 302)] and case.title in opened.content.decode()
    assert case.title in client.get(url).content.decode()
    assert SensitiveRead.objects.filter(member=cast.police_head).count() == 1
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        assert "查看事由" in cast.client("police.head").get(url).content.decode()


def test_every_opening_is_in_the_audit_without_a_word_of_it(cast):
    case, _ = criminal(cast)
    for _ in range(3):
        note_read(member=cast.police_head, subject=case, matter=case.matter, why=WHY)
    entries = AuditEntry.objects.filter(verb="content.read", actor=cast.police_head)
    assert entries.count() == 3 and all(entry.facts == {} for entry in entries)
    row = SensitiveRead.objects.get(member=cast.police_head)
    assert row.why == WHY


def test_whoever_works_on_it_is_not_asked_but_noted(cast):
    case, _ = criminal(cast)
    url = f"/cases/{case.pk}/"
    client = cast.client(case.opened_by.username)
    assert case.title in client.get(url).content.decode()
    assert SensitiveRead.objects.get().member == case.opened_by


def test_the_holders_leaders_read_who_opened_it_and_why_and_nobody_else(cast):
    case, row = criminal(cast)
    note_read(member=cast.police_approver, subject=case, matter=case.matter, why=WHY)
    url = f"/cases/matters/{case.matter_id}/rights/"
    page = cast.client("police.head").get(url).content.decode()
    assert "知悉记录" in page and WHY in page and cast.police_approver.name in page
    assert WHY not in cast.client("nr.head").get(url).content.decode()
    assert WHY not in cast.client("nr.officer").get(url).content.decode()


def test_the_reason_opens_nothing_that_is_hidden(cast):
    case, _ = criminal(cast)
    client = cast.client("water.officer")
    form = {"kind": "cases.case", "key": case.pk, "next": f"/cases/{case.pk}/", "why": WHY}
    assert client.post("/cases/reads/", form).status_code == 404
    assert client.post("/cases/reads/", form | {"key": 987654321}).status_code == 404
    assert client.post("/cases/reads/", form | {"kind": "core.audit", "key": "x"}).status_code == 404
    assert not SensitiveRead.objects.filter(member=cast.water_officer).exists()


@pytest.mark.parametrize("there", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", ""])
def test_the_reason_leads_nowhere_else(cast, there):
    case, _ = criminal(cast)
    form = {"kind": "cases.case", "key": case.pk, "next": there, "why": WHY}
    answer = cast.client("police.head").post("/cases/reads/", form)
    assert answer.status_code == 302 and answer["Location"] == f"/cases/{case.pk}/"


# 封存 ----------------------------------------------------------------------------------------------


def sealed(cast, lead):
    row = propose_sealing(by=cast.nr_approver, matter=lead.matter, seal=True, reason="线索敏感")
    return decide_sealing(sealing=row, by=cast.nr_head)


def test_one_asks_to_seal_and_another_decides(cast, lead):
    row = propose_sealing(by=cast.nr_approver, matter=lead.matter, seal=True, reason="线索敏感")
    assert not lead.matter.sealed
    with pytest.raises(NotAllowed, match="另一人"):
        decide_sealing(sealing=row, by=cast.nr_approver)
    with pytest.raises(NotAllowed):
        decide_sealing(sealing=row, by=cast.nr_officer)
    assert [duty.title for duty in board.mine(cast.nr_head).open()] == ["决定一件封存（解封）"]
    decide_sealing(sealing=row, by=cast.nr_head)
    lead.matter.refresh_from_db()
    assert lead.matter.sealed and not Duty.objects.open().filter(key__startswith="sealing:").exists()


def test_an_opinion_that_is_too_long_is_refused_not_cut(cast, lead):
    row = propose_sealing(by=cast.nr_approver, matter=lead.matter, seal=True, reason="线索敏感")
    with pytest.raises(DomainError, match="意见有201个字，请缩短到200字以内") as refused:
        refuse_sealing(sealing=row, by=cast.nr_head, words="不" * 201)
    assert refused.value.field == "words"
    assert Sealing.objects.get().status == "proposed"


def test_where_the_head_asks_the_approver_decides(cast, lead):
    row = propose_sealing(by=cast.nr_head, matter=lead.matter, seal=True, reason="线索敏感")
    with pytest.raises(NotAllowed):
        decide_sealing(sealing=row, by=cast.nr_head)
    decide_sealing(sealing=row, by=cast.nr_approver)
    assert Sealing.objects.get().status == "done"


@pytest.mark.parametrize("who", ["sysadmin", "auditor", "office", "qingshi.head", "nr.officer"])
def test_nobody_else_asks_to_seal(cast, lead, who):
    with pytest.raises((NotAllowed, Missing)):
        propose_sealing(by=cast.member(who), matter=lead.matter, seal=True, reason="线索敏感")


def test_a_decision_is_not_made_twice_and_not_after_a_week(cast, lead):
    row = propose_sealing(by=cast.nr_approver, matter=lead.matter, seal=True, reason="线索敏感")
    stale = Sealing.objects.get()
    with time_machine.travel(NOW + WEEK + dt.timedelta(seconds=1), tick=False):
        with pytest.raises(DomainError, match="七天"):
            decide_sealing(sealing=row, by=cast.nr_head)
    refuse_sealing(sealing=row, by=cast.nr_head, words="理由不足")
    with pytest.raises(Conflict):
        decide_sealing(sealing=stale, by=cast.nr_head)
    lead.matter.refresh_from_db()
    assert not lead.matter.sealed


def test_what_nobody_decided_on_makes_room(cast, lead):
    propose_sealing(by=cast.nr_approver, matter=lead.matter, seal=True, reason="线索敏感")
    with pytest.raises(DomainError, match="等待决定"):
        propose_sealing(by=cast.nr_head, matter=lead.matter, seal=True, reason="线索敏感")
    with time_machine.travel(NOW + WEEK + dt.timedelta(seconds=1), tick=False):
        again = propose_sealing(by=cast.nr_approver, matter=lead.matter, seal=True, reason="线索敏感")
        decide_sealing(sealing=again, by=cast.nr_head)
    assert list(Sealing.objects.values_list("status", flat=True)) == ["done", "refused"]


def test_a_sealed_affair_asks_why_and_keeps_its_content_from_the_office(cast, lead):
    office = cast.client("office")
    assert office.get(f"/cases/leads/{lead.pk}/").status_code == 200
    sealed(cast, lead)
    assert office.get(f"/cases/leads/{lead.pk}/").status_code == 404
    assert matters_known(cast.office).filter(pk=lead.matter_id).exists()
    page = cast.client("nr.head").get(f"/cases/leads/{lead.pk}/").content.decode()
    assert "查看事由" in page and "金丝雀" not in page
    assert "金丝雀" in cast.client("nr.officer").get(f"/cases/leads/{lead.pk}/").content.decode()
    row = propose_sealing(by=cast.nr_head, matter=lead.matter, seal=False, reason="已经办结")
    decide_sealing(sealing=row, by=cast.nr_approver)
    assert office.get(f"/cases/leads/{lead.pk}/").status_code == 200


def test_the_pages_lead_through_a_recusal_and_a_seal(cast, lead):
    head, approver = cast.client("nr.head"), cast.client("nr.approver")
    base = f"/cases/matters/{lead.matter_id}"
    made = approver.post(
        f"{base}/recusals/new/",
        {"whom": "member", "member": cast.nr_officer.pk, "reason": "近亲属"},
        follow=True,
    )
    (url, _), page = made.redirect_chain[0], made.content.decode()
    assert "待决定" in page and "为什么没有其他按钮" in page and "不能自己决定" in page
    assert approver.post(f"{url}decide/", {"version": 1}).status_code == 403
    assert "确认决定回避" in head.get(url).content.decode()
    assert head.post(f"{url}decide/", {}).status_code == 409
    assert (
        "已回避" in head.post(f"{url}decide/", {"version": 1, "reason": "属实"}, follow=True).content.decode()
    )
    assert cast.client("nr.officer").get(url).status_code == 404
    assert head.post(f"{url}nonsense/", {"version": 2}).status_code == 404
    made = approver.post(f"{base}/sealing/new/", {"reason": "线索敏感"}, follow=True)
    (url, _), page = made.redirect_chain[0], head.get(made.redirect_chain[0][0]).content.decode()
    assert "线索敏感" in page
    assert "已同意" in head.post(f"{url}decide/", {"version": 1}, follow=True).content.decode()
    assert "已封存" in head.get(f"{base}/rights/").content.decode()


@pytest.mark.parametrize("who", ["qingshi.filler", "police.officer", "water.officer", "sysadmin", "auditor"])
def test_the_page_of_rights_is_missing_for_everybody_else(cast, lead, who):
    client, pages = cast.client(who), []
    for pk in (lead.matter_id, 987654321):
        answer = client.get(f"/cases/matters/{pk}/rights/")
        assert answer.status_code == 404
        pages.append(CHANGING.sub("", answer.content.decode()).replace(f"matters/{pk}/", ""))
    assert pages[0] == pages[1]


def test_a_case_is_opened_with_the_banner_for_those_invited(cast, lead):
    case = case_actions.open_case(
        by=cast.nr_officer,
        title="金丝雀沟案",
        found_on=NOW.date(),
        origin="lead",
        leads=[lead],
        holder=cast.unit("nr"),
    )
    invited(cast, lead)
    page = cast.client("water.officer").get(f"/cases/{case.pk}/").content.decode()
    assert "您受邀协办" in page and "金丝雀沟案" in page
