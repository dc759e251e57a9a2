"""Cases and referrals: the receiver's own case, no new fine beside a crime, no closing unanswered."""

import datetime as dt

import pytest
import time_machine

from cases.actions import cases
from cases.models import Case
from core.errors import Conflict, DomainError
from core.models import Access
from tests.cases import make as referral_make
from tests.cases import make_cases as make
from tests.cases.make_cases import at, fresh

NOW = at(2026, 11, 2, 9)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def test_police_that_file_get_a_restricted_case_of_their_own(cast):
    case = make.filed(cast)
    row = referral_make.referral(cast, "criminal", "filed", case=case)
    own = row.answer_case
    assert (own.track, own.status, own.holder) == ("criminal", "filed", cast.unit("police"))
    assert (own.matter, own.origin, own.number) == (case.matter, "referral", "示字〔2026〕1号")
    assert own.filed_on == dt.date(2026, 11, 2)
    seen = Case.objects.visible_to(cast.member("nr.head"))
    assert case in seen and own not in seen
    assert own in Case.objects.visible_to(cast.member("police.head"))
    assert case not in Case.objects.visible_to(cast.member("police.head"))
    assert own not in Case.objects.visible_to(cast.member("police.officer"))


def test_the_same_filing_gives_the_same_case(cast):
    row = referral_make.referral(cast, "criminal", "filed")
    assert cases.case_of_filing(referral=row, by=cast.member("police.approver")) == row.answer_case
    assert Case.objects.count() == 1


def test_a_unit_that_accepts_begins_with_checking(cast):
    row = referral_make.referral(cast, "criminal_return", "accepted")
    assert (row.answer_case.track, row.answer_case.status) == ("admin", "draft")
    own = Access.objects.get(matter=row.matter, agency=cast.unit("nr"), relation="holder")
    assert own.track == "referral"  # its own case and the manifest, not what the police hold
    assert row.answer_case in Case.objects.visible_to(cast.member("nr.officer"))
    assert cast.client("nr.officer").get(f"/cases/{row.answer_case_id}/").status_code == 200


def test_neither_bureau_reads_the_case_of_the_other(cast):
    case = make.filed(cast)
    row = referral_make.referral(cast, "jurisdiction", "accepted", case=fresh(case))
    theirs = row.answer_case
    assert theirs.holder == cast.unit("ecology") and theirs.matter == case.matter
    for name, reads, not_theirs in (
        ("nr.officer", case, theirs),
        ("ecology.officer", theirs, case),
    ):
        assert list(Case.objects.visible_to(cast.member(name))) == [reads]
        client = cast.client(name)
        assert client.get(f"/cases/{reads.pk}/").status_code == 200
        assert client.get(f"/cases/{not_theirs.pk}/").status_code == 404
        assert client.get(f"/cases/referrals/{row.pk}/").status_code == 200


def test_lists_name_no_case_of_the_other_side(cast):
    """Not even as a sealed line: that the police have a case is theirs to tell, in their answer."""
    case = make.filed(cast)
    row = referral_make.referral(cast, "criminal", "filed", case=case)
    theirs = row.answer_case
    lists = ("/cases/", "/cases/ledgers/crackdown/", "/cases/at-line/")
    for name, own in (
        ("nr.head", {case}),
        ("police.head", {theirs}),
        ("office", {case, theirs}),
        ("ecology.head", set()),
    ):
        assert set(Case.objects.known_to(cast.member(name))) == own
        answers = [cast.client(name).get(url) for url in lists]
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        pages = [answer.content.decode() for answer in answers]
        both = (case, theirs)
        named = [{one for one in both if one.serial in page or one.number in page} for page in pages]
        assert named == [own, own, set()], name


def test_the_township_that_raised_the_lead_does_not_read_the_bureaus_case(cast):
    lead = referral_make.lead(cast, "qingshi", "qingshi.filler")
    case = make.opened(cast, when=NOW, origin="lead", leads=[lead])
    assert case in Case.objects.visible_to(cast.member("nr.officer"))
    assert case not in Case.objects.visible_to(cast.member("qingshi.head"))
    assert cast.client("qingshi.head").get(f"/cases/{case.pk}/").status_code == 404
    assert cast.client("qingshi.head").get(f"/cases/leads/{lead.pk}/").status_code == 200


def test_no_new_fine_is_decided_while_a_criminal_referral_is_pending(cast):
    case = make.told(cast, when=at(2026, 10, 12, 9))
    row = referral_make.referral(cast, "criminal", "received", case=fresh(case))
    assert row.number in cases.fine_blocked(case)
    make.do(cast, case, "propose", "nr.officer", NOW, text="x")
    make.do(cast, case, "discuss", "nr.head", NOW, text="x", upload=make.paper())
    with pytest.raises(DomainError, match="第三十五条"):
        make.do(cast, case, "decide", "nr.head", NOW)
    page = cast.client("nr.head").get(f"/cases/{case.pk}/").content.decode()
    assert "不得再作出新的罚款决定" in page


