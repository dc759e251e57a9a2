"""The one column table of patrol entries: phone form, grid, REST and workbook are read by it (design.md 3.4).

The first ten columns are those of official form 1 in its order (domain.md A.9); the others are facts the
paper has no room for. A column checks the shape of one text; `check` looks across a row; what the law,
a unit's rights or a state demand is asked in `ledgers.actions`.

Five columns are answers: a fact (yes, no, unclear) under `<key>` and the words as written under
`<key>_text`, empty where the words say no more than the fact. `display` gives back what the paper shows.
"""

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from minewatch.lib.clock import SHANGHAI, local_date
from minewatch.lib.coordinates import BadCoordinate, Point, find_in_text, parse_point
from minewatch.lib.text import BadDate, normalise, parse_answer, parse_day
from minewatch.lib.text import fold as fold_afresh

Level = Literal["error", "warning", "note"]
fold = lru_cache(maxsize=1 << 14)(fold_afresh)  # bulk rows repeat a few hundred texts

# ---------------------------------------------------------------- what a column is judged against


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
    with (Path(__file__).parent / "data" / "minerals.csv").open(encoding="utf-8", newline="") as lines:
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


# ---------------------------------------------------------------- one cell


class BadCell(ValueError):
    """A text that a column cannot accept: what is wrong, and how to mend it (both Chinese)."""

    def __init__(self, message: str, mend: str = ""):
        super().__init__(message)
        self.message = message
        self.mend = mend


@dataclass(frozen=True)
class Parsed:
    """A cell as read. `text` is what was written (answers only); `note` says what a person should know."""

    value: object
    text: str = ""
    note: str = ""
    more: Mapping[str, object] = field(default_factory=dict)  # further facts that the same text gave


Parser = Callable[[str, Refs], Parsed]


@dataclass(frozen=True)
class Column:
    """One column. `kind` tells a form or serializer which control and type it takes."""

    key: str
    label: str
    kind: Literal["integer", "text", "answer", "long", "moment", "flag", "decimal", "choice", "point"]
    parse: Parser = field(repr=False)
    official: bool = False
    required: bool = False
    unit: str = ""
    help: str = ""
    max_length: int = 0
    choices: tuple[str, ...] = ()
    words: tuple[str, str, str] = ("是", "否", "不清")  # how yes, no and unclear are shown
    aliases: tuple[str, ...] = ()  # other spellings of the label met in workbooks

    def display(self, value: object, text: str = "") -> str:
        """What the paper shows: the words as written, else the fact in this column's words."""
        if self.kind == "answer":
            return text or dict(zip(("yes", "no", "unclear"), self.words, strict=True)).get(value, "")
        return _shown(value)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.7f}".rstrip("0").rstrip(".")
    return str(value)


def _text(label: str, limit: int, *, required: bool = False, lines: bool = False) -> Parser:
    def parse(text: str, refs: Refs) -> Parsed:
        value = fold(text, keep_lines=lines)
        if required and not value:
            raise BadCell(f"{label}未填写", f"请填写{label}")
        if len(value) > limit:
            raise BadCell(f"{label}有{len(value)}个字，超过{limit}字", f"请把{label}缩短到{limit}字以内")
        return Parsed(value)

    return parse


def _answer(label: str, words: tuple[str, str, str]) -> Parser:
    yes, no, unclear = words
    shown = {"yes": yes, "no": no, "unclear": unclear}
    mend = f"请填写“{yes}”“{no}”或“{unclear}”"

    @lru_cache(maxsize=4096)
    def read(text: str) -> Parsed:
        answer = parse_answer(text)
        if not answer.text:
            raise BadCell(f"{label}未填写", mend)
        if answer.value is None:
            raise BadCell(f"{label}无法识别“{answer.text[:20]}”", mend)
        if len(answer.text) > 100:
            raise BadCell(f"{label}有{len(answer.text)}个字，超过100字", "请把说明移到备注")
        value = answer.value
        kept = "" if answer.text == shown[value] else answer.text
        note = ""
        if not answer.certain or (value == "unclear" and kept):
            note = f"“{answer.text[:20]}”按“{shown[value]}”记录，原文保留"
        return Parsed(value, kept, note)

    return lambda text, refs: read(text)


