"""Forms of 包联: an assignment, its end, a visit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from agencies.forms import DayField, Form, PersonField
from agencies.models import Division, Member
from duties.forms.filings import FilesField, FilesInput, MomentField
from duties.models import Assignment, Task, Visit


class AreaField(forms.ModelChoiceField):
    """A township or village by name, villages under their township."""

    def label_from_instance(self, division: Division) -> str:
        """The name; a village is set in."""
        return f"　{division.name}" if len(division.code) > 9 else division.name


class TaskField(forms.ModelChoiceField):
    """A campaign's 包联 task."""

    def label_from_instance(self, task: Task) -> str:
        """Task and campaign."""
        return f"{task.name}（{task.campaign.name}）"


class AssignmentField(forms.ModelChoiceField):
    """An assignment by leader and area."""

    def label_from_instance(self, row: Assignment) -> str:
        """Leader and area."""
        return f"{row.leader.name}包联{row.division.name}"


class PhotosField(FilesField):
    """Several photos; opened and judged by the action."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget = FilesInput(attrs={"multiple": True, "accept": "image/jpeg,image/png,image/webp"})


class AssignmentForm(Form):
    """Who answers for which area."""

    leader = PersonField(Member.objects.none(), label="包联领导", empty_label="请选择")
    division = AreaField(Division.objects.none(), label="包联区域", empty_label="请选择")
    valid_from = DayField(label="开始日期")
    valid_to = DayField(label="结束日期", required=False, help_text="不填表示长期。")
    task = TaskField(
        Task.objects.none(),
        label="对应的专项任务",
        required=False,
        empty_label="（不对应，不按期督促）",
        help_text="选择后，按该任务的周期生成督导任务。",
    )
    basis = forms.CharField(label="依据", max_length=200, required=False, help_text="文件名称和文号。")

    def __init__(
        self,
        *args: Any,
        leaders: QuerySet[Member],
        areas: QuerySet[Division],
        tasks: QuerySet[Task],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leader"].queryset = leaders
        self.fields["division"].queryset = areas
        self.fields["task"].queryset = tasks


class TieForm(Form):
    """Which 包联 task a running assignment belongs to."""

    task = TaskField(
        Task.objects.none(),
        label="对应的专项任务",
        empty_label="请选择",
        help_text="从今天起按该任务的周期生成督导任务；以前的不补。",
    )

    def __init__(self, *args: Any, tasks: QuerySet[Task], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].queryset = tasks


class EndForm(Form):
    """The last day and why."""

    on = DayField(label="结束日期")
    reason = forms.CharField(label="原因", max_length=200)


class VisitForm(Form):
    """One visit."""

    assignment = AssignmentField(Assignment.objects.none(), label="包联安排", empty_label="请选择")
    at = MomentField(label="督导时间")
    way = forms.ChoiceField(label="方式", choices=Visit.Way.choices, widget=forms.RadioSelect)
    place = forms.CharField(label="地点", max_length=200, required=False, help_text="到了哪个村、哪个点位。")
    text = forms.CharField(label="了解的情况", max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    demands = forms.CharField(
        label="提出的要求", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    photos = PhotosField(label="照片", help_text="最多12张，每张不超过15MB。")

    def __init__(self, *args: Any, assignments: QuerySet[Assignment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignment"].queryset = assignments


class VisitFilter(Form):
    """Which visits the list shows."""

    way = forms.ChoiceField(label="方式", required=False, choices=[("", "全部"), *Visit.Way.choices])
    area = AreaField(Division.objects.none(), label="包联区域", required=False, empty_label="全部")
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "有效"), ("withdrawn", "已撤回"), ("all", "全部")]
    )

    def __init__(self, *args: Any, areas: QuerySet[Division], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].queryset = areas
