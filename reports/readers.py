"""Which of a number's rows a reader may see; the others are counted, not shown (design.md 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.db.models import QuerySet, Sum

from agencies.models import Agency, Member
from agencies.scope import readable_agencies
from reports.figures import Figure

CHUNK = 500


@dataclass(frozen=True)
class Shown:
    """What of a number a reader sees: `rows` is the queryset of a live number, `keys` the visible keys of a
    frozen one. `value` and `count` are of the visible rows, `rest` and `rest_count` of the others.
    """

    value: int
    count: int
    rest: int = 0
    rest_count: int = 0
    rows: QuerySet | None = None
    keys: Sequence[int] = ()

    @property
    def total(self) -> int:
        """The number itself: what is shown and the rest add up."""
        return self.value + self.rest


def readable(model: type[models.Model], member: Member) -> QuerySet:
    """The rows of a model that the member may see."""
    if model is Agency:
        return readable_agencies(member)
    return model._default_manager.visible_to(member)


def of_live(figure: Figure, rows: QuerySet, member: Member) -> Shown:
    """A live number over `rows`, seen by `member`."""
    seen = rows.filter(pk__in=readable(figure.model, member).values("pk"))
    whole, count = figure.of(rows), rows.count()
    value, visible = figure.of(seen), seen.count()
    return Shown(value, visible, whole - value, count - visible, rows=seen)


def of_frozen(figure: Figure, keys: Sequence[str], value: int, member: Member) -> Shown:
    """A frozen number with its row keys, seen by `member`."""
    visible: list[int] = []
    seen = 0
    for start in range(0, len(keys), CHUNK):
        part = [int(key) for key in keys[start : start + CHUNK]]
        rows = readable(figure.model, member).filter(pk__in=part)
        there = set(rows.values_list("pk", flat=True))
        visible += [pk for pk in part if pk in there]
        if figure.measure:
            seen += rows.aggregate(n=Sum(figure.measure))["n"] or 0
    if not figure.measure:
        seen = len(visible)
    return Shown(seen, len(visible), value - seen, len(keys) - len(visible), keys=visible)
