"""Keyset pages over (day, id), newest first; the edge row stands in the address as 2022-09-23_15."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

SIZE = 50
EDGES = ("after", "before")
Edge = tuple[dt.date, int]


def edge_of(text: str) -> Edge | None:
    """The keys in an address; what cannot be read is as none."""
    day, _, key = text.partition("_")
    try:
        return dt.date.fromisoformat(day), min(int(key), 2**62)
    except ValueError:
        return None


def page_of(
    rows: QuerySet, field: str, query: QueryDict, *, size: int = SIZE
) -> tuple[list[Any], Edge | None, Edge | None]:
    """(rows of the page, edge of the previous page, edge of the next) ordered by -field, -id."""
    after, before = (edge_of(query.get(name, "")) for name in EDGES)
    back = before is not None and after is None
    edge = before if back else after
    if edge is not None:
        rows = rows.filter(_beyond(field, edge, "gt" if back else "lt"))
    order = (field, "pk") if back else (f"-{field}", "-pk")
    found = list(rows.order_by(*order)[: size + 1])
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    has_previous, has_next = (more, bool(found)) if back else (edge is not None and bool(found), more)
    keys = [(getattr(row, field), row.pk) for row in found]
    return found, keys[0] if has_previous else None, keys[-1] if has_next else None


def _beyond(field: str, edge: Edge, side: str) -> Q:
    """Row comparison written out: the bound on `field` alone lets the database start in the index."""
    day, key = edge
    return Q(**{f"{field}__{side}e": day}) & (Q(**{f"{field}__{side}": day}) | Q(**{f"pk__{side}": key}))


def keyset(rows: QuerySet, field: str, request: HttpRequest, *, size: int = SIZE) -> tuple[list[Any], dict]:
    """Rows of the page and the context of parts/pager.html."""
    found, previous, following = page_of(rows, field, request.GET, size=size)
    return found, {
        "previous_url": _url(request, "before", previous),
        "next_url": _url(request, "after", following),
    }


def _url(request: HttpRequest, name: str, edge: Edge | None) -> str:
    if edge is None:
        return ""
    query = without_edges(request.GET)
    query[name] = f"{edge[0]}_{edge[1]}"
    return f"?{query.urlencode()}"


def without_edges(query: QueryDict) -> QueryDict:
    """The filters alone."""
    query = query.copy()
    for name in EDGES:
        query.pop(name, None)
    return query
