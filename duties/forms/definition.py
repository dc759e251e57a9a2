"""Forms of one part of a campaign's definition: its head, a unit, a stage, a task.

Each reads a part (`initial_of`) and gives it back (`part()`), in the keys of docs/campaigns.md. Rules over
several parts are checked by duties.definitions, not here; keys that the form does not know are kept.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from agencies.forms import DayField, Form
from agencies.models import AgencyKind

HOLIDAYS = (("keep", "不变，提前提醒"), ("previous", "提前至前一工作日"), ("next", "顺延至次工作日"))
UNIT_MODES = (
    ("kind", "一个单位"),
    ("each", "某类的每个单位"),
    ("of", "几个单位合在一起"),
    ("actor", "系统外的主体"),
)
TASK_KINDS = (
    ("task", "任务"),
    ("report", "报送"),
    ("bulletin", "通报"),
    ("meeting", "会议"),
    ("visit", "包联"),
    ("patrol", "巡查"),
    ("inspection", "联合检查"),
    ("filing", "备案"),
    ("plan", "计划"),
    ("survey", "监测"),
    ("delivery", "建设"),
)
DEADLINES = (
    ("fixed", "限期：某日前"),
    ("stage_end", "本阶段结束前"),
    ("before", "某事之前"),
    ("quota", "次数要求：至少几次"),
    ("recurring", "定期"),
    ("open", "经常（日期待定）"),
    ("ongoing", "贯穿全过程"),
    ("event", "随时（发生时）"),
    ("none", "通知未定期限"),
    ("impossible", "原文日期有误"),
)
PERS = (
    ("", "到某日为止"),
    ("week", "每周"),
    ("month", "每月"),
    ("quarter", "每季度"),
    ("half_year", "每半年"),
    ("year", "每年"),
)
SCHEDULES = (
    ("weekly", "每周"),
    ("monthly", "每月"),
    ("quarterly", "每季度"),
    ("half_yearly", "每半年"),
    ("yearly", "每年"),
    ("every", "每隔若干日"),
    ("daily", "每日"),
)
WINDOWS = (
    ("since_last", "自上次期限起至本次"),
    ("current", "本期（日历周、月、季、年）"),
    ("previous", "上期"),
    ("to_date", "当年1月1日至期限"),
)
PROOFS = (
    ("document", "上传办结材料"),
    ("patrol", "巡查登记"),
    ("inspection", "联合检查"),
    ("acceptance", "检查验收"),
    ("meeting", "会议登记"),
    ("visit", "包联督导登记"),
    ("items", "清单全部销号"),
    ("report.weekly", "报表：工作周报"),
    ("report.monthly", "报表：工作月报"),
)


def lines_of(text: str) -> list[str]:
    """One entry a line, blanks left out."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def iso(day: dt.date | None) -> str | None:
    """2021-04-30"""
    return day.isoformat() if day else None


class Lines(forms.CharField):
    """Several entries, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A list is shown line by line."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """A list."""
        return lines_of(super().clean(value))


class HeadForm(Form):
    """Name, number, organ, days."""

    name = forms.CharField(label="名称", max_length=120)
    number = forms.CharField(label="文号", max_length=60, required=False)
    organ = forms.CharField(label="发文机关", max_length=120, required=False)
    signed_on = DayField(label="成文日期", required=False, help_text="不知道就不填，以开始日期为准。")
    starts_on = DayField(label="开始日期")
    ends_on = DayField(label="结束日期", required=False, help_text="长期有效的不填。")
    period_text = forms.CharField(label="原文起止", max_length=200, required=False)
    holiday = forms.ChoiceField(label="期限遇节假日", choices=HOLIDAYS)
    stages_may_overlap = forms.BooleanField(label="各阶段可以交叉进行", required=False)
    basis = Lines(label="上级依据", help_text="一行一份。")
    notes = Lines(label="说明", help_text="一行一条。")

    @staticmethod
    def initial_of(part: dict[str, Any]) -> dict[str, Any]:
        """The head as it stands."""
        return dict(part)

    def part(self) -> dict[str, Any]:
        """The keys of the head."""
        data = self.cleaned_data
        days = {name: iso(data[name]) for name in ("signed_on", "starts_on", "ends_on")}
        texts = {name: data[name] for name in ("name", "number", "organ", "period_text", "basis", "notes")}
        kept = {name: value for name, value in texts.items() if value}
        return {**kept, **days, "holiday": data["holiday"], "stages_may_overlap": data["stages_may_overlap"]}


class UnitForm(Form):
    """One key of `units`."""

    key = forms.SlugField(label="代码", max_length=40, help_text="小写字母、数字和下划线。")
    name = forms.CharField(label="通知中的名称", max_length=80)
    mode = forms.ChoiceField(label="指", choices=UNIT_MODES)
    kind = forms.ChoiceField(label="单位类别", choices=[("", "请选择"), *AgencyKind.choices], required=False)
    of = forms.MultipleChoiceField(
        label="包括", required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )
    part_of = forms.CharField(label="内设机构", max_length=60, required=False)

    def __init__(self, *args: Any, others: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["of"].choices = [(key, row.get("name", key)) for key, row in others.items()]
        self.fields["kind"].when = "mode=kind|each"
        self.fields["of"].when = "mode=of"
        self.fields["part_of"].when = "mode=kind"

    @staticmethod
    def initial_of(key: str, part: dict[str, Any]) -> dict[str, Any]:
        """The unit as it stands."""
        mode = next((name for name in ("each", "of", "actor") if part.get(name)), "kind")
        return {
            "key": key,
            "name": part.get("name", ""),
            "mode": mode,
            "kind": part.get("each") or part.get("kind") or "",
            "of": part.get("of") or [],
            "part_of": part.get("part") or "",
        }

    def clean(self) -> dict[str, Any]:
        """A kind or a set has to be named."""
        data = super().clean()
        if data.get("mode") in ("kind", "each") and not data.get("kind"):
            self.add_error("kind", "请选择单位类别。")
        if data.get("mode") == "of" and not data.get("of"):
            self.add_error("of", "请勾选包括哪些单位。")
        return data

    def part(self) -> dict[str, Any]:
        """The value under the key."""
        data, found = self.cleaned_data, {"name": self.cleaned_data["name"]}
        if data["mode"] == "of":
            return found | {"of": data["of"]}
        if data["mode"] == "actor":
            return found | {"actor": True}
        found[data["mode"]] = data["kind"]
        if data["mode"] == "kind" and data["part_of"]:
            found["part"] = data["part_of"]
        return found


class StageForm(Form):
    """One stage."""

    code = forms.CharField(label="序号", max_length=20)
    name = forms.CharField(label="名称", max_length=80)
    starts_on = DayField(label="开始日期", required=False)
    ends_on = DayField(label="结束日期", required=False)
    paragraph = forms.CharField(label="条款", max_length=60, required=False)

    @staticmethod
    def initial_of(part: dict[str, Any]) -> dict[str, Any]:
        """The stage as it stands."""
        return dict(part)

    def part(self) -> dict[str, Any]:
        """The stage."""
        data = self.cleaned_data
        found = {"code": data["code"], "name": data["name"]}
        days = {name: iso(data[name]) for name in ("starts_on", "ends_on") if data[name]}
        return found | days | ({"paragraph": data["paragraph"]} if data["paragraph"] else {})
