"""The one column table of the site register: form, REST and workbook are read by it (design.md 3.4).

A column checks the shape of one text; `check_site` looks across a row. Who may keep whose sites is asked in
`ledgers.actions.sites`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from agencies.models import Agency
from ledgers.columns import BY_KEY as PATROL
from ledgers.columns import DATUMS, BadCell, Column, Parsed, Parser, Problem, Refs, Row, check
from ledgers.columns import fold as folded
from ledgers.models.sites import Production, SiteKind
from minewatch.lib import uscc
from minewatch.lib.coordinates import BadCoordinate, parse_point
from minewatch.lib.text import normalise, parse_answer

METHODS = ("露天开采", "地下开采", "露天/地下开采")
BLANKS = ("-", "—", "/", "无")


def _text(label: str, limit: int, *, required: bool = False) -> Parser:
    def parse(text: str, refs: Refs) -> Parsed:
        value = folded(text)
        if required and not value:
            raise BadCell(f"{label}未填写", f"请填写{label}")
        if len(value) > limit:
            raise BadCell(f"{label}有{len(value)}个字，超过{limit}字", f"请把{label}缩短到{limit}字以内")
        return Parsed(value)

    return parse


def _choice(label: str, choices: type, default: str | None = None, **words: str) -> Parser:
    """One of the model's choices, by value, by label or by another word for it."""
    named = {normalise(word): value for value, word in choices.choices}
    named |= {value: value for value in choices.values} | {normalise(k): v for k, v in words.items()}
    mend = f"请填写{'、'.join(choices.labels)}之一"

    def parse(text: str, refs: Refs) -> Parsed:
        plain = normalise(text)
        if not plain and default is not None:
            return Parsed(default)
        if not plain:
            raise BadCell(f"{label}未填写", mend)
        if plain not in named:
            raise BadCell(f"{label}无法识别“{folded(text)[:20]}”", mend)
        return Parsed(named[plain])

    return parse


def _flag(label: str) -> Parser:
    def parse(text: str, refs: Refs) -> Parsed:
        plain = folded(text)
        if not plain or plain.casefold() in ("false", "off", "0", *BLANKS):
            return Parsed(False)
        if plain.casefold() in ("true", "on", "1"):
            return Parsed(True)
        answer = parse_answer(plain)
        if answer.value not in ("yes", "no"):
            raise BadCell(f"{label}无法识别“{plain[:20]}”", "请填写“有”或“无”")
        return Parsed(answer.value == "yes")

    return parse


def _amount(label: str, digits: int) -> Parser:
    """Tonnes with two decimals; 万吨 is written out, never guessed."""

    def parse(text: str, refs: Refs) -> Parsed:
        plain = folded(text).replace(",", "").replace("，", "")
        if not plain or plain in BLANKS:
            return Parsed(None)
        match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s?(万吨|吨|t)?", plain, re.IGNORECASE)
        try:
            value = Decimal(match[1]) if match else None
        except InvalidOperation:
            value = None
        if value is None or value >= 10 ** (digits - 2):
            raise BadCell(f"{label}无法识别“{plain[:20]}”", "请填写数字，单位为吨")
        note = ""
        if match[2] == "万吨":
            value, note = value * 10_000, f"“{plain[:20]}”按{value * 10_000:f}吨记录"
        return Parsed(value.quantize(Decimal("0.01")), note=note)

    return parse


def _uscc(text: str, refs: Refs) -> Parsed:
    if not folded(text) or folded(text) in BLANKS:
        return Parsed("")
    try:
        code = uscc.check_uscc(text)
    except uscc.BadCode as error:
        raise BadCell(str(error).rstrip("。"), "请照营业执照逐位核对；没有的不填") from None
    return Parsed(code, note=uscc.remark(code))


