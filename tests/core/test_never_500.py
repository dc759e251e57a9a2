"""Whatever stands in an address or a form, no page answers with a fault.

The names a view reads are found out by listening to its first request, so a new parameter is covered
the day it is written.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.urls import URLPattern, get_resolver
from django.utils.datastructures import MultiValueDict

from conftest import heavy
from core.models import Run
from duties import definitions
from duties.actions import campaigns
from ledgers.models import Sheet
from minewatch.lib.clock import now
from reports.actions import open_draft
from tests.cases import make as affairs
from tests.cases import make_cases
from tests.cast import Cast
from tests.ledgers.make import entry, site
from tests.reports.factory import patrol_duty

pytestmark = pytest.mark.django_db
#: Who asks: in CI the one who may ask most.
ROLES = ("office", "qingshi.filler", "sysadmin") if heavy(10) >= 10 else ("office",)
CONTROLS = "\x01\x1f\x7f\u2028"
JUNK = ("²", "9" * 30, "-1", CONTROLS, "2022-13-45", "a" * 5000, "{}", "'", "%", "1~2", "1e999", "NaN")
HARD = ("²", "9" * 30, CONTROLS, "2022-13-45")
SLUGS = {
    "kind": ("patrol", "sites", "exchange", "junk"),
    "name": (
        *("submit", "submit_short", "zero", "review", "sign", "return", "countersign"),
        *("receive", "report", "request_filing", "junk"),
    ),
    "move": ("decide", "junk"),
    "key": ("patrols", "leads", "junk"),
    "ending": ("docx", "xlsx", "junk"),
    "code": ("qingshi", "JC-1", "new", "junk"),
    "what": ("tasks", "junk"),
}
SKIP = {"csrfmiddlewaretoken", "token"}  # a token that is none is refused before anything is read


def addresses(number: str) -> list[str]:
    """Every address of ours with `number` for the row."""
    found = []
    for resolver in get_resolver().url_patterns:
        for pattern in getattr(resolver, "url_patterns", [resolver]):
            if not isinstance(pattern, URLPattern) or getattr(resolver, "app_name", "") == "admin":
                continue
            route = re.sub(r"<(?:key|int):\w+>", number, str(pattern.pattern))
            found += [f"/{one}" for one in spelled(route)]
    return found


def spelled(route: str) -> list[str]:
    """The route with every word in the place of its slugs."""
    slug = re.search(r"<(?:slug|str):(\w+)>", route)
    if not slug:
        return [route]
    return [one for word in SLUGS[slug[1]] for one in spelled(route.replace(slug[0], word, 1))]


@pytest.fixture
def scene(cast, caplog) -> Cast:
    """Something behind the number 1 of every kind."""
    caplog.set_level(logging.CRITICAL)
    site(cast)
    raised = affairs.lead(cast, "qingshi", "qingshi.filler")
    affairs.draft(cast, "clue_up", lead=raised)
    make_cases.opened(cast, by="qingshi.filler", when=now())
    path = Path(settings.BASE_DIR) / "duties/campaigns/jiaocheng-2021.yaml"
    campaigns.load(county=cast.county, definition=definitions.read(path.read_text(), path.name))
    entry(cast, illegal="yes", measures="责令停止")
    open_draft(member=cast.office, agency=cast.unit("office"), kind="monthly", period="2022-09")
    patrol_duty(cast.unit("qingshi"), *(Sheet.objects.values_list("first_day", "last_day").get()))
    Run.objects.create(kind="report.draft", key="k", status="done", member=cast.office)
    return cast


@pytest.fixture
def heard(monkeypatch) -> set[str]:
    """The names that are read from a query or a form."""
    names: set[str] = set()

    def listen(kind: type, method: str) -> None:
        plain = getattr(kind, method)

        def wrapped(self, key, *args, **kwargs):
            if isinstance(self, QueryDict) and isinstance(key, str):
                names.add(key)
            return plain(self, key, *args, **kwargs)

        monkeypatch.setattr(kind, method, wrapped)

    for method in ("get", "getlist", "__getitem__"):
        listen(MultiValueDict, method)
    return names


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def ask(client, method: str, address: str, faults: list[str], *args, **kwargs) -> int:
    """The status; a fault is noted with its cause."""
    client.raise_request_exception = False
    with undone():
        answer = getattr(client, method)(address, *args, **kwargs)
    if answer.status_code >= 500:
        cause = repr(answer.exc_info[1])[:200] if getattr(answer, "exc_info", None) else ""
        faults.append(f"{method} {address} {str(args)[:160]} {cause}")
    return answer.status_code


def some(junk: tuple[str, ...], where: str) -> tuple[str, ...]:
    """A third of the junk, another third at each place; all of it with full counts (make prove)."""
    if heavy(10) >= 10:
        return junk
    first = sum(where.encode()) % 3
    return junk[first::3]


def is_open(address: str) -> bool:
    """Whether the sweep stays signed in after it."""
    return address != "/logout/"


@pytest.mark.heavy  # minutes of addresses: asked once in CI, of PostgreSQL, which refuses more than SQLite
@pytest.mark.parametrize("role", ROLES)
def test_no_address_and_no_parameter_makes_a_fault(scene, heard, role):
    client, faults = scene.client(role), []
    for address in addresses("1" + "0" * 30):
        ask(client, "get", address, faults)
    for address in filter(is_open, addresses("1")):
        heard.clear()
        status = ask(client, "get", address, faults)
        if status in (403, 404, 405):
            continue
        names = sorted(heard - SKIP)
        for junk in some(JUNK, address) if role == "office" else HARD:
            ask(client, "get", address, faults, dict.fromkeys(names, junk))
        for name in names if role == "office" else ():
            for junk in some(HARD, address + name):
                ask(client, "get", address, faults, {name: junk})
    assert not faults, "\n".join(faults)


@pytest.mark.heavy  # minutes of addresses: asked once in CI, of PostgreSQL, which refuses more than SQLite
@pytest.mark.parametrize("role", ROLES)
def test_no_form_makes_a_fault(scene, heard, role):
    client, faults = scene.client(role), []
    for address in filter(is_open, addresses("1")):
        heard.clear()
        status = ask(client, "post", address, faults, {})
        if status in (403, 404, 405):
            continue
        names = sorted(heard - SKIP)
        for junk in some((*HARD, "{}", "x"), address):
            ask(client, "post", address, faults, dict.fromkeys(names, junk))
        for body in ("", "{", "[]", "null", '"x"', json.dumps(dict.fromkeys(heard, {"a": [None]}))):
            ask(client, "post", address, faults, body, content_type="application/json")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", ["site", "sheet", "upload"])
def test_a_number_no_row_can_have_is_an_unreadable_filter(cast, name):
    answer = cast.client("qingshi.filler").get("/ledgers/entries/", {name: "9" * 30})
    assert answer.status_code == 200 and answer.context["count"] == 0


def test_a_remark_on_a_row_with_a_strange_number_finds_nothing(cast):
    row = entry(cast)
    facts = {"entry": "²", "text": "x"}
    answer = cast.client("qingshi.filler").post(f"/ledgers/sheets/{row.sheet_id}/comment/", facts)
    assert answer.status_code == 404


def test_a_strange_site_is_said_at_its_field(cast):
    client = cast.client("qingshi.filler")
    assert client.get("/ledgers/entries/new/", {"site": "9" * 30}).status_code == 200
    assert client.post("/ledgers/entries/new/", {"site": "9" * 30}).status_code == 400


def test_a_word_for_the_next_page_leads_home(cast):
    client = cast.client("qingshi.filler")
    assert client.get("/login/", {"next": "²"})["Location"] == "/todo/"
    assert client.post("/prefs/large-text/", {"next": "²"})["Location"] == "/"


@pytest.mark.parametrize("address", ["/drafts/save/", "/drafts/drop/", "/ledgers/grid/save/"])
def test_a_form_where_json_is_asked_for_is_said(cast, address):
    assert cast.client("qingshi.filler").post(address, {"a": "b"}).status_code == 400
