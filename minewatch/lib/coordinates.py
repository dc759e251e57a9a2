"""Reading one point in every spelling found in county papers, to CGCS2000 longitude and latitude.

CGCS2000 and WGS84 are taken as one. 西安80, 北京54, GCJ-02 and BD-09 are kept as written and never converted:
without the regional parameters a conversion would be off by up to 100 m, or 500 m for the map offsets
(domain F.1, F.3). Order slips are mended and noted; everything else that is unclear is refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from minewatch.lib.gauss_kruger import PREFIX, from_gk, to_gk
from minewatch.lib.spellings import (
    DATUMS,
    BadCoordinate,
    Number,
    capitals,
    join,
    mask_datum,
    meridian,
    numbers,
    take_datum,
    take_meridian,
)
from minewatch.lib.text import HALVES

__all__ = [
    "BadCoordinate",
    "Point",
    "find_in_text",
    "format_point",
    "from_gk",
    "in_bounds",
    "parse_point",
    "to_gk",
]

Box = tuple[float, float, float, float]  # west, south, east, north in degrees
CHINA: Box = (73.0, 3.0, 136.0, 54.0)
CONVERTED = ("CGCS2000", "WGS84")
NORTHINGS = (1_800_000, 6_100_000)  # metres; every county of China
EASTINGS = (100_000, 900_000)  # metres without zone prefix


@dataclass(frozen=True)
class Point:
    """A point as read.

    lon, lat  degrees in CGCS2000/WGS84; both None where the datum is one that is not converted
    datum     CGCS2000 (also where none is named), WGS84, 西安80, 北京54, GCJ-02 or BD-09
    raw       the text as given
    note      Chinese remark, "" if none
    swapped   whether the two numbers stood in the other order than their kind or labels say
    how       "decimal", "dms", "compact" (DDMMSS) or "gk"; "kept" where nothing was converted
    """

    lon: float | None
    lat: float | None
    datum: str
    raw: str
    note: str = ""
    swapped: bool = False
    how: str = "decimal"


def parse_point(
    value: str | Sequence[str | float],
    *,
    bounds: Box | None = None,
    datum: str | None = None,
    zone: int | None = None,
    cm: float | None = None,
) -> Point:
    """A Point from text, or from a pair (in either order).

    bounds  (west, south, east, north) in degrees: a point outside gets a note
    datum   the datum where the text names none; zone or cm (degrees) that of a Y without prefix
    Raises BadCoordinate: unreadable, outside China, contradicting datums, a Y whose zone nobody tells.
    """
    raw = value if isinstance(value, str) else _pair(value)
    named, rest = take_datum(capitals(raw))
    datum = _agreed(named, datum)
    told, rest = take_meridian(rest)
    first, second = numbers(rest)
    if datum not in CONVERTED:
        note = f"参考：{datum}坐标，按原样保存，未换算为2000坐标"
        return Point(None, None, datum, raw, note, how="kept")
    lon, lat, swapped, note, how = _locate(first, second, _meridian(told, zone, cm))
    if not _inside(lon, lat, CHINA):
        raise BadCoordinate(f"坐标（经度{lon:.5f}，纬度{lat:.5f}）不在中国范围内，请核对。")
    if bounds and not _inside(lon, lat, bounds):
        note = "；".join(filter(None, (note, "坐标在辖区范围之外，请核对")))
    return Point(lon, lat, datum, raw, note, swapped, how)


def in_bounds(point: Point, bbox: Box) -> bool:
    """Whether a point lies in (west, south, east, north), edges included; False where it has no lon/lat."""
    return point.lon is not None and _inside(point.lon, point.lat, bbox)


def format_point(point: Point) -> str:
    """ "E111.463770,N39.423860" (6 decimals, 0.1 m); raw text and datum where nothing was converted."""
    if point.lon is None:
        return f"{point.raw}（{point.datum}，参考）"
    return f"E{point.lon:.6f},N{point.lat:.6f}"


# ---------------------------------------------------------------- what the two numbers mean


def _pair(value: Sequence[str | float]) -> str:
    if len(value) != 2:
        raise BadCoordinate(f"坐标应为两个数，现为{len(value)}个。")
    return ", ".join("" if part is None else str(part) for part in value)


def _agreed(named: str | None, given: str | None) -> str:
    """The one datum; the text may confirm but not contradict the argument."""
    known = take_datum(given.upper())[0] if given else None
    if given and not known:
        raise BadCoordinate(f"坐标系“{given}”无法识别，应为{'、'.join(name for name, _ in DATUMS)}之一。")
    if named and known and named != known and not {named, known} <= set(CONVERTED):
        raise BadCoordinate(f"文字写明{named}，而所选坐标系为{known}，互相矛盾，请核对。")
    return named or known or "CGCS2000"


def _meridian(told: int | None, zone: int | None, cm: float | None) -> float | None:
    given = meridian(zone) if zone is not None else cm
    if told is not None and given is not None and told != given:
        raise BadCoordinate(f"文字写明中央子午线{told}°，而所选为{given:g}°，互相矛盾，请核对。")
    return told if told is not None else given


def _locate(first: Number, second: Number, cm: float | None) -> tuple[float, float, bool, str, str]:
    """(lon, lat, swapped, note, how) of two numbers, by their size."""
    if all(n.marked or n.value < 1000 for n in (first, second)):
        return *_order(first, second), "dms" if first.marked or second.marked else "decimal"
    if _is_grid(first, second):
        return *_grid(first, second, cm), "gk"
    compact = [_compact(n) for n in (first, second)]
    if any(n is None for n in compact):
        raise BadCoordinate(
            f"“{first.value:.10g}”和“{second.value:.10g}”配不成一个点：平面坐标X为7位、Y为8位（含带号），经纬度用度。"
        )
    return *_order(*compact), "compact"


def _order(first: Number, second: Number) -> tuple[float, float, bool, str]:
    """(lon, lat, swapped, note): in China a longitude and a latitude are never of the same size."""
    west, south, east, north = CHINA
    lon, lat = sorted((first, second), key=lambda n: n.value, reverse=True)
    if not (west <= lon.value <= east and south <= lat.value <= north):
        raise BadCoordinate(
            f"“{first.value:.10g}”和“{second.value:.10g}”不在中国范围内（经度73至136，纬度3至54），请核对。"
        )
    if lon.label in ("N", "X") or lat.label in ("E", "Y"):
        return lon.value, lat.value, True, "经度、纬度的标注与数值相反，已按数值识别"
    if lon is second and not (lon.label or lat.label):
        return lon.value, lat.value, True, "先写纬度、后写经度，已按数值识别"
    return lon.value, lat.value, False, ""


def _is_grid(first: Number, second: Number) -> bool:
    y, x = _by_size(first, second)
    return NORTHINGS[0] <= x.value <= NORTHINGS[1] and (_has_zone(y.value) or _is_easting(y.value))


def _by_size(first: Number, second: Number) -> tuple[Number, Number]:
    """(Y, X): with zone prefix Y is the longer number, without it the shorter one."""
    small, large = sorted((first, second), key=lambda n: n.value)
    return (large, small) if _has_zone(large.value) else (small, large)


def _has_zone(value: float) -> bool:
    return value >= 13 * PREFIX and _is_easting(value % PREFIX)


def _is_easting(value: float) -> bool:
    return EASTINGS[0] <= value <= EASTINGS[1]


def _grid(first: Number, second: Number, cm: float | None) -> tuple[float, float, bool, str]:
    """(lon, lat, swapped, note) of a Gauss-Krüger pair in metres."""
    y, x = _by_size(first, second)
    if _has_zone(y.value):
        named = meridian(int(y.value // PREFIX))
        if cm is not None and cm != named:
            raise BadCoordinate(f"Y的带号对应中央子午线{named}°，而所给为{cm:g}°，互相矛盾，请核对。")
    elif cm is None:
        raise BadCoordinate(
            f"Y坐标“{y.value:.10g}”不带带号，无法定位，请在Y前补上两位带号，或注明中央子午线（如“中央子午线111°”）。"
        )
    lon, lat = from_gk(x.value, y.value, cm)
    if x.label in ("Y", "E") or y.label in ("X", "N"):
        return lon, lat, True, "X、Y的标注与数值相反，已按数值识别（X为纵坐标）"
    if y is first and not (x.label or y.label):
        return lon, lat, True, "先写Y、后写X，已按数值识别"
    return lon, lat, False, ""


def _compact(number: Number) -> Number | None:
    """DDMMSS.sss as degrees: 1112436 → 111°24′36″; None where it cannot be."""
    if number.marked or number.value < 1000:
        return number
    if number.value < CHINA[1] * 10_000:
        return None
    whole, seconds = divmod(number.value, 100)
    deg, minutes = divmod(whole, 100)
    if deg > CHINA[2] or minutes >= 60 or seconds >= 60:
        return None
    return Number(number.label, join(deg, minutes, round(seconds, 6)), True)


def _inside(lon: float, lat: float, box: Box) -> bool:
    west, south, east, north = box
    return west <= lon <= east and south <= lat <= north


# ---------------------------------------------------------------- inside other words

BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]{5,200})[)）\]】]")
MARK = r"[°º˚′″'\"’‘“”度分秒]"
RUN = re.compile(rf"(?:东经|北纬|经度|纬度|坐标|[ENXYenxy](?![A-Za-z])|[0-9.]+|{MARK}|[\s,，、;；:：=-])+")
EVIDENT = re.compile(
    r"[Ee]\s?[:=]?[0-9]{2,3}|[Nn]\s?[:=]?[0-9]{2}|东经|北纬|经度|纬度|[0-9]\s?[°º˚度]|[0-9]{7,8}(?:\.[0-9]+)?"
    r"|[0-9]{2,3}\.[0-9]{3,}[^0-9]+[0-9]{2,3}\.[0-9]{3,}"
)
EDGES = " \t\r\n,，、;；:：=-."


def find_in_text(text: str) -> tuple[Point | None, str]:
    """The first coordinate written inside other words, and the text without it (and without its brackets).

    "废弃矿井(已封堵)(E111.46377,N39.42386)" gives the point and "废弃矿井(已封堵)". Bare numbers count only
    where they are evidently degrees (three decimals, marks, E/N) or metres of a grid: "100、30辆" is not a
    place. Without one, (None, text). Never raises.
    """
    plain = text.translate(HALVES)  # one character for one, so places in it are places in `text`
    try:
        datum, _ = take_datum(plain.upper())  # 西安80 may be named away from the numbers
    except BadCoordinate:
        return None, text
    masked = mask_datum(plain)
    for start, end, inner in [*_bracketed(masked), *_runs(masked)]:
        point = _try(text[inner[0] : inner[1]], masked[inner[0] : inner[1]], datum)
        if point:
            return point, _closed(text[:start], text[end:])
    return None, text


def _closed(left: str, right: str) -> str:
    """What is left of a text around a gap, with one punctuation mark at the seam."""
    left, right = left.rstrip(EDGES), right.lstrip(EDGES) if not left.strip(EDGES) else right
    return (left + right.rstrip()).strip(EDGES)


def _bracketed(masked: str) -> list[tuple[int, int, tuple[int, int]]]:
    return [(m.start(), m.end(), m.span(1)) for m in BRACKETS.finditer(masked)]


def _runs(masked: str) -> list[tuple[int, int, tuple[int, int]]]:
    found = []
    for match in RUN.finditer(masked):
        core = match[0].strip(EDGES)
        start = match.start() + match[0].index(core)
        found.append((start, start + len(core), (start, start + len(core))))
    return found


def _try(raw: str, masked: str, datum: str | None) -> Point | None:
    if not EVIDENT.search(masked):
        return None
    try:
        return parse_point(raw, datum=datum)
    except BadCoordinate:
        return None
