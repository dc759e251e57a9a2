"""The questions of joint inspections, from `ledgers/data/checklists.yaml`: who answers which, where."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from agencies.models import AgencyKind

if TYPE_CHECKING:
    from agencies.models import Agency

FILE = Path(__file__).parent / "data" / "checklists.yaml"
LISTS = ("open_pit", "underground", "general", "acceptance")
EVERY = "every"
#: They convene and do not inspect: nothing of 本单位职责 is asked of them.
CONVENERS = (AgencyKind.JOINT_OFFICE, AgencyKind.COUNTY, AgencyKind.CITY_OFFICE)


class BadChecklist(ValueError):
    """The data file says nothing clear; the message names the question."""


@dataclass(frozen=True)
class Question:
    """One question. `kinds`: the kinds of unit that answer; `lists`: where it is asked; `source`: notice and paragraph."""  # noqa: E501

    code: str
    label: str
    theme: str
    kinds: frozenset[str]
    lists: frozenset[str]
    source: str
    retired: bool = False

    def is_for(self, agency: Agency) -> bool:
        """Whether the unit answers it by its kind."""
        if EVERY in self.kinds:
            return agency.kind not in CONVENERS
        return agency.kind in self.kinds


@cache
def questions() -> dict[str, Question]:
    """Every question by its code, in the order of the file. Raises BadChecklist."""
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> dict[str, Question]:
    """Questions of a checklist file. Raises BadChecklist for an unknown theme, kind or list, or a twin."""
    data = yaml.safe_load(text)
    found: dict[str, Question] = {}
    for row in data["questions"]:
        code = row["code"]
        if code in found:
            raise BadChecklist(f"检查项代码“{code}”重复")
        if row["theme"] not in data["themes"]:
            raise BadChecklist(f"检查项“{code}”的类别“{row['theme']}”没有定义")
        strange = set(row["kinds"]) - set(AgencyKind.values) - {EVERY} or set(row["lists"]) - set(LISTS)
        if strange or not row["lists"] or not row["source"]:
            raise BadChecklist(f"检查项“{code}”的单位类别、检查表或出处不正确：{'、'.join(sorted(strange))}")
        found[code] = Question(
            code,
            row["label"],
            data["themes"][row["theme"]],
            frozenset(row["kinds"]),
            frozenset(row["lists"]),
            row["source"],
            bool(row.get("retired")),
        )
    return found


def asked(checklist: str) -> list[Question]:
    """The questions asked at a site with that checklist."""
    return [one for one in questions().values() if checklist in one.lists and not one.retired]


def owed(checklist: str, agency: Agency) -> list[Question]:
    """What the unit has to answer there, by its kind."""
    return [one for one in asked(checklist) if one.is_for(agency)]


def offered(
    checklist: str, agency: Agency, *, leading: bool, present: Collection[Agency] = ()
) -> list[Question]:
    """What the unit may answer there: its own, and for the leading unit what nobody present answers."""
    own = owed(checklist, agency)
    if not leading:
        return own
    orphans = [one for one in asked(checklist) if not any(one.is_for(unit) for unit in (agency, *present))]
    return [*own, *orphans]


def label_of(code: str) -> str:
    """The question's words; its code for one that is not in the file any more."""
    found = questions().get(code)
    return found.label if found else code
