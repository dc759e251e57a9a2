"""Keyset pages: every row once, forth and back, whatever stands in the address."""

import datetime as dt

import pytest
from django.test import RequestFactory

from core.paging import keyset
from ledgers.models import Sheet


@pytest.fixture
def sheets(cast):
    agency = cast.unit("qingshi")
    days = [dt.date(2022, 9, 1 + n // 3) for n in range(10)]  # three rows share a day
    return Sheet.objects.bulk_create(
        [Sheet(agency=agency, period=f"p{n}", first_day=day, last_day=day) for n, day in enumerate(days)]
    )


def walk(order, *, back: bool = False) -> list[list[int]]:
    """Pages of four from one end to the other."""
    pages, query, side = [], "", "previous_url" if back else "next_url"
    if back:
        last = walk_to_end(order)
        query = last
    while True:
        rows, urls = keyset(Sheet.objects.all(), order, RequestFactory().get(f"/{query}"), size=4)
        pages.append([row.pk for row in rows])
        if not urls[side]:
            return pages
        query = urls[side]


def walk_to_end(order) -> str:
    """The address of the last page."""
    query = ""
    while True:
        _rows, urls = keyset(Sheet.objects.all(), order, RequestFactory().get(f"/{query}"), size=4)
        if not urls["next_url"]:
            return query
        query = urls["next_url"]


@pytest.mark.parametrize("order", [("first_day", "id"), ("-first_day", "-id"), ("id",), ("-id",)])
def test_every_row_stands_on_one_page_forth_and_back(sheets, order):
    expected = list(Sheet.objects.order_by(*order).values_list("pk", flat=True))
    forth = walk(order)
    assert [pk for page in forth for pk in page] == expected
    assert list(reversed(walk(order, back=True))) == forth


@pytest.mark.parametrize(
    "edge",
    [
        "x",
        "2022-09-01",
        "2022-13-01~1",
        "2022-09-01~x",
        f"2022-09-01~{10**30}",
        "~",
        "2022-09-01~1~2",
        "0~\ud800",
    ],
)
def test_an_edge_that_cannot_be_read_is_as_none(sheets, edge):
    request = RequestFactory().get("/")
    request.GET = request.GET.copy()
    request.GET["after"] = edge
    rows, urls = keyset(Sheet.objects.all(), ("first_day", "id"), request, size=4)
    assert len(rows) == 4
    assert not urls["previous_url"]


def test_filters_stay_in_the_address(sheets):
    _rows, urls = keyset(Sheet.objects.all(), ("id",), RequestFactory().get("/?status=draft&after="), size=4)
    assert "status=draft" in urls["next_url"]
