"""What a schema cannot say: codes once, references, dates in order, sets without circles, due days.

Every check looks only at parts whose shape is right, so that one fault is told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from duties.definitions.checking_deadlines import deadline_faults
from duties.definitions.problems import Path
from duties.definitions.shape import day, place

Fault = tuple[Path, str, str]


class Sound:
    """The parts of raw data whose shape is right."""

    def __init__(self, data: dict[str, Any], bad: set[Path]) -> None:
        self.data, self.bad = data, bad

    def ok(self, *path: str | int) -> bool:
        """Whether nothing is wrong at or under `path`."""
        return not any(found[: len(path)] == path for found in self.bad)

    def rows(self, key: str) -> list[tuple[int, dict[str, Any]]]:
        """(number, row) of a list's sound rows."""
        rows = self.data.get(key)
        if not isinstance(rows, list):
            return []
        return [(n, row) for n, row in enumerate(rows) if isinstance(row, dict) and self.ok(key, n)]

    def codes(self, key: str, name: str = "code") -> set[str]:
        """Every code written in a list, sound or not: a reference to a faulty row is no second fault."""
        rows = self.data.get(key)
        rows = rows if isinstance(rows, list) else []
        return {str(row[name]) for row in rows if isinstance(row, dict) and name in row}

    @property
    def units(self) -> dict[str, dict[str, Any]]:
        """Units by key; a faulty one is an empty row."""
        units = self.data.get("units")
        if not isinstance(units, dict):
            return {}
        return {
            key: row if isinstance(row, dict) and self.ok("units", key) else {} for key, row in units.items()
        }

    def where(self, *path: str | int) -> str:
        """The place in words."""
        return place(self.data, path)


def faults(data: dict[str, Any], bad: set[Path]) -> Iterator[Fault]:
    """(path, what, mend) for everything beyond the shape. `bad` are the paths the schema refused."""
    sound = Sound(data, bad)
    yield from _codes(sound)
    yield from _periods(sound)
    yield from _units(sound)
    yield from _unit_references(sound)
    yield from _other_references(sound)
    yield from _tasks(sound)
    yield from deadline_faults(sound)


def _codes(sound: Sound) -> Iterator[Fault]:
    yield from _twice(sound, [("tasks", "code"), ("milestones", "code")], "任务代码")
    yield from _twice(sound, [("stages", "code")], "阶段代码")
    yield from _twice(sound, [("bodies", "key")], "机构代号")
    yield from _twice(sound, [("violations", "code")], "违法情形代码")
    for n, task in sound.rows("tasks"):
        questions = [question["code"] for question in task.get("objects", {}).get("questions", [])]
        for code in sorted({code for code in questions if questions.count(code) > 1}):
            path = ("tasks", n, "objects", "questions")
            yield path, f"{sound.where('tasks', n)}核查项代码 {code} 用了两次", "每个核查项用不同的代码"


def _twice(sound: Sound, lists: list[tuple[str, str]], what: str) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for key, name in lists:
        rows = sound.data.get(key)
        for n, row in enumerate(rows if isinstance(rows, list) else []):
            code = row.get(name) if isinstance(row, dict) else None
            if not isinstance(code, str):
                continue
            if code in first:
                yield (key, n, name), f"{what} {code} 用了两次，前一处是“{first[code]}”", "请改其中一处"
            else:
                first[code] = str(row.get("name") or row.get("text") or code)[:40]


def _periods(sound: Sound) -> Iterator[Fault]:
    data = sound.data
    signed, starts, ends = (day(data.get(key)) for key in ("signed_on", "starts_on", "ends_on"))
    if starts and ends and ends < starts:
        yield ("ends_on",), f"结束日期 {ends} 早于开始日期 {starts}", "请核对起止日期"
    if signed and ends and ends < signed:
        yield ("signed_on",), f"成文日期 {signed} 晚于结束日期 {ends}", "请核对成文日期和结束日期"
    spans = []
    for n, stage in sound.rows("stages"):
        first, last = day(stage.get("starts_on")), day(stage.get("ends_on"))
        if first and last and last < first:
            where = sound.where("stages", n)
            yield ("stages", n, "ends_on"), f"{where}结束日期 {last} 早于开始日期 {first}", "请核对起止日期"
        elif first and last:
            spans.append((first, last, n, stage))
    if data.get("stages_may_overlap") is True:
        return
    spans.sort(key=lambda span: span[:3])
    for (_, last, _, before), (first, _, n, stage) in zip(spans, spans[1:], strict=False):
        if first <= last:
            what = f"阶段“{stage['code']}”与阶段“{before['code']}”时间重叠"
            yield ("stages", n, "starts_on"), what, "原文允许各阶段交叉的，写 stages_may_overlap: true"


def _units(sound: Sound) -> Iterator[Fault]:
    units = sound.units
    for key, row in units.items():
        for i, member in enumerate(row.get("of", [])):
            yield from _unit(sound, ("units", key, "of", i), member)
    of = {key: [member for member in row.get("of", []) if member in units] for key, row in units.items()}
    for key in _circular(of):
        yield ("units", key, "of"), f"单位“{key}”的 of 绕回了自己", "集合不能互相包含，请拆开写"


