"""A sealed lead in lists: number, holder, state and limit; its place only once somebody has said why."""

import datetime as dt
import io

import pytest
import time_machine
from openpyxl import load_workbook

from cases.actions.rights import decide_sealing, propose_sealing
from cases.actions.rights.reads import note_read
from ledgers.actions import leads
from ledgers.lead_similar import similar
from ledgers.models import Lead
from minewatch.lib.clock import SHANGHAI
from tests.cases import make_cases
from tests.ledgers import make, make_leads

NOW = dt.datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)
PLACE, TEXT = "金丝雀沟北坡", "金丝雀沟有挖掘机"
LIST = "/cases/leads/"


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def seal(cast, lead):
    row = propose_sealing(by=cast.nr_approver, matter=lead.matter, seal=True, reason="线索敏感")
    decide_sealing(sealing=row, by=cast.nr_head)
    lead.refresh_from_db()
    return lead


@pytest.fixture
def lead(cast):
    """A camera's find that the officer took down; sealed since."""
    site = make.site(cast, name="北坡采石场")
    one = make_leads.lead(cast, text=TEXT, location=PLACE, site=site, urgent=True)
    return seal(cast, one)


def page(cast, who, path=LIST):
    return cast.client(who).get(path).content.decode()


def sheet(cast, who, query=""):
    answer = cast.client(who).get(f"{LIST}?as=xlsx{query}")
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return "\n".join(str(cell) for row in book.active.iter_rows(values_only=True) for cell in row)


@pytest.mark.parametrize("who", ["nr.head", "nr.approver", "office"])
def test_the_list_and_its_workbook_say_number_holder_and_state_alone(cast, lead, who):
    for said in (page(cast, who), sheet(cast, who)):
        assert lead.number in said and "已封存" in said and "自然资源局" in said
        assert PLACE not in said and "视频监控" not in said.replace(">视频监控</option>", "")
        assert f"{lead.number}（特殊情况）" not in said


def test_to_the_office_the_record_itself_stays_missing(cast, lead):
    assert f"{LIST}{lead.pk}/" not in page(cast, "office")
    assert f"{LIST}{lead.pk}/" in page(cast, "nr.head")
    assert cast.client("office").get(f"{LIST}{lead.pk}/").status_code == 404


@pytest.mark.parametrize("who", ["qingshi.head", "police.officer", "forestry.officer", "custodian2"])
def test_nobody_else_learns_that_it_is_there(cast, lead, who):
    seen = Lead.objects.known_to(cast.member(who)).exists()
    assert seen == (who == "custodian2")  # of the joint office
    assert (lead.number in page(cast, who)) == seen


def test_who_put_it_down_reads_on_and_who_says_why_reads_it_that_day(cast, lead):
    assert PLACE in page(cast, "nr.officer")
    note_read(member=cast.nr_head, subject=lead, matter=lead.matter, why="签批")
    assert PLACE in page(cast, "nr.head") and PLACE in sheet(cast, "nr.head")
    assert PLACE not in page(cast, "nr.approver")
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        assert PLACE not in page(cast, "nr.head")


@pytest.mark.parametrize("who", ["nr.head", "office"])
@pytest.mark.parametrize("query", ["q=金丝雀", "source=camera", "special=on"])
def test_what_is_not_shown_decides_no_filter(cast, lead, who, query):
    assert lead.number not in page(cast, who, f"{LIST}?{query}")
    assert lead.number in page(cast, who, f"{LIST}?q={lead.number}")


def test_it_is_no_longer_put_first(cast, lead):
    later = make_leads.lead(cast, location="柳树沟")
    said = page(cast, "nr.approver")
    assert said.index(later.number) < said.index(lead.number)
    own = page(cast, "nr.officer")
    assert own.index(lead.number) < own.index(later.number)


def test_the_search_finds_its_number_and_not_its_place(cast, lead):
    assert "没有找到" in page(cast, "nr.head", "/search/?q=金丝雀沟")
    said = page(cast, "nr.head", f"/search/?q={lead.number}")
    assert lead.number in said and PLACE not in said
    said = page(cast, "office", f"/search/?q={lead.number}")  # what is owed on it, nothing of it
    assert PLACE not in said and f"{LIST}{lead.pk}/" not in said


def test_no_other_page_tells_the_place(cast, lead):
    near = make_leads.lead(cast, site=lead.site)
    assert not similar(near, cast.nr_head)
    assert [one.lead for one in similar(near, cast.nr_officer)] == [lead]
    for path in (f"/ledgers/sites/{lead.site_id}/", "/cases/new/", "/cases/referrals/new/?edge=jurisdiction"):
        said = page(cast, "nr.head", path)
        assert PLACE not in said, path
    assert lead.number not in page(cast, "nr.head", f"/ledgers/sites/{lead.site_id}/")


def test_on_the_page_of_an_ordinary_case_it_has_its_number_alone(cast):
    first, second = make_leads.lead(cast), make_leads.lead(cast)
    case = make_cases.opened(cast, when=NOW, leads=[first, second], origin="lead")
    path = f"/cases/{case.pk}/"
    assert page(cast, "nr.head", path).count("视频监控") == 4  # each in the line and beside the record
    seal(cast, second)
    said = page(cast, "nr.head", path)
    assert second.number in said and said.count("视频监控") == 2
    note_read(member=cast.nr_head, subject=second, matter=second.matter, why="签批")
    assert page(cast, "nr.head", path).count("视频监控") == 4


@pytest.mark.parametrize("path", ["/cases/new/?lead={}", "/cases/referrals/new/?edge=jurisdiction&lead={}"])
def test_a_form_that_is_filled_in_from_it_asks_why_first(cast, lead, path):
    said = page(cast, "nr.head", path.format(lead.pk))
    assert "查看事由" in said and PLACE not in said and TEXT not in said
    note_read(member=cast.nr_head, subject=lead, matter=lead.matter, why="立案")
    assert TEXT in page(cast, "nr.head", path.format(lead.pk))


def test_a_result_that_was_undone_is_told_to_nobody_before_they_have_said_why(cast, lead):
    make_leads.checked(cast, lead)
    make_leads.answered(cast, lead, text="金丝雀沟已填平")
    leads.reopen(lead=lead, by=cast.nr_head, reason="又有人挖")
    record = f"/cases/leads/{lead.pk}/"
    assert "金丝雀沟已填平" not in page(cast, "nr.head", record)
    note_read(member=cast.nr_head, subject=lead, matter=lead.matter, why="签批")
    assert "金丝雀沟已填平" in page(cast, "nr.head", record)
    assert cast.client("office").get(record).status_code == 404
