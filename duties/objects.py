"""Objects that a list may be filled from: the rooms above register their registers.

    duties.objects.register("site", Register("监管对象", offered))     # in AppConfig.ready()

`offered(member, kinds)` gives the objects in the member's sight of those kinds (all kinds when empty).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models

from agencies.models import Agency, Division

if TYPE_CHECKING:
    from agencies.models import Member


@dataclass(frozen=True)
class Offered:
    """One object: its row, the words of the list, the units it belongs to."""

    subject: models.Model
    name: str
    place: str
    kind: str
    kind_words: str
    township: Agency
    village: Agency | None
    division: Division

    @property
    def key(self) -> str:
        """Under which the form names it."""
        return str(self.subject.pk)


@dataclass(frozen=True)
class Register:
    """A register of objects with its name on the button."""

    label: str
    offered: Callable[[Member, Sequence[str]], Sequence[Offered]]


REGISTERS: dict[str, Register] = {}


def register(key: str, found: Register) -> None:
    """Add a register under `key`; called in `AppConfig.ready()`."""
    REGISTERS[key] = found
