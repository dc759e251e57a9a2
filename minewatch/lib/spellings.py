"""Taking a written coordinate apart: datum, zone and two labelled numbers. What they mean on the ground is
decided in `coordinates`."""

import re
from dataclasses import dataclass

from minewatch.lib.gauss_kruger import meridian_of
from minewatch.lib.text import fold

LONGEST = 200
HOW = "请写作“111.46377,39.42386”“东经111°27′49.6″ 北纬39°25′25.9″”或“X=4367476.78 Y=37543904.65”"


class BadCoordinate(ValueError):
    """A coordinate that cannot be read or cannot be right; Chinese message with what is wrong and how to
    mend it."""


@dataclass(frozen=True)
class Number:
    """One written number: its label (E, N, X, Y or ""), value, and whether it carried degree marks."""

    label: str
    value: float
    marked: bool


DATUMS = (
    ("CGCS2000", r"CGCS\s?-?2000|(?:国家|大地)\s?2000|2000\s?(?:国家)?(?:大地|坐标系|系)|EPSG[: ]?4490"),
    ("WGS84", r"WGS\s?[-_]?(?:19)?84|EPSG[: ]?4326"),
    ("西安80", r"西安\s?(?:19)?80|(?:19)?80\s?(?:年)?西安|XI'?AN\s?-?(?:19)?80|(?:19)?80坐标系"),
    ("北京54", r"北京\s?(?:19)?54|(?:19)?54\s?(?:年)?北京|BEIJING\s?-?(?:19)?54|(?:19)?54坐标系"),
    ("GCJ-02", r"GCJ\s?-?02|火星|高德|腾讯"),
    ("BD-09", r"BD\s?-?09|百度"),
)
_HEIGHT = r"(?:高程|标高|海拔|[HZ])\s?[:=]?\s?-?[0-9.]+\s?(?:M|米)?"
_METRES = r"(?<=[0-9])\s?(?:M(?![A-Z])|米)"
_NOISE = re.compile(
    rf"{_HEIGHT}|{_METRES}|(?:大地|国家)?坐标系?|经纬度|位置|拐点|地图|投影|高斯|约为?|3\s?[°度]\s?分?带"
)
_ZONE = re.compile(r"带号\s?[:=]?\s?([0-9]{2})(?![0-9])|第?\s?(?<![0-9.])([0-9]{2})\s?号?带(?!号)")
_MERIDIAN = re.compile(r"中央(?:子午线|经线)\s?[:=]?\s?([0-9]{2,3})(?:\s?[°度])?(?:\s?E)?")
_GLYPHS = str.maketrans("，；：、（）【】º˚度'’‘`´分\"“”〃秒", ",;:,()[]°°°′′′′′′″″″″″")
_LABELS = (
    ("X", r"纵坐标\s?X?|X"),
    ("Y", r"横坐标\s?Y?|Y"),
    ("E", r"LONGITUDE|LONG|LNG|LON|东经|经度|(?<![A-Z])E(?![A-Z])"),
    ("N", r"LATITUDE|LAT|北纬|(?<!经)纬度|(?<![A-Z])N(?![A-Z])"),
)
_NUM = r"[0-9]{1,12}(?:\.[0-9]{0,12})?"
_LATER = rf"({_NUM})(?![0-9.]*\s*°)"  # minutes or seconds: not the degrees of the next value
_TOKEN = re.compile(
    rf"(?P<label>[ENXY])\s*[:=]?|(?P<deg>{_NUM})(?:\s*(?P<mark>°)\s*(?:{_LATER}\s*′?\s*(?:{_LATER}\s*″?)?)?)?"
    r"|(?P<gap>[\s,;:=&/|()\[\]{}。]+)"
)


def take_datum(text: str) -> tuple[str | None, str]:
    """The datum named in folded capital text, and the text without it; BadCoordinate if two are named."""
    named, rest = set(), text
    for datum, pattern in DATUMS:
        rest, hits = re.subn(pattern, " ", rest)
        if hits:
            named.add(datum)
    if len(named) > 1 and named != {"CGCS2000", "WGS84"}:
        raise BadCoordinate(f"同时写了{'、'.join(sorted(named))}，坐标系互相矛盾，请只保留一个。")
    return (sorted(named)[0] if named else None), rest


def mask_datum(text: str) -> str:
    """The text, unchanged in length, with the names of datums blotted out, so that 西安80 is no number."""
    for _, pattern in DATUMS:
        text = re.sub(pattern, lambda match: "□" * len(match[0]), text, flags=re.IGNORECASE)
    return text


def take_meridian(text: str) -> tuple[int | None, str]:
    """The central meridian (degrees) named as 带号37 or 中央子午线111°, and the text without it."""
    match = _MERIDIAN.search(text) or _ZONE.search(text)
    if not match:
        return None, text
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    digits = next(group for group in match.groups() if group)
    return (int(digits) if match.re is _MERIDIAN else meridian(int(digits))), rest