def test_other_penalties_are_decided_beside_it(cast):
    case = make.filed(cast, when=at(2026, 10, 12, 9))
    cases.save_penalty(case=case, by=cast.nr_officer, kind="warning", basis="行政处罚法第九条")
    make.do(cast, case, "conclude", "nr.officer", NOW, text="x")
    make.do(cast, case, "notify", "nr.officer", NOW, upload=make.paper())
    make.do(cast, case, "waive", "nr.officer", NOW, upload=make.paper())
    referral_make.referral(cast, "criminal", "received", case=fresh(case))
    make.do(cast, case, "propose", "nr.officer", NOW, text="x")
    make.do(cast, case, "decide", "nr.head", NOW)
    assert fresh(case).status == "decided"


def test_a_case_is_not_closed_before_its_referral_is_answered_and_closed(cast):
    case = make.performed(cast, when=at(2026, 9, 1, 9))
    row = referral_make.referral(cast, "jurisdiction", "accepted", case=fresh(case))
    for _ in range(2):
        with pytest.raises(DomainError, match=f"{row.number} 还没有答复并办结"):
            make.do(cast, case, "request_closing", "nr.officer", NOW, text="x")
    referral_make.take(cast, row, "answer", "ecology.officer", result="penalty")
    referral_make.take(cast, row, "close", "nr.officer")
    make.do(cast, case, "request_closing", "nr.officer", NOW, text="x")
    assert fresh(case).status == "closing"


def test_who_takes_the_case_over_does_not_end_it_over_what_went_out_before(cast):
    case = make.filed(cast, when=at(2026, 9, 1, 9))
    row = referral_make.referral(cast, "jurisdiction", "accepted", case=fresh(case))
    water = cast.unit("water")
    make.do(cast, case, "designate", "office", NOW, unit=water, text="x", upload=make.paper())
    with pytest.raises(DomainError, match=row.number):
        make.do(cast, case, "revoke", "water.approver", NOW, text="x")
    referral_make.take(cast, row, "answer", "ecology.officer", result="penalty")
    referral_make.take(cast, row, "close", "nr.officer")
    make.do(cast, case, "revoke", "water.approver", NOW, text="x")
    assert fresh(case).status == "revoked"


def test_a_referral_that_begins_while_closing_waits_stops_the_approval(cast):
    case = make.closing(cast, when=at(2026, 9, 1, 9))
    row = referral_make.draft(cast, "jurisdiction", case=fresh(case))
    with pytest.raises(DomainError, match=row.number):
        make.do(cast, case, "approve_closing", "nr.head", NOW)


def test_no_referral_begins_in_a_case_that_is_closed(cast):
    case = make.closed(cast, when=at(2026, 9, 1, 9))
    with pytest.raises(Conflict):
        referral_make.draft(cast, "jurisdiction", case=fresh(case))
    with pytest.raises(Conflict), time_machine.travel(NOW, tick=False):
        cases.guard_matter(matter=case.matter, unit=cast.unit("nr"))
    cases.guard_matter(matter=case.matter, unit=cast.unit("water"))  # it keeps none: nothing to guard


def test_a_receiver_does_not_close_before_it_has_answered(cast):
    row = referral_make.referral(cast, "criminal", "filed")
    own = row.answer_case
    make.do(cast, own, "conclude_crime", "police.approver", NOW, text="x")
    with pytest.raises(DomainError, match=f"{row.number} 还没有反馈结果"):
        make.do(cast, own, "close_crime", "police.head", NOW, text="x", outcome="criminal")


def test_a_case_that_was_sent_on_ends_as_transferred(cast):
    case = make.filed(cast, when=at(2026, 10, 12, 9))
    make.do(cast, case, "conclude", "nr.officer", NOW, text="x")
    row = referral_make.referral(cast, "jurisdiction", "accepted", case=fresh(case))
    make.do(cast, case, "propose_end", "nr.officer", NOW, text="x", outcome="transferred")
    make.do(cast, case, "decide", "nr.head", NOW)
    with pytest.raises(DomainError, match="还没有答复并办结"):
        make.do(cast, case, "request_closing", "nr.officer", NOW, text="x")
    referral_make.take(cast, row, "answer", "ecology.officer", result="rectified")
    referral_make.take(cast, row, "close", "nr.officer")
    make.do(cast, case, "request_closing", "nr.officer", NOW, text="x")
    make.do(cast, case, "approve_closing", "nr.head", NOW)
    assert (fresh(case).status, fresh(case).outcome) == ("closed", "transferred")


def test_at_the_line_a_case_is_not_decided_without_referral_or_decision(cast):
    case = make.told(cast, when=at(2026, 10, 12, 9), value="500000")
    make.do(cast, case, "propose", "nr.officer", NOW, text="x")
    make.do(cast, case, "discuss", "nr.head", NOW, text="x", upload=make.paper())
    with pytest.raises(DomainError, match="不得以罚代刑"):
        make.do(cast, case, "decide", "nr.head", NOW)