def _number(label: str, most: int, unit: str) -> Parser:
    def parse(text: str, refs: Refs) -> Parsed:
        plain = fold(text).removesuffix(unit).strip().removesuffix(".0")
        if not plain:
            return Parsed(None)
        if not re.fullmatch(r"[0-9]{1,9}", plain) or int(plain) > most:
            raise BadCell(f"{label}应为0至{most}的整数，现为“{fold(text)[:20]}”", f"请填写数字，单位为{unit}")
        return Parsed(int(plain))

    return parse


def _seq(text: str, refs: Refs) -> Parsed:
    """序号 orders the paper and identifies nothing, so an odd one is noted and never refused."""
    plain = fold(text).removesuffix(".0").rstrip(".、")
    if not plain:
        return Parsed(None)
    if re.fullmatch(r"[0-9]{1,6}", plain):
        return Parsed(int(plain))
    return Parsed(None, note=f"序号“{plain[:20]}”不是整数，未采用（序号不作为识别依据）")


def _mineral(text: str, refs: Refs) -> Parsed:
    value = fold(text)
    if len(value) > 60:
        raise BadCell(f"矿种有{len(value)}个字，超过60字", "请只填写矿种名称")
    if value in refs.minerals or not value:
        return Parsed(value)
    names = [name for name in re.split(r"[、,，/;；和及 ]+", value) if name]
    unknown = [name for name in names if not refs.mineral(name)]
    if not unknown or value in NO_MINERAL:
        return Parsed(value)
    return Parsed(value, note=f"矿种“{'、'.join(unknown)}”不在矿种名录中，按原文记录")


NO_MINERAL = frozenset(("-", "—", "/", "无", "不详", "不明"))


def _moment(text: str, refs: Refs) -> Parsed:
    """A day, or a day with a time; Parsed.more says how precise and which day it is."""
    plain = fold(text)
    if not plain:
        return Parsed(None)
    try:
        day = parse_day(plain)
    except BadDate as error:
        message = f"巡查时间：{str(error).rstrip('。')}"
        raise BadCell(message, "请填写实际巡查日期，如 2022-09-23 14:30") from None
    clock = re.search(r"[ T日号]\s?([0-9]{1,2})(?::|时)([0-9]{1,2})?", plain)
    if not clock:
        return Parsed(day, more={"patrolled_on": day, "precision": "day"})
    hour, minute = int(clock[1]), int(clock[2] or 0)
    if hour > 23 or minute > 59:
        raise BadCell(f"巡查时间“{plain[:30]}”的时刻不存在", "请按24小时制填写，如 14:30")
    moment = datetime.combine(day, time(hour, minute), tzinfo=SHANGHAI)
    return Parsed(moment, more={"patrolled_on": day, "precision": "minute"})


def _flag(label: str) -> Parser:
    def parse(text: str, refs: Refs) -> Parsed:
        plain = fold(text)
        if not plain:
            return Parsed(False)
        if plain.casefold() in ("true", "on", "1"):
            return Parsed(True)
        if plain.casefold() in ("false", "off", "0"):
            return Parsed(False)
        answer = parse_answer(plain)
        if answer.value in ("yes", "no"):
            return Parsed(answer.value == "yes")
        raise BadCell(f"{label}无法识别“{plain[:20]}”", "请填写“是”或“否”")

    return parse


def _degrees(label: str, least: float, most: float) -> Parser:
    def parse(text: str, refs: Refs) -> Parsed:
        plain = fold(text).strip("°度 ").lstrip("ENen")
        if not plain:
            return Parsed(None)
        try:
            value = float(plain)
        except ValueError:
            raise BadCell(f"{label}无法识别“{plain[:30]}”", "请填写十进制度，如 111.51000") from None
        if not least <= value <= most:
            raise BadCell(f"{label}{plain[:30]}不在{least:g}至{most:g}度之间", "请检查经度、纬度是否填反")
        return Parsed(value)

    return parse


def _accuracy(text: str, refs: Refs) -> Parsed:
    plain = fold(text).removesuffix("米").removesuffix("m").lstrip("±").strip()
    if not plain:
        return Parsed(None)
    try:
        value = float(plain)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100_000:
        raise BadCell(f"定位精度无法识别“{plain[:20]}”", "请填写米数，如 12")
    return Parsed(value)


DATUMS = ("CGCS2000", "WGS84", "西安80", "北京54", "GCJ-02", "BD-09")


