"""没收物处置 (C17): how each kind that was confiscated may be disposed of, and under which limit. Pure."""

from __future__ import annotations

from cases.models import Disposal, Penalty

Kind, Way = Penalty.Kind, Disposal.Way
#: 土地管理法实施条例第五十八条: buildings; 行政处罚法第七十四条: things are auctioned or treated by rule,
#: proceeds and confiscated gains go to the treasury.
WAYS: dict[str, tuple[Way, ...]] = {
    Kind.BUILDING: (Way.GOVERNMENT,),
    Kind.GOODS: (Way.AUCTION, Way.RULES, Way.DESTROYED, Way.HANDED),
    Kind.TOOLS: (Way.AUCTION, Way.RULES, Way.DESTROYED, Way.HANDED),
    Kind.GAINS: (Way.TREASURY,),
}
CONFISCATED = tuple(WAYS)
#: Ways that bring in money, which is the treasury's with a receipt.
PAID = (Way.AUCTION, Way.TREASURY)
#: Ways that end with somebody, who is named.
TAKEN_OVER = (Way.GOVERNMENT, Way.AUCTION, Way.HANDED)
CLOCKS = {Kind.BUILDING: "C17"}
GOODS_CLOCK = "case.disposal"
TITLES = {Kind.BUILDING: "移交没收的建筑物和其他设施", Kind.GAINS: "没收的违法所得上缴国库"}
GOODS_TITLE = "处置没收物品，款项上缴国库"


def clock_of(kind: str) -> str:
    """The code of the limit."""
    return CLOCKS.get(Kind(kind), GOODS_CLOCK)


def title_of(kind: str) -> str:
    """What is owed, in words."""
    return TITLES.get(Kind(kind), GOODS_TITLE)
