"""矿区范围拐点 as the paper gives them: rows of 点号, X, Y (or degrees), one datum, one zone, a sound ring.

Nothing is converted: numbers, datum and zone are kept as written (domain.md F.1, F.2).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from minewatch.lib.coordinates import BadCoordinate, parse_point
from minewatch.lib.gauss_kruger import PREFIX, meridian_of
from minewatch.lib.spellings import take_datum
from minewatch.lib.text import fold

CONVERTED = ("CGCS2000", "WGS84")
MOST = 500
NORTHINGS = (1_800_000, 6_100_000)
SEPARATORS = re.compile(r"[,，、;；\t]|\s+")
NUMBER = re.compile(r"[0-9]{1,8}(?:\.[0-9]+)?")
POINT_NUMBER = re.compile(r"[A-Za-z]{0,3}-?[0-9]{1,4}[#号]?")
HEADING = re.compile(r"[点号拐序坐标系经纬度矿区范围XYＸＹ()（）:：米,，、\s|/-]*")
HOW = "每行写“点号,X,Y”，如“1,4367476.78,37543904.65”"

Corner = list  # [point number, X or longitude, Y or latitude]


class BadCorners(ValueError):
    """Corners that cannot be a permit's outline; the Chinese message names the line."""


@dataclass(frozen=True)
class Corners:
    """points as [[point number, X, Y] …] (metres) or [[point number, lon, lat] …]; the ring is not closed."""

    points: tuple[Corner, ...] = ()
    datum: str = ""
    zone: int | None = None
    notes: tuple[str, ...] = ()


