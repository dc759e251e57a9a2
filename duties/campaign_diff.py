"""What a changed definition and its duties mean, in lines for the person who is about to load it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from duties.actions.realigning import Realigned
from duties.definitions import Definition
from duties.models import Duty
from minewatch.lib.clock import SHANGHAI

TOP = {
    "name": "名称",
    "number": "文号",
    "organ": "发文机关",
    "signed_on": "成文日期",
    "starts_on": "开始日期",
    "ends_on": "结束日期",
    "period_text": "期限原文",
    "holiday": "遇节假日",
    "stages_may_overlap": "阶段交叉",
    "basis": "依据",
    "notes": "说明",
    "units": "单位",
    "bodies": "议事协调机构",
    "stages": "阶段",
    "milestones": "目标",
    "violations": "违法情形",
    "routes": "移送去向",
}
PARTS = {
    "name": "名称",
    "kind": "类别",
    "text": "要求",
    "paragraph": "条款",
    "stage": "阶段",
    "hosts": "牵头单位",
    "with": "配合单位",
    "joint": "共同完成",
    "to": "报送对象",
    "role": "责任角色",
    "deadline": "期限",
    "proof": "完成凭据",
    "needed": "次数",
    "papers": "材料",
    "objects": "对象清单",
    "replaces": "替代的常设规则",
    "also": "其他编号",
    "note": "说明",
}


def definition_lines(before: Definition, after: Definition) -> list[str]:
    """What the text of the definition changes: heads, tasks added, changed and dropped."""
    lines = [f"{words}有改动" for key, words in TOP.items() if before.data.get(key) != after.data.get(key)]
    for code, task in after.tasks.items():
        old = before.tasks.get(code)
        if old is None:
            lines.append(f"新增任务 {code}“{task.name}”")
        elif old.data != task.data:
            parts = [words for key, words in PARTS.items() if old.data.get(key) != task.data.get(key)]
            lines.append(f"任务 {code}“{task.name}”有改动：{'、'.join(parts)}")
    lines += [
        f"任务 {code}“{task.name}”不再列入，已完成的保留"
        for code, task in before.tasks.items()
        if code not in after.tasks
    ]
    return lines


def duty_lines(found: Realigned) -> Iterator[str]:
    """One line for each duty that opens, moves or is cancelled."""
    for duty in found.opened:
        yield f"生成：{_named(duty)}，{words(duty.due_at)}{'（历史）' if duty.history else ''}"
    for moved in found.moved:
        if moved.before == moved.after:
            yield f"修改：{_named(moved.duty)}，{words(moved.after)}"
        else:
            yield f"改期：{_named(moved.duty)}，{words(moved.before)} → {words(moved.after)}"
    for duty in found.cancelled:
        yield f"取消：{_named(duty)}，{words(duty.due_at)}"


def words(due_at: dt.datetime | None) -> str:
    """2021-05-15 18:00; the whole day for one that ends at 24时."""
    if due_at is None:
        return "期限未定"
    local = due_at.astimezone(SHANGHAI)
    return f"{local:%Y-%m-%d}" if (local.hour, local.minute) == (23, 59) else f"{local:%Y-%m-%d %H:%M}"


def _named(duty: Duty) -> str:
    return f"{duty.agency.label} {duty.title}"
