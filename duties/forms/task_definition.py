"""The form of one task of a campaign's definition; fields that another answer asks for say so."""

from __future__ import annotations

from typing import Any

from django import forms

from agencies.forms import DayField, Form
from agencies.models import Role
from duties.forms.definition import (
    DEADLINES,
    PERS,
    PROOFS,
    SCHEDULES,
    TASK_KINDS,
    WINDOWS,
    Lines,
    iso,
)
from minewatch.lib.windows import WEEKDAYS

BUSINESS = (Role.FILLER, Role.DEPUTY, Role.HEAD, Role.OFFICER, Role.APPROVER, Role.OFFICE, Role.LEADER)
DAY_NAMES = tuple(zip(WEEKDAYS, ("周一", "周二", "周三", "周四", "周五", "周六", "周日"), strict=True))
#: form field → the answer that asks for it
WHEN = {
    "on": "deadline=fixed",
    "at": "deadline=fixed|recurring",
    "what": "deadline=before",
    "lead_days": "deadline=before",
    "at_least": "deadline=quota",
    "per": "deadline=quota|open",
    "by": "deadline=quota",
    "schedule": "deadline=recurring",
    "byday": "schedule=weekly",
    "days": "schedule=monthly",
    "month": "schedule=quarterly|half_yearly|yearly",
    "day": "schedule=quarterly|half_yearly|yearly",
    "every": "schedule=every",
    "anchor": "schedule=every",
    "window": "deadline=recurring",
    "since": "deadline=quota|recurring",
    "until": "deadline=recurring",
    "raw": "deadline=impossible",
    "suggested": "deadline=impossible",
    "once": "deadline=none",
}
GROUPS = (
    ("任务", ("code", "kind", "name", "text", "paragraph", "stage")),
    ("分工", ("hosts", "cooperating", "joint", "to", "role")),
    ("期限", ("deadline", *WHEN)),
    ("完成", ("proof", "needed", "papers", "note")),
)


def _events(draft: dict[str, Any]) -> list[tuple[str, str]]:
    """What a task may have to be done before."""
    stages = [(f"stage:{row.get('code')}", f"{row.get('name')}结束") for row in draft.get("stages") or []]
    tasks = [
        (f"task:{row.get('code')}", f"{row.get('code')} {row.get('name')}到期")
        for row in draft.get("tasks") or []
    ]
    return [("", "请选择"), ("campaign_end", "专项行动结束"), *stages, *tasks]


