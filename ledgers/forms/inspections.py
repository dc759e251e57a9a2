"""Forms of inspections and plans: shape only; every rule stands in the actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from agencies.forms import DayField, Form, UnitField
from agencies.models import Agency
from duties.forms.filings import FilesField, MomentField
from duties.models import Campaign, Item, Task
from ledgers.checklists import Question
from ledgers.forms.fields import Conditional, ConditionalChoice, PhotosField, hung
from ledgers.inspection_rules import SHORTFALLS
from ledgers.models.inspections import (
    CheckAnswer,
    Inspection,
    InspectionSubject,
    PlanLine,
)
from ledgers.states import InspectionStatus

Kind = Inspection.Kind
AREA = {"rows": 4}


class UnitsField(forms.ModelMultipleChoiceField):
    """Several units as ticks; by code, since a number too long for the database must not reach it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Agency.objects.none(), to_field_name="code", widget=forms.CheckboxSelectMultiple, **kwargs
        )

    def label_from_instance(self, agency: Agency) -> str:
        """The short name."""
        return agency.label


class DraftForm(Form):
    """A new inspection."""

    kind = forms.ChoiceField(
        label="检查类别",
        choices=Kind.choices,
        widget=forms.RadioSelect,
        help_text="暗访在公开之前，只有参加单位和专班办公室能看到。类别选定后不能修改。",
    )
    agency = UnitField(
        queryset=Agency.objects.none(), label="组织单位", to_field_name="code", empty_label=None
    )
    title = forms.CharField(label="检查名称", max_length=120)
    starts_at = MomentField(label="开始时间")
    ends_at = MomentField(label="结束时间", required=False)
    task = forms.ModelChoiceField(
        Task.objects.none(), label="对应的专项任务", required=False, empty_label="不对应专项任务"
    )
    line = forms.ModelChoiceField(
        PlanLine.objects.none(), label="年度计划安排", required=False, empty_label="不按年度计划"
    )
    again = forms.ModelChoiceField(
        Inspection.objects.none(), label="再验收自", required=False, empty_label="不是再验收"
    )
    text = forms.CharField(
        label="检查安排", widget=forms.Textarea(attrs=AREA), required=False, max_length=4000
    )

    def __init__(
        self,
        *args: Any,
        units: QuerySet[Agency],
        tasks: QuerySet[Task],
        lines: QuerySet[PlanLine],
        failed: QuerySet[Inspection],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = units
        self.fields["task"].queryset = tasks
        self.fields["task"].label_from_instance = lambda task: f"{task.campaign.name}：{task.name}"
        self.fields["line"].queryset = lines
        self.fields["line"].label_from_instance = lambda line: f"{line.period} {line.theme}"
        self.fields["again"].queryset = failed
        self.fields["again"].label_from_instance = lambda row: f"{row.title}（{row.number}）"
        for name, rows in (("task", tasks), ("line", lines), ("again", failed)):
            if not rows.exists():
                del self.fields[name]
        if "again" in self.fields:
            hung(self.fields["again"], when=f"kind={Kind.ACCEPTANCE}")


class HeadForm(Form):
    """What the leading unit writes."""

    title = forms.CharField(label="检查名称", max_length=120)
    starts_at = MomentField(label="开始时间")
    ends_at = MomentField(label="结束时间", required=False)
    text = forms.CharField(
        label="检查情况", widget=forms.Textarea(attrs={"rows": 6}), required=False, max_length=8000
    )
    conclusion = forms.CharField(
        label="检查结论", widget=forms.Textarea(attrs=AREA), required=False, max_length=4000
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class CallForm(Form):
    """Units to be called, or units to be inspected."""

    agencies = UnitsField(label="单位")

    def __init__(self, *args: Any, units: QuerySet[Agency], label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agencies"]
        field.queryset, field.label = units, label
        field.error_messages["required"] = f"请选择{label}。"


class UnitForm(Form):
    """A unit's people and vehicles, or that it did not come."""

    people = forms.CharField(
        label="参加人员", max_length=200, required=False, help_text="姓名之间用顿号隔开。"
    )
    headcount = forms.IntegerField(label="人数", min_value=0, max_value=9999, required=False)
    vehicles = forms.IntegerField(label="车辆", min_value=0, max_value=999, required=False)
    absent = forms.BooleanField(label="本单位未参加", required=False)
    reason = forms.CharField(label="未参加原因", max_length=200, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, leading: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hung(self.fields["headcount"], unit="人")
        hung(self.fields["vehicles"], unit="台")
        hung(self.fields["reason"], when="absent=on", reason="因为没有参加，需要写明原因")
        if leading:
            del self.fields["absent"], self.fields["reason"]


class SitesForm(Form):
    """Sites to be inspected, ticked among those offered."""

    sites = forms.MultipleChoiceField(label="监管对象", widget=forms.CheckboxSelectMultiple)
    checklist = forms.ChoiceField(
        label="检查表",
        required=False,
        choices=[("", "按开采方式自动选定"), *Inspection.Checklist.choices],
    )

    def __init__(self, *args: Any, offered: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sites"].choices = offered
        self.fields["sites"].error_messages["required"] = "请至少选择一处监管对象。"


class SearchForm(forms.Form):
    """Which sites are offered."""

    township = forms.ModelChoiceField(
        Agency.objects.none(), label="乡镇", required=False, to_field_name="code", empty_label="全部"
    )
    q = forms.CharField(label="名称、编号", max_length=60, required=False)

    def __init__(self, *args: Any, townships: QuerySet[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["township"].queryset = townships
        self.fields["township"].label_from_instance = lambda unit: unit.label


class CheckForm(forms.Form):
    """A unit's questions at a site; `rows` and `seen` after validation."""

    use_required_attribute = False
    photos = PhotosField(label="现场照片", help_text="最多12张，每张不超过15MB")

    def __init__(
        self, *args: Any, questions: Sequence[Question], answers: Mapping[str, CheckAnswer], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = list(questions)
        for one in self.questions:
            there = answers.get(one.code)
            self.fields[f"result_{one.code}"] = ConditionalChoice(
                label=one.label,
                choices=CheckAnswer.Result.choices,
                widget=forms.RadioSelect,
                help_text=one.source,
                initial=there.result if there else None,
            )
            text = Conditional(
                label="情况",
                max_length=500,
                widget=forms.Textarea(attrs={"rows": 2, "aria-label": f"{one.label}：情况"}),
                initial=there.text if there else "",
            )
            self.fields[f"text_{one.code}"] = hung(text, when=f"result_{one.code}=good|bad|unclear")
            self.fields[f"seen_{one.code}"] = forms.IntegerField(
                required=False, widget=forms.HiddenInput, initial=there.version if there else 0
            )

    @property
    def groups(self) -> list[dict[str, Any]]:
        """By theme, as patterns/form.html wants it."""
        themes: dict[str, list[str]] = {}
        for one in self.questions:
            themes.setdefault(one.theme, []).extend([f"result_{one.code}", f"text_{one.code}"])
        return [{"legend": theme, "fields": names} for theme, names in themes.items()]

    def rows(self) -> dict[str, tuple[str, str]]:
        """{question: (result, text)} of what was filled."""
        data = self.cleaned_data
        return {one.code: (data[f"result_{one.code}"], data[f"text_{one.code}"]) for one in self.questions}

    def seen(self) -> dict[str, int]:
        """{question: version} that the page showed."""
        return {one.code: self.cleaned_data.get(f"seen_{one.code}") or 0 for one in self.questions}


class MeasureForm(Form):
    """实地测量."""

    measured_by = forms.CharField(label="测量单位", max_length=80)
    measured_m2 = forms.DecimalField(label="越界面积", max_digits=12, decimal_places=2, required=False)
    measured_t = forms.DecimalField(label="越界矿量", max_digits=14, decimal_places=2, required=False)
    measured_text = forms.CharField(
        label="测量情况", widget=forms.Textarea(attrs=AREA), required=False, max_length=2000
    )
    files = FilesField(label="测量成果", help_text="PDF、照片、docx、xlsx，每个不超过20MB。")
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hung(self.fields["measured_m2"], unit="平方米")
        hung(self.fields["measured_t"], unit="吨")


class JudgeForm(Form):
    """One inspected unit."""

    result = forms.ChoiceField(
        label="验收结果",
        choices=[row for row in InspectionSubject.Result.choices if row[0]],
        widget=forms.RadioSelect,
    )
    shortfalls = forms.MultipleChoiceField(
        label="不到位之处",
        choices=list(SHORTFALLS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    text = forms.CharField(
        label="检查情况", widget=forms.Textarea(attrs=AREA), required=False, max_length=2000
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, acceptance: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not acceptance:
            del self.fields["result"], self.fields["shortfalls"]


class FindingForm(Form):
    """A problem for the 问题清单."""

    where = forms.ChoiceField(label="检查对象")
    found_by = UnitField(
        queryset=Agency.objects.none(), label="发现单位", to_field_name="code", empty_label=None
    )
    problem = forms.CharField(label="问题", widget=forms.Textarea(attrs=AREA), max_length=1000)
    demand = forms.CharField(label="整改要求", widget=forms.Textarea(attrs=AREA), max_length=1000)
    category = forms.ChoiceField(
        label="处理方式", choices=Item.Category.choices, initial=Item.Category.RECTIFY
    )
    agency = UnitField(queryset=Agency.objects.none(), label="整改责任单位", to_field_name="code")
    responsible = forms.CharField(label="监管责任人", max_length=60, required=False)
    due_on = DayField(label="整改期限", help_text="到当日24时。")

    def __init__(
        self,
        *args: Any,
        places: Iterable[tuple[str, str]],
        finders: QuerySet[Agency],
        units: QuerySet[Agency],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["where"].choices = list(places)
        self.fields["found_by"].queryset = finders
        self.fields["agency"].queryset = units


class InspectionFilter(forms.Form):
    """Filters of the list."""

    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *Kind.choices])
    status = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *InspectionStatus.choices]
    )
    agency = forms.ModelChoiceField(
        Agency.objects.none(), label="组织单位", required=False, to_field_name="code", empty_label="全部"
    )
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label="专项行动", required=False, empty_label="全部"
    )
    period = forms.CharField(
        label="期间", required=False, max_length=30, help_text="如 2022-09、2022-Q3 或 2022"
    )
    q = forms.CharField(label="名称、编号", required=False, max_length=60)

    def __init__(
        self, *args: Any, units: QuerySet[Agency], campaigns: QuerySet[Campaign], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = units
        self.fields["agency"].label_from_instance = lambda unit: unit.label
        self.fields["campaign"].queryset = campaigns
