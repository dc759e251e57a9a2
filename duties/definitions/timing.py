"""From a task's deadline to the schedule of its rule."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from duties.definitions.definition import Definition, TaskSpec
from duties.definitions.shape import day

#: One duty for each calendar period, closed with the period's last day.
PERIODS: dict[str, dict[str, Any]] = {
    "week": {"kind": "weekly", "byday": ["SU"], "window": "current"},
    "month": {"kind": "monthly", "days": [31], "window": "current"},
    "quarter": {"kind": "quarterly", "window": "current"},
    "half_year": {"kind": "half_yearly", "window": "current"},
    "year": {"kind": "yearly", "month": 12, "day": 31, "window": "current"},
}


@dataclass(frozen=True)
class Timing:
    """What a DutyRule is made of: `schedule` (JSON, with `opens`), and its first and last day."""

    schedule: dict[str, Any]
    valid_from: dt.date
    valid_to: dt.date | None


def timing(definition: Definition, task: TaskSpec) -> Timing | None:
    """When `task` falls due; None for one without dates (open, ongoing, event, none, impossible)."""
    deadline = task.deadline
    if task.one_day:
        return _once(definition, task)
    if deadline["kind"] == "quota":
        return _recurring(definition, PERIODS[deadline["per"]], deadline)
    if deadline["kind"] == "recurring":
        return _recurring(definition, deadline["schedule"], deadline)
    return None


def on_day(definition: Definition, on: dt.date, *, at: str = "", opens: dt.date | None = None) -> Timing:
    """One duty on one day; what was done since `opens` (default: the campaign's start) counts.

    A day before signing stays as it is: `valid_from` then keeps it from being opened.
    """
    schedule: dict[str, Any] = {"kind": "once", "on": on.isoformat()}
    if at:
        schedule["at"] = at
    return Timing(_dressed(definition, schedule, opens or definition.starts_on), definition.binds_from, None)


def due_day(definition: Definition, task: TaskSpec) -> dt.date | None:
    """The one day of a fixed, stage_end, before or dated quota deadline, before any roll; else None.

    None too where what it counts from is missing, as in a definition that is still being checked.
    """
    deadline = task.deadline
    kind = deadline["kind"]
    if kind == "fixed":
        return day(deadline["on"])
    if kind == "quota":
        return day(deadline.get("by"))
    if kind == "stage_end":
        return _stage_end(definition, task.stage) if task.stage else definition.ends_on
    if kind == "before":
        anchor = _anchor(definition, deadline["what"])
        return anchor and anchor - dt.timedelta(days=deadline.get("days", 0))
    return None


def hints(definition: Definition) -> list[str]:
    """What is no fault but may be a slip: single days that cannot fall due, or lie after the end."""
    found = []
    for task in definition.tasks.values():
        on = due_day(definition, task)
        if on is None:
            continue
        if on < definition.binds_from:
            words = f"早于成文或开始日期 {definition.binds_from}，不生成任务"
            found.append(f"任务 {task.code}“{task.name}”的日期 {on} {words}，请核对。")
        elif definition.ends_on and on > definition.ends_on:
            found.append(
                f"任务 {task.code}“{task.name}”的日期 {on} 晚于结束日期 {definition.ends_on}，请核对。"
            )
    return found


def anchor_task(deadline: dict[str, Any]) -> str:
    """Code of the task that a `before` deadline is counted from, or empty."""
    what = str(deadline.get("what", ""))
    return what.removeprefix("task:") if deadline.get("kind") == "before" and what.startswith("task:") else ""


def _anchor(definition: Definition, what: str) -> dt.date | None:
    if what == "campaign_end":
        return definition.ends_on
    sort, code = what.split(":", 1)
    if sort == "stage":
        return _stage_end(definition, code)
    task = definition.tasks.get(code)
    return due_day(definition, task) if task else None


def _stage_end(definition: Definition, code: str) -> dt.date | None:
    stage = definition.stages.get(code)
    return stage.ends_on if stage else None


def _once(definition: Definition, task: TaskSpec) -> Timing | None:
    on = due_day(definition, task)
    if on is None:
        return None
    return on_day(definition, on, at=task.deadline.get("at", ""), opens=day(task.deadline.get("from")))


def _recurring(definition: Definition, schedule: dict[str, Any], deadline: dict[str, Any]) -> Timing:
    own = day(deadline.get("from"))
    ends = [found for found in (definition.ends_on, day(deadline.get("until"))) if found]
    return Timing(
        _dressed(definition, schedule, own or definition.starts_on),
        max(definition.binds_from, own or definition.binds_from),
        min(ends) if ends else None,
    )


def _dressed(definition: Definition, schedule: dict[str, Any], opens: dt.date) -> dict[str, Any]:
    """With the campaign's holiday policy where the schedule has none of its own, and its first window."""
    dressed = {**schedule, "opens": opens.isoformat()}
    if definition.roll != "none":
        dressed.setdefault("roll", definition.roll)
    return dressed
