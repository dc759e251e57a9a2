"""Keyset pages: the edge row's keys stand in the address, so page 10,000 costs what page 1 costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Q, QuerySet
from django.http import HttpRequest, QueryDict

SIZE = 50
EDGES = ("after", "before")
SEPARATOR = "~"
#: The greatest key a database takes; a longer number in an address is as none.
GREATEST = 2**62


def keyset(
    rows: QuerySet, order: Sequence[str], request: HttpRequest, *, size: int = SIZE
) -> tuple[list[Any], dict[str, str]]:
    """(rows of this page, {previous_url, next_url}) ordered by `order`.

    `order` names columns, all ascending or all with "-", the last one unique. `?after=` and
    `?before=` hold the edge row's keys; what cannot be read is as none.
    """
    return keyset_of([rows], order, request, size=size)


def keyset_of(
    sources: Sequence[QuerySet], order: Sequence[str], request: HttpRequest, *, size: int = SIZE
) -> tuple[list[Any], dict[str, str]]:
    """As `keyset` over rows of several tables that are one list: each has the columns of `order` under the
    same names (annotated), and no key stands in two of them."""
    names = [name.removeprefix("-") for name in order]
    newest_first = order[0].startswith("-")
    after, before = (_edge(sources[0], names, request.GET.get(name, "")) for name in EDGES)
    back = before is not None and after is None
    edge = before if back else after
    downwards = newest_first != back
    signs = "-" if downwards else ""
    found: list[Any] = []
    for rows in sources:
        if edge is not None:
            rows = rows.filter(_beyond(names, edge, "lt" if downwards else "gt"))
        found += rows.order_by(*(f"{signs}{name}" for name in names))[: size + 1]
    if len(sources) > 1:  # one table is in the database's own order
        found.sort(key=lambda row: tuple(getattr(row, name) for name in names), reverse=downwards)
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    has_previous, has_next = (more, bool(found)) if back else (edge is not None and bool(found), more)
    return found, {
        "previous_url": _url(request, "before", names, found[0]) if has_previous else "",
        "next_url": _url(request, "after", names, found[-1]) if has_next else "",
    }


def without_edges(query: QueryDict) -> QueryDict:
    """The filters alone."""
    query = query.copy()
    for name in EDGES:
        query.pop(name, None)
    return query


def _field(rows: QuerySet, name: str) -> Field:
    annotation = rows.query.annotations.get(name)
    return annotation.output_field if annotation is not None else rows.model._meta.get_field(name)


def _edge(rows: QuerySet, names: Sequence[str], text: str) -> list[Any] | None:
    parts = text.split(SEPARATOR)
    if not text or len(parts) != len(names):
        return None
    try:
        keys = [_field(rows, name).to_python(part) for name, part in zip(names, parts, strict=True)]
    except (ValidationError, ValueError, OverflowError):
        return None
    if any(key is None or (isinstance(key, int) and abs(key) > GREATEST) for key in keys):
        return None
    return keys


def _beyond(names: Sequence[str], edge: Sequence[Any], side: str) -> Q:
    """(a, b) beyond (x, y), written out: the bound on the first column lets the index serve."""
    beyond = Q(**{f"{names[-1]}__{side}": edge[-1]})
    for name, key in zip(reversed(names[:-1]), reversed(edge[:-1]), strict=True):
        beyond = Q(**{f"{name}__{side}e": key}) & (Q(**{f"{name}__{side}": key}) | beyond)
    return beyond


def _url(request: HttpRequest, edge: str, names: Sequence[str], row: Any) -> str:
    query = without_edges(request.GET)
    query[edge] = SEPARATOR.join(_text(getattr(row, name)) for name in names)
    return f"?{query.urlencode()}"


def _text(key: Any) -> str:
    return key.isoformat() if hasattr(key, "isoformat") else str(key)
