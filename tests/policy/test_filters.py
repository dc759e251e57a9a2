"""No filter, order or count of a list is decided by what it does not show (probing by questions)."""

from __future__ import annotations

import re
import zlib

import pytest

from cases.models import Case, Referral
from core.models import Access
from ledgers.models import Lead
from tests.policy import crawl
from tests.policy.conftest import FULL, ONLY
from tests.policy.oracle import routes
from tests.policy.rows import PRINCIPALS

pytestmark = pytest.mark.django_db
FILTERS = re.compile(r'<details class="filters".*?</details>', re.S)
TYPED = re.compile(r'<input(?=[^>]*\btype="(?:text|search)")[^>]*\bname="(\w+)"')
#: Asked of the lists of affairs besides what their form offers: what somebody may write into the address.
TRIED = ("q", "text", "title", "party", "location", "search", "order")
AFFAIRS = ("/cases/", "/cases/leads/", "/cases/referrals/", "/search/")
#: Words of rows that some know of without reading them: tried on every list of affairs.
KNOWN_OF = ("sealed.lead.location", "police.title", "police.location", "clue.title", "clue.summary")
NOWHERE = "ZQ999KX"
PROBING = PRINCIPALS[1:] if FULL else ("office", "forestry.officer", "shangwan.head")


def typed_into(client, path: str) -> tuple[str, ...]:
    """The fields of the list's form that take words."""
    found = FILTERS.search(client.get(path).content.decode(errors="replace"))
    fields = TYPED.findall(found[0]) if found else []
    return tuple(dict.fromkeys([*fields, *(TRIED if path in AFFAIRS else ())]))


def answer(client, path: str, field: str, word: str) -> str:
    """The list asked for `word`, which itself is blanked."""
    text = client.get(path, {field: word}).content.decode(errors="replace")
    return crawl.CHANGING.sub("", text).replace(word, "*")


def hidden_from(swept, account: str) -> dict[str, str]:
    """Secret → token of what that member may not know."""
    person = swept.oracle.people[account]
    world = swept.world
    return {
        name: token
        for name, token in world.tokens.items()
        if not swept.oracle.may_know(person, name, world.find)
    }


def chosen(account: str, path: str, field: str, hidden: dict[str, str]) -> list[str]:
    """The names to try: all of them, or one in turn; in the box of a list of affairs the likely ones."""
    if FULL:
        return list(hidden)
    turn = zlib.crc32(f"{account}{path}{field}".encode())
    likely = [name for name in KNOWN_OF if name in hidden] if path in AFFAIRS else sorted(hidden)
    return likely if path in AFFAIRS and field == "q" else [likely[turn % len(likely)]]


def test_no_list_says_whether_a_hidden_word_is_there(swept):
    """What one types finds what one may read, and nothing otherwise."""
    lists = {"/search/"} | {
        crawl.address(cell.route, None)
        for cell, got in swept.answers.items()
        if got.filters and cell.row is None
    }
    wrong, asked = [], set()
    for account in PROBING:
        client, hidden = swept.world.cast.asker(account), hidden_from(swept, account)
        for path in sorted(lists):
            for field in typed_into(client, path):
                plain = answer(client, path, field, NOWHERE)
                asked.add((path, field))
                for name in chosen(account, path, field, hidden):
                    if answer(client, path, field, hidden[name]) != plain:
                        wrong.append(f"{path}?{field}= tells {account} of {name}")
    assert ONLY.pattern or len({path for path, _ in asked}) > 8, asked
    assert not wrong, "\n".join(wrong)


#: Lists with the filters that ask for what is changed below, before and after.
ASKED = (
    "/cases/leads/",
    "/cases/leads/?source=camera",
    "/cases/leads/?source=phone",
    "/cases/leads/?special=on",
    "/cases/leads/?as=xlsx",
    "/cases/",
    "/cases/?as=xlsx",
    "/cases/ledgers/crackdown/",
    "/cases/ledgers/remedy/",
    "/cases/ledgers/exchange/",
    "/cases/referrals/",
    "/cases/referrals/?as=xlsx",
    "/reports/figures/",
    "/todo/",
)


def test_what_is_not_shown_moves_no_list_of_those_who_know_that_it_is_there(world):
    """The office knows that the rows are there; their content may be anything."""
    client = world.cast.asker("office")

    def seen() -> dict[str, str]:
        found = {}
        for path in ASKED:
            with crawl.undone():
                got = client.get(path)
                body = b"".join(got.streaming_content) if got.streaming else got.content
            found[path] = crawl.CHANGING.sub("", crawl.said(body))
        return found

    lead, case, referral = (
        world.find(name).keys["pk"] for name in ("lead.sealed", "case.criminal", "referral.clue")
    )
    office = Access.Relation.OFFICE
    assert Access.objects.filter(matter__lead=lead, relation=office).exists()
    with crawl.undone():
        before = seen()
        number = Lead.objects.get(pk=lead).number
        assert number in before["/cases/leads/"] and number not in before["/cases/leads/?source=camera"]
        told = {"location": "另一处", "text": "另一事", "party": "另一人"}
        Lead.objects.filter(pk=lead).update(
            source="phone", alarmed=True, finding="true", ending="case", lon=112.0, lat=37.0, **told
        )
        told = {"facts": "另一事", "location": "另一处", "outcome": "penalised"}
        Case.objects.filter(pk=case).update(title="另一案", **told)
        Referral.objects.filter(pk=referral).update(title="另一件", summary="另一事", purpose="另一请求")
        after = seen()
    moved = [path for path in ASKED if before[path] != after[path]]
    assert not moved, moved


def test_the_lists_of_filters_are_those_of_the_house():
    """A list that is no `page` of the oracle would not be asked."""
    assert {"cases:cases", "ledgers:leads", "cases:referrals"} <= set(routes())
