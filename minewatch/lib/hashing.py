"""SHA-256 of files and of data, the same for the same content on every machine (evidence, audit chain)."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, BinaryIO
from uuid import UUID

BLOCK = 1 << 20
GENESIS = "0" * 64  # what the first link of a chain follows
HEX = frozenset("0123456789abcdef")


def sha256(content: bytes) -> str:
    """Lower-case hex digest (64 characters) of bytes."""
    return hashlib.sha256(content).hexdigest()


def sha256_stream(stream: BinaryIO | Iterable[bytes]) -> tuple[str, int]:
    """Digest and length in bytes of a binary file, from where it stands, or of chunks; never held whole."""
    blocks = iter(lambda: stream.read(BLOCK), b"") if hasattr(stream, "read") else stream
    total, size = hashlib.sha256(), 0
    for block in blocks:
        total.update(block)
        size += len(block)
    return total.hexdigest(), size


def canonical_json(obj: Any) -> str:
    """One text per value: keys sorted, no blanks, Chinese unescaped, aware datetimes in UTC, dates ISO,
    Decimals as plain numerals without trailing zeros, UUIDs as text. TypeError for anything else
    (naive datetimes, sets, keys that are not text), ValueError for NaN and infinity.
    """
    return json.dumps(_plain(obj), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def digest(obj: Any) -> str:
    """SHA-256 of the canonical JSON of `obj`, hex."""
    return sha256(canonical_json(obj).encode("utf-8"))


def chain(previous: str, link: str) -> str:
    """The hash that ties a digest to the chain before it; GENESIS precedes the first. Both are 64 hex
    characters (else ValueError), so no two pairs read alike.
    """
    for value in (previous, link):
        if len(value) != 64 or not HEX.issuperset(value):
            raise ValueError(f"not a SHA-256 digest: {value!r}")
    return sha256(f"{previous}{link}".encode("ascii"))


def _plain(obj: Any) -> Any:
    if isinstance(obj, dict):
        return {_key(key): _plain(value) for key, value in obj.items()}
    if isinstance(obj, list | tuple):
        return [_plain(value) for value in obj]
    if obj is None or isinstance(obj, str | bool | int | float):
        return obj
    return _as_text(obj)


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"keys of canonical JSON are text, not {key!r}")
    return key


def _as_text(obj: Any) -> str:
    if isinstance(obj, datetime):
        if obj.utcoffset() is None:
            raise TypeError("a naive datetime has no canonical form")
        return obj.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(obj, date):
        return obj.isoformat()
    if isinstance(obj, Decimal):
        return _decimal(obj)
    if isinstance(obj, UUID):
        return str(obj)
    raise TypeError(f"no canonical form for {type(obj).__name__}")


def _decimal(number: Decimal) -> str:
    if not number.is_finite():
        raise ValueError("NaN and infinity have no canonical form")
    return f"{number.normalize():f}" if number else "0"