def _place(label: str, *, required: bool) -> Parser:
    """A township or a village by name; which of several of one name is asked by `check_site`."""

    def parse(text: str, refs: Refs) -> Parsed:
        value = folded(text)
        if not value and not required:
            return Parsed("")
        known = refs.townships if required else refs.villages_by_name
        if value not in known:
            named = refs.unit_named(value)
            value = named if named in known else value
        if value not in known:
            what = f"{label}未填写" if not value else f"没有名为“{value[:20]}”的{label}"
            raise BadCell(what, f"请填写{refs.county}的{label}全称")
        return Parsed(value)

    return parse


COLUMNS = (
    Column("number", "编号", "text", _text("编号", 40), max_length=40, help="不填由系统编号"),
    Column(
        "name",
        "名称",
        "text",
        _text("名称", 120, required=True),
        required=True,
        max_length=120,
        aliases=("监管对象", "监管对象名称", "矿山名称", "对象名称"),
    ),
    Column(
        "kind",
        "类别",
        "choice",
        _choice(
            "类别",
            SiteKind,
            矿山="mine",
            有证矿="mine",
            废弃矿井="closed_shaft",
            关闭矿井="closed_shaft",
            历史废弃矿井="closed_shaft",
            选矿厂="plant",
            洗煤厂="plant",
        ),
        required=True,
        choices=tuple(SiteKind.labels),
        aliases=("对象类别",),
    ),
    Column(
        "township",
        "属地乡镇",
        "text",
        _place("乡镇", required=True),
        required=True,
        aliases=("乡镇", "乡（镇）"),
    ),
    Column("village", "属地村", "text", _place("村", required=False), aliases=("村", "所在村")),
    Column(
        "location",
        "具体位置",
        "text",
        _text("具体位置", 200),
        max_length=200,
        help="写到沟、山头或地块",
        aliases=("位置",),
    ),
    Column(
        "point",
        "坐标",
        "point",
        PATROL["point"].parse,
        max_length=120,
        help="十进制度、度分秒，或 CGCS2000 三度带 X、Y",
        aliases=("位置坐标", "经纬度"),
    ),
    Column(
        "datum",
        "坐标系",
        "choice",
        PATROL["datum"].parse,
        choices=DATUMS,
        help="坐标文字里没有写明时选择；西安80、北京54等按原样保存，不作换算",
    ),
    Column("mineral", "矿种", "text", PATROL["mineral"].parse, max_length=40, help="如 煤、铝土矿、建筑用砂"),
    Column(
        "mining_method",
        "开采方式",
        "text",
        _text("开采方式", 20),
        max_length=20,
        help="如 露天开采、地下开采",
    ),
    Column(
        "operator",
        "经营主体",
        "text",
        _text("经营主体", 120),
        max_length=120,
        aliases=("企业名称", "采矿权人"),
    ),
    Column("operator_uscc", "统一社会信用代码", "text", _uscc, max_length=18, aliases=("信用代码",)),
    Column("ownership", "企业属性", "text", _text("企业属性", 40), max_length=40, help="如 国有、民营"),
    Column(
        "production",
        "生产状态",
        "choice",
        _choice(
            "生产状态",
            Production,
            default="none",
            在产="producing",
            停工="stopped",
            在建="building",
            无="none",
        ),
        choices=tuple(Production.labels),
    ),
    Column("output_t", "产量", "decimal", _amount("产量", 14), unit="吨", aliases=("年产量",)),
    Column("sales_t", "销量", "decimal", _amount("销量", 14), unit="吨"),
    Column("reserves_t", "储量", "decimal", _amount("储量", 16), unit="吨", aliases=("保有储量",)),
    Column(
        "warning_sign",
        "有警示标识牌",
        "flag",
        _flag("警示标识牌"),
        choices=("是", "否"),
        aliases=("警示标识牌", "警示标志牌"),
    ),
    Column(
        "duty_plate",
        "有监管责任牌",
        "flag",
        _flag("监管责任牌"),
        choices=("是", "否"),
        aliases=("监管责任牌",),
    ),
    Column("grid", "网格", "text", _text("网格", 60), max_length=60, aliases=("所属网格",)),
    Column("watchers", "责任人", "text", _text("责任人", 200), max_length=200, aliases=("监管责任人",)),
)
BY_KEY: Mapping[str, Column] = {column.key: column for column in COLUMNS}
#: Columns that are fields of Site under the same name.
PLAIN = tuple(c.key for c in COLUMNS if c.key not in ("township", "village", "point", "datum"))
#: What `parse_site` gives: fields of Site, with township and village as names.
FACTS = (*PLAIN, "lon", "lat", "datum", "coordinate_raw")


