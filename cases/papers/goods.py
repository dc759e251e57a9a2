"""涉案物品清单 (domain.md E.3): nine columns, holder, witness and two officers sign below."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from cases.papers.words import day_of
from cases.referral_lists import goods_of
from minewatch.lib.paper import HEAD2, TITLE, line, new, parts, saved

if TYPE_CHECKING:
    from agencies.models import Member
    from cases.models import Goods, Referral

COLUMNS = ("序号", "名称", "规格型号", "数量", "单位", "特征", "存放地点", "来源", "备注")
WIDTHS = (5, 13, 12, 9, 6, 13, 15, 13, 14)
LEFT = (1, 2, 5, 6, 7, 8)
POINTS = 10.5
BLANK = "              "


def amount(value: Decimal) -> str:
    """1200 · 12.5, without idle zeros."""
    return f"{value.normalize():f}"


def goods_list(referral: Referral, reader: Member) -> bytes:
    """The Word document as `reader` may have it; the same list gives the same bytes."""
    made = new()
    line(made, "涉案物品清单", TITLE, centred=True)
    line(made, referral.document_number or referral.number, HEAD2, centred=True)
    line(made, "")
    rows = [_row(n, row) for n, row in enumerate(goods_of(reader, referral).order_by("id"), start=1)]
    parts.table(made, COLUMNS, rows or [("", "（无）", *[""] * 7)], WIDTHS, left=LEFT, points=POINTS)
    line(made, "")
    line(made, f"移交单位：{referral.sender.name}")
    line(made, f"接收单位：{referral.receiver.name}")
    line(made, f"持有人：{BLANK}见证人：")
    line(made, f"经办人：{BLANK}经办人：")
    line(made, f"日期：{day_of(referral.sent_at)}")
    parts.keep_together(made.paragraphs[-5:])
    return saved(made, referral.sent_at or referral.drafted_at)


def _row(n: int, row: Goods) -> tuple[str, ...]:
    note = row.note
    if row.handed:
        note = "；".join(filter(None, (note, f"已移交{amount(row.handed)}{row.unit}")))
    return (
        str(n),
        row.name,
        row.spec,
        amount(row.quantity),
        row.unit,
        row.features,
        row.place,
        row.source,
        note,
    )
