"""Asks every address as every principal and keeps what matters of the answers."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from core.models import AuditEntry
from tests.cast import undone as undone
from tests.policy import oracle
from tests.policy.oracle import Oracle, Route
from tests.policy.rows import PRINCIPALS, Row, World

MISSING = 987_654_321
#: Units whose lists show alike, in an ordinary run; whoever is not named is one bureau among others.
SIGHT = {
    "shangwan": "below",
    "qingshi": "below",
    "baiyang": "below",
    "nr": "county",
    "office": "county",
    "county": "county",
    "police": "police",
}
TOKEN = re.compile(r"ZQ\d{3}KX|1388800\d{4}")
#: What changes from one answer to the next although nothing was said: the CSRF token, the id of a form.
CHANGING = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|"X-CSRFToken": *"[^"]*"'
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
#: Words that most forms of a step ask for; an address that needs more says so in routes.yaml.
WORDS = dict.fromkeys(
    ("reason", "text", "why", "words", "basis", "note", "purpose", "title", "location", "feedback"),
    "依据文件办理",
)


@dataclass(frozen=True)
class Answer:
    """What came back. `plain` is kept of refusals only, to be compared."""

    status: int
    verdict: str
    tokens: frozenset[str]
    plain: str = ""
    wrote: bool = False
    no_store: bool = True
    exports: bool = False
    filters: bool = False


@dataclass(frozen=True)
class Cell:
    """One question: who asks which address of which row how."""

    route: Route
    method: str
    person: str
    row: Row | None

    @property
    def words(self) -> str:
        """For a message."""
        row = f" {self.row.noun}.{self.row.name}" if self.row else ""
        return f"{self.method} {self.route.name}{row} as {self.person or 'nobody signed in'}"


def named_patterns() -> Iterator[tuple[str, str]]:
    """(name, pattern) of every address of the URLconf, the names with their room."""

    def walk(resolver: Any, stem: str, room: str) -> Iterator[tuple[str, str]]:
        for one in resolver.url_patterns:
            path = f"{stem}{one.pattern}"
            if isinstance(one, URLPattern):
                yield f"{room}{one.name}" if one.name else path, path
            else:
                yield from walk(one, path, f"{room}{one.namespace}:" if one.namespace else room)

    yield from walk(get_resolver(), "", "")


@cache
def words_of(name: str) -> tuple[str, ...]:
    """The words that the address of that name is filled with."""
    pattern = dict(named_patterns())[name]
    return tuple(re.findall(r"<(?:\w+:)?(\w+)>", pattern))


def cells(found: Oracle, routes: Iterable[Route], world: World, full: bool = True) -> list[Cell]:
    """What is asked. That a method is no way to ask is asked by one member and by nobody.

    Not `full`: of those who stand alike to a row and are owed the same answer one asks, another one at the
    next address; so every relation and every answer of each address is tried in an ordinary run too.
    """
    chosen = []
    for route in (one for listed in routes for one in listed.spelled()):
        tried: set[object] = set()
        for row in rows_of(found, route, world):
            for method in ("GET", "POST"):
                asking = PRINCIPALS if method in found.kinds[route.kind] else ("", "office")
                groups: dict[object, list[str]] = {}
                for person in asking:
                    alike = person if full else _alike(found, route, method, person, row)
                    groups.setdefault(alike, []).append(person)
                step = method == "POST" or "sees" in found.kinds[route.kind]
                if step and not full:  # a step and its form are tried on one row of each relation
                    groups = {one: who for one, who in groups.items() if (method, one) not in tried}
                    tried |= {(method, one) for one in groups}
                turn = zlib.crc32(f"{method}{route.name}{row.name if row else ''}".encode())
                chosen += [Cell(route, method, who[turn % len(who)], row) for who in groups.values()]
    return chosen


def _alike(found: Oracle, route: Route, method: str, account: str, row: Row | None) -> object:
    person = found.people[account]
    near = frozenset(found.relations(person, row)) if row else frozenset()
    # what a list shows hangs on the unit; the administrator, the auditor and nobody stand for themselves
    listed = row is None and method == "GET"
    outside = (SIGHT.get(person.unit, "bureau") if listed else "") if person.unit else account
    return frozenset(found.expect(route, method, person, row)), near, outside


def rows_of(found: Oracle, route: Route, world: World) -> list[Row | None]:
    """The rows with which the address is filled."""
    noun = found.row_noun(route.kind)
    if not noun:
        return [None]
    return [row for row in world.rows.get(noun, ()) if not route.rows or row.name in route.rows]


def address(route: Route, row: Row | None, missing: bool = False) -> str:
    """The address of the row; of none with `missing`."""
    if route.path:
        return route.path
    keys = (row.keys if row else {}) | dict(route.args)
    if missing and row:
        keys |= dict.fromkeys(row.keys, MISSING)
    asked = words_of(route.name)
    try:
        path = reverse(route.name, kwargs={key: keys[key] for key in asked})
    except (KeyError, NoReverseMatch) as problem:
        raise AssertionError(f"{route.name}: routes.yaml does not fill in the address ({problem})") from None
    return f"{path}?{route.query}" if route.query else path


def form(route: Route, row: Row | None) -> dict[str, Any]:
    """What is posted: the words of a step and the version its page was shown with."""
    return WORDS | {"version": row.version if row and row.version is not None else "1"} | route.form


def ask(client: Client, cell: Cell, *, missing: bool = False, query: str = "") -> Answer:
    """The answer of one cell."""
    path = address(cell.route, cell.row, missing)
    if query:
        path += f"{'&' if '?' in path else '?'}{query}"
    if cell.method == "GET":
        return read(client.get(path), path)
    before = acts()
    answer = client.post(path, form(cell.route, cell.row))
    return read(answer, path, wrote=acts() != before)


def acts() -> int:
    """The last act on record: whatever is written is audited beside it."""
    return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def read(answer: HttpResponseBase, path: str, *, wrote: bool = False) -> Answer:
    """Judge and reduce an answer: status, verdict, secrets in it, and its text where it is a refusal."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    heads = {name: value for name, value in answer.items() if name not in ("Content-Length", "Date")}
    text = "\n".join([path, *(f"{name}: {unquote(str(value))}" for name, value in heads.items()), said(body)])
    status = answer.status_code
    plain = ""
    if status in (403, 404):
        plain = f"{status} {sorted(heads.items())} {CHANGING.sub('*', body.decode(errors='replace'))}"
        plain = plain.replace(path.partition("?")[0], "<here>")
    return Answer(
        status,
        verdict(status, answer.get("Location", "")),
        frozenset(TOKEN.findall(text)),
        plain,
        wrote,
        no_store="no-store" in answer.get("Cache-Control", ""),
        exports="as=xlsx" in text,
        filters='class="filters"' in text,
    )


def verdict(status: int, location: str) -> str:
    """The oracle's word for a status."""
    if status in (301, 302) and location.startswith("/login/"):
        return oracle.LOGIN
    if status in (301, 302) and location.startswith("/sysadmin/login/"):
        return "door"
    if status >= 500:
        return f"fault {status}"
    known = {401: oracle.LOGIN, 403: oracle.REFUSED, 404: oracle.HIDDEN, 405: oracle.NO_METHOD}
    return known.get(status, oracle.OPEN)


def said(body: bytes) -> str:
    """The text of an answer; of a workbook or a document every part of its package."""
    if not body.startswith(b"PK\x03\x04"):
        return body.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        return "\n".join(
            f"{name}\n{package.read(name).decode(errors='replace')}" for name in package.namelist()
        )
