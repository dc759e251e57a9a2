"""A sealed case in lists: number, holder, state and limit; its content only once somebody has said why."""

import io

import pytest
import time_machine
from openpyxl import load_workbook

from cases.actions.rights import decide_sealing, propose_sealing
from cases.actions.rights.reads import note_read
from core.models import Matter
from tests.cases import make_cases as make
from tests.cases.make_cases import at

NOW = at(2026, 11, 2, 9)
TITLE, PLACE, PARTY = "金丝雀沟采砂案由", "金丝雀沟北坡", "金丝雀矿业有限公司"
LISTS = ("/cases/", "/cases/?as=xlsx", "/cases/ledgers/crackdown/", "/cases/ledgers/crackdown/?as=xlsx")


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def case(cast):
    """Filed, then sealed by two."""
    one = make.filed(cast, title=TITLE, location=PLACE)
    matter = Matter.objects.get(pk=one.matter_id)
    row = propose_sealing(by=cast.nr_approver, matter=matter, seal=True, reason="案情敏感")
    decide_sealing(sealing=row, by=cast.nr_head)
    return make.fresh(one)


def said(cast, who, path):
    """The words of a page, or of its workbook."""
    answer = cast.client(who).get(path)
    assert answer.status_code == 200
    if not answer.streaming:
        return answer.content.decode()
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return "\n".join(str(cell) for row in book.active.iter_rows(values_only=True) for cell in row)


@pytest.mark.parametrize("who", ["nr.head", "office"])
@pytest.mark.parametrize("path", LISTS)
def test_a_list_says_number_holder_and_state_alone(cast, case, who, path):
    found = said(cast, who, path)
    assert case.serial in found and "自然资源局" in found
    assert not [word for word in (TITLE, PLACE, PARTY) if word in found]


def test_who_has_said_why_reads_it_in_lists_on_that_day(cast, case):
    note_read(member=cast.nr_head, subject=case, matter=case.matter, why="审批需要")
    assert all(TITLE in said(cast, "nr.head", path) for path in LISTS)
    with time_machine.travel(at(2026, 11, 3, 9), tick=False):
        assert not any(TITLE in said(cast, "nr.head", path) for path in LISTS)


def test_its_officers_read_it_in_lists_until_they_are_released(cast, case):
    assert all(TITLE in said(cast, "nr.approver", path) for path in LISTS)
    case.officers.filter(member=cast.nr_approver).update(released_at=NOW)
    assert not any(TITLE in said(cast, "nr.approver", path) for path in LISTS)


def test_the_search_finds_it_by_number_and_not_by_what_is_sealed(cast, case):
    for word in (TITLE, PLACE, PARTY):
        assert case.number not in said(cast, "nr.head", f"/search/?q={word}").replace(word, "")
    assert case.number in said(cast, "nr.head", f"/search/?q={case.serial}")


def test_the_ledger_still_leads_to_its_page_which_asks_why(cast, case):
    url = f"/cases/{case.pk}/"
    assert f'href="{url}"' in said(cast, "nr.head", "/cases/ledgers/crackdown/")
    assert f'href="{url}"' not in said(cast, "office", "/cases/ledgers/crackdown/")
    page = said(cast, "nr.head", url)
    assert TITLE not in page and "事由" in page
