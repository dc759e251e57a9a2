"""Keyset pages by (due_at, id): page 10,000 costs what page 1 costs; duties without a date come last."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import DateTimeField, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from duties.models import Duty
from minewatch.lib.clock import SHANGHAI

SIZE = 50
NEVER = dt.datetime(9999, 1, 1, tzinfo=SHANGHAI)


def by_due(
    rows: QuerySet[Duty], request: HttpRequest, *, size: int = SIZE
) -> tuple[list[Duty], dict[str, str]]:
    """(rows of this page, {previous_url, next_url}); `?after=` / `?before=` hold "instant,id" of its edge."""
    rows = rows.annotate(sort_at=Coalesce("due_at", Value(NEVER), output_field=DateTimeField()))
    after, before = _edge(request.GET.get("after", "")), _edge(request.GET.get("before", ""))
    back = before is not None and after is None
    if back:
        rows = rows.filter(Q(sort_at__lt=before[0]) | Q(sort_at=before[0], pk__lt=before[1]))
    elif after is not None:
        rows = rows.filter(Q(sort_at__gt=after[0]) | Q(sort_at=after[0], pk__gt=after[1]))
    order = ("-sort_at", "-pk") if back else ("sort_at", "pk")
    found = list(rows.order_by(*order)[: size + 1])
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    has_previous, has_next = (more, bool(found)) if back else (after is not None and bool(found), more)
    return found, {
        "previous_url": _url(request, before=found[0]) if has_previous else "",
        "next_url": _url(request, after=found[-1]) if has_next else "",
    }


def _edge(text: str) -> tuple[dt.datetime, int] | None:
    """The key of a row; what cannot be read is as none."""
    instant, _, pk = text.partition(",")
    try:
        at = dt.datetime.fromisoformat(instant)
    except ValueError:
        return None
    if at.tzinfo is None or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    return at, int(pk)


def _url(request: HttpRequest, **edge: Any) -> str:
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query.update({name: f"{duty.sort_at.isoformat()},{duty.pk}" for name, duty in edge.items()})
    return f"?{query.urlencode()}"
