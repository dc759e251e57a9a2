"""Words of the sentinel: amounts, days and what an act comes to, as an official would put them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cases.lines import Act


def amount(value: Decimal) -> str:
    """102000 · 85.5: without grouping and idle zeros, as it stands in a document."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(value: dt.date) -> str:
    """2026-03-01"""
    return value.isoformat()


def act_words(act: Act, worth: Decimal) -> str:
    """数量1200吨×单价85元/吨（2026-03-01起，来源：…）＝102000元"""
    price = act.price
    said = f"数量{amount(act.quantity)}吨×{act.mineral}单价{amount(price.amount)}元/吨"
    return f"{said}（{day(price.since)}起，来源：{price.source}）＝{amount(worth)}元"


def missing_words(act: Act) -> str:
    """Which figure the value of the goods lacks."""
    if act.quantity is None:
        return "缺少数量（或者销售、认定价值）"
    if not act.mineral:
        return "缺少矿种，无法取单价（也没有销售、认定价值）"
    return f"缺少{act.mineral}在{day(act.last)}时的单价（也没有销售、认定价值）"


def reach_words(measured: Decimal | None, line: Decimal, unit: str, grave: Decimal | None) -> str:
    """达到100000元 · 距100000元还差98000元 · 达到…，并达到情节特别严重…"""
    if measured is None:
        return ""
    if measured < line:
        return f"距{amount(line)}{unit}还差{amount(line - measured)}{unit}"
    if grave is not None:
        return f"达到{amount(line)}{unit}，并达到情节特别严重的{amount(grave)}{unit}"
    return f"达到{amount(line)}{unit}"
