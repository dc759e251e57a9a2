"""One row: every cell read, then looked at across."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ledgers.columns.cells import BadCell, point_facts, point_note
from ledgers.columns.refs import Refs
from ledgers.columns.table import BY_KEY, COLUMNS
from minewatch.lib.clock import local_date
from minewatch.lib.coordinates import find_in_text

Level = Literal["error", "warning", "note"]


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
