"""A Figure: a number with a name, a unit, its rows and its total."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from ledgers.models import Entry, Tally
from minewatch.lib.periods import Window
from reports.figures.scope import Scope
from reports.figures.windows import aligned, in_days, patrolled_in

Rows = Callable[[Scope, Window, dt.datetime | None], QuerySet]
Condition = Callable[[Window], Q]


@dataclass(frozen=True)
class Figure:
    """One named number. It counts by what happened and when it was recorded, never by a mutable status.

    measure   the field that is summed; "" counts the rows
    adds_up   whether it has a cumulative value (累计)
    """

    key: str
    label: str
    unit: str
    model: type[Model]
    query: Rows
    measure: str = ""
    adds_up: bool = True

    def rows(self, scope: Scope, window: Window, as_of: dt.datetime | None = None) -> QuerySet:
        """The rows behind the number, now or as seen at `as_of`."""
        return self.query(scope, window, as_of)

    def of(self, rows: QuerySet) -> int:
        """The number that these rows make."""
        return rows.aggregate(n=Sum(self.measure))["n"] or 0 if self.measure else rows.count()

    def total(self, scope: Scope, window: Window, as_of: dt.datetime | None = None) -> int:
        """The number, now or as seen at `as_of`."""
        return self.of(self.rows(scope, window, as_of))


def always(window: Window) -> Q:
    """No condition."""
    return Q()


@dataclass(frozen=True)
class EntryFigure(Figure):
    """A figure over patrol entries: those within `bounds` that meet `where`.

    Figures of one `bounds` are counted together in one pass over the entries.
    tally   the column of ledgers.Tally that holds the same number per unit and day; "" where none does
    """

    where: Condition = always
    bounds: Condition = patrolled_in
    tally: str = ""

    def tallied(self, window: Window, as_of: dt.datetime | None) -> bool:
        """Whether the daily tally holds this number: whole days, and nobody asks for the past."""
        return bool(self.tally) and as_of is None and aligned(window)

    def total(self, scope: Scope, window: Window, as_of: dt.datetime | None = None) -> int:
        """The number, read from the daily tally where it is kept."""
        if self.tallied(window, as_of):
            return tally_sums(scope, window, (self,))[self.key]
        return super().total(scope, window, as_of)


def tally_sums(scope: Scope, window: Window, figures: Iterable[EntryFigure]) -> dict[str, int]:
    """Key → number by one read of ledgers.Tally."""
    rows = Tally.objects.filter(in_days(window, "day"), agency__in=scope.units().values("pk"))
    figures = tuple(figures)
    found = rows.aggregate(**{f"n_{figure.key}": Coalesce(Sum(figure.tally), 0) for figure in figures})
    return {figure.key: found[f"n_{figure.key}"] for figure in figures}


def entries(
    scope: Scope, window: Window, as_of: dt.datetime | None, bounds: Condition = patrolled_in
) -> QuerySet:
    """Live patrol rows of the scope within the bounds, oldest first as on the paper."""
    return scope.rows(Entry).live(as_of).filter(bounds(window)).order_by("patrolled_on", "id")


def entry_figure(
    key: str,
    label: str,
    *,
    where: Q | Condition = always,
    unit: str = "条",
    measure: str = "",
    tally: str = "",
    bounds: Condition = patrolled_in,
    adds_up: bool = True,
) -> EntryFigure:
    """An EntryFigure; `where` is a Q, or a function of the window."""
    fixed = where
    condition: Condition = (lambda window: fixed) if isinstance(fixed, Q) else fixed

    def query(scope: Scope, window: Window, as_of: dt.datetime | None) -> QuerySet:
        return entries(scope, window, as_of, bounds).filter(condition(window))

    return EntryFigure(key, label, unit, Entry, query, measure, adds_up, condition, bounds, tally)