def _datum(text: str, refs: Refs) -> Parsed:
    plain = normalise(text).replace("-", "").replace("_", "")
    if not plain:
        return Parsed("")
    for datum in DATUMS:
        if plain == normalise(datum).replace("-", ""):
            return Parsed(datum)
    raise BadCell(f"坐标系无法识别“{fold(text)[:20]}”", f"请填写{'、'.join(DATUMS)}之一")


def _point(text: str, refs: Refs) -> Parsed:
    """Coordinates in any of the spellings; Parsed.more holds lon, lat, datum and the text as written."""
    plain = fold(text)
    if not plain or plain in ("-", "—", "/", "无"):
        return Parsed(None)
    try:
        point = parse_point(plain)
    except BadCoordinate as error:
        message = f"坐标：{str(error).rstrip('。')}"
        raise BadCell(message, "请填写经度、纬度，如 E111.51000,N39.44000") from None
    return Parsed(plain, note=point_note(point), more=point_facts(point))


def point_note(point: Point) -> str:
    """What a person should know of how a point was read; "" for plain degrees in the usual order."""
    if point.how != "gk":
        return point.note
    converted = f"由{point.datum}三度带X、Y换算为E{point.lon:.5f},N{point.lat:.5f}"
    return "；".join(filter(None, (converted, point.note)))


def point_facts(point: Point) -> dict[str, object]:
    """A point as the facts of an entry; lon and lat are None where its datum is not converted."""
    return {"lon": point.lon, "lat": point.lat, "datum": point.datum, "coordinate_raw": point.raw[:120]}


# ---------------------------------------------------------------- the table

YES_NO = ("是", "否", "不清")
HAVE = ("有", "无", "不清")


def _asks(
    key: str,
    label: str,
    words: tuple[str, str, str] = YES_NO,
    *,
    help: str = "",
    aliases: tuple[str, ...] = (),
) -> Column:
    return Column(
        key,
        label,
        "answer",
        _answer(label, words),
        official=True,
        required=True,
        help=help,
        max_length=100,
        choices=words,
        words=words,
        aliases=aliases,
    )


OFFICIAL = (
    Column(
        "seq", "序号", "integer", _seq, official=True, help="只用于排列，不作为识别依据", aliases=("编号",)
    ),
    Column(
        "location",
        "巡查检查区域位置",
        "text",
        _text("巡查检查区域位置", 200, required=True),
        official=True,
        required=True,
        max_length=200,
        help="写到乡（镇）、村、沟，或矿山名称加位置坐标",
        aliases=("巡查区域位置", "检查区域位置", "巡查检查位置", "区域位置", "位置"),
    ),
    Column(
        "mineral",
        "矿种",
        "text",
        _mineral,
        official=True,
        max_length=60,
        help="如 煤、铝土矿、建筑用砂",
        aliases=("开采矿种",),
    ),
    _asks("licence", "有无采矿证", HAVE, help="可在“有”后写证号", aliases=("有无采矿许可证", "采矿证")),
    _asks(
        "shallow", "是否浅层煤浅层矿", aliases=("是否浅层煤、浅层矿", "是否浅层煤或浅层矿", "浅层煤浅层矿")
    ),
    _asks("illegal", "是否存在非法违法盗采行为", aliases=("是否存在非法盗采行为", "是否存在盗采行为")),
    _asks("beyond", "是否存在越层越界", aliases=("是否存在越层越界行为", "是否越层越界")),
    _asks("irregular", "是否存在违规生产行为", aliases=("是否违规生产", "是否存在违规生产")),
    Column(
        "measures",
        "制止取缔及关闭情况",
        "long",
        _text("制止取缔及关闭情况", 500, lines=True),
        official=True,
        max_length=500,
        help="采取了什么措施；没有问题可写“无异常”",
        aliases=("制止取缔关闭情况",),
    ),
    Column("remark", "备注", "long", _text("备注", 500, lines=True), official=True, max_length=500),
)
EXTRA = (
    Column(
        "patrolled_at",
        "巡查时间",
        "moment",
        _moment,
        help="到分或到日，如 2022-09-23 14:30",
        aliases=("巡查日期", "检查时间", "检查日期"),
    ),
    Column("night", "夜间巡查", "flag", _flag("夜间巡查"), choices=("是", "否"), aliases=("是否夜间巡查",)),
    Column("people", "出动人数", "integer", _number("出动人数", 9999, "人"), unit="人", aliases=("人数",)),
    Column("vehicles", "出动车辆", "integer", _number("出动车辆", 999, "辆"), unit="辆", aliases=("车辆",)),
    Column(
        "point",
        "坐标",
        "point",
        _point,
        max_length=120,
        help="十进制度、度分秒，或 CGCS2000 三度带 X、Y",
        aliases=("位置坐标", "坐标位置", "经纬度"),
    ),
    Column("lon", "经度", "decimal", _degrees("经度", 70, 140), unit="度"),
    Column("lat", "纬度", "decimal", _degrees("纬度", 0, 60), unit="度"),
    Column("accuracy_m", "定位精度", "decimal", _accuracy, unit="米"),
    Column("datum", "坐标系", "choice", _datum, choices=DATUMS, help="不填按原样保留，不作转换"),
)
COLUMNS = OFFICIAL + EXTRA
BY_KEY: Mapping[str, Column] = MappingProxyType({column.key: column for column in COLUMNS})
ANSWERS = tuple(column.key for column in OFFICIAL if column.kind == "answer")
OFFICIAL_KEYS = tuple(column.key for column in OFFICIAL)


