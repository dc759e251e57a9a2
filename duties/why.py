"""Why this date: one sentence from the clock, the rule, or what the asker said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from duties import calendars, clocks
from duties.models import Duty, DutyRule
from duties.rules import schedule_of
from duties.words import instant_words, span_words
from minewatch.lib.windows import Schedule

DAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), "一二三四五六日", strict=True))
ROLLS = {
    "none": "遇节假日不顺延",
    "next": "遇节假日顺延至次工作日",
    "prev": "遇节假日提前至前一工作日",
}


def explainer() -> Callable[[Duty], str]:
    """A function duty → sentence that asks for the calendar once, however many duties follow."""
    calendar, names = calendars.calendar(), calendars.names()

    def why(duty: Duty) -> str:
        counted = clocks.of_duty(duty, calendar=calendar, names=names)
        if counted:
            return counted.sentence
        if duty.rule:
            return rule_sentence(duty, duty.rule)
        return f"依据：{duty.basis}。" if duty.basis else ""

    return why


def rule_sentence(duty: Duty, rule: DutyRule) -> str:
    """依据…：每周五24时前，本期为9月16日24时至9月23日24时，遇节假日不顺延。"""
    schedule = schedule_of(rule)
    parts = [schedule_words(schedule) + (f"{_time(schedule.at)}前" if schedule.at else "")]
    if duty.window_start and duty.window_end:
        parts.append(f"本期数据为{span_words(duty.window_start, duty.window_end)}")
    parts.append(ROLLS[schedule.roll])
    if duty.due_at:
        parts.append(f"期限为{instant_words(duty.due_at)}")
    return f"依据{rule.basis}。{'，'.join(parts)}。"


def schedule_words(schedule: Schedule) -> str:
    """每周五 · 每月15日、30日 · 每季度末 · 每半年末 · 自…起每隔10日 · 每日; its time of day is said apart."""
    if schedule.kind == "weekly":
        return "每周" + "、".join(DAYS[name] for name in schedule.byday)
    if schedule.kind == "monthly":
        return "每月" + "、".join(_day(day) for day in schedule.days)
    if schedule.kind == "quarterly":
        ends = (schedule.month, schedule.day) == (3, -1)
        return "每季度末" if ends else f"每季度第{schedule.month}个月{_day(schedule.day)}"
    if schedule.kind == "half_yearly":
        if (schedule.month, schedule.day) == (6, -1):
            return "每半年末"
        return "每年" + "、".join(
            f"{month}月{_day(schedule.day)}" for month in (schedule.month, schedule.month + 6)
        )
    if schedule.kind == "yearly":
        return f"每年{schedule.month}月{_day(schedule.day)}"
    if schedule.kind == "every":
        start = schedule.start
        return f"自{start.year}年{start.month}月{start.day}日起每隔{schedule.n}日"
    return "每日" if schedule.kind == "daily" else "一次性任务"


def _time(at: dt.time) -> str:
    return f"{at.hour}时{at.minute:02d}分" if at.minute else f"{at.hour}时"


def _day(day: int) -> str:
    return "最后一日" if day in (-1, 31) else f"{day}日"
