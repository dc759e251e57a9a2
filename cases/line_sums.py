"""How far acts are from the lines to crime: exact sums, each with the sentence that works it out.

Pure, on the values of cases.lines: proceeds or price × quantity (法释〔2016〕25号第十三条), what is added up
(第八条), land by ratio (法释〔2023〕8号第一条), 特别严重 at five times.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from cases.line_words import act_words, amount, day, missing_words, reach_words
from cases.lines import (
    ECOLOGY,
    FAMILY,
    FAMILY_NAMES,
    HINTS,
    LOWER_BOUND,
    MEASURES,
    NAMES,
    PLAINLY_LOW,
    SPECIAL,
    Act,
    Figure,
    Land,
    Line,
    Prior,
    Standing,
    Table,
)
from minewatch.lib.workdays import add_months

RATIO = ""  # a ratio has no unit


@dataclass(frozen=True)
class Worth:
    """What one act comes to: an amount with its words, or what is missing."""

    amount: Decimal | None
    words: str = ""
    missing: str = ""


@dataclass
class _Sum:
    total: Decimal = Decimal(0)
    known: int = 0
    words: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, act: Act, worth: Worth) -> None:
        if worth.amount is None:
            self.missing.append(worth.missing)
            return
        self.total += worth.amount
        self.known += 1
        self.words.append(worth.words + ("（另案，未经处理）" if act.elsewhere else ""))


# what an act comes to ---------------------------------------------------------------------------------


def goods_worth(act: Act) -> Worth:
    """第十三条: proceeds; without them, or where they are plainly too low, price × quantity."""
    by_price = None
    if act.quantity is not None and act.price is not None:
        by_price = (act.quantity * act.price.amount).quantize(Decimal("0.01"))
    if act.value is None:
        if by_price is None:
            return Worth(None, missing=missing_words(act))
        return Worth(by_price, act_words(act, by_price))
    if by_price is not None and Fraction(act.value) < Fraction(by_price) * PLAINLY_LOW:
        low = f"登记的销售（认定）价值{amount(act.value)}元不足市场价的百分之七十，明显不合理，改按"
        return Worth(by_price, low + act_words(act, by_price))
    return Worth(act.value, f"销售（认定）价值{amount(act.value)}元")


def damage_worth(act: Act) -> Worth:
    """矿产资源破坏价值 as appraised."""
    if act.damage is None:
        return Worth(None, missing="缺少矿产资源破坏价值（认定、鉴定意见）")
    return Worth(act.damage, f"破坏价值{amount(act.damage)}元")


# lines --------------------------------------------------------------------------------------------------


def compute(
    acts: Sequence[Act], table: Table, *, priors: Sequence[Prior] | None = (), party: str = ""
) -> Standing:
    """The standing of one party's acts. `priors` None: the party is not known, nor what came before."""
    lines: list[Line] = []
    for line in ("mining", "destructive"):
        lines += _mineral_lines(line, [act for act in acts if act.line == line], table, priors, party)
    lines += _land_lines(acts, table, priors, party)
    zones = {act.zone for act in acts if not act.elsewhere}
    hints = [HINTS[zone] for zone in HINTS if zone in zones]
    if any(act.line in ("mining", "destructive") for act in acts):
        hints.append(ECOLOGY)
    return joined([Standing(tuple(lines), tuple(hints))])


def joined(standings: Iterable[Standing]) -> Standing:
    """Several parties' standings as one, the nearest line first."""
    rows = list(standings)
    lines = _nearest(line for row in rows for line in row.lines)
    hints = dict.fromkeys(hint for row in rows for hint in row.hints)
    missing = dict.fromkeys(
        [gap for row in rows for gap in row.missing] + [gap for line in lines for gap in line.missing]
    )
    others = tuple(sorted({pk for row in rows for pk in row.others}))
    own = _nearest(line for row in rows for line in (row.lines if row.own is None else row.own))
    return Standing(lines, tuple(hints), tuple(missing), others, own if others else None)


def _nearest(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: (line.exact is None, -(line.exact or 0))))


def _mineral_lines(
    line: str, acts: list[Act], table: Table, priors: Sequence[Prior] | None, party: str
) -> list[Line]:
    if not any(not act.elsewhere for act in acts):
        return []
    on = _day_of(acts)
    acts, left_out = _within(acts, table(line, "window", "", on), on)
    special = [act for act in acts if act.zone in SPECIAL[line]]
    found = []
    for measure, worth in (("goods", goods_worth), ("damage", damage_worth)):
        if line == "destructive" and measure == "goods":
            continue
        for zone, counted in (("special", special), ("", acts)):
            if counted and not (zone == "" and len(special) == len(acts)):
                found.append(_money_line(line, measure, zone, counted, worth, table, on, party, left_out))
    if line == "mining":
        found.append(_repeat_line(priors, table, on, party))
    return [row for row in found if row is not None]


