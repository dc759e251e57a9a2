"""What the policy tests stand on: rows with the units and people related to them, and planted secrets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

#: Everybody who asks: "" is nobody signed in; the others are accounts of tests/cast.py.
PRINCIPALS = (
    "",
    "shangwan.filler",
    "shangwan.head",
    "qingshi.filler",
    "qingshi.deputy",
    "qingshi.head",
    "baiyang.head",
    "nr.officer",
    "nr.approver",
    "nr.head",
    "police.officer",
    "police.approver",
    "police.head",
    "ecology.officer",
    "ecology.head",
    "emergency.officer",
    "forestry.officer",
    "discipline",
    "procuratorate",
    "office",
    "leader",
    "custodian",
    "auditor",
    "sysadmin",
)


@dataclass(frozen=True, eq=False)
class Row:
    """One row of the world: `keys` fill the numbers of an address, `near` is relation → unit codes and
    accounts that stand so to the row, written by hand where the row is made."""

    noun: str
    name: str
    keys: dict[str, Any]
    near: dict[str, frozenset[str]]
    model: Any = None
    version: int | None = None


@dataclass
class World:
    """The rows by noun, and each secret's token by its name."""

    cast: Any
    rows: dict[str, list[Row]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def row(self, noun: str, name: str, keys: Any, **near: str | Iterable[str]) -> None:
        """Put a row down; `keys` is a model row or the numbers of the address."""
        model = None
        if not isinstance(keys, dict):
            model, keys = type(keys), {"pk": keys.pk}
        groups = {
            relation: frozenset((who,) if isinstance(who, str) else who) for relation, who in near.items()
        }
        made = Row(noun, name, keys, groups, model=model)
        if any(one.name == name for one in self.rows.get(noun, ())):
            raise ValueError(f"{noun} {name} stands twice")
        self.rows.setdefault(noun, []).append(made)

    def settle(self) -> None:
        """All is made: each row takes note of the version at which its pages are shown."""
        for noun, rows in self.rows.items():
            self.rows[noun] = [replace(row, version=_version(row)) for row in rows]

    def secret(self, name: str) -> str:
        """A token that stands nowhere else, planted under `name` (oracle.yaml says who may see it)."""
        if name in self.tokens:
            raise ValueError(f"secret {name} planted twice")
        self.tokens[name] = f"ZQ{len(self.tokens) + 101}KX"
        return self.tokens[name]

    def digits(self, name: str) -> str:
        """A secret made of digits, for telephones and papers."""
        self.tokens[name] = f"1388800{len(self.tokens) + 7101}"
        return self.tokens[name]

    def find(self, name: str) -> Row:
        """The row that is called so ("lead.q" is the row q of the noun lead)."""
        noun, _, short = name.partition(".")
        return next(row for row in self.rows[noun] if row.name == short)


def _version(row: Row) -> int | None:
    if row.model is None or not any(one.name == "version" for one in row.model._meta.get_fields()):
        return row.keys.get("version")
    return row.model._base_manager.values_list("version", flat=True).get(pk=row.keys["pk"])
