"""Keyset pages by (number, id): a number is unique within a township only."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

SIZE = 50


def by_number(rows: QuerySet, request: HttpRequest, *, size: int = SIZE) -> tuple[list[Any], dict[str, str]]:
    """(rows of this page, {previous_url, next_url}); `?after=` / `?before=` hold "id,number" of its edge."""
    after, before = _edge(request.GET.get("after", "")), _edge(request.GET.get("before", ""))
    back = before is not None and after is None
    if back:
        rows = rows.filter(Q(number__lt=before[0]) | Q(number=before[0], pk__lt=before[1]))
    elif after is not None:
        rows = rows.filter(Q(number__gt=after[0]) | Q(number=after[0], pk__gt=after[1]))
    order = ("-number", "-pk") if back else ("number", "pk")
    found = list(rows.order_by(*order)[: size + 1])
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    has_previous, has_next = (more, bool(found)) if back else (after is not None and bool(found), more)
    return found, {
        "previous_url": _url(request, before=found[0]) if has_previous else "",
        "next_url": _url(request, after=found[-1]) if has_next else "",
    }


def _edge(text: str) -> tuple[str, int] | None:
    pk, _, number = text.partition(",")
    return (number, int(pk)) if number and pk.isascii() and pk.isdigit() and len(pk) < 19 else None


def _url(request: HttpRequest, **edge: Any) -> str:
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query.update({name: f"{row.pk},{row.number}" for name, row in edge.items()})
    return f"?{query.urlencode()}"
