"""Deadlines that can fall due: references, days in order, schedules that mean something and do fire."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from duties.definitions.definition import Definition
from duties.definitions.shape import day
from duties.definitions.timing import anchor_task, due_day, timing
from duties.rules import read_rhythm
from minewatch.lib.windows import occurrences

if TYPE_CHECKING:
    from duties.definitions.checking import Fault, Sound

#: An open-ended campaign's schedule has to fire within three years.
OPEN_ENDED = dt.timedelta(days=3 * 366)
FIELDS = {
    "weekly": "byday，如 [FR]",
    "monthly": "days，如 [15, 30]",
    "quarterly": "季度内的 month（1—3）和 day，或都不写",
    "half_yearly": "半年内的 month（1—6）和 day，或都不写",
    "yearly": "month 和 day",
    "every": "n 和 start",
    "daily": "不写别的",
    "once": "on",
}


def deadline_faults(sound: Sound) -> Iterator[Fault]:
    """Everything wrong with the deadlines of sound tasks."""
    if day(sound.data.get("starts_on")) is None:
        return
    definition = _sound_definition(sound)
    known = sound.codes("tasks")
    circular = _circular(definition)
    for n, task in sound.rows("tasks"):
        where = sound.where("tasks", n)
        path = ("tasks", n, "deadline")
        found = list(_days(task["deadline"])) or list(_anchors(sound, definition, task, known, circular))
        found = found or list(_falls(sound, definition, task))
        yield from (((*path, *under), f"{where}{what}", mend) for under, what, mend in found)


def _sound_definition(sound: Sound) -> Definition:
    """Only what is right, so that days can be counted although something else is wrong."""
    dates = {key: sound.data.get(key) for key in ("signed_on", "starts_on", "ends_on", "holiday")}
    return Definition(
        {
            **{key: value for key, value in dates.items() if sound.ok(key)},
            "key": "",
            "units": {},
            "stages": [row for _, row in sound.rows("stages")],
            "tasks": [row for _, row in sound.rows("tasks")],
        }
    )


def _days(deadline: dict[str, Any]) -> Iterator[Fault]:
    first = day(deadline.get("from"))
    for key in ("until", "by"):
        last = day(deadline.get(key))
        if first and last and last < first:
            yield (key,), f"{key} {last} 早于 from {first}", "请核对起止日期"
    if deadline["kind"] == "quota" and "per" in deadline and "from" in deadline:
        yield ("from",), "按周期计次的不写 from", "请删去 from，或改用 by"


def _circular(definition: Definition) -> set[str]:
    """Tasks whose `before` leads back to themselves."""
    found = set()
    for code in definition.tasks:
        seen: list[str] = []
        step = code
        while step in definition.tasks and step not in seen:
            seen.append(step)
            step = anchor_task(definition.tasks[step].deadline)
        if step == code and step in seen:
            found.add(code)
        elif step in seen:
            found.add(code)  # it hangs on a circle further on
    return found


def _anchors(
    sound: Sound, definition: Definition, task: dict[str, Any], known: set[str], circular: set[str]
) -> Iterator[Fault]:
    """What stage_end and before are counted from has to be there and to have one day."""
    deadline = task["deadline"]
    if deadline["kind"] == "stage_end":
        yield from _stage_end(sound, definition, task)
    if deadline["kind"] != "before":
        return
    what, code = deadline["what"], anchor_task(deadline)
    if what == "campaign_end" and definition.ends_on is None:
        yield ("what",), "要在行动结束前完成，但行动没有结束日期", "请写 ends_on，或改期限类型"
    if what.startswith("stage:"):
        yield from _stage(sound, definition, what.removeprefix("stage:"))
    if not code:
        return
    if code not in known:
        yield ("what",), f"任务 {code} 没有定义", "请写文件中的任务代码"
    elif task["code"] in circular:
        yield ("what",), f"期限绕回了自己（{task['code']} → {code}）", "请把其中一项改为写明日期"
    elif code in definition.tasks and not definition.tasks[code].one_day:
        yield ("what",), f"任务 {code} 没有单一的日期", "只能从有一个确定日期的任务倒推"


def _stage_end(sound: Sound, definition: Definition, task: dict[str, Any]) -> Iterator[Fault]:
    if "stage" not in task and definition.ends_on is None:
        yield (), "没有写阶段，行动也没有结束日期", "请写 stage，或改期限类型"
    elif "stage" in task and task["stage"] in sound.codes("stages"):
        yield from _stage(sound, definition, task["stage"])


def _stage(sound: Sound, definition: Definition, code: str) -> Iterator[Fault]:
    if code not in sound.codes("stages"):
        yield ("what",), f"阶段 {code} 没有定义", "请写文件中的阶段代码"
    elif code in definition.stages and definition.stages[code].ends_on is None:
        yield (), f"阶段 {code} 没有结束日期", "请给该阶段写 ends_on，或改期限类型"


def _falls(sound: Sound, definition: Definition, task: dict[str, Any]) -> Iterator[Fault]:
    """A schedule that means something and fires between its first and its last day."""
    spec = definition.tasks[task["code"]]
    if spec.stage and spec.stage not in definition.stages:
        return
    if spec.one_day and due_day(definition, spec) is None:
        return
    found = timing(definition, spec)
    if found is None:
        return
    try:
        rhythm = read_rhythm(found.schedule)
    except (ValueError, TypeError, KeyError, AttributeError):
        kind = found.schedule["kind"]
        mend = f"{kind} 须写{FIELDS.get(kind, '明周期')}，窗口（window）须能逐期衔接"
        yield ("schedule",), "周期不完整或前后矛盾", mend
        return
    if spec.one_day:
        return
    until = found.valid_to or found.valid_from + OPEN_ENDED
    try:
        fires = until >= found.valid_from and bool(
            occurrences(
                rhythm.schedule,
                found.valid_from,
                until,
                since=found.valid_from,
                until=found.valid_to,
                opens=rhythm.opens,
            )
        )
    except OverflowError:
        fires = False
    if not fires:
        span = f"{found.valid_from} 至 {found.valid_to or '三年内'}"
        yield (), f"在 {span} 之间一次也不会到期", "请核对周期、from 和 until"
