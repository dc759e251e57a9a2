"""States are a table; a move is a conditional UPDATE (design.md 3.2).

`Transition` rows stand in each app's `states.py`. Buttons, API verbs and the
generated tests read them; `move` is the only way a status changes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db import models
from django.db.models import F

from core import audit
from core.access import hold
from core.errors import Conflict, DomainError
from minewatch.lib.clock import SHANGHAI

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Transition:
    """One legal move.

    `side` names whose people may make it: "owner" (the row's own unit),
    "superior" (the unit above it) or "recipient" (the unit it is sent to).
    """

    name: str
    source: tuple[str, ...]
    target: str
    roles: tuple[str, ...]
    label: str
    side: str = "owner"
    needs_reason: bool = False

    def require_reason(self, reason: str) -> str:
        """The stripped reason, or a DomainError when this move needs one and none was given."""
        reason = reason.strip()
        if self.needs_reason and not reason:
            raise DomainError(f"{self.label}必须写明原因。", field="reason")
        return reason


def table(*transitions: Transition) -> dict[str, Transition]:
    """Transitions by name; a name stands once."""
    moves = {transition.name: transition for transition in transitions}
    if len(moves) != len(transitions):
        raise ValueError("a transition name stands twice")
    return moves


def legal(moves: dict[str, Transition], status: str) -> Iterable[Transition]:
    """Transitions that may start from `status`."""
    return (transition for transition in moves.values() if status in transition.source)


def reachable(moves: Iterable[Transition], status: str) -> set[str]:
    """`status` and every state that may still come of it by `moves`; a move without a target changes none."""
    moves = [transition for transition in moves if transition.target]
    seen, queue = {status}, deque([status])
    while queue:
        state = queue.popleft()
        for transition in moves:
            if state in transition.source and transition.target not in seen:
                seen.add(transition.target)
                queue.append(transition.target)
    return seen


def move(obj: M, transition: Transition, *, expected_version: int | None = None, **stamps: object) -> M:
    """Make `transition` on `obj`, setting `stamps`; the loser of a race gets a Conflict.

    One UPDATE on pk + expected status + version; exactly one row, else the
    Conflict says who did what and when.
    """
    version = obj.version if expected_version is None else expected_version  # type: ignore[attr-defined]
    hold(getattr(obj, "matter_id", None))
    changed = (
        type(obj)
        ._default_manager.filter(
            pk=obj.pk,
            status__in=transition.source,
            version=version,
        )
        .update(status=transition.target, version=F("version") + 1, **stamps)
    )
    if changed != 1:
        raise conflict(obj)
    _reread(obj)
    return obj


def bump(obj: models.Model, *statuses: str) -> None:
    """Raise the parent's version where its state still allows a child act, else Conflict.

    A rule over several rows is guarded at the parent: every child action calls this.
    """
    hold(getattr(obj, "matter_id", None))
    changed = (
        type(obj)
        ._default_manager.filter(
            pk=obj.pk,
            status__in=statuses,
        )
        .update(version=F("version") + 1)
    )
    if changed != 1:
        raise conflict(obj)
    _reread(obj)


def _reread(obj: models.Model) -> None:
    """The row as it stands now. Rows it points to that are still the same stay loaded: what follows a move
    asks for them again and again."""
    loaded = [
        (field, getattr(obj, field.attname), field.get_cached_value(obj))
        for field in obj._meta.concrete_fields
        if field.is_relation and field.is_cached(obj)
    ]
    obj.refresh_from_db()
    for field, key, row in loaded:
        if getattr(obj, field.attname) == key:
            field.set_cached_value(obj, row)


def conflict(obj: models.Model) -> Conflict:
    """The Conflict for `obj`: who acted last, when, and what state it is in now."""
    obj.refresh_from_db()
    state = obj.get_status_display()  # type: ignore[attr-defined]
    last = audit.last_on(obj)
    if last is None:
        return Conflict(f"这条记录已经变动，现在的状态是“{state}”。请刷新后再办。")
    when = last.at.astimezone(SHANGHAI)
    who = last.actor_label or "系统"
    return Conflict(
        f"{who}已于{when:%Y年%-m月%-d日 %H:%M}办理（{audit.sentence(last)}），现在的状态是“{state}”。"
        "您填写的内容仍保留在页面上，请刷新后再办。"
    )