def _circular(edges: dict[str, list[str]]) -> list[str]:
    """Keys from which a walk along `edges` comes back to the key itself."""
    found = []
    for start in edges:
        seen: set[str] = set()
        waiting = list(edges[start])
        while waiting:
            key = waiting.pop()
            if key not in seen:
                seen.add(key)
                waiting += edges.get(key, [])
        if start in seen:
            found.append(start)
    return found


def _unit_references(sound: Sound) -> Iterator[Fault]:
    for n, task in sound.rows("tasks"):
        for name in ("hosts", "with"):
            for i, key in enumerate(task.get(name, [])):
                yield from _unit(sound, ("tasks", n, name, i), key)
        for key in sorted(set(task["hosts"]) & set(task.get("with", []))):
            where = sound.where("tasks", n)
            yield ("tasks", n, "with"), f"{where}“{key}”既是牵头单位又是配合单位", "请只留一处"
        if "to" in task:
            yield from _single(sound, ("tasks", n, "to"), task["to"])
    for n, body in sound.rows("bodies"):
        if "seat" in body:
            yield from _single(sound, ("bodies", n, "seat"), body["seat"])
        for i, post in enumerate(body.get("posts", [])):
            yield from _unit(sound, ("bodies", n, "posts", i, "unit"), post["unit"])
    for n, route in sound.rows("routes"):
        for name in ("from", "to"):
            if name in route:
                yield from _unit(sound, ("routes", n, name), route[name])
        if route["type"] != "HANDLES" and "from" not in route:
            yield ("routes", n), f"{sound.where('routes', n)}缺少移送方 from", "请写移送单位的代号"


def _other_references(sound: Sound) -> Iterator[Fault]:
    stages, bodies, violations = (
        sound.codes("stages"),
        sound.codes("bodies", "key"),
        sound.codes("violations"),
    )
    for n, task in sound.rows("tasks"):
        if "stage" in task:
            yield from _known(sound, ("tasks", n, "stage"), task["stage"], stages, "阶段", "stages")
    parents: dict[str, list[str]] = {}
    for n, body in sound.rows("bodies"):
        if "parent" in body:
            parents[body["key"]] = [body["parent"]]
            yield from _known(sound, ("bodies", n, "parent"), body["parent"], bodies, "机构代号", "bodies")
    for n, body in sound.rows("bodies"):
        if body["key"] in _circular(parents):
            yield ("bodies", n, "parent"), f"机构“{body['name']}”的上级绕回了自己", "请核对 parent"
    for n, route in sound.rows("routes"):
        if "violation" in route:
            path = ("routes", n, "violation")
            yield from _known(sound, path, route["violation"], violations, "违法情形", "violations")


def _known(
    sound: Sound, path: Path, key: str, known: Iterable[str], what: str, where: str
) -> Iterator[Fault]:
    known = list(known)
    if key in known:
        return
    near = get_close_matches(str(key), known, 1)
    hint = f"是否应为 {near[0]}？" if near else ""
    yield path, f"{sound.where(*path[:2])}{what}“{key}”没有定义", f"{hint}请在 {where} 中写明"


def _unit(sound: Sound, path: Path, key: str) -> Iterator[Fault]:
    yield from _known(sound, path, key, sound.units, "单位代号", "units")


def _single(sound: Sound, path: Path, key: str) -> Iterator[Fault]:
    """A recipient or seat is one unit of the system."""
    units = sound.units
    yield from _unit(sound, path, key)
    row = units.get(key)
    if row and not row.get("kind"):
        what = f"{sound.where(*path[:2])}{path[-1]} 写的“{key}”不是一个单位"
        yield path, what, "这里只能写有 kind 的单位代号，不能写 each、of 或 actor"


def _tasks(sound: Sound) -> Iterator[Fault]:
    units = sound.units
    for n, task in sound.rows("tasks"):
        where, deadline = sound.where("tasks", n), task["deadline"]
        if task.get("proof") == "items" and "objects" not in task:
            yield ("tasks", n, "proof"), f"{where}凭据为 items 但没有对象清单", "请写 objects"
        if task.get("proof") == "acceptance" and task["kind"] != "inspection":
            mend = "检查验收的任务，kind 写 inspection"
            yield ("tasks", n, "proof"), f"{where}凭据为 acceptance 但不是检查", mend
        if "needed" in task and "at_least" in deadline:
            yield ("tasks", n, "needed"), f"{where}次数写了两处", "有 at_least 的不写 needed"
        if "papers" in task and task.get("proof", "document") != "document":
            yield ("tasks", n, "papers"), f"{where}papers 只用于以材料办结的任务", "请删去 papers 或改 proof"
        dated = deadline["kind"] not in ("open", "ongoing", "event", "none")
        if dated and all(units.get(key, {}).get("actor") for key in task["hosts"]):
            mend = "系统外的行为人不承担系统内的任务，请加上负责督促的单位"
            yield ("tasks", n, "hosts"), f"{where}有期限，但牵头的都是系统外的行为人", mend
