import io
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minewatch.lib.clock import SHANGHAI
from minewatch.lib.hashing import BLOCK, GENESIS, canonical_json, chain, digest, sha256, sha256_stream

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_published_vectors():
    assert sha256(b"") == EMPTY
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_stream_has_the_hash_of_its_bytes():
    content = b"x" * (2 * BLOCK + 5)
    assert sha256_stream(io.BytesIO(content)) == (sha256(content), len(content))
    assert sha256_stream([b"a", b"bc"]) == (sha256(b"abc"), 3)
    assert sha256_stream(io.BytesIO()) == (EMPTY, 0)


def test_canonical_json_is_one_text():
    facts = {"乙": [1, None, True], "a": Decimal("1.50"), "b": date(2022, 9, 23), "c": UUID(int=1)}
    assert canonical_json(facts) == (
        '{"a":"1.5","b":"2022-09-23","c":"00000000-0000-0000-0000-000000000001","乙":[1,null,true]}'
    )


def test_one_instant_in_two_zones_is_one_value():
    shanghai = datetime(2022, 9, 23, 8, tzinfo=SHANGHAI)
    assert digest(shanghai) == digest(datetime(2022, 9, 23, 0, tzinfo=UTC))


@pytest.mark.parametrize(("one", "other"), [("1.50", "1.5"), ("100", "1E+2"), ("0.00", "-0"), ("-2.0", "-2")])
def test_equal_decimals_are_one_value(one, other):
    assert canonical_json(Decimal(one)) == canonical_json(Decimal(other))


@pytest.mark.parametrize("value", [{1}, {1: 2}, datetime(2022, 1, 1), b"x", object()])  # noqa: DTZ001
def test_what_has_no_one_form_is_refused(value):
    with pytest.raises(TypeError):
        canonical_json(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_not_a_number_is_refused(value):
    with pytest.raises(ValueError):  # noqa: PT011
        canonical_json(value)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers()))
def test_the_order_of_keys_does_not_matter(facts):
    assert digest(facts) == digest(dict(reversed(facts.items())))


def test_a_changed_link_changes_every_hash_after_it():
    links = [digest(n) for n in range(3)]
    whole = chain(chain(chain(GENESIS, links[0]), links[1]), links[2])
    assert whole != chain(chain(chain(GENESIS, digest("x")), links[1]), links[2])


@pytest.mark.parametrize("bad", ["", "0" * 63, "G" * 64, "A" * 64])
def test_only_digests_are_chained(bad):
    with pytest.raises(ValueError, match="not a SHA-256"):
        chain(GENESIS, bad)
