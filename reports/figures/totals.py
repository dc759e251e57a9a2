"""Many figures at once: one read of the tally, one pass over the entries, the rest singly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from minewatch.lib.periods import Window
from reports.figures.base import EntryFigure, Figure, entries, tally_sums
from reports.figures.scope import Scope


def totals(
    scope: Scope,
    window: Window,
    as_of: dt.datetime | None = None,
    *,
    figures: Iterable[Figure],
) -> dict[str, int]:
    """Key → number. Equal to counting `rows` one by one; call it inside one `snapshot()`."""
    figures = tuple(figures)
    of_entries = [figure for figure in figures if isinstance(figure, EntryFigure)]
    tallied = [figure for figure in of_entries if figure.tallied(window, as_of)]
    found = tally_sums(scope, window, tallied) if tallied else {}
    counted = [figure for figure in of_entries if figure.key not in found]
    for bounds in dict.fromkeys(figure.bounds for figure in counted):
        same = [figure for figure in counted if figure.bounds is bounds]
        found |= _in_one_pass(entries(scope, window, as_of, bounds), window, same)
    for figure in figures:
        if figure.key not in found:
            found[figure.key] = figure.of(figure.rows(scope, window, as_of))
    return {figure.key: int(found[figure.key]) for figure in figures}


def _in_one_pass(rows: QuerySet, window: Window, figures: list[EntryFigure]) -> dict[str, int]:
    found = rows.order_by().aggregate(**{f"n_{figure.key}": _measure(figure, window) for figure in figures})
    return {figure.key: found[f"n_{figure.key}"] for figure in figures}


def _measure(figure: EntryFigure, window: Window) -> Count | Coalesce:
    where = figure.where(window) or None
    if figure.measure:
        return Coalesce(Sum(figure.measure, filter=where), 0)
    return Count("pk", filter=where)
