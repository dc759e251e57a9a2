"""When a campaign's task is due, in the notice's words."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from duties.words import day_words

if TYPE_CHECKING:
    from duties.models import Task

PER = {"week": "每周", "month": "每月", "quarter": "每季度", "half_year": "每半年", "year": "每年"}


def deadline_words(task: Task) -> str:
    """2021年8月1日前 · 每季度不少于1次 · 贯穿专项行动全过程 · 原文“2019年9月31日前”，日期待确认 …"""
    spec = task.spec.get("deadline") or {}
    speak = WORDS.get(task.deadline)
    return speak(task, spec) if speak else task.get_deadline_display()


def part_words(row: dict[str, Any]) -> str:
    """The same for a task of a draft, which may still be incomplete."""
    spec = row.get("deadline") or {}
    kind = str(spec.get("kind", ""))
    draft = SimpleNamespace(
        stage=None,
        campaign=SimpleNamespace(ends_on=None),
        raw_date=str(spec.get("raw") or ""),
        confirmed_on=None,
        suggested_on=None,
    )
    try:
        return WORDS[kind](draft, spec)  # type: ignore[arg-type]
    except (KeyError, ValueError, TypeError):
        return "期限还没有填全"


def _day(value: Any) -> str:
    day = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    return day_words(day)


def _fixed(task: Task, spec: dict) -> str:
    return f"{_day(spec['on'])}{spec['at'] + ' ' if spec.get('at') else ''}前"


def _stage_end(task: Task, spec: dict) -> str:
    end = task.stage.ends_on if task.stage and task.stage.ends_on else task.campaign.ends_on
    return f"本阶段结束前（{day_words(end)}）" if end else "本阶段结束前"


def _before(task: Task, spec: dict) -> str:
    what = str(spec.get("what", ""))
    if what.startswith("stage:"):
        word = f"第{what[6:]}阶段结束"
    elif what.startswith("task:"):
        word = f"“{what[5:]}”到期"
    else:
        word = "专项行动结束"
    days = spec.get("days") or 0
    return f"{word}前{days}日" if days else f"{word}前"


def _quota(task: Task, spec: dict) -> str:
    n = spec.get("at_least", 1)
    if spec.get("by"):
        return f"{_day(spec['by'])}前不少于{n}次"
    return f"{PER.get(str(spec.get('per')), '')}不少于{n}次"


def _recurring(task: Task, spec: dict) -> str:
    from duties.rules import read_schedule
    from duties.why import schedule_words

    schedule = read_schedule(spec["schedule"])
    words = schedule_words(schedule)
    return f"{words}{schedule.at:%H:%M}前" if schedule.at else words


def _open(task: Task, spec: dict) -> str:
    return f"{PER.get(str(spec.get('per')), '经常')}（日期待定）"


def _impossible(task: Task, spec: dict) -> str:
    raw = task.raw_date or spec.get("raw", "")
    if task.confirmed_on:
        return f"{day_words(task.confirmed_on)}前（原文“{raw}”）"
    hint = f"，建议{day_words(task.suggested_on)}" if task.suggested_on else ""
    return f"原文“{raw}”，没有这一天{hint}，待确认"


def _none(task: Task, spec: dict) -> str:
    return "通知未定期限"


WORDS = {
    "fixed": _fixed,
    "stage_end": _stage_end,
    "before": _before,
    "quota": _quota,
    "recurring": _recurring,
    "open": _open,
    "impossible": _impossible,
    "none": _none,
    "ongoing": lambda task, spec: "贯穿全过程",
    "event": lambda task, spec: "随时（发生时）",
}
