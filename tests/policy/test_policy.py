"""Every address of the house is decided by the oracle, for everybody and every row, and hidden is missing."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.policy import crawl
from tests.policy.conftest import ONLY
from tests.policy.crawl import named_patterns
from tests.policy.oracle import HIDDEN, LOGIN, OPEN, REFUSED, Oracle, routes
from tests.policy.rows import PRINCIPALS

pytestmark = pytest.mark.django_db
HOW = "write `{name}: <kind>` into tests/policy/routes.yaml, with a kind of tests/policy/oracle.yaml"
#: A form that was not accepted, or led back: no refusal in so many words.
SOFT = (200, 302, 400, 409)


def test_every_address_is_listed_by_hand():
    listed, known = set(routes()), {name for name, _ in named_patterns()}
    missing = [f"{name}: unlisted – {HOW.format(name=name)}" for name in sorted(known - listed)]
    gone = [f"{name}: listed, but no address any more" for name in sorted(listed - known)]
    assert not missing + gone, "\n".join(missing + gone)


def test_every_kind_is_in_use_and_every_relation_of_it_stands_in_the_world(world):
    found, used = Oracle(), {route.kind for route in routes().values()}
    used |= {kind.get(word) for kind in found.kinds.values() for word in ("sees", "through")}
    idle = set(found.kinds) - used - {one[1] for one in found.secrets.values() if isinstance(one, tuple)}
    assert not idle, f"kinds of the oracle that no address has: {sorted(idle)}"
    bare = [
        f"{name}: no row {kind['row']}"
        for name, kind in found.kinds.items()
        if kind.get("row") and not world.rows.get(kind["row"])
    ]
    assert not bare, "\n".join(bare)


def test_the_oracle_stays_readable():
    lines = (len((Oracle.HERE / name).read_text().splitlines()) for name in ("oracle.yaml",))
    assert sum(lines) <= 420


def test_everybody_gets_what_the_oracle_says(swept):
    wrong = defaultdict(list)
    for cell, answer in swept.answers.items():
        person = swept.oracle.people[cell.person]
        want = swept.oracle.expect(cell.route, cell.method, person, cell.row)
        if answer.verdict in want or _refused_softly(swept, cell, answer, want):
            continue
        row = f" {cell.row.noun}.{cell.row.name}" if cell.row else ""
        owed = "/".join(sorted(want))
        line = f"{cell.method} {cell.route.name}{row}: {owed} by the oracle, was {answer.status}"
        wrong[line].append(cell.person or "nobody signed in")
    assert not wrong, "\n".join(f"{line} for {', '.join(who)}" for line, who in wrong.items())


def _refused_softly(swept, cell, answer, want) -> bool:
    """A step that is not theirs may end in a form or a sentence – if the same form acts for somebody else.

    A step that is nobody's now (the row has gone past it) is refused by its state, 409.
    """
    if cell.method != "POST" or REFUSED not in want or answer.status not in SOFT or answer.wrote:
        return False
    if answer.status == 409 and not swept.oracle.kinds[cell.route.kind]["POST"]:
        return True
    return cell.route.name in _acting(swept) or cell.route.kind in ADMIN


ADMIN = {"admin_row", "admin_never", "admin_list"}


def _acting(swept) -> set[str]:
    """Routes whose form acted for somebody."""
    if not hasattr(swept, "acting"):
        swept.acting = {cell.route.name for cell, answer in swept.answers.items() if answer.wrote}
    return swept.acting


def test_who_is_hidden_from_writes_nothing(swept):
    wrong = []
    for cell, answer in swept.answers.items():
        want = swept.oracle.expect(cell.route, cell.method, swept.oracle.people[cell.person], cell.row)
        if answer.wrote and OPEN not in want:
            wrong.append(cell.words)
    assert not wrong, "\n".join(wrong)


def test_a_hidden_row_equals_a_missing_one_byte_for_byte(swept):
    """For everybody against the 404 of nothing at all, for strangers also against the address of no row."""
    wrong, compared = [], 0
    for cell, answer in swept.answers.items():
        if answer.verdict != HIDDEN or cell.row is None or not cell.person:
            continue
        other = swept.missing.get((cell.route.name, cell.method, cell.person))
        nothing = swept.nothing.get((cell.person, cell.route.name), swept.nothing[cell.person, ""])
        compared += 1
        if answer.plain != nothing or (other and other.plain != answer.plain):
            wrong.append(f"{cell.words}\n  {answer.plain[:300]}\n  {other.plain[:300] if other else ''}")
    assert (ONLY.pattern or compared > 500) and not wrong, "\n".join(wrong[:20])


def test_no_address_faults(swept):
    assert not [cell.words for cell, answer in swept.answers.items() if answer.status >= 500]


def test_pages_of_the_signed_in_are_kept_by_no_cache(swept):
    kept = [
        cell.words
        for cell, answer in swept.answers.items()
        if cell.person
        and answer.status == 200
        and not answer.no_store
        and not cell.route.name.startswith("ledgers:api")
    ]
    assert not kept, "\n".join(kept[:20])


def test_everybody_of_the_cast_asks():
    assert set(Oracle().people) == set(PRINCIPALS)


@pytest.mark.parametrize("person", ["qingshi.filler", "office", "custodian", "auditor", "sysadmin"])
def test_who_signed_out_stands_at_the_door(world, person):
    with crawl.undone():
        client = world.cast.asker(person)
        home = client.get("/password/")
        assert crawl.read(home, "/").verdict == OPEN
        assert crawl.read(client.post("/logout/"), "/").verdict == LOGIN
        for path in ("/todo/", "/cases/leads/", "/more/audit/", "/more/people/"):
            assert crawl.read(client.get(path), path).verdict == LOGIN, path
