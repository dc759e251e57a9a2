"""What the law of a day says in figures: lines to crime of a province, and what a violation may cost.

Which of two texts applies to an act is cases.choice's to say (处罚法37); the working of both stands here.
Rows: cases/data/*.csv (domain.md D.1–D.4).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cases.line_words import amount
from cases.lines import Figure, Table
from cases.models import Offence, Threshold
from duties.words import day_words

#: 1 亩 in square metres (1 亩 = 2000/3 m²), as (numerator, denominator).
MU = (2000, 3)


def province_of(code: str) -> str:
    """The province of a division: the first two digits of its code."""
    return code[:2]


# lines to crime ---------------------------------------------------------------------------------------


def table(province: str) -> Table:
    """Figures by line, measure, zone and day: the province's own choice, else its row, else the nation's.

    One query; the newest row in force on the day counts.
    """
    rows = list(Threshold.objects.filter(province__in=("", province)).order_by("valid_from", "pk"))

    def find(line: str, measure: str, zone: str, day: dt.date) -> Figure | None:
        found = [
            row
            for row in rows
            if (row.line, row.measure, row.zone) == (line, measure, zone) and _in_force(row, day)
        ]
        if not found:
            return None
        return _figure(
            max(found, key=lambda row: (row.chosen is not None, bool(row.province), row.valid_from))
        )

    return find


def _in_force(row: Any, day: dt.date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def _figure(row: Threshold) -> Figure:
    source = f"{row.source}，{day_words(row.valid_from)}起" if row.chosen is not None and row.source else ""
    # that a province's choice is not known is said as a lower bound, not as an uncertain text
    uncertain = row.uncertain and row.high is None
    return Figure(row.low, row.unit, row.basis, row.high, row.chosen, source, uncertain)


# what it costs ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Facts:
    """What the amount of a fine may hang on; unknown is None. Money in 元, area in 亩, volume in m³."""

    value: Decimal | None = None
    gains: Decimal | None = None
    damage: Decimal | None = None
    cost: Decimal | None = None
    fee: Decimal | None = None
    area: Decimal | None = None
    volume: Decimal | None = None
    party: str = ""


def sums_of(act: Any) -> Facts:
    """The amounts of a violation, stored or about to be, as the figures take them."""
    kind = act.party.kind if act.party else ""
    return Facts(value=act.value, damage=act.damage, area=act.area, party=kind)


@dataclass(frozen=True)
class Range:
    """What may be fined: `low`–`high` in 元; `missing` names the figure that is needed first."""

    low: Decimal | None
    high: Decimal | None
    sentence: str
    missing: str = ""


#: by → (field of Facts, what it is called, unit of one times)
BASES = {
    "value": ("value", "矿产品市场价值", "倍"),
    "gains": ("gains", "违法所得", "倍"),
    "damage": ("damage", "矿产资源损失价值", "倍"),
    "cost": ("cost", "恢复（修复）费用", "倍"),
    "fee": ("fee", "耕地开垦费", "倍"),
    "area": ("area", "占地面积", "元/平方米"),
    "volume": ("volume", "倾倒数量", "元/立方米"),
}
#: stage of a text → how the page names it; what is imposed at once has no name of its own
STAGES = {"first": "", "refusal": "拒不改正的", "serious": "情节严重的"}


def penalty_ranges(offence: Offence, facts: Facts) -> list[tuple[str, Range]]:
    """(name of the stage, what may be fined there) for each stage that `offence` has; at least the first."""
    stages = [stage for stage in STAGES if stage in offence.rule] or ["first"]
    return [(STAGES[stage], penalty_range(offence, facts, stage)) for stage in stages]


def penalty_range(offence: Offence, facts: Facts, stage: str = "first") -> Range:
    """The fine that `offence` allows at `stage` (first · refusal 拒不改正 · serious 情节严重)."""
    rule = offence.rule.get(stage)
    if rule is None:
        return Range(
            None, None, f"{offence.law}{offence.article}：{offence.penalty}", "条文没有可以计算的幅度"
        )
    by = rule["by"]
    if by == "order":
        return Range(Decimal(0), Decimal(0), f"{offence.article}：先责令改正，不处罚款")
    if by == "flat":
        return _flat(offence, rule["low"], rule["high"])
    if by == "party":
        if facts.party not in rule:
            return Range(None, None, offence.penalty, "缺少当事人类别（个人或者单位）")
        return _flat(offence, *rule[facts.party])
    return _times(offence, rule, facts)


def _flat(offence: Offence, low: Any, high: Any) -> Range:
    low, high = Decimal(str(low)), Decimal(str(high))
    return Range(low, high, f"{offence.article}：{amount(low)}元至{amount(high)}元")


def _times(offence: Offence, rule: dict[str, Any], facts: Facts) -> Range:
    name, label, unit = BASES[rule["by"]]
    base: Decimal | None = getattr(facts, name)
    if base is None:
        return Range(None, None, offence.penalty, f"缺少{label}")
    floor = rule.get("floor")
    if floor is not None and base < floor:
        low, high = (Decimal(str(part)) for part in rule["else"])
        words = (
            f"{label}{amount(base)}元，不足{amount(Decimal(floor))}元，处{amount(low)}元至{amount(high)}元"
        )
        return Range(low, high, f"{offence.article}：{words}")
    low, high = (Decimal(str(rule[part])) for part in ("low", "high"))
    if name == "area":
        base = (base * MU[0] / MU[1]).quantize(Decimal("0.01"))
    cent = Decimal("0.01")
    span = (base * low).quantize(cent), (base * high).quantize(cent)
    said = "元" if unit == "倍" else unit.split("/")[1]
    worked = f"{label}{amount(base)}{said}×（{amount(low)}至{amount(high)}{unit}）"
    return Range(*span, f"{offence.article}：{worked}＝{amount(span[0])}元至{amount(span[1])}元")


def weighed(then: Offence, decided: Offence, facts: Facts) -> str:
    """从旧兼从轻 in words: what each text would cost at most and which is lighter (行政处罚法第三十七条)."""
    old, new = penalty_range(then, facts), penalty_range(decided, facts)
    if old.high is None or new.high is None:
        gap = "；".join(dict.fromkeys(part.missing for part in (old, new) if part.missing))
        return (
            f"新旧规定的罚款幅度暂不能比较（{gap}）；暂按行为时的{then.law}{then.article}，请人工比较轻重。"
        )
    head = f"行为时的规定罚款最高{amount(old.high)}元，决定时的规定最高{amount(new.high)}元，"
    if new.high < old.high:
        return f"{head}新规定处罚较轻，适用{decided.law}{decided.article}（行政处罚法第三十七条）。"
    return f"{head}新规定不比旧规定轻，适用行为时的{then.law}{then.article}（行政处罚法第三十七条）。"
