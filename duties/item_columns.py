"""The one column table of items: the form in the browser and the workbook are judged by it (design.md 3.4).

A column checks the shape of one text; what the list as a whole allows is asked in `duties.actions.items`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from agencies.models import Agency, AgencyKind
from duties.item_rules import NewItem
from duties.models import Item, ItemList
from minewatch.lib.clock import day_end
from minewatch.lib.text import BadDate, fold, normalise, parse_day

BLANKS = ("-", "—", "/", "无")
FIRST_YEAR, LAST_YEAR = 2000, 2100


class BadText(Exception):
    """What is wrong with one text, and how to mend it."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend


@dataclass(frozen=True)
class Refs:
    """The units that may answer for an item of this list, by every name they go by."""

    units: Mapping[str, tuple[Agency, ...]]
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column: its name on paper, other names, the check of one text, and what to tell the user."""

    key: str
    label: str
    parse: Callable[[str, Refs], object]
    aliases: tuple[str, ...] = ()
    required: bool = False
    help: str = ""
    long: bool = False
    width: int = 16


@dataclass(frozen=True)
class Problem:
    """One text that cannot be taken."""

    column: str
    message: str
    mend: str


@dataclass
class Row:
    """What a row of texts became: values by column, or problems."""

    values: dict[str, object] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def item(self, found_by: Agency | None = None) -> NewItem:
        """The new item; only of a row without problems."""
        return NewItem(**self.values, found_by=found_by)  # type: ignore[arg-type]


def _text(label: str, limit: int, *, required: bool = False) -> Callable[[str, Refs], str]:
    def parse(text: str, refs: Refs) -> str:
        value = text.strip() if limit > 200 else fold(text).strip()
        if required and not value:
            raise BadText(f"{label}未填写", f"请填写{label}")
        if len(value) > limit:
            raise BadText(f"{label}有{len(value)}个字，超过{limit}字", f"请缩短到{limit}字以内")
        return value

    return parse


def _unit(text: str, refs: Refs) -> Agency:
    name = normalise(text)
    if not name:
        raise BadText("责任单位未填写", "请填写责任单位全称")
    found = refs.units.get(name, ())
    if len(found) == 1:
        return found[0]
    if not found:
        raise BadText(f"没有名为“{fold(text)[:20]}”的单位", "请填写系统中的单位名称，如乡镇、部门全称")
    names = "、".join(unit.name for unit in found[:4])
    raise BadText(f"有{len(found)}个单位叫“{fold(text)[:20]}”", f"请填写全称：{names}")


def _category(text: str, refs: Refs) -> str:
    plain = normalise(text)
    if not plain or fold(text) in BLANKS:
        return ""
    choices = category_choices(refs.categories)
    for value, label in choices:
        if plain in (value, normalise(label)):
            return value
    labels = "、".join(label for _, label in choices)
    raise BadText(f"分类无法识别“{fold(text)[:20]}”", f"请填写{labels}之一，或不填")


def _due(text: str, refs: Refs) -> dt.datetime | None:
    if not fold(text) or fold(text) in BLANKS:
        return None
    try:
        day = parse_day(text)
    except BadDate as error:
        raise BadText(f"期限无法识别“{fold(text)[:20]}”", str(error).rstrip("。")) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadText(f"期限的年份“{day.year}”不对", "请填写 2026-09-30 这样的日期")
    return day_end(day)


COLUMNS = (
    Column("name", "名称", _text("名称", 160, required=True), ("对象名称", "问题名称"), True, width=24),
    Column("place", "位置", _text("位置", 200), ("地点", "所在位置", "具体位置"), width=24),
    Column("agency", "责任单位", _unit, ("整改责任单位", "属地"), True, "乡镇、村或部门的名称", width=20),
    Column("category", "分类", _category, ("处置方式",), width=12),
    Column("problem", "问题", _text("问题", 2000), ("存在问题", "问题描述"), long=True, width=36),
    Column("demand", "整改要求", _text("整改要求", 2000), ("要求", "整改措施"), long=True, width=36),
    Column("due_at", "期限", _due, ("整改期限", "完成时限", "整改时限"), help="到当日24时；不填用清单的期限"),
    Column("responsible", "监管责任人", _text("监管责任人", 60), ("责任人",), help="不能由本人验收销号"),
)
BY_KEY = {column.key: column for column in COLUMNS}
LABELS = {normalise(word): c.key for c in COLUMNS for word in (c.label, *c.aliases)}


def parse_item(texts: Mapping[str, str], refs: Refs) -> Row:
    """Judge one row of texts by every column; missing columns are as blank."""
    row = Row()
    for column in COLUMNS:
        try:
            row.values[column.key] = column.parse(texts.get(column.key, ""), refs)
        except BadText as error:
            row.problems.append(Problem(column.key, error.message, error.mend))
    return row


def category_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """The list's categories as (value, label); all of them where the list names none."""
    labels = dict(Item.Category.choices)
    return [(code, labels[code]) for code in (codes or labels) if code in labels]


def refs_of(item_list: ItemList, units: Iterable[Agency]) -> Refs:
    """What texts of this list may name; a village also as 青石镇上湾村."""
    named: dict[str, list[Agency]] = {}
    for unit in units:
        words = {unit.name, unit.short_name, unit.code}
        if unit.kind in (AgencyKind.TOWNSHIP, AgencyKind.VILLAGE):
            words.add(unit.division.name)
        if unit.kind == AgencyKind.VILLAGE and unit.parent:
            words.add(f"{unit.parent.division.name}{unit.division.name}")
        for word in words:
            if word:
                named.setdefault(normalise(word), []).append(unit)
    return Refs({word: tuple(found) for word, found in named.items()}, tuple(item_list.categories))
