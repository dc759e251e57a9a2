"""Definition: the checked content of a campaign file, as values. No database, no clock."""

from __future__ import annotations

import datetime as dt
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from duties.definitions.shape import DAY, day
from minewatch.lib.hashing import digest

#: Keys that hold a day. `from` of a route is a unit: only what is written as a day is moved.
DAY_KEYS = frozenset("signed_on starts_on ends_on on by from until start suggested".split())
#: Deadlines that fall on one day, from which others may be counted (`before: task:…`).
ONE_DAY_KINDS = frozenset({"fixed", "stage_end", "before", "quota"})
#: Deadlines that never fall due by themselves.
UNDATED_KINDS = frozenset({"open", "ongoing", "event", "none", "impossible"})
VISIT = "visit"


@dataclass(frozen=True)
class UnitSpec:
    """A key of `units`: one unit of a kind, all of a kind (`each`), a set (`of`), or an actor."""

    key: str
    name: str
    kind: str = ""
    each: str = ""
    of: tuple[str, ...] = ()
    actor: bool = False
    part: str = ""


@dataclass(frozen=True)
class StageSpec:
    """A stage; both days may be unknown."""

    code: str
    name: str
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    paragraph: str = ""


@dataclass(frozen=True)
class TaskSpec:
    """A task; `data` is its part of the definition, kept with the Task row."""

    code: str
    kind: str
    name: str
    hosts: tuple[str, ...]
    cooperating: tuple[str, ...]
    deadline: dict[str, Any]
    data: dict[str, Any] = field(repr=False)

    @property
    def stage(self) -> str:
        """Code of its stage, or empty."""
        return self.data.get("stage", "")

    @property
    def to(self) -> str:
        """Unit key of the recipient, or empty."""
        return self.data.get("to", "")

    @property
    def proof(self) -> str:
        """What proves it: `document` unless the file says otherwise; 包联 is proved by its visits."""
        return self.data.get("proof") or (VISIT if self.kind == VISIT else "document")

    @property
    def needed(self) -> int:
        """Proofs asked for in each window."""
        return self.deadline.get("at_least") or self.data.get("needed", 1)

    @property
    def one_day(self) -> bool:
        """Whether its deadline is a single day."""
        return self.deadline["kind"] in ONE_DAY_KINDS and "per" not in self.deadline


@dataclass(frozen=True)
class Definition:
    """One notice. `data` is JSON-able, days as ISO text; equal data is the same definition."""

    data: dict[str, Any]
    name: str = field(default="", compare=False)

    __hash__ = None  # type: ignore[assignment]

    def __getitem__(self, key: str) -> Any:
        """A list of the file that may be absent: stages, bodies, milestones …"""
        return self.data.get(key, [])

    @property
    def key(self) -> str:
        """Its short code."""
        return self.data["key"]

    @property
    def signed_on(self) -> dt.date | None:
        """Day of signing, None where the text does not say."""
        return day(self.data.get("signed_on"))

    @property
    def starts_on(self) -> dt.date:
        """First day."""
        return dt.date.fromisoformat(self.data["starts_on"])

    @property
    def ends_on(self) -> dt.date | None:
        """Last day, None = open-ended."""
        return day(self.data.get("ends_on"))

    @property
    def binds_from(self) -> dt.date:
        """Nothing is due before the later of signing and start (domain.md A.12)."""
        return max(self.starts_on, self.signed_on or self.starts_on)

    @property
    def roll(self) -> str:
        """Where a due day off work goes, in the words of minewatch.lib.workdays."""
        return {"previous": "prev", "next": "next"}.get(self.data.get("holiday", "keep"), "none")

    @property
    def digest(self) -> str:
        """SHA-256 of the content."""
        return digest(self.data)

    @cached_property
    def units(self) -> dict[str, UnitSpec]:
        """Unit keys in the order of the file."""
        return {
            key: UnitSpec(key=key, **{**row, "of": tuple(row.get("of", ()))})
            for key, row in self.data["units"].items()
        }

    @cached_property
    def stages(self) -> dict[str, StageSpec]:
        """Stages by code."""
        return {
            row["code"]: StageSpec(
                row["code"],
                row["name"],
                day(row.get("starts_on")),
                day(row.get("ends_on")),
                row.get("paragraph", ""),
            )
            for row in self["stages"]
        }

    @cached_property
    def tasks(self) -> dict[str, TaskSpec]:
        """Tasks by code, in the order of the file."""
        return {
            row["code"]: TaskSpec(
                row["code"],
                row["kind"],
                row["name"],
                tuple(row["hosts"]),
                tuple(row.get("with", ())),
                row["deadline"],
                row,
            )
            for row in self.data["tasks"]
        }

    def members(self, keys: tuple[str, ...]) -> list[UnitSpec]:
        """The single units and `each` kinds behind keys, sets taken apart, each once, in order."""
        found: dict[str, UnitSpec] = {}
        waiting, seen = list(keys), set()
        while waiting:
            key = waiting.pop(0)
            unit = self.units[key]
            if unit.of and key not in seen:
                seen.add(key)
                waiting = [*unit.of, *waiting]
            elif not unit.of:
                found.setdefault(key, unit)
        return list(found.values())

    def shifted(self, days: int) -> Definition:
        """Every date moved by `days`; weekdays, days of the month and the notice's own words stay.

        Raises OverflowError beyond the calendar.
        """
        return Definition(_moved(self.data, dt.timedelta(days=days)), self.name) if days else self

    def shifted_to(self, start: dt.date) -> tuple[Definition, int]:
        """Moved so that the campaign starts on `start`; gives the days moved with it."""
        days = (start - self.starts_on).days
        return self.shifted(days), days


def _moved(data: Any, by: dt.timedelta) -> Any:
    if isinstance(data, list):
        return [_moved(value, by) for value in data]
    if not isinstance(data, dict):
        return deepcopy(data)
    moved = {}
    for key, value in data.items():
        if key in DAY_KEYS and isinstance(value, str) and DAY.fullmatch(value):
            moved[key] = (dt.date.fromisoformat(value) + by).isoformat()
        else:
            moved[key] = _moved(value, by)
    return moved