def _within(acts: list[Act], window: Figure | None, on: dt.date) -> tuple[list[Act], int]:
    """Acts that are added up (未经处理的累计): those that ended in the window of months before `on`.

    What another case holds of a later day is that case's to add up.
    """
    acts = [act for act in acts if not act.elsewhere or act.last <= on]
    if window is None:
        return acts, 0
    since = add_months(on, -int(window.amount))
    kept = [act for act in acts if act.last >= since]
    return kept, len(acts) - len(kept)


def _day_of(acts: Sequence[Act]) -> dt.date:
    """The day whose law and figures count: the end of this case's last act."""
    return max((act.last for act in acts if not act.elsewhere), default=max(act.last for act in acts))


def _money_line(
    line: str,
    measure: str,
    zone: str,
    acts: list[Act],
    worth: Callable[[Act], Worth],
    table: Table,
    on: dt.date,
    party: str,
    left_out: int,
) -> Line:
    sums = _Sum()
    for act in acts:
        sums.add(act, worth(act))
    figure = table(line, measure, zone, on)
    place = "（国家规划矿区、禁采区等特殊区域）" if zone else ""
    name = f"{NAMES[line]}：{MEASURES[measure]}{place}"
    key = f"{line}.{measure}.{zone}"
    if figure is None:
        return _unknown_line(key, name, on, party)
    head = "；".join(sums.words)
    if sums.known > 1:
        head += f"；合计{amount(sums.total)}元"
    if left_out:
        head += f"（另有{left_out}起超过累计期限，未计入）"
    measured = sums.total if sums.known else None
    times = table(line, "grave", "", on)
    return _line(key, name, measured, figure, head, tuple(sums.missing), party, times)


def _repeat_line(priors: Sequence[Prior] | None, table: Table, on: dt.date, party: str) -> Line | None:
    figure, window = table("mining", "repeat", "", on), table("mining", "repeat_window", "", on)
    if figure is None or window is None:
        return None
    name = f"{NAMES['mining']}：{MEASURES['repeat']}"
    if priors is None:
        gap = ("当事人未登记，无法查二年内的行政处罚次数",)
        return _line("mining.repeat.", name, None, figure, "", gap, party, None)
    count = len(_recent(priors, ("mining",), window, on))
    head = f"{day(on)}前二年内因非法采矿受过行政处罚{count}次（本单位可用的案件），又实施非法采矿"
    return _line("mining.repeat.", name, Decimal(count), figure, head, (), party, None)


def _recent(priors: Iterable[Prior], kinds: Iterable[str], window: Figure, on: dt.date) -> list[Prior]:
    since = add_months(on, -int(window.amount))
    kinds = set(kinds)
    return [row for row in priors if row.line in kinds and since <= row.decided_on <= on]


def _line(
    key: str,
    name: str,
    measured: Decimal | None,
    figure: Figure,
    head: str,
    missing: tuple[str, ...],
    party: str,
    times: Figure | None,
) -> Line:
    """The line with its share and the sentence that works it out."""
    at_line = measured is not None and measured >= figure.amount
    top = figure.amount * times.amount if times else None
    grave = at_line and top is not None and measured is not None and measured >= top
    tail = reach_words(measured, figure.amount, figure.unit, top if grave else None)
    notes = [LOWER_BOUND] if figure.open else []
    notes += [figure.source] if figure.source and not figure.open else []
    notes += ["标准待核实"] if figure.uncertain else []
    sentence = "，".join(part for part in (head, tail) if part)
    if missing:
        end = "，暂不能测算" if measured is None else "，未计入"
        sentence = "；".join(part for part in (sentence, *dict.fromkeys(missing)) if part) + end
    if notes:
        sentence += f"（{'；'.join(notes)}）"
    exact = None if measured is None else Fraction(measured) / Fraction(figure.amount)
    return Line(
        key=key,
        name=name,
        measured=measured,
        line=figure.amount,
        unit=figure.unit,
        share=None if exact is None else percent(exact),
        basis=figure.basis,
        uncertain=figure.uncertain or figure.open,
        sentence=sentence + "。",
        at_line=at_line,
        grave=grave,
        missing=missing,
        party=party,
        exact=exact,
    )


def percent(part: Fraction) -> Decimal:
    """Percent with one decimal, rounded down: 99.99 % is not 100 %."""
    return Decimal(int(part * 1000)) / 10


def _unknown_line(key: str, name: str, on: dt.date, party: str) -> Line:
    gap = f"{day(on)}时的标准没有收录，请按行为当时的司法解释核对"
    return _nothing(key, name, gap, (gap,), party)


def _nothing(key: str, name: str, words: str, missing: tuple[str, ...], party: str) -> Line:
    """A line that cannot be measured, and why."""
    return Line(key, name, None, None, "", None, "", True, f"{words}。", missing=missing, party=party)


