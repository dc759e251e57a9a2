"""Forms of lists and items; one item is judged by the column table (duties.item_columns)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from agencies.forms import DayField, Form, UnitField
from agencies.models import Agency
from duties.forms.filings import FilesField
from duties.item_columns import COLUMNS, category_choices, parse_item, refs_of
from duties.item_rules import questions_of
from duties.models import Campaign, Item, ItemList, Task
from duties.objects import Offered

#: A question that is asked 是否… has these answers; anything else is said in words.
ANSWERS = (("是", "是"), ("否", "否"), ("不清楚", "不清楚"), ("不适用", "不适用"))
LATE = (("", "全部"), ("1", "逾期"))


class ListForm(Form):
    """A new list: for a task of a campaign, or one's own."""

    task = forms.ModelChoiceField(
        Task.objects.none(), label="专项任务", required=False, empty_label="不属于专项任务"
    )
    agency = UnitField(Agency.objects.none(), label="管理单位", help_text="管理清单并验收销号的单位。")
    title = forms.CharField(label="清单名称", max_length=120, required=False)
    times = forms.IntegerField(
        label="每个对象应查次数", min_value=0, max_value=99, required=False, help_text="不要求次数的填0。"
    )
    due_on = DayField(label="统一期限", required=False, help_text="到当日24时；不填用专项任务的期限。")

    def __init__(self, *args: Any, tasks: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].queryset = tasks
        self.fields["task"].label_from_instance = lambda task: (
            f"{task.campaign.name}：{task.code} {task.name}"
        )
        self.fields["agency"].queryset = units

    def clean(self) -> dict[str, Any]:
        """A list that is not a task's has a name of its own."""
        data = super().clean()
        if not data.get("task") and not (data.get("title") or "").strip():
            self.add_error("title", "请填写清单名称。")
        return data


class ItemForm(Form):
    """One new item; after validation `row` is what the column table made of it."""

    def __init__(self, *args: Any, item_list: ItemList, units: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refs = refs_of(item_list, units)
        for column in COLUMNS:
            common = {"label": column.label, "required": column.required, "help_text": column.help}
            if column.key == "agency":
                rows = Agency.objects.filter(pk__in=[unit.pk for unit in units])
                field: forms.Field = UnitField(rows, empty_label="请选择", **common)
            elif column.key == "category":
                choices = [("", "未分类"), *category_choices(item_list.categories)]
                field = forms.ChoiceField(choices=choices, **common)
            elif column.key == "due_at":
                field = DayField(**common)
            else:
                widget = forms.Textarea(attrs={"rows": 3}) if column.long else None
                field = forms.CharField(widget=widget, **common)
            field.error_messages["required"] = f"请填写{column.label}。"
            self.fields[column.key] = field

    def clean(self) -> dict[str, Any]:
        """Judge the texts by the table."""
        data = super().clean()
        texts = {key: _text(data.get(key)) for key in self.fields}
        self.row = parse_item(texts, self.refs)
        if data.get("agency"):
            self.row.problems = [one for one in self.row.problems if one.column != "agency"]
            self.row.values["agency"] = data["agency"]
        for problem in self.row.problems:
            if problem.column not in self.errors:
                self.add_error(problem.column, f"{problem.message}。{problem.mend}。")
        return data


def _text(value: Any) -> str:
    return "" if value is None else str(value)


class AnswersForm(Form):
    """The list's questions for one item, and photos or papers."""

    def __init__(self, *args: Any, item: Item, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        for one in questions_of(item):
            self.fields[f"q_{one['code']}"] = _question(one, item.answers.get(one["code"], ""))
        self.fields["files"] = FilesField(label="照片、材料", help_text="可以选几个：照片、PDF、docx、xlsx。")
        self.order_fields([*self.first(), *self.fields])

    def first(self) -> tuple[str, ...]:
        """Fields before the questions."""
        return ()

    def answers(self) -> dict[str, str]:
        """code → answer, of what was sent."""
        return {name[2:]: value for name, value in self.cleaned_data.items() if name.startswith("q_")}


def _question(one: Mapping[str, Any], answer: str) -> forms.Field:
    if one["label"].startswith("是否") or "是否" in one["label"]:
        return forms.ChoiceField(
            label=one["label"],
            choices=ANSWERS,
            widget=forms.RadioSelect,
            required=False,
            initial=answer or None,
        )
    return forms.CharField(label=one["label"], required=False, max_length=500, initial=answer)


class SubmitForm(AnswersForm):
    """报请销号."""

    outcome = forms.CharField(
        label="处置结果",
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=4000,
        help_text="写明怎么处置、处置到什么程度。",
    )

    def first(self) -> tuple[str, ...]:
        """The questions come first, then the outcome, then the proof."""
        return (*(name for name in self.fields if name.startswith("q_")), "outcome")


class ReopenForm(Form):
    """死灰复燃."""

    reason = forms.CharField(
        label="原因", widget=forms.Textarea(attrs={"rows": 3}), max_length=200, help_text="写明发现的情况。"
    )
    due_on = DayField(label="新的整改期限", required=False, help_text="到当日24时。原期限未到的可不填。")


class UploadForm(Form):
    """A workbook of items."""

    file = forms.FileField(
        label="表格文件",
        help_text="xlsx，一次最多2000行。有一处错误就全部不导入；清单上已有的条目不会重复。",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )


class ObjectsForm(Form):
    """Objects of a register to put on the list."""

    WHO = (("township", "属地乡镇"), ("village", "属地村（没有村的由乡镇）"), ("keeper", "清单管理单位"))
    answerable = forms.ChoiceField(label="责任单位", choices=WHO, initial="township")
    chosen = forms.MultipleChoiceField(label="对象", widget=forms.CheckboxSelectMultiple, required=False)
    q = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, offered: Iterable[Offered], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = [
            (one.key, f"{one.name}（{one.kind_words}，{one.place}）") for one in offered
        ]

    def clean(self) -> dict[str, Any]:
        """Some, or by the second button all that were found."""
        data = super().clean()
        if not data.get("chosen") and "all" not in self.data and "chosen" not in self.errors:
            self.add_error("chosen", "请至少选择一个对象。")
        return data


class ListsFilter(Form):
    """Lists of one campaign or task, by name."""

    q = forms.CharField(label="清单名称", required=False, max_length=60)
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label="专项行动", required=False, empty_label="全部"
    )
    task = forms.ModelChoiceField(
        Task.objects.none(), label="专项任务", required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, campaigns: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = campaigns
        self.fields["task"].queryset = Task.objects.filter(campaign__in=campaigns)


class ItemFilter(Form):
    """Status, category, unit, lateness and words of one list's items."""

    q = forms.CharField(label="名称、位置", required=False, max_length=60)
    status = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), ("standing", "未销号"), *Item.Status.choices],
    )
    category = forms.ChoiceField(label="分类", required=False)
    unit = forms.ModelChoiceField(
        Agency.objects.none(),
        label="责任单位",
        required=False,
        empty_label="全部",
        to_field_name="code",
    )
    late = forms.ChoiceField(label="逾期", required=False, choices=LATE)

    def __init__(self, *args: Any, item_list: ItemList, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", "全部"), *category_choices(item_list.categories)]
        self.fields["unit"].queryset = units
        self.fields["unit"].label_from_instance = lambda unit: unit.label