def meridian(zone: int) -> int:
    """Central meridian of a zone; BadCoordinate where China has no such zone."""
    try:
        return meridian_of(zone)
    except ValueError:
        raise BadCoordinate(f"带号{zone}不存在，3°带应为25至45，6°带应为13至23。") from None


def capitals(text: str) -> str:
    """Folded text in capitals, of bearable length; BadCoordinate if empty or too long."""
    plain = fold(text).upper()
    if not plain:
        raise BadCoordinate(f"坐标未填写，{HOW}。")
    if len(plain) > LONGEST:
        raise BadCoordinate(f"坐标文字过长（{len(plain)}字），只填写一个点的坐标即可。")
    return plain


def numbers(text: str) -> tuple[Number, Number]:
    """The two numbers of a coordinate, from text without datum and zone; BadCoordinate otherwise."""
    found = _merge(_tokens(_canonical(text)))
    if len(found) != 2:
        raise BadCoordinate(f"应有两个数，现读出{len(found)}个，{HOW}。")
    return found[0], found[1]


def _canonical(text: str) -> str:
    """One glyph for each mark, one letter for each label, D:M:S and D-M-S as D°M′S″."""
    for label, pattern in _LABELS:
        text = re.sub(pattern, f" {label} ", text)
    text = _NOISE.sub(" ", text).translate(_GLYPHS).replace("′′", "″")
    text = re.sub(rf"(?<![0-9.])([0-9]{{1,3}})([-:])([0-9]{{1,2}})\2({_NUM})(?![-:0-9])", r"\1°\3′\4″", text)
    return re.sub(r"\b([EN])(?:\s*[:=]?\s*\1\b)+", r"\1", text)


def _tokens(text: str) -> list[tuple[str, re.Match]]:
    """("label" | "value", match) in order; BadCoordinate at the first thing that is neither."""
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match:
            _refuse(text[place:])
        if not match["gap"]:
            found.append(("label" if match["label"] else "value", match))
        place = match.end()
    return found


def _refuse(rest: str) -> None:
    if re.match(r"西经|南纬|[WS](?![A-Z])", rest):
        raise BadCoordinate("写有西经或南纬，不在中国境内，请核对。")
    if rest.startswith("-"):
        raise BadCoordinate(f"坐标中有多余的“-”或负数，{HOW}。")
    raise BadCoordinate(f"坐标中“{rest.strip()[:12]}”无法识别，{HOW}。")


def _merge(tokens: list[tuple[str, re.Match]]) -> list[Number]:
    """Bind each label to its number (before or after it, as the text begins) and join "111 24 36"."""
    labelled = _bind(tokens)
    size = {6: 3, 4: 2}.get(len(labelled), 1)
    if size > 1 and not any(match["mark"] for _, match in labelled):
        return [_spaced(labelled[i : i + size]) for i in range(0, len(labelled), size)]
    return [Number(label, _degrees(match), bool(match["mark"])) for label, match in labelled]


def _bind(tokens: list[tuple[str, re.Match]]) -> list[tuple[str, re.Match]]:
    leading = bool(tokens) and tokens[0][0] == "label"
    bound, waiting = [], ""
    for kind, match in tokens:
        if kind == "label" and leading:
            waiting = match["label"]
        elif kind == "label":
            bound[-1] = (match["label"], bound[-1][1])
        else:
            bound.append((waiting, match))
            waiting = ""
    return bound


def _spaced(parts: list[tuple[str, re.Match]]) -> Number:
    label = "".join(label for label, _ in parts)[:1]
    written = [match["deg"] for _, match in parts]
    if any("." in number for number in written[:-1]):
        raise BadCoordinate(f"“{' '.join(written)}”不是度分秒，{HOW}。")
    return Number(label, join(*map(float, written)), True)


def _degrees(match: re.Match) -> float:
    """The value of a token: degrees if it carries marks, else the bare number."""
    later = [float(group) for group in match.groups()[3:5] if group]
    return join(float(match["deg"]), *later) if later else float(match["deg"])


def join(deg: float, minutes: float = 0.0, seconds: float = 0.0) -> float:
    """Decimal degrees; BadCoordinate where minutes or seconds reach 60 or a higher part is broken."""
    if minutes >= 60 or seconds >= 60:
        raise BadCoordinate(f"分、秒应小于60，现为{minutes:g}分{seconds:g}秒，请核对。")
    if deg % 1 or (seconds and minutes % 1):
        raise BadCoordinate("度或分已带小数，后面不应再写分、秒，请核对。")
    return deg + minutes / 60 + seconds / 3600