# land ---------------------------------------------------------------------------------------------------


def _land_lines(acts: Sequence[Act], table: Table, priors: Sequence[Prior] | None, party: str) -> list[Line]:
    ours = [act for act in acts if act.area is not None or act.land or act.line == "land"]
    if not any(not act.elsewhere for act in ours):
        return []
    found: list[Line] = []
    parts: list[tuple[str, Fraction]] = []
    for family in ("cropland", "forest", "grassland"):
        mine = [act for act in ours if FAMILY.get(act.land) == family]
        if mine:
            line, share = _family_line(family, mine, table, priors, party)
            found.append(line)
            parts += [(family, share)] if share is not None else []
    if any(not act.land for act in ours):
        gap = "缺少地类" if any(act.area is not None for act in ours if not act.land) else "缺少地类、面积"
        found.append(_nothing("land.unknown.", NAMES["land"], f"{gap}，暂不能测算", (gap,), party))
    if len(parts) > 1:
        found.append(_all_land(parts, party))
    return found


def _family_line(
    family: str, acts: list[Act], table: Table, priors: Sequence[Prior] | None, party: str
) -> tuple[Line, Fraction | None]:
    """One kind of land: sum(area / threshold) ≥ 1, halved for who was punished before."""
    on = _day_of(acts)
    acts, left_out = _within(acts, table(family, "window", "", on), on)
    figures = {act.land: table(family, "area", act.land, on) for act in acts}
    key, name = f"{family}.area.", NAMES[family]
    if None in figures.values():
        return _unknown_line(key, name, on, party), None
    half, why = _halved(family, table, priors, on)
    known = [act for act in acts if act.area is not None]
    missing = ("缺少面积",) if len(known) < len(acts) else ()
    if not known:
        first = figures[acts[0].land]
        return _line(key, name, None, first, "", missing, party, None), None
    sizes = {land: sum((act.area for act in known if act.land == land), Decimal(0)) for land in figures}
    limits = {land: Fraction(row.amount) / (2 if half else 1) for land, row in figures.items()}
    ratio = sum((Fraction(size) / limits[land] for land, size in sizes.items()), Fraction(0))
    said = "、".join(f"{Land(land).label}{amount(size)}亩" for land, size in sizes.items())
    said += "（含另案未经处理的）" if any(act.elsewhere for act in known) else ""
    said += f"（另有{left_out}起超过累计期限，未计入）" if left_out else ""
    first, *others = sizes
    if others:
        measured, limit, unit = _exact(ratio), Decimal(1), RATIO
        parts = (f"{amount(size)}÷{amount(_exact(limits[land]))}" for land, size in sizes.items())
        said += f"{why}，按比例折算{'＋'.join(parts)}＝{amount(measured)}"
    else:
        measured, limit, unit = sizes[first], _exact(limits[first]), "亩"
        said += why
    figure = Figure(
        limit,
        unit,
        "、".join(dict.fromkeys(row.basis for row in figures.values())),
        uncertain=any(row.uncertain for row in figures.values()),
    )
    line = _line(key, name, measured, figure, said, missing, party, None)
    return replace(line, share=percent(ratio), at_line=ratio >= 1, exact=ratio), ratio


def _halved(family: str, table: Table, priors: Sequence[Prior] | None, on: dt.date) -> tuple[bool, str]:
    """Whether half the area suffices: 林地 after two penalties in two years, 草原 after one in three."""
    count, window = table(family, "half", "", on), table(family, "half_window", "", on)
    if count is None or window is None or priors is None:
        return False, ""
    kinds = ("grassland",) if family == "grassland" else ("cropland", "forest", "grassland", "land")
    found = len(_recent(priors, kinds, window, on))
    if found < count.amount:
        return False, ""
    return True, f"，{int(window.amount) // 12}年内受过{found}次行政处罚，标准减半"


def _all_land(parts: list[tuple[str, Fraction]], party: str) -> Line:
    """Kinds of land together: no text adds them up, the ratio is shown by analogy."""
    ratio = sum((share for _, share in parts), Fraction(0))
    worked = "＋".join(f"{FAMILY_NAMES[family]}{amount(_exact(share))}" for family, share in parts)
    head = f"跨地类合计没有明文，比照林地的折算办法提示，请会商：{worked}＝{amount(_exact(ratio))}"
    figure = Figure(Decimal(1), RATIO, "比照法释〔2023〕8号第一条", uncertain=True)
    line = _line("land.area.", NAMES["land"], _exact(ratio), figure, head, (), party, None)
    return replace(line, share=percent(ratio), at_line=ratio >= 1, exact=ratio)


def _exact(value: Fraction) -> Decimal:
    """A fraction with four decimals, rounded down."""
    return Decimal(int(value * 10000)) / 10000
