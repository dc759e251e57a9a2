"""The entries list at page 10,000 (or the deepest there is) ÷ page 1, as a signed-in county reader sees it.

Twice: the whole page as it is served, whose totals cost the same on every page, and its rows alone. The
page asked for must hold exactly the rows that counting from the first row gives. And the number of queries of
the page over about ten rows and over about a thousand, filtered by the same parameters.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from django.db import connection
from django.db.models import QuerySet
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency
from benchmarks.bench import Bench, must
from benchmarks.measure import Result, interleaved, ratio
from core.paging import keyset
from ledgers.models import Entry

GATE, AIM = 1.5, 1.1
PAGE, SIZE = 10_000, 50
LIST = "/ledgers/entries/"
RECORD = re.compile(rf'href="{LIST}(\d+)/"')
NEXT = re.compile(r'href="\?after=(\d{4}-\d\d-\d\d)([^\d"]+)(\d+)"')


def run(bench: Bench) -> Iterator[Result]:
    """The page, its rows alone, its queries."""
    client = bench.client(bench.office)
    rows = Entry.objects.visible_to(bench.office).live().order_by("-patrolled_on", "-id")
    page = min(PAGE, bench.rows // SIZE)
    before = (page - 1) * SIZE
    edge = rows.values_list("patrolled_on", "pk")[before - 1]
    first = [*rows.values_list("pk", flat=True)[:SIZE]]
    deep = [*rows.values_list("pk", flat=True)[before : before + SIZE]]
    address = f"{LIST}?after={edge[0]}{_separator(client)}{edge[1]}"
    yield _page(client, page, address, first, deep)
    yield _rows(rows, page, edge, first, deep)
    yield _queries(client, bench)


def _get(client: Client, address: str) -> str:
    answer = client.get(address)
    must(answer.status_code == 200, f"{address} answers {answer.status_code}")
    return answer.content.decode()


def _shown(page: str) -> list[int]:
    """Keys of the rows in the order of the page; each row may be linked more than once."""
    return list(dict.fromkeys(int(key) for key in RECORD.findall(page)))


def _separator(client: Client) -> str:
    """What stands between day and key in the list's own link to the next page."""
    link = NEXT.search(unquote(html.unescape(_get(client, LIST))))
    must(link is not None, "the list has no link to its next page")
    return link[2]


def _page(client: Client, page: int, address: str, first: list[int], deep: list[int]) -> Result:
    must(_shown(_get(client, LIST)) == first, "page 1 shows other rows")
    must(_shown(_get(client, address)) == deep, f"page {page} shows other rows")
    what = f"page {page:,} ÷ page 1, as served"
    return _result(what, lambda: _get(client, address), lambda: _get(client, LIST), 3)


def _rows(rows: QuerySet, page: int, edge: tuple, first: list[int], deep: list[int]) -> Result:
    at_first = RequestFactory().get(LIST)
    at_edge = RequestFactory().get(LIST, {"after": f"{edge[0]}~{edge[1]}"})

    def read(request) -> list[int]:
        found, _ = keyset(rows, ("-patrolled_on", "-id"), request, size=SIZE)
        return [entry.pk for entry in found]

    must(read(at_first) == first and read(at_edge) == deep, "the pager gives other rows")
    return _result(
        f"page {page:,} ÷ page 1, the rows alone", lambda: read(at_edge), lambda: read(at_first), 15
    )


def _result(what: str, deep: Callable[[], object], first: Callable[[], object], repeat: int) -> Result:
    """The best of `repeat` a round: what is asked is the cost, not what else the machine does."""
    upper, lower = interleaved(deep, first, rounds=9, repeat=repeat)
    middle, low, high = ratio(upper, lower)
    notes = {"ours_s": min(upper), "page_1_s": min(lower)}
    said = "rows as counted from the first"
    return Result("list_depth", what, middle, low, high, GATE, AIM, False, verified=said, notes=notes)


def _queries(client: Client, bench: Bench) -> Result:
    """The same filters over few rows and over many."""
    village = Agency.objects.filter(code__regex=r"^t\d+v\d+$", entries__isnull=False).order_by("pk").first()
    few, at_few = _counted(client, village, 10)
    many, at_many = _counted(client, bench.county, 1000)
    grown = at_many / at_few
    what = f"queries at {many:,} rows ÷ at {few} rows"
    said = f"{at_few} and {at_many} queries"
    return Result("list_depth", what, grown, grown, grown, 1.0, 1.0, False, verified=said)


def _counted(client: Client, unit: Agency, wanted: int) -> tuple[int, int]:
    """(rows, queries) of the list of `unit` and below from its first day until about `wanted` rows are in."""
    rows = Entry.objects.of_unit(unit).live().order_by("patrolled_on")
    days = [*rows.values_list("patrolled_on", flat=True)[:wanted]]
    query = {"agency": unit.code, "below": "1", "first": str(days[0]), "last": str(days[-1])}
    count = rows.filter(patrolled_on__range=(days[0], days[-1])).count()
    _get(client, LIST)  # the session's clock is written at most once a minute; not in what is counted
    with CaptureQueriesContext(connection) as caught:
        shown = _shown(client.get(LIST, query).content.decode())
    must(len(shown) == min(count, SIZE), f"the list of {unit.code} shows {len(shown)} of {count} rows")
    return count, len(caught)
