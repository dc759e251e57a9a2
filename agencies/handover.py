"""Open work of a person who leaves: the rooms above register what they know of (design.md 2).

    register("duty", "指定本人办理的任务", list_fn, move_fn)

`list_fn(member) -> Iterable[Item]` names what still lies with the member; `move_fn(*, source, target, by)
-> int` gives all of it to a colleague inside the caller's transaction and returns how many rows moved.
Without `move_fn` the kind is only shown (a draft is nobody else's to see).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from agencies.models import Member
from core.access import barred_matters


@dataclass(frozen=True)
class Item:
    """One piece of open work, as a title and the address where it is done; on a matter with its id, so that
    nobody who must stay out of it finds it listed or counted."""

    title: str
    url: str = ""
    matter_id: int | None = None


class Move(Protocol):
    """Gives one kind of work from `source` to `target`."""

    def __call__(self, *, source: Member, target: Member, by: Member) -> int: ...


@dataclass(frozen=True)
class Provider:
    """One kind of work that may be open."""

    label: str
    listing: Callable[[Member], Iterable[Item]]
    moving: Move | None


@dataclass(frozen=True)
class OpenWork:
    """What one provider found; `movable` is False for what is shown only."""

    kind: str
    label: str
    items: tuple[Item, ...]
    movable: bool


PROVIDERS: dict[str, Provider] = {}


def register(
    kind: str, label: str, list_fn: Callable[[Member], Iterable[Item]], move_fn: Move | None = None,
) -> None:
    """Register a kind of work; called in `AppConfig.ready()`. The same kind again replaces it."""
    PROVIDERS[kind] = Provider(label, list_fn, move_fn)


def open_work(member: Member, viewer: Member | None = None) -> list[OpenWork]:
    """Everything open that lies with `member`, kinds without any left out; for a `viewer` without what that
    person must stay out of (回避)."""
    away = set(barred_matters(viewer).values_list("pk", flat=True)) if viewer else set()
    found = (
        OpenWork(kind, provider.label, _shown(provider, member, away), provider.moving is not None)
        for kind, provider in PROVIDERS.items()
    )
    return [work for work in found if work.items]


def _shown(provider: Provider, member: Member, away: set[int]) -> tuple[Item, ...]:
    return tuple(item for item in provider.listing(member) if item.matter_id not in away)


def movable(work: Iterable[OpenWork]) -> int:
    """How many pieces a colleague would take over."""
    return sum(len(part.items) for part in work if part.movable)
