"""One cell: the shape of a text, read into a fact or refused with a mend."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from typing import Literal

from ledgers.columns.refs import Refs, fold
from minewatch.lib.clock import SHANGHAI
from minewatch.lib.coordinates import BadCoordinate, Point, parse_point
from minewatch.lib.text import BadDate, normalise, parse_answer, parse_day


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


def read_text(label: str, limit: int, *, required: bool = False, lines: bool = False) -> Parser:
    def parse(text: str, refs: Refs) -> Parsed:
        value = fold(text, keep_lines=lines)
        if required and not value:
            raise BadCell(f"{label}未填写", f"请填写{label}")
        if len(value) > limit:
            raise BadCell(f"{label}有{len(value)}个字，超过{limit}字", f"请把{label}缩短到{limit}字以内")
        return Parsed(value)

    return parse


def read_answer(label: str, words: tuple[str, str, str]) -> Parser:
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


def read_number(label: str, most: int, unit: str) -> Parser:
    def parse(text: str, refs: Refs) -> Parsed:
        plain = fold(text).removesuffix(unit).strip().removesuffix(".0")
        if not plain:
            return Parsed(None)
        if not re.fullmatch(r"[0-9]{1,9}", plain) or int(plain) > most:
            raise BadCell(f"{label}应为0至{most}的整数，现为“{fold(text)[:20]}”", f"请填写数字，单位为{unit}")
        return Parsed(int(plain))

    return parse


def read_seq(text: str, refs: Refs) -> Parsed:
    """序号 orders the paper and identifies nothing, so an odd one is noted and never refused."""
    plain = fold(text).removesuffix(".0").rstrip(".、")
    if not plain:
        return Parsed(None)
    if re.fullmatch(r"[0-9]{1,6}", plain):
        return Parsed(int(plain))
    return Parsed(None, note=f"序号“{plain[:20]}”不是整数，未采用（序号不作为识别依据）")


def read_mineral(text: str, refs: Refs) -> Parsed:
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


def read_moment(text: str, refs: Refs) -> Parsed:
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


def read_flag(label: str) -> Parser:
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


def read_degrees(label: str, least: float, most: float) -> Parser:
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


def read_accuracy(text: str, refs: Refs) -> Parsed:
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


def read_datum(text: str, refs: Refs) -> Parsed:
    plain = normalise(text).replace("-", "").replace("_", "")
    if not plain:
        return Parsed("")
    for datum in DATUMS:
        if plain == normalise(datum).replace("-", ""):
            return Parsed(datum)
    raise BadCell(f"坐标系无法识别“{fold(text)[:20]}”", f"请填写{'、'.join(DATUMS)}之一")


def read_point(text: str, refs: Refs) -> Parsed:
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
