"""Which unit of the county is meant by each key of a definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from django.db.models import Q

from agencies.models import Agency, AgencyKind, Division
from core.errors import DomainError
from duties.definitions.definition import Definition, UnitSpec

NONE = "none"


@dataclass
class Bound:
    """Units by key of the definition, sets left out. A key without units is declared as none here."""

    definition: Definition
    single: dict[str, list[Agency]] = field(default_factory=dict)
    open: dict[str, str] = field(default_factory=dict)

    def of(self, keys: Iterable[str]) -> list[Agency]:
        """Units behind keys, sets taken apart, each unit once, in the notice's order."""
        found: dict[int, Agency] = {}
        for spec in self.definition.members(tuple(keys)):
            for unit in self.single.get(spec.key, []):
                found.setdefault(unit.pk, unit)
        return list(found.values())

    def one(self, key: str) -> Agency | None:
        """The unit of a key that names one; None for a set, an actor or a key without a unit."""
        units = self.single.get(key, []) if key and not self.definition.units[key].each else []
        return units[0] if units else None

    @property
    def codes(self) -> dict[str, list[str]]:
        """What is stored with the campaign: unit codes by key; [] = the county has no such unit."""
        return {key: [unit.code for unit in units] for key, units in self.single.items()}

    @property
    def lines(self) -> list[str]:
        """县自然资源局（nr）→ 示范县自然资源局"""
        rows = []
        for key, spec in self.definition.units.items():
            if spec.of:
                continue
            units = self.single.get(key)
            named = "、".join(unit.label for unit in units or [])
            where = named or ("本县没有此单位" if units == [] else self.open.get(key, "系统外，不对应单位"))
            rows.append(f"{spec.name}（{key}）→ {where}")
        return rows


def bind(
    definition: Definition,
    county: Division,
    *,
    chosen: Mapping[str, str] | None = None,
    previous: Definition | None = None,
    codes: Mapping[str, list[str]] | None = None,
) -> Bound:
    """Bind every key. `chosen` is KEY → unit code or "none"; `codes` with `previous` is how it was bound
    when it was loaded before: a single unit stays what it was while its key means the same.

    Raises DomainError for a chosen key or code that is not there, and for a key in hosts, with or to that
    stays without a unit, naming all of them.
    """
    units = _units(county)
    found = Bound(definition)
    chosen = dict(chosen or {})
    _keys_known(definition, chosen)
    for key, spec in definition.units.items():
        if spec.of or spec.actor:
            continue
        if key in chosen:
            found.single[key] = _chosen(spec, chosen[key], units)
        elif spec.each:
            found.single[key] = _of_kind(spec.each, units, county)
        else:
            kept = _kept(spec, previous, codes or {}, units)
            _take(found, spec, _of_kind(spec.kind, units, county) if kept is None else kept, kept is not None)
    _refuse_open(found)
    return found


def _units(county: Division) -> dict[str, Agency]:
    """Active units of the county and of the city above it, by code."""
    here = Q(division__code__startswith=county.code) | Q(division__code=county.code[:4])
    rows = Agency.objects.active().filter(here).select_related("division")
    return {unit.code: unit for unit in rows.order_by("division__code", "code")}


def _of_kind(kind: str, units: Mapping[str, Agency], county: Division) -> list[Agency]:
    city = kind == AgencyKind.CITY_OFFICE
    return [
        unit
        for unit in units.values()
        if unit.kind == kind and (city or unit.division.code.startswith(county.code))
    ]


def _kept(
    spec: UnitSpec, previous: Definition | None, codes: Mapping[str, list[str]], units: Mapping[str, Agency]
) -> list[Agency] | None:
    """The binding of before, where the key means the same and its unit is still in service."""
    if previous is None or spec.key not in codes:
        return None
    before = previous.units.get(spec.key)
    if before is None or before.kind != spec.kind or not all(code in units for code in codes[spec.key]):
        return None
    return [units[code] for code in codes[spec.key]]


def _take(found: Bound, spec: UnitSpec, units: list[Agency], settled: bool) -> None:
    if settled or len(units) == 1:
        found.single[spec.key] = units
    elif units:
        found.open[spec.key] = f"有 {len(units)} 个同类单位：{'、'.join(unit.code for unit in units)}"
    else:
        found.open[spec.key] = "本县没有这类单位"


def _keys_known(definition: Definition, chosen: Mapping[str, str]) -> None:
    for key in chosen:
        spec = definition.units.get(key)
        if spec is None:
            near = get_close_matches(key, definition.units, 1)
            hint = f"，是否应为 {near[0]}？" if near else "。"
            raise DomainError(f"方案中没有单位代号“{key}”{hint}", field="bind")
        if spec.of or spec.actor:
            raise DomainError(
                f"“{key}”是{'一组单位' if spec.of else '系统外的行为人'}，不能指定。", field="bind"
            )
        if spec.each and chosen[key] != NONE:
            raise DomainError(f"“{key}”是全部同类单位，不能指定为一个；只能写 none。", field="bind")


def _chosen(spec: UnitSpec, code: str, units: Mapping[str, Agency]) -> list[Agency]:
    if code == NONE:
        return []
    if code not in units:
        near = get_close_matches(code, units, 3, 0.4)
        hint = f"，是否应为 {'、'.join(near)}？" if near else "。"
        raise DomainError(f"“{spec.key}”指定的单位代码“{code}”在本县不存在或已停用{hint}", field="bind")
    return [units[code]]


def _refuse_open(found: Bound) -> None:
    """A key that somebody owes by, works by or reports to has to be bound, or declared none."""
    needed: dict[str, None] = {}
    for task in found.definition.tasks.values():
        keys = (*task.hosts, *task.cooperating, *((task.to,) if task.to else ()))
        needed |= dict.fromkeys(spec.key for spec in found.definition.members(keys))
    missing = [
        f"{found.definition.units[key].name}（{key}）：{found.open[key]}"
        for key in needed
        if key in found.open
    ]
    if missing:
        raise DomainError(
            f"有 {len(missing)} 个单位没有对应上：{'；'.join(missing)}。"
            "请用 --bind 代号=单位代码 指定；本县没有此单位的写 --bind 代号=none。",
            field="bind",
        )
    for task in found.definition.tasks.values():
        actors = all(spec.actor for spec in found.definition.members(task.hosts))
        if not actors and not found.of(task.hosts):
            raise DomainError(
                f"任务 {task.code} 没有牵头单位，请用 --bind 为 {'、'.join(task.hosts)} 指定单位。",
                field="bind",
            )
