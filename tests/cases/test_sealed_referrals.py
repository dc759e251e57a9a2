"""A sealed referral in lists: number, parties, state, limit; its content only once somebody has said why."""

import datetime as dt
import io

import pytest
import time_machine
from openpyxl import load_workbook

from cases.actions.rights import decide_sealing, propose_sealing
from cases.actions.rights.reads import note_read
from cases.models import Case
from core.models import Matter
from minewatch.lib.clock import SHANGHAI
from tests.cases import make
from tests.cases import make_cases as cases

NOW = dt.datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
CANARY = "金丝雀"
LISTS = ("/cases/referrals/", "/cases/ledgers/exchange/")
WITH_BOOKS = (*LISTS, *(f"{path}?as=xlsx" for path in LISTS))
DESK = "/cases/desk/"


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def row(cast):
    """A clue of a gang that the police have answered."""
    return make.referral(cast, "gang", "answered")


def seal(cast, referral):
    matter = Matter.objects.get(pk=referral.matter_id)
    asked = propose_sealing(by=cast.nr_approver, matter=matter, seal=True, reason="案情敏感")
    decide_sealing(sealing=asked, by=cast.nr_head)
    referral.refresh_from_db()
    return referral


def said(cast, who, path):
    """The words of a page, or of its workbook, in its rows."""
    answer = cast.client(who).get(path)
    assert answer.status_code == 200
    if not answer.streaming:
        return answer.content.decode()
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return "\n".join(str(cell) for line in book.active.iter_rows(values_only=True) for cell in line)


def told(cast, who, row, path):
    """What `path` tells of the content of `row`: its title, its result."""
    found = said(cast, who, path)
    assert row.number in found and row.get_status_display() in found
    return [word for word in (CANARY, row.get_result_display()) if word and word in found]


@pytest.mark.parametrize("who", ["nr.head", "nr.approver", "police.head", "office"])
@pytest.mark.parametrize("path", WITH_BOOKS)
def test_a_list_says_number_parties_and_state_alone(cast, row, who, path):
    assert not told(cast, who, row, path)
    found = said(cast, who, path)
    assert "自然资源局" in found and "公安局" in found and "内容由承办单位掌握" in found


@pytest.mark.parametrize("who", ["nr.head", "police.head"])
def test_the_desk_says_no_result(cast, row, who):
    assert not told(cast, who, row, DESK)


@pytest.mark.parametrize("path", [*WITH_BOOKS, DESK])
def test_who_has_said_why_reads_it_on_that_day(cast, row, path):
    note_read(member=cast.police_head, subject=row, matter=row.matter, why="审批需要")
    assert row.get_result_display() in told(cast, "police.head", row, DESK)
    assert CANARY in told(cast, "police.head", row, LISTS[0]) and told(cast, "police.head", row, path)
    assert not told(cast, "police.approver", row, path)
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        assert not told(cast, "police.head", row, path)


@pytest.mark.parametrize("path", WITH_BOOKS)
def test_who_drafted_it_reads_on(cast, row, path):
    assert CANARY in told(cast, "nr.officer", row, path)


def test_its_officers_read_on_and_others_of_a_sealed_affair_do_not(cast):
    row = make.referral(cast, "criminal", "filed")
    assert all(CANARY in told(cast, who, row, LISTS[0]) for who in ("nr.approver", "nr.head"))
    seal(cast, row)
    assert CANARY in told(cast, "nr.approver", row, LISTS[0])
    assert not told(cast, "nr.head", row, LISTS[0]) and not told(cast, "office", row, LISTS[1])


def test_what_is_not_shown_lets_it_into_no_ledger(cast):
    row = seal(cast, make.referral(cast, "jurisdiction", "answered", result="rectified"))
    path = "/cases/ledgers/remedy/"
    assert row.number in said(cast, "nr.officer", path)
    assert row.number not in said(cast, "nr.head", path)
    note_read(member=cast.nr_head, subject=row, matter=row.matter, why="审批需要")
    assert row.number in said(cast, "nr.head", path)


def test_the_search_finds_its_number_and_not_what_is_sealed(cast, row):
    assert row.number not in said(cast, "police.head", f"/search/?q={make.TITLE}")
    found = said(cast, "police.head", f"/search/?q={row.number}")
    assert row.number in found and CANARY not in found
    assert row.number in said(cast, "nr.officer", f"/search/?q={make.TITLE}")


def test_on_the_page_of_an_ordinary_case_its_steps_are_without_words(cast):
    case = cases.filed(cast, title="普通案由")
    row = make.referral(cast, "gang", "sent", case=case)
    make.take(cast, row, "receive", "police.approver")
    make.take(cast, row, "return", "police.approver")
    words = row.steps.get(move="return").text
    page = said(cast, "nr.head", f"/cases/{case.pk}/")
    assert f"移送 {row.number}：" in page and CANARY in words and words not in page
    assert "内容由承办单位掌握" in page
    note_read(member=cast.nr_head, subject=row, matter=row.matter, why="审批需要")
    assert words in said(cast, "nr.head", f"/cases/{case.pk}/")


def test_a_new_referral_offers_a_sealed_case_by_its_number(cast):
    case = cases.filed(cast, title="金丝雀沟采砂案由")
    path = "/cases/referrals/new/?edge=jurisdiction"
    assert case.title in said(cast, "nr.head", path)
    seal(cast, case)
    page = said(cast, "nr.head", path)
    assert str(Case.objects.get(pk=case.pk)) in page and case.title not in page
    assert case.title in said(cast, "nr.officer", path)