def display(key: str, value: object, text: str = "") -> str:
    """What the paper shows in a column; see Column.display."""
    return BY_KEY[key].display(value, text)


def official_texts(row: Mapping[str, object]) -> list[str]:
    """The ten texts of form 1 for a row of facts (`licence` and `licence_text` and so on)."""
    return [column.display(row.get(column.key), row.get(f"{column.key}_text") or "") for column in OFFICIAL]


# ---------------------------------------------------------------- one row


@dataclass(frozen=True)
class Problem:
    """Something about a row: `error` refuses it, `warning` asks for a look, `note` only tells."""

    column: str
    level: Level
    message: str
    mend: str = ""


@dataclass(frozen=True)
class Row:
    """A row as read: facts under the names of the Entry model, and everything there is to say about them."""

    facts: Mapping[str, object]
    problems: tuple[Problem, ...]

    @property
    def refused(self) -> bool:
        return any(problem.level == "error" for problem in self.problems)


def parse_row(texts: Mapping[str, str], refs: Refs) -> Row:
    """Read one row of texts by column key and check it; never raises on content.

    Columns not in `texts` are left out of the facts, except that the place in a location's brackets and
    夜间 in the remark are taken as the facts they state.
    """
    facts: dict[str, object] = {}
    problems: list[Problem] = []
    for column in COLUMNS:
        if column.key not in texts and not column.required:
            continue
        try:
            parsed = column.parse(texts.get(column.key) or "", refs)
        except BadCell as error:
            problems.append(Problem(column.key, "error", error.message, error.mend))
            continue
        if column.key != "point":
            _keep(facts, column.key, parsed.value)
        if column.kind == "answer":
            facts[f"{column.key}_text"] = parsed.text
        for key, value in parsed.more.items():
            _keep(facts, key, value)
        if parsed.note:
            problems.append(Problem(column.key, "note", parsed.note))
    problems += _read_between(facts)
    problems += check(facts, refs)
    return Row(facts, tuple(problems))


def _keep(facts: dict[str, object], key: str, value: object) -> None:
    """An empty later cell takes nothing away from what an earlier one stated."""
    if facts.get(key) in (None, "") or value not in (None, ""):
        facts[key] = value


MEANT_AS_POINT = re.compile(
    r"[Ee]\s?[:：=]?\s?[0-9].*[Nn]\s?[:：=]?\s?[0-9]|[Nn]\s?[:：=]?\s?[0-9].*[Ee]\s?[:：=]?\s?[0-9]"
    r"|东经|北纬|经度|纬度|[0-9]\s?[°º]"
)


def _read_between(facts: dict[str, object]) -> Iterable[Problem]:
    """Facts that the paper states inside another column: (E111.46,N39.42) in the place, 夜间巡查 in 备注."""
    if isinstance(facts.get("patrolled_at"), date) and not isinstance(facts["patrolled_at"], datetime):
        facts["patrolled_at"] = None  # a day without a time stays in patrolled_on
    if "夜间" in (facts.get("remark") or "") and not facts.get("night"):
        facts["night"] = True
    location = facts.get("location")
    if not location or facts.get("lon") is not None or facts.get("lat") is not None:
        return
    if not any(char.isdigit() for char in location):
        return
    point, _ = find_in_text(location)
    if point is None:
        if MEANT_AS_POINT.search(location):
            message = f"位置“{location[:60]}”中的坐标无法识别"
            yield Problem("location", "error", message, "请改为如 (E111.51000,N39.44000) 的写法")
        return
    facts.update(point_facts(point))
    if point_note(point):
        yield Problem("location", "note", point_note(point))