def parse_corners(text: str, *, datum: str = "", zone: int | None = None) -> Corners:
    """Read and check an outline. Raises BadCorners; an empty text gives no corners."""
    lines = [(n, fold(line)) for n, line in enumerate(text.splitlines(), 1) if fold(line)]
    if not lines:
        return Corners()
    if len(lines) > MOST + 1:
        raise BadCorners(f"拐点超过{MOST}个，请核对")
    datum, lines = _one_datum(lines, datum)
    points, zones, notes = [], set(), []
    for n, line in lines:
        label, x, y = _read(n, line)
        if x >= 1000:
            x, y, note = _grid(n, x, y)
            zones.add(int(y // PREFIX) or zone)
            notes += [note] if note else []
        points.append([label or str(len(points) + 1), x, y])
    kinds = {point[1] >= 1000 for point in points}
    if len(kinds) > 1:
        raise BadCorners("既有平面坐标又有经纬度，请统一为一种写法")
    zone = _one_zone(zones, zone) if True in kinds else None
    if len(points) > 1 and points[0][1:] == points[-1][1:]:
        points.pop()  # the paper repeats the first corner to close the ring
    _check_ring(points)
    return Corners(tuple(points), datum, zone, tuple(dict.fromkeys(notes)))


def format_corners(points: Sequence[Corner]) -> str:
    """The outline as lines of 点号,X,Y, to be edited again."""
    return "\n".join(f"{label},{_plain(x)},{_plain(y)}" for label, x, y in points)


def _plain(value: float) -> str:
    return f"{value:.2f}" if value >= 1000 else f"{value:.8f}".rstrip("0").rstrip(".")


def _one_datum(lines: list[tuple[int, str]], given: str) -> tuple[str, list[tuple[int, str]]]:
    named, rest = {}, []
    for n, line in lines:
        try:
            datum, line = take_datum(line.upper())
        except BadCoordinate as error:
            raise BadCorners(f"第{n}行：{error}") from None
        if datum:
            named.setdefault(datum, n)
        if NUMBER.search(line):
            rest.append((n, line))
        elif not HEADING.fullmatch(line):
            raise BadCorners(f"第{n}行“{line[:40]}”不是“点号,X,Y”，{HOW}")
    if given:
        named.setdefault(given, 0)
    if len(named) > 1:
        raise BadCorners(f"拐点坐标混用了{'、'.join(sorted(named))}，请核对证照，只保留一种坐标系")
    return next(iter(named), "CGCS2000"), rest


def _read(n: int, line: str) -> tuple[str, float, float]:
    """(point number or "", first, second) of one line."""
    parts = [re.sub(r"^[XYxy]\s?[=:：]", "", part) for part in SEPARATORS.split(line) if part]
    if len(parts) == 3 and POINT_NUMBER.fullmatch(parts[0]):
        label, values = parts[0].rstrip("#号"), parts[1:]
    elif len(parts) == 2:
        label, values = "", parts
    else:
        raise BadCorners(f"第{n}行“{line[:40]}”不是“点号,X,Y”，{HOW}")
    if all(NUMBER.fullmatch(value) for value in values) and float(values[0]) >= 1000:
        return label, float(values[0]), float(values[1])
    try:
        point = parse_point("，".join(values), datum="CGCS2000")
    except BadCoordinate as error:
        raise BadCorners(f"第{n}行：{str(error).rstrip('。')}") from None
    return label, point.lon, point.lat


def _grid(n: int, first: float, second: float) -> tuple[float, float, str]:
    """(X, Y, note) in metres, X the northing whatever stood first."""
    for x, y, note in ((first, second, ""), (second, first, "先写Y、后写X，已按数值识别")):
        if NORTHINGS[0] <= x <= NORTHINGS[1] and 100_000 <= y % PREFIX <= 900_000:
            return x, y, note
    raise BadCorners(f"第{n}行“{first:.10g},{second:.10g}”不是平面坐标：X为7位，Y为8位（含两位带号）")


def _one_zone(zones: set[int | None], given: int | None) -> int:
    named = zones - {None}
    if len(named | ({given} if given else set())) > 1:
        raise BadCorners("各点的带号不一致，请核对证照；跨带的请换算到同一带后填写")
    if None in zones:
        raise BadCorners("Y坐标不带带号，请填写带号（如37），或在Y前补上两位带号")
    zone = named.pop()
    try:
        meridian_of(zone)
    except ValueError:
        raise BadCorners(f"带号{zone}不在中国范围内（三度带25至45，六度带13至23）") from None
    return zone


# ---------------------------------------------------------------- the ring


def _check_ring(points: list[Corner]) -> None:
    if len(points) < 3:
        raise BadCorners(f"只有{len(points)}个拐点，至少要3个才能围成矿区范围")
    seen: dict[tuple[float, float], str] = {}
    for label, x, y in points:
        if (x, y) in seen:
            raise BadCorners(f"拐点{seen[x, y]}与{label}坐标相同，请核对")
        seen[x, y] = label
    edges = list(zip(points, points[1:] + points[:1], strict=True))
    for i, one in enumerate(edges):
        for other in edges[i + 2 :]:
            if other[1] is not one[0] and _cross(one, other):
                named = "—".join((one[0][0], one[1][0])), "—".join((other[0][0], other[1][0]))
                raise BadCorners(f"边界自相交：{named[0]}与{named[1]}交叉，请核对拐点顺序")
    if abs(_area(points)) < 1e-12:
        raise BadCorners("各拐点在一条直线上，围不成矿区范围")


def _area(points: list[Corner]) -> float:
    """Twice the signed area, about the first corner so that large coordinates lose no digits."""
    _, x0, y0 = points[0]
    moved = [(x - x0, y - y0) for _, x, y in points]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(moved, moved[1:], strict=False))


def _cross(one: tuple[Corner, Corner], other: tuple[Corner, Corner]) -> bool:
    (a, b), (c, d) = one, other
    sides = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    touching = ((sides[0], a, b, c), (sides[1], a, b, d), (sides[2], c, d, a), (sides[3], c, d, b))
    return any(side == 0 and _between(p, q, r) for side, p, q, r in touching)


def _side(a: Corner, b: Corner, c: Corner) -> float:
    return (b[1] - a[1]) * (c[2] - a[2]) - (b[2] - a[2]) * (c[1] - a[1])


def _between(a: Corner, b: Corner, c: Corner) -> bool:
    low_high = [sorted((a[n], b[n])) for n in (1, 2)]
    return all(low <= c[n] <= high for n, (low, high) in zip((1, 2), low_high, strict=True))
