"""One world for both files of this folder, asked once by everybody; taken back at the end."""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from conftest import heavy
from minewatch.lib.clock import SHANGHAI
from tests.cast import Cast
from tests.policy import crawl, world_cases, world_rooms, world_work
from tests.policy.crawl import Answer, Cell
from tests.policy.oracle import Oracle, routes
from tests.policy.rows import PRINCIPALS, World

NOW = dt.datetime(2026, 11, 25, 10, tzinfo=SHANGHAI)
#: All principals at every cell, and each hidden row against the address of no row for all (make prove).
FULL = heavy(10) >= 10
STRANGERS = PRINCIPALS if FULL else ("forestry.officer", "custodian", "auditor")
#: While one adds addresses: POLICY_ONLY='cases:referral' asks those alone.
ONLY = re.compile(os.environ.get("POLICY_ONLY", ""))
#: What the 404 of nothing at all looks like: of a page, and of each REST address.
NOTHING = {
    "": "/duties/987654321/",
    "ledgers:api_entry": "/api/ledgers/entries/987654321/",
    "ledgers:api_site": "/api/sites/987654321/",
}
LEAVES = "agencies:logout"  # whoever asks it is not signed in any more: asked by a browser of its own


class Ear(logging.Handler):
    """Hears every logger at every level; not SQL and template lookups, which only a developer turns on."""

    DEAF = ("django.db", "django.template")

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.found: dict[str, str] = {}
        self.heard = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the first line in which a secret stands."""
        self.heard += 1
        words = f"{record.getMessage()} {record.exc_text or ''}"
        for token in crawl.TOKEN.findall(words):
            self.found.setdefault(token, f"{record.name}: {words[:200]}")

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Every logger of the process, those that pass nothing on included."""
        named = [logging.getLogger(name) for name in list(logging.root.manager.loggerDict)]
        levels = [(one, one.level) for one in (logging.root, *named)]
        for one, _ in levels:
            one.setLevel(logging.INFO if one.name.startswith(self.DEAF) else logging.DEBUG)
            if one is logging.root or not one.propagate:
                one.addHandler(self)
        try:
            yield
        finally:
            for one, level in levels:
                one.setLevel(level)
                one.removeHandler(self)


@dataclass
class Swept:
    """What the questions brought."""

    world: World
    oracle: Oracle
    answers: dict[Cell, Answer] = field(default_factory=dict)
    missing: dict[tuple[str, str, str], Answer] = field(default_factory=dict)
    nothing: dict[tuple[str, str], str] = field(default_factory=dict)
    heard: dict[str, str] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)


@pytest.fixture(scope="package")
def world(django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[World]:
    """示范县 with a row of everything, inside a transaction that is taken back."""
    from django.conf import settings
    from django.test import override_settings

    quiet = override_settings(
        MEDIA_ROOT=str(tmp_path_factory.mktemp("media")),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        DEBUG=False,
    )
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), quiet:
        sent: list[str] = []
        patch.setattr("core.jobs.current_app.send_task", lambda *args, **more: sent.append(f"{args}{more}"))
        assert settings.DEBUG is False
        with time_machine.travel(NOW, tick=False), transaction.atomic():
            made = World(Cast.open())
            made.sent = sent  # type: ignore[attr-defined]
            world_rooms.build(made)
            world_work.build(made)
            world_cases.build(made)
            made.settle()
            yield made
            transaction.set_rollback(True)
    connection.close()


@pytest.fixture(scope="package")
def swept(world: World) -> Swept:
    """Every address asked by everybody, and for every row that was hidden the same address of no row."""
    found = Swept(world, Oracle(), sent=world.sent)  # type: ignore[attr-defined]
    ear = Ear()
    with ear.listening():
        _ask_all(found)
    assert ear.heard, "no logger said anything: the ear is deaf"
    found.heard = ear.found
    return found


def _ask_all(found: Swept) -> None:
    known = {name for name, _ in crawl.named_patterns()}
    wanted = (route for route in routes().values() if ONLY.search(route.name))
    asked = [route for route in wanted if route.name in known]
    browsers = {person: found.world.cast.asker(person) for person in PRINCIPALS}
    for person in PRINCIPALS[1:]:
        for name, path in NOTHING.items():
            found.nothing[person, name] = crawl.read(browsers[person].get(path), path).plain
    for cell in crawl.cells(found.oracle, asked, found.world, FULL):
        client = browsers[cell.person]
        if cell.route.name == LEAVES:
            client = found.world.cast.asker(cell.person)
        with crawl.undone():
            answer = found.answers[cell] = crawl.ask(client, cell)
        key = (cell.route.name, cell.method, cell.person)
        if answer.status == 404 and cell.row and cell.person in STRANGERS and key not in found.missing:
            with crawl.undone():
                found.missing[key] = crawl.ask(client, cell, missing=True)