class TaskForm(Form):
    """One task."""

    code = forms.CharField(label="编号", max_length=30, help_text="例如 JC-1，同一方案中不能重复。")
    kind = forms.ChoiceField(label="类别", choices=TASK_KINDS)
    name = forms.CharField(label="名称", max_length=160)
    text = forms.CharField(label="要求", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    paragraph = forms.CharField(label="条款", max_length=60, required=False)
    stage = forms.ChoiceField(label="阶段", required=False)
    hosts = forms.MultipleChoiceField(label="牵头（责任）单位", widget=forms.CheckboxSelectMultiple)
    cooperating = forms.MultipleChoiceField(
        label="配合单位", widget=forms.CheckboxSelectMultiple, required=False
    )
    joint = forms.BooleanField(label="牵头单位共同完成一次（由第一个单位负责）", required=False)
    to = forms.ChoiceField(label="报送对象", required=False)
    role = forms.ChoiceField(
        label="责任角色",
        required=False,
        choices=[("", "按单位类别"), *((r.value, r.label) for r in BUSINESS)],
    )
    deadline = forms.ChoiceField(label="期限类型", choices=DEADLINES)
    on = DayField(label="期限", required=False)
    at = forms.TimeField(
        label="几时前", required=False, help_text="例如 18:00；不填为24时。", input_formats=["%H:%M"]
    )
    what = forms.ChoiceField(label="在什么之前", required=False)
    lead_days = forms.IntegerField(label="提前日数", required=False, min_value=0, max_value=365)
    at_least = forms.IntegerField(label="至少次数", required=False, min_value=1, max_value=1000)
    per = forms.ChoiceField(label="每期", required=False, choices=PERS)
    by = DayField(label="到哪一日", required=False, help_text="选了每周、每月等的不填。")
    schedule = forms.ChoiceField(label="周期", required=False, choices=SCHEDULES)
    byday = forms.MultipleChoiceField(
        label="周几", required=False, widget=forms.CheckboxSelectMultiple, choices=DAY_NAMES
    )
    days = forms.CharField(
        label="几日", required=False, help_text="例如 15、30；没有这一天的月份按最后一日。"
    )
    month = forms.IntegerField(label="第几个月", required=False, min_value=1, max_value=12)
    day = forms.IntegerField(label="几日（-1为最后一日）", required=False, min_value=-1, max_value=31)
    every = forms.IntegerField(label="每隔几日", required=False, min_value=1, max_value=366)
    anchor = DayField(label="从哪一日起算", required=False)
    window = forms.ChoiceField(label="数据期间", required=False, choices=WINDOWS)
    since = DayField(label="从哪一日起", required=False)
    until = DayField(label="到哪一日止", required=False)
    raw = forms.CharField(label="原文日期", required=False, max_length=60)
    suggested = DayField(label="建议日期", required=False)
    once = forms.BooleanField(label="办一次即可", required=False)
    proof = forms.ChoiceField(label="完成凭据", choices=PROOFS)
    needed = forms.IntegerField(label="每期至少几次", required=False, min_value=1, max_value=1000)
    papers = Lines(label="应报材料", help_text="一行一份。")
    note = forms.CharField(label="说明", required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, draft: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = [(key, row.get("name", key)) for key, row in (draft.get("units") or {}).items()]
        stages = [(row["code"], row.get("name", row["code"])) for row in draft.get("stages") or []]
        self.fields["hosts"].choices = self.fields["cooperating"].choices = units
        self.fields["to"].choices = [("", "（无）"), *units]
        self.fields["stage"].choices = [("", "（不分阶段）"), *stages]
        self.fields["what"].choices = _events(draft)
        for name, answer in WHEN.items():
            self.fields[name].when = answer

    @staticmethod
    def initial_of(part: dict[str, Any]) -> dict[str, Any]:
        """The task as it stands."""
        deadline = part.get("deadline") or {}
        schedule = deadline.get("schedule") or {}
        found = dict(part) | {
            "cooperating": part.get("with") or [],
            "deadline": deadline.get("kind"),
            "proof": part.get("proof") or ("visit" if part.get("kind") == "visit" else "document"),
            "lead_days": deadline.get("days"),
            "since": deadline.get("from"),
            "schedule": schedule.get("kind"),
            "anchor": schedule.get("start"),
            "every": schedule.get("n"),
            "days": "、".join(str(day) for day in schedule.get("days") or []),
            "at": deadline.get("at") or schedule.get("at"),
        }
        for name in ("on", "what", "at_least", "per", "by", "until", "raw", "suggested", "once"):
            found[name] = deadline.get(name)
        for name in ("byday", "month", "day", "window"):
            found[name] = schedule.get(name)
        return found

    def clean_days(self) -> list[int]:
        """15、30 as numbers."""
        text = self.cleaned_data.get("days") or ""
        parts = [part for part in text.replace("，", "、").replace(",", "、").split("、") if part.strip()]
        try:
            return [int(part) for part in parts]
        except ValueError:
            raise forms.ValidationError("请用数字填写几日，例如 15、30。") from None

    def clean(self) -> dict[str, Any]:
        """What the chosen kind of deadline needs."""
        data = super().clean()
        for field, why in self._needs(data):
            if data.get(field) in (None, "", []):
                self.add_error(field, why)
        return data

    @staticmethod
    def _needs(data: dict[str, Any]) -> list[tuple[str, str]]:
        kind, schedule = data.get("deadline"), data.get("schedule")
        asked = {
            "fixed": [("on", "请填写期限。")],
            "before": [("what", "请填写在什么之前。")],
            "impossible": [("raw", "请照原文填写日期。")],
        }.get(str(kind), [])
        if kind == "quota":
            asked = [("at_least", "请填写至少几次。")]
            asked += [] if data.get("per") else [("by", "请填写到哪一日，或选每周、每月等。")]
        if kind == "recurring":
            asked = {
                "weekly": [("byday", "请勾选周几。")],
                "monthly": [("days", "请填写几日。")],
                "yearly": [("month", "请填写几月。"), ("day", "请填写几日。")],
                "every": [("every", "请填写每隔几日。")],
            }.get(str(schedule), [])
        return asked

    def deadline_part(self) -> dict[str, Any]:
        """The deadline's keys."""
        data = self.cleaned_data
        kind = data["deadline"]
        found: dict[str, Any] = {"kind": kind}
        at = f"{data['at']:%H:%M}" if data.get("at") else None
        listed = {
            "fixed": {"on": iso(data.get("on")), "at": at},
            "before": {"what": data.get("what"), "days": data.get("lead_days")},
            "quota": {
                "at_least": data.get("at_least"),
                "per": data.get("per"),
                "by": None if data.get("per") else iso(data.get("by")),
                "from": iso(data.get("since")),
            },
            "open": {"per": data.get("per")},
            "none": {"once": data.get("once")},
            "impossible": {"raw": data.get("raw"), "suggested": iso(data.get("suggested"))},
        }.get(kind, {})
        if kind == "recurring":
            listed = {
                "schedule": self._schedule(at),
                "from": iso(data.get("since")),
                "until": iso(data.get("until")),
            }
        return found | {name: value for name, value in listed.items() if value not in (None, "", False)}

    def _schedule(self, at: str | None) -> dict[str, Any]:
        data = self.cleaned_data
        reads = {
            "weekly": ("byday",),
            "monthly": ("days",),
            "quarterly": ("month", "day"),
            "half_yearly": ("month", "day"),
            "yearly": ("month", "day"),
        }.get(data["schedule"], ())
        found: dict[str, Any] = {"kind": data["schedule"]}
        found |= {name: data[name] for name in reads if data.get(name) not in (None, "", [])}
        if data["schedule"] == "every":
            found |= {"n": data["every"]} | ({"start": iso(data["anchor"])} if data.get("anchor") else {})
        found |= {"at": at} if at else {}
        return found | ({"window": data["window"]} if data.get("window") else {})

    def part(self, before: dict[str, Any] | None = None) -> dict[str, Any]:
        """The task; keys this form does not know (objects, also, replaces) are kept from `before`."""
        data = self.cleaned_data
        known = {"code", "kind", "name", "text", "paragraph", "stage", "hosts", "with", "joint", "to", "role"}
        known |= {"deadline", "proof", "needed", "papers", "note"}
        kept = {name: value for name, value in (before or {}).items() if name not in known}
        plain = {
            name: data[name]
            for name in ("code", "kind", "name", "text", "paragraph", "stage", "hosts", "joint", "to", "role")
        }
        plain |= {"with": data["cooperating"], "needed": data["needed"], "papers": data["papers"]}
        plain |= {"note": data["note"], "proof": data["proof"]}
        found = {name: value for name, value in plain.items() if value not in (None, "", [], False)}
        return self._as_before({**found, "deadline": self.deadline_part(), **kept}, before or {})

    @staticmethod
    def _as_before(part: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
        """What was not changed stays as it was written: the order of units, a default left unsaid."""
        usual = "visit" if part["kind"] == "visit" else "document"
        if part.get("proof") == usual and "proof" not in before:
            part.pop("proof")
        for side in ("hosts", "with"):
            if sorted(part.get(side, ())) == sorted(before.get(side, ())) and side in before:
                part[side] = before[side]
        return part