def parse_site(texts: Mapping[str, str], refs: Refs, *, only: frozenset[str] | None = None) -> Row:
    """Read one row of texts by column key; never raises on content. `only`: columns that are asked."""
    facts: dict[str, object] = {}
    problems: list[Problem] = []
    for column in COLUMNS:
        if column.key in ("point", "datum") or (only is not None and column.key not in only):
            continue
        try:
            parsed = column.parse(texts.get(column.key) or "", refs)
        except BadCell as error:
            problems.append(Problem(column.key, "error", error.message, error.mend))
            continue
        if len(str(parsed.value or "")) > (column.max_length or 999):
            message = f"{column.label}超过{column.max_length}字"
            problems.append(Problem(column.key, "error", message, f"请缩短{column.label}"))
            continue
        facts[column.key] = parsed.value
        if parsed.note:
            problems.append(Problem(column.key, "note", parsed.note))
    problems += _read_point(texts.get("point") or "", texts.get("datum") or "", facts, refs)
    problems += check_site(facts, refs)
    return Row(facts, tuple(problems))


def _read_point(text: str, datum: str, facts: dict[str, object], refs: Refs) -> list[Problem]:
    """A point as written, with its datum; what is not converted keeps its text and gives no degrees."""
    facts |= {"lon": None, "lat": None, "datum": "CGCS2000", "coordinate_raw": ""}
    plain = folded(text)
    try:
        named = str(PATROL["datum"].parse(datum, refs).value)
    except BadCell as error:
        return [Problem("datum", "error", error.message, error.mend)]
    if not plain or plain in BLANKS:
        return []
    try:
        point = parse_point(plain, datum=named or None)
    except BadCoordinate as error:
        message = f"坐标：{str(error).rstrip('。')}"
        return [Problem("point", "error", message, "请填写经度、纬度，如 E111.51000,N39.44000")]
    facts |= {"lon": point.lon, "lat": point.lat, "datum": point.datum, "coordinate_raw": point.raw[:120]}
    note = point.note
    if point.how == "gk":
        note = f"由{point.datum}三度带X、Y换算为E{point.lon:.5f},N{point.lat:.5f}" + (
            f"；{note}" if note else ""
        )
    return [Problem("point", "note", note)] if note else []


def check_site(facts: Mapping[str, object], refs: Refs) -> list[Problem]:
    """Rules across the columns of one site. Pure."""
    found = check({"lon": facts.get("lon"), "lat": facts.get("lat")}, refs)
    village, township = facts.get("village"), facts.get("township")
    if village and township:
        homes = {home.township for home in refs.villages_by_name.get(village, ())}
        if township not in homes:
            message = f"{village}不属于{township}"
            found.append(Problem("village", "error", message, "请核对属地乡镇和属地村"))
    return found


def shown(site: object, key: str) -> object:
    """What a list, an export or a form shows of a site in a column."""
    if key == "township":
        return site.agency.division.name
    if key == "village":
        return site.village.division.name if site.village_id else ""
    if key == "point":
        return site.coordinate_raw or (f"E{site.lon:.6f},N{site.lat:.6f}" if site.lon is not None else "")
    if key in ("kind", "production"):
        return getattr(site, f"get_{key}_display")()
    return getattr(site, key)


def places(facts: Mapping[str, object], townships: list[Agency]) -> tuple[Agency | None, Agency | None]:
    """(township, village) units that the names in `facts` mean, among `townships` and their villages."""
    unit = next((unit for unit in townships if unit.division.name == facts.get("township")), None)
    if unit is None or not facts.get("village"):
        return unit, None
    villages = unit.children.filter(kind="village", division__name=facts["village"])
    return unit, villages.select_related("division").first()