NEAR_DEGREES = 0.005  # some 500 m: a GNSS error or an old datum may carry a border point this far out


def check(row: Mapping[str, object], refs: Refs) -> list[Problem]:
    """Rules across the columns of one row of facts. Pure; a missing fact is not asked after here."""
    rules = (_check_location, _check_point, _check_findings, _check_day)
    return [problem for rule in rules for problem in rule(row, refs)]


def _check_location(row: Mapping[str, object], refs: Refs) -> Iterable[Problem]:
    location = row.get("location")
    if not location or not (refs.townships or refs.villages):
        return
    township, village = refs.where(location)
    other = foreign_unit(township, village, refs)
    if other:
        yield Problem(
            "location",
            "error",
            f"该位置属于{other}，不属于{refs.unit}",
            f"请改正位置，或把本行填入{other}的台账",
        )
    elif not township and not village:
        example = f"请写明乡（镇）、村，如“{refs.township or next(iter(refs.townships), '')}…村…沟”"
        known = row.get("lon") is not None or refs.site_in(location)
        message = f"位置“{location[:30]}”未写明乡（镇）、村"
        yield Problem("location", "warning" if known else "error", message, example)
    elif row.get("lon") is None and location.endswith(village or township) and not refs.site_in(location):
        message = f"位置“{location[:30]}”只到{'村' if village else '乡（镇）'}"
        yield Problem("location", "warning", message, "请写到村、沟，或矿山名称加坐标")


def foreign_unit(township: str, village: str, refs: Refs) -> str:
    """The unit a place belongs to where that is not the unit of these rows; "" where it is its own."""
    if not refs.unit:
        return ""
    if township and township != refs.township:
        return township
    return village if refs.village and village and village != refs.village else ""


def _check_point(row: Mapping[str, object], refs: Refs) -> Iterable[Problem]:
    lon, lat = row.get("lon"), row.get("lat")
    if lon is None and lat is None:
        return
    if lon is None or lat is None:
        missing, label = ("lon", "经度") if lon is None else ("lat", "纬度")
        yield Problem(missing, "error", f"坐标缺少{label}", "经度、纬度须一并填写，或都不填")
        return
    if refs.bbox is None:
        return
    west, south, east, north = refs.bbox
    out = max(west - lon, lon - east, south - lat, lat - north)
    if out > NEAR_DEGREES:
        yield Problem(
            "point",
            "error",
            f"坐标（经度{lon:.5f}，纬度{lat:.5f}）不在{refs.county}范围内",
            f"请核对坐标；{refs.county}约在经度{west:g}—{east:g}、纬度{south:g}—{north:g}之间",
        )
    elif out > 0:
        yield Problem(
            "point", "warning", f"坐标（经度{lon:.5f}，纬度{lat:.5f}）紧邻{refs.county}边界之外", "请核对坐标"
        )


def _check_findings(row: Mapping[str, object], refs: Refs) -> Iterable[Problem]:
    found = [key for key in ("illegal", "beyond", "irregular") if row.get(key) == "yes"]
    if found and not row.get("measures") and not row.get("remark"):
        label = BY_KEY[found[0]].label.removeprefix("是否")
        yield Problem("measures", "warning", f"{label}，但未写制止取缔及关闭情况", "请写明采取的措施")
    if row.get("beyond") == "yes" and row.get("licence") == "no":
        yield Problem("beyond", "warning", "填写为无采矿证，又存在越层越界", "请核对有无采矿证")


def _check_day(row: Mapping[str, object], refs: Refs) -> Iterable[Problem]:
    day = row.get("patrolled_on")
    if day is None and isinstance(row.get("patrolled_at"), datetime):
        day = local_date(row["patrolled_at"])
    if day and refs.today and day > refs.today:
        yield Problem("patrolled_at", "error", f"巡查日期{day.isoformat()}在今天之后", "请填写实际巡查日期")
