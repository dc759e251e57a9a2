"""Keyset pages: the last row's key stands in the address, so that page 10,000 costs what page 1 costs."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest

SIZE = 50


def keyset(
    rows: models.QuerySet,
    key: str,
    request: HttpRequest,
    *,
    newest_first: bool = False,
    size: int = SIZE,
) -> tuple[list[Any], dict[str, str]]:
    """(rows of this page, {previous_url, next_url}) ordered by the unique column `key`.

    `?after=` and `?before=` hold the key at the page's edge; a key that cannot be read is as none.
    """
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    if rows.model._meta.get_field(key).get_internal_type().endswith(("AutoField", "IntegerField")):
        after, before = (
            text if text.isascii() and text.isdigit() and len(text) < 19 else "" for text in (after, before)
        )
    back = bool(before) and not after
    onward, backward = ("lt", "gt") if newest_first else ("gt", "lt")
    order = f"{'-' if newest_first != back else ''}{key}"
    if back:
        rows = rows.filter(**{f"{key}__{backward}": before})
    elif after:
        rows = rows.filter(**{f"{key}__{onward}": after})
    found = list(rows.order_by(order)[: size + 1])
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    has_previous, has_next = (more, bool(found)) if back else (bool(after) and bool(found), more)
    return found, {
        "previous_url": _url(request, before=getattr(found[0], key)) if has_previous else "",
        "next_url": _url(request, after=getattr(found[-1], key)) if has_next else "",
    }


def _url(request: HttpRequest, **edge: Any) -> str:
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query.update({name: str(value) for name, value in edge.items()})
    return f"?{query.urlencode()}"
