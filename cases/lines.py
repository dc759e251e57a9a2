"""Lines to crime 刑事标准: the words and values of the sentinel; the sums are in cases.line_sums.

Pure: rows come in as values, nothing is asked of a database. Sources: 刑法 342, 342-1, 343; 法释〔2016〕25号
(mining), 法释〔2000〕14号 (耕地), 法释〔2023〕8号 (林地), 法释〔2012〕15号 (草原); see cases/data/README.md.
A figure that is not known is named as missing and never taken for 0. Money in 元, areas in 亩, times in 次.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db import models


class Zone(models.TextChoices):
    """Where it was dug, as the interpretation of 2016 tells the places apart."""

    PLANNED = "planned", "国家规划矿区"
    VALUE = "value", "对国民经济具有重要价值的矿区"
    PROTECTED = "mineral", "开采保护性开采的特定矿种"
    BANNED = "banned", "禁采区"
    SEASON = "season", "禁采期"
    RESERVE = "reserve", "国家公园、国家级自然保护区"
    RIVER = "river", "河道（影响防洪、河势）"
    COAST = "coast", "海岸线、海砂"


class Land(models.TextChoices):
    """What the land is that was taken or spoilt."""

    BASIC = "basic", "永久基本农田"
    CROP = "crop", "其他耕地"
    PUBLIC = "forest_public", "公益林地"
    COMMERCIAL = "forest_commercial", "商品林地"
    GRASS = "grass", "草原"
    OTHER = "other", "其他土地"


#: 法释〔2016〕25号 第三条第一款第（二）项; of these the first three count for 破坏性采矿 (第六条).
SPECIAL = {
    "mining": (Zone.PLANNED, Zone.VALUE, Zone.PROTECTED, Zone.BANNED, Zone.SEASON),
    "destructive": (Zone.PLANNED, Zone.VALUE, Zone.PROTECTED),
}
FAMILY = {
    Land.BASIC: "cropland",
    Land.CROP: "cropland",
    Land.PUBLIC: "forest",
    Land.COMMERCIAL: "forest",
    Land.GRASS: "grassland",
}
FAMILY_NAMES = {"cropland": "耕地", "forest": "林地", "grassland": "草原"}
NAMES = {
    "mining": "非法采矿罪（刑法第三百四十三条第一款）",
    "destructive": "破坏性采矿罪（刑法第三百四十三条第二款）",
    "cropland": "非法占用农用地罪：耕地（刑法第三百四十二条）",
    "forest": "非法占用农用地罪：林地（刑法第三百四十二条）",
    "grassland": "非法占用农用地罪：草原（刑法第三百四十二条）",
    "land": "非法占用农用地罪：各类农用地合计（刑法第三百四十二条）",
}
MEASURES = {
    "goods": "矿产品价值",
    "damage": "矿产资源破坏价值",
    "repeat": "二年内行政处罚次数",
    "area": "面积",
}
#: Below this part of the market price a price is plainly too low (民法典合同编通则解释第四十二条, by analogy;
#: 法释〔2016〕25号第十三条 sets aside proceeds that are 明显不合理).
PLAINLY_LOW = Fraction(7, 10)
LOWER_BOUND = "按下限提示，以本省标准为准"
HINTS = {
    Zone.RESERVE: "在国家公园、国家级自然保护区内开垦、开发、修建，造成严重后果或者有其他恶劣情节的，"
    "依刑法第三百四十二条之一追究，不以数额为限，请会商。",
    Zone.RIVER: "在河道采砂危害防洪、影响河势稳定的，依法释〔2016〕25号第四条认定，不以数额为限，请会商。",
    Zone.COAST: "非法采挖海砂造成海岸线严重破坏的，依法释〔2016〕25号第五条认定，不以数额为限，请会商。",
}
ECOLOGY = "造成生态环境严重损害的，依法释〔2016〕25号第三条认定为情节严重，不以数额为限，请人工核对。"


@dataclass(frozen=True)
class Price:
    """What a ton costs (元/吨) from a day on, and who says so."""

    amount: Decimal
    since: dt.date
    source: str


@dataclass(frozen=True)
class Act:
    """One violation as the sentinel reads it. `last` of an act that goes on is the day asked."""

    line: str
    first: dt.date
    last: dt.date
    mineral: str = ""
    zone: str = ""
    land: str = ""
    value: Decimal | None = None
    quantity: Decimal | None = None
    price: Price | None = None
    damage: Decimal | None = None
    area: Decimal | None = None
    elsewhere: bool = False  # of another case of the same party, unpunished


@dataclass(frozen=True)
class Prior:
    """An administrative penalty of the party, decided before, for the kind of violation `line`."""

    line: str
    decided_on: dt.date


@dataclass(frozen=True)
class Figure:
    """A row of the table in force: the line itself is `chosen`, else the lower bound of the range."""

    low: Decimal
    unit: str
    basis: str
    high: Decimal | None = None
    chosen: Decimal | None = None
    source: str = ""
    uncertain: bool = False

    @property
    def amount(self) -> Decimal:
        """What counts."""
        return self.low if self.chosen is None else self.chosen

    @property
    def open(self) -> bool:
        """A range of which the province's choice is not known."""
        return self.chosen is None and self.high is not None and self.high != self.low


#: (line, measure, zone, day) → the row in force, None where the table has none.
Table = Callable[[str, str, str, dt.date], Figure | None]


@dataclass(frozen=True)
class Line:
    """How far one line is. `share` in percent, rounded down, for people; `exact` (1 = at the line) for rules.

    Both are None when nothing could be measured.
    """

    key: str
    name: str
    measured: Decimal | None
    line: Decimal | None
    unit: str
    share: Decimal | None
    basis: str
    uncertain: bool
    sentence: str
    at_line: bool = False
    grave: bool = False
    missing: tuple[str, ...] = ()
    party: str = ""
    exact: Fraction | None = None
    who: int | None = None  # id of `party`: a name may be corrected

    def as_json(self) -> dict:
        """The line as it is kept, its numbers as texts."""
        return {
            "key": self.key,
            "party": self.party,
            "name": self.name,
            "measured": None if self.measured is None else str(self.measured),
            "line": None if self.line is None else str(self.line),
            "unit": self.unit,
            "share": None if self.share is None else str(self.share),
            "exact": None if self.exact is None else str(self.exact),
            "at_line": self.at_line,
            "grave": self.grave,
            "sentence": self.sentence,
        }


@dataclass(frozen=True)
class Standing:
    """Where a case stands: its lines, the nearest first; `hints` are what no figure decides.

    `others` are ids of the other cases that were counted, `own` the lines without them (None: none was).
    """

    lines: tuple[Line, ...] = ()
    hints: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    others: tuple[int, ...] = ()
    own: tuple[Line, ...] | None = None

    @property
    def at_line(self) -> bool:
        """Whether any line is reached."""
        return any(line.at_line for line in self.lines)

    @property
    def share(self) -> Decimal | None:
        """Percent of the nearest line, None when nothing is measured."""
        return max((line.share for line in self.lines if line.share is not None), default=None)

    def as_json(self) -> dict:
        """The working as it stands, to be kept with a decision or a downgrade: whole, and what the case's own
        acts come to, for readers who may not know of one of the others (cases.line_sight)."""
        kept = {
            "at_line": self.at_line,
            "missing": list(self.missing),
            "lines": [line.as_json() for line in self.lines],
            "others": list(self.others),
        }
        return kept if self.own is None else kept | {"own": [line.as_json() for line in self.own]}
