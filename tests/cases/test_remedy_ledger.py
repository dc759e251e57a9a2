"""监管整治台账: letters and what inspections found, in one list that pages, filters and is written as one."""

import datetime as dt

import pytest
import time_machine

from duties.models import Item
from ledgers.models.inspections import Inspection
from tests.cases import make
from tests.cases.test_referral_pages import cells, text_of
from tests.ledgers import checks

URL = "/cases/ledgers/remedy/"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(dt.datetime(2026, 9, 16, 3, tzinfo=dt.UTC), tick=False) as clock:
        yield clock


def finding(cast, **more):
    row, at_site = checks.on_site(cast)
    return checks.found(cast, row, at_site, **more)


def test_a_finding_stands_with_its_unit_limit_state_and_address(cast):
    item = finding(cast, problem="排土场堆高超限")
    client = cast.client("nr.officer")
    page = text_of(client.get(URL))
    assert f"/duties/items/{item.pk}/" in page and client.get(f"/duties/items/{item.pk}/").status_code == 200
    (line,) = [line for line in cells(client.get(URL + "?as=xlsx")) if line[1] == "检查问题"]
    assert line[0].endswith("第1项") and line[2:4] == ["自然资源局", item.agency.label]
    assert line[4].endswith("排土场堆高超限") and line[5] == "立即停止，恢复原状"
    assert line[6:8] == ["2026年9月16日", "2026年10月16日"] and line[10] == "挂账"


def test_only_who_may_read_the_item_reads_it_here(cast):
    item = finding(cast)
    address = f"/duties/items/{item.pk}/"
    for who, seen in (("office", True), ("qingshi.head", True), ("baiyang.head", False)):
        assert (address in text_of(cast.client(who).get(URL))) is seen, who
        assert Item.objects.visible_to(cast.member(who)).filter(pk=item.pk).exists() is seen, who


def test_a_finding_of_a_secret_visit_is_for_the_side_that_went(cast):
    row, at_site = checks.on_site(cast, "secret", units=("police",), who="nr.officer", unit="nr")
    item = checks.found(cast, row, at_site)
    address = f"/duties/items/{item.pk}/"
    assert item.hidden
    assert address in text_of(cast.client("nr.officer").get(URL))
    assert address not in text_of(cast.client("qingshi.head").get(URL))


def test_what_was_struck_and_what_is_no_finding_stands_nowhere(cast):
    item = finding(cast)
    Item.objects.filter(pk=item.pk).update(status=Item.Status.STRUCK)
    assert f"/duties/items/{item.pk}/" not in text_of(cast.client("office").get(URL))
    Item.objects.filter(pk=item.pk).update(status=Item.Status.CLOSED)
    type(item.list).objects.filter(pk=item.list_id).update(source_kind="")
    assert f"/duties/items/{item.pk}/" not in text_of(cast.client("office").get(URL))


def test_the_year_chooses_from_both(cast, _now):
    item = finding(cast)
    letter = make.referral(cast, "risk_letter", "sent")
    old = dt.datetime(2025, 12, 31, 15, tzinfo=dt.UTC)  # the day of the inspection, not when it was hung
    Inspection.objects.filter(pk=item.list.source_id).update(starts_at=old)
    client = cast.client("nr.officer")
    said = {year: text_of(client.get(f"{URL}?year={year}")) for year in (2025, 2026)}
    assert f"items/{item.pk}/" in said[2025] and letter.number not in said[2025]
    assert letter.number in said[2026] and f"items/{item.pk}/" not in said[2026]


def test_both_page_as_one_list_newest_first(cast, _now):
    item = finding(cast)
    letter = make.referral(cast, "risk_letter", "sent")
    first = Item.objects.select_related("list").get(pk=item.pk)
    held, hung = Inspection.objects.get(pk=first.list.source_id), first.list
    at = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
    type(letter).objects.filter(pk=letter.pk).update(sent_at=at + dt.timedelta(hours=30, minutes=30))
    rows = []
    for n in range(60):
        held.pk, held.number, held.starts_at = None, f"联检{n}", at + dt.timedelta(hours=n)
        held.save()
        hung.pk, hung.source_id = None, str(held.pk)
        hung.save()
        first.pk, first.list, first.name = None, hung, f"问题{n:02}"
        first.save()
        rows.append(first.name)
    Item.objects.filter(pk=item.pk).delete()
    client = cast.client("office")

    def names(answer):
        return [row["cells"][4]["text"].partition("：")[0] for row in answer.context["rows"]]

    wanted = [*rows[:30:-1], letter.title, *rows[30::-1]]
    one = client.get(URL)
    two = client.get(URL + one.context["page"]["next_url"])
    back = client.get(URL + two.context["page"]["previous_url"])
    assert names(one) + names(two) == wanted == names(back) + names(two)
    assert one.context["count"] == 61 and not two.context["page"]["next_url"]
    written = cells(client.get(URL + "?as=xlsx"))[1:]
    assert [line[4].partition("：")[0] for line in written] == wanted
