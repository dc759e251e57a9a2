"""Reads oracle.yaml and routes.yaml: what each principal may do where. Knows nothing of product code."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.policy.rows import Row

HERE = Path(__file__).parent
#: What an answer may be. OPEN: served or acted on (or said why not, as to somebody who may). REFUSED: told
#: that it is not theirs to do. HIDDEN: as if there were nothing. LOGIN: sent to the door. NO_METHOD: not
#: a way to ask this address.
OPEN, REFUSED, HIDDEN, LOGIN, NO_METHOD = "open", "refused", "hidden", "login", "no method"


WORDS = {403: REFUSED, 404: HIDDEN, "door": "door", None: LOGIN}


@dataclass(frozen=True)
class Person:
    """A principal as the oracle knows it."""

    account: str
    unit: str = ""
    posts: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Route:
    """A line of routes.yaml: the kind of the address, and how to fill it in."""

    name: str
    kind: str
    args: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    query: str = ""
    path: str = ""
    each: dict[str, list[Any]] = field(default_factory=dict)

    def spelled(self) -> list[Route]:
        """The route with each of the words that its address may have (`each` in routes.yaml)."""
        if not self.each:
            return [self]
        ((word, values),) = self.each.items()
        return [replace(self, args=self.args | {word: value}, each={}) for value in values]


class Oracle:
    """The table, asked cell by cell."""

    HERE = HERE

    def __init__(self) -> None:
        data = yaml.safe_load((HERE / "oracle.yaml").read_text())
        self.people = {
            account: Person(account, unit or "", frozenset(posts))
            for account, (unit, *posts) in data["people"].items()
        } | {"": Person("")}
        self.above: dict[str, list[str]] = data["above"]
        self.groups: dict[str, list[str]] = data["groups"]
        self.kinds: dict[str, dict[str, Any]] = data["kinds"]
        #: secret → (row, kind) whose readers may be shown it, or terms
        self.secrets: dict[str, Any] = dict(data["told"])
        for place, names in data["secrets"].items():
            row, _, kind = place.partition(" as ")
            self.secrets |= dict.fromkeys(names, (row, kind))

    # whom a term names ----------------------------------------------------------------------------

    def is_named(self, person: Person, terms: Any) -> bool:
        """Whether one of `terms` names the person: a group, @unit, =account or a post."""
        terms = [terms] if isinstance(terms, str) else terms
        return any(self._is(person, str(term)) for term in terms)

    def _is(self, person: Person, term: str) -> bool:
        if term in self.groups:
            return self.is_named(person, self.groups[term])
        if term == "everybody":
            return True
        if term == "signed_in":
            return bool(person.account)
        if term == "business":
            return bool(person.unit)
        if term.startswith("@"):
            return person.unit == term[1:]
        if term.startswith("="):
            return person.account == term[1:]
        post, _, unit = term.partition("@")
        return post in person.posts and unit in ("", person.unit)

    def relations(self, person: Person, row: Row) -> set[str]:
        """How the person stands to the row; `over`: above the unit whose row it is; `none`: in no way."""
        found = {
            relation
            for relation, who in row.near.items()
            if person.account in who or (person.unit and person.unit in who)
        }
        if any(
            person.unit in (*self.above["all"], *self.above.get(one, ())) for one in row.near.get("own", ())
        ):
            found.add("over")
        return found or {"none"}

    def may(self, person: Person, rights: Any, row: Row | None) -> bool:
        """Whether `rights` (terms, or relation → terms) let the person in; 回避 closes everything."""
        if not isinstance(rights, dict):
            return self.is_named(person, rights)
        near = self.relations(person, row) if row else set()
        if "barred" in near:
            return False
        return any(self.is_named(person, rights[one]) for one in near if one in rights) or (
            "any" in rights and self.is_named(person, rights["any"])
        )

    # cells ----------------------------------------------------------------------------------------

    def row_noun(self, kind: str) -> str:
        """Which rows an address of this kind is filled with; "" for a function without rows."""
        return self.kinds[kind].get("row", "")

    def expect(self, route: Route, method: str, person: Person, row: Row | None) -> set[str]:
        """The answers that are right in this cell."""
        kind = self.kinds[route.kind]
        rights = kind.get(method)
        if rights is None:
            return {NO_METHOD, HIDDEN, REFUSED, LOGIN, "door"}
        if self.may(person, rights, row):
            return {OPEN, *({LOGIN} if kind.get("ends") else ())}
        if not person.account:
            return {WORDS.get(kind.get("nobody"), LOGIN)}
        seen, first = kind.get("sees"), kind.get("through")
        if first and not self.may(person, self.kinds[first]["GET"], None):
            return {REFUSED}
        if seen and self.may(person, self.kinds[seen]["GET"], row):
            return {REFUSED, HIDDEN}
        answer = kind.get("else", 404)
        if not person.unit:
            answer = kind.get("system", answer)
        if "system_admin" in person.posts:
            answer = kind.get("inside", answer)
        return {WORDS[answer]}

    def may_know(self, person: Person, secret: str, find: Any) -> bool:
        """Whether the person may be shown that secret: as the GET of a kind on a row, or by terms."""
        rights = self.secrets[secret]
        if isinstance(rights, tuple):
            row, kind = rights
            return self.may(person, self.kinds[kind]["GET"], find(row))
        return self.is_named(person, rights)


@cache
def routes() -> dict[str, Route]:
    """routes.yaml by name."""
    found = {}
    for name, value in yaml.safe_load((HERE / "routes.yaml").read_text()).items():
        facts = {"kind": value} if isinstance(value, str) else dict(value)
        facts["rows"] = tuple(facts.get("rows", ()))
        found[name] = Route(name, **facts)
    return found
