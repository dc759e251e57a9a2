"""What a column is judged against, loaded once per request or batch."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from minewatch.lib.text import fold as fold_afresh
from minewatch.lib.text import normalise

fold = lru_cache(maxsize=1 << 14)(fold_afresh)  # bulk rows repeat a few hundred texts


class Mineral(NamedTuple):
    """One row of the mineral list; `shallow` is 浅层煤, 浅层矿 or "": a hint for form 1, never a finding."""

    name: str
    category: str
    aliases: tuple[str, ...]
    unit: str
    shallow: str


class Village(NamedTuple):
    name: str
    code: str
    township: str


class SiteRef(NamedTuple):
    id: int
    name: str
    lon: float | None = None
    lat: float | None = None


@lru_cache(maxsize=1)
def load_minerals() -> Mapping[str, Mineral]:
    """The mineral list shipped in data/minerals.csv, by canonical name."""
    with (Path(__file__).parent.parent / "data" / "minerals.csv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        found = [
            Mineral(
                row["name"],
                row["category"],
                tuple(filter(None, row["aliases"].split("|"))),
                row["unit"],
                row["shallow"],
            )
            for row in rows
        ]
    return MappingProxyType({mineral.name: mineral for mineral in found})


@dataclass(frozen=True, eq=False)
class Refs:
    """What rows are judged against, loaded once by the caller.

    county     its name, "示范县"
    bbox       (min_lon, min_lat, max_lon, max_lat) in degrees, or None where it is not known
    unit       the township or village the rows are filed for; "" for a unit that covers the whole county
    townships  name → code, all of the county
    villages   all of the county; two townships may have villages of one name
    sites      the registered sites the unit may name in a location
    today      a patrol after this day is refused; None asks nothing
    """

    county: str
    bbox: tuple[float, float, float, float] | None = None
    unit: str = ""
    townships: Mapping[str, str] = field(default_factory=dict)
    villages: tuple[Village, ...] = ()
    sites: tuple[SiteRef, ...] = ()
    minerals: Mapping[str, Mineral] = field(default_factory=load_minerals)
    today: date | None = None

    def for_unit(self, unit: str) -> "Refs":
        """The same county seen from another unit ("" = the whole county)."""
        return Refs(
            self.county, self.bbox, unit, self.townships, self.villages, self.sites, self.minerals, self.today
        )

    @cached_property
    def township(self) -> str:
        """The township of the unit: itself, or the one its village lies in; "" for the whole county."""
        if not self.unit or self.unit in self.townships:
            return self.unit
        return next((village.township for village in self.villages if village.name == self.unit), "")

    @cached_property
    def village(self) -> str:
        return self.unit if self.unit and self.unit not in self.townships else ""

    @cached_property
    def villages_by_name(self) -> Mapping[str, tuple[Village, ...]]:
        found: dict[str, tuple[Village, ...]] = {}
        for village in self.villages:
            found[village.name] = (*found.get(village.name, ()), village)
        return found

    @cached_property
    def mineral_names(self) -> Mapping[str, Mineral]:
        """Every canonical name and alias, normalised."""
        found = {}
        for mineral in self.minerals.values():
            for name in (*mineral.aliases, mineral.name):
                found[normalise(name)] = mineral
        return found

    def mineral(self, text: str) -> Mineral | None:
        """The mineral meant by a canonical name or an alias; 矿 at the end may be missing or too much."""
        name = normalise(text)
        names = self.mineral_names
        return names.get(name) or names.get(name + "矿") or names.get(name.removesuffix("矿"))

    @cached_property
    def place_names(self) -> re.Pattern:
        """Township and village names in one search, longest first so that 大青石镇 is not read as 青石镇."""
        names = sorted({*self.townships, *self.villages_by_name}, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, names)) or r"(?!)")

    @cached_property
    def site_names(self) -> re.Pattern:
        names = sorted({site.name for site in self.sites if len(site.name) > 1}, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, names)) or r"(?!)")

    def site_in(self, location: str) -> SiteRef | None:
        """The one registered site a location names; None where none or several bear the name."""
        match = self.site_names.search(location)
        named = [site for site in self.sites if match and site.name == match[0]]
        return named[0] if len(named) == 1 else None

    def unit_named(self, text: str) -> str:
        """The unit a heading names: 青石镇人民政府 → 青石镇, 青石镇上湾村村民委员会 → 上湾村; "" if none."""
        named = self.place_names.findall(fold(text))
        villages = [name for name in named if name in self.villages_by_name]
        return villages[0] if villages else named[0] if named else ""

    def where(self, location: str) -> tuple[str, str]:
        """(township, village) named first in a location; a village's township is given where it is sure."""
        named = self.place_names.findall(location)
        township = next((name for name in named if name in self.townships), "")
        village = next((name for name in named if name in self.villages_by_name), "")
        homes = {found.township for found in self.villages_by_name.get(village, ())}
        if township and village and township not in homes:
            village = ""
        if village and not township:
            township = self.township if self.township in homes else homes.pop() if len(homes) == 1 else ""
        return township, village
