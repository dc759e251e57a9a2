"""Forms of meetings. No rule stands here that an action lacks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from agencies.forms import Form
from duties.actions.meetings import Attended, DecisionRow
from duties.agenda import AgendaRow
from duties.forms.filings import FilesField, MomentField
from duties.models import Attendance, Campaign, Meeting
from minewatch.lib.text import BadDate, parse_day

if TYPE_CHECKING:
    from agencies.models import Agency, Member
    from duties.models import AgendaLine, Task

PRESENCE = [choice for choice in Attendance.Presence.choices if choice[0] != Attendance.Presence.CALLED]
MORE = 3


def area(label: str, rows: int, **kwargs: Any) -> forms.CharField:
    """A text of several lines."""
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def by_pk(units: Sequence[Agency]) -> list[tuple[str, str]]:
    """Units as choices."""
    return [(str(unit.pk), unit.label) for unit in units]


class DayField(forms.CharField):
    """A day in any of the usual spellings; a browser offers its calendar."""

    widget = forms.TextInput(attrs={"type": "date"})

    def to_python(self, value: Any) -> dt.date | None:
        """The day, None when empty."""
        if isinstance(value, dt.date):
            return value
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_day(text)
        except BadDate as error:
            raise forms.ValidationError(f"{str(error).rstrip('。')}。") from None


class Ticks(forms.MultipleChoiceField):
    """Ticks among offers that may have changed since the page was opened: what is gone is left out."""

    widget = forms.CheckboxSelectMultiple

    def to_python(self, value: Any) -> list[str]:
        """The ticked offers that still stand."""
        known = {key for key, _ in self.choices}
        return [key for key in super().to_python(value) if key in known]


class PlanForm(Form):
    """A new meeting."""

    agency = forms.ChoiceField(label="组织单位")
    task = forms.ChoiceField(label="对应的专项任务", required=False)
    title = forms.CharField(label="会议名称", max_length=120, strip=True)
    planned_at = MomentField(label="会议时间")
    place = forms.CharField(label="地点", max_length=120, required=False)
    units = forms.MultipleChoiceField(
        label="通知参会单位", required=False, widget=forms.CheckboxSelectMultiple
    )
    agenda = Ticks(label="带入议题", required=False, help_text="系统按未办结的事项提出，不需要的请去掉。")
    more = area("其他议题", 3, required=False, max_length=3000, help_text="每行一项。")

    def __init__(
        self,
        *args: Any,
        hosts: Sequence[Agency],
        units: Sequence[Agency],
        tasks: Sequence[Task],
        rows: Sequence[AgendaRow],
        labels: Sequence[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.hosts = {str(unit.pk): unit for unit in hosts}
        self.near = {str(unit.pk): unit for unit in units}
        self.tasks = {str(task.pk): task for task in tasks}
        self.rows = {row.key: row for row in rows}
        self.fields["agency"].choices = by_pk(hosts)
        if len(hosts) == 1:
            self.fields["agency"].widget = forms.HiddenInput()
            self.fields["agency"].initial = str(hosts[0].pk)
        named = [(pk, f"{task.campaign.name}：{task.name}") for pk, task in self.tasks.items()]
        self.fields["task"].choices = [("", "不属于专项任务"), *named]
        self.fields["units"].choices = by_pk(units)
        self.fields["agenda"].choices = [(row.key, label) for row, label in zip(rows, labels, strict=True)]
        self.fields["agenda"].initial = [row.key for row in rows]
        if not rows:
            del self.fields["agenda"]

    def facts(self) -> dict[str, Any]:
        """What `meetings.plan` is asked."""
        data = self.cleaned_data
        ticked = [self.rows[key] for key in data.get("agenda", [])]
        written = [AgendaRow(line) for line in data["more"].splitlines()]
        return {
            "agency": self.hosts[data["agency"]],
            "task": self.tasks.get(data["task"]),
            "title": data["title"],
            "planned_at": data["planned_at"],
            "place": data["place"],
            "units": [self.near[pk] for pk in data["units"]],
            "agenda": [*ticked, *written],
        }


class AmendForm(Form):
    """Agenda line by line; an emptied line goes. Time and place until the meeting is held."""

    planned_at = MomentField(label="会议时间")
    place = forms.CharField(label="地点", max_length=120, required=False)

    def __init__(self, *args: Any, lines: Sequence[AgendaLine], planned: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(lines)
        if not planned:
            del self.fields["planned_at"], self.fields["place"]
        for n, line in enumerate(self.lines, start=1):
            self.fields[f"line_{line.pk}"] = forms.CharField(
                label=f"议题{n}", max_length=300, required=False, initial=line.text
            )
        self.fields["more"] = area("增加议题", 3, required=False, max_length=3000, help_text="每行一项。")

    def facts(self) -> dict[str, Any]:
        """What `meetings.amend` is asked."""
        data = self.cleaned_data
        kept = [
            AgendaRow(data[f"line_{line.pk}"], subject_kind=line.subject_kind, subject_id=line.subject_id)
            for line in self.lines
        ]
        more = [AgendaRow(line) for line in data["more"].splitlines()]
        return {
            "agenda": [row for row in (*kept, *more) if row.text.strip()],
            "planned_at": data.get("planned_at"),
            "place": data.get("place"),
        }


class HoldForm(Form):
    """Who came."""

    held_at = MomentField(label="召开时间")
    place = forms.CharField(label="地点", max_length=120, required=False)
    chair = forms.CharField(label="主持人", max_length=60)

    def __init__(self, *args: Any, units: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = list(units)
        for unit in self.units:
            self.fields[f"presence_{unit.pk}"] = forms.ChoiceField(
                label="到会", choices=PRESENCE, initial=Attendance.Presence.PRESENT
            )
            self.fields[f"person_{unit.pk}"] = forms.CharField(
                label="参会人员", max_length=60, required=False
            )

    def groups(self) -> list[dict[str, Any]]:
        """Fields under the name of their unit."""
        head = {"legend": "会议", "fields": ["held_at", "place", "chair"]}
        rest = [
            {"legend": unit.label, "fields": [f"presence_{unit.pk}", f"person_{unit.pk}"]}
            for unit in self.units
        ]
        return [head, *rest]

    def facts(self) -> dict[str, Any]:
        """What `meetings.hold` is asked."""
        data = self.cleaned_data
        came = [Attended(unit, data[f"presence_{unit.pk}"], data[f"person_{unit.pk}"]) for unit in self.units]
        return {name: data[name] for name in ("held_at", "place", "chair")} | {"attendance": came}


class MinutesForm(Form):
    """会议纪要 with its 议定事项; `rows` says how many of them the page shows."""

    minutes = area("会议纪要", 12, max_length=20000, help_text="会议讨论和议定的情况，分段填写。")
    number = forms.CharField(
        label="纪要编号", max_length=60, required=False, help_text="不填则按本单位本年度顺序编号。"
    )
    reports_to = forms.ChoiceField(label="报送", required=False)

    def __init__(
        self, *args: Any, units: Sequence[Agency], reports: Sequence[Agency], rows: int = MORE, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.near = {str(unit.pk): unit for unit in units}
        self.reports = {str(unit.pk): unit for unit in reports}
        self.count = max(1, min(rows, 60))
        self.fields["reports_to"].choices = [*by_pk(reports), ("", "本次不报送")]
        self.fields["rows"] = forms.IntegerField(widget=forms.HiddenInput, initial=self.count, required=False)
        choices = [("", "请选择"), *by_pk(units)]
        for n in range(1, self.count + 1):
            self.fields[f"text_{n}"] = area("内容", 2, required=False, max_length=500)
            self.fields[f"unit_{n}"] = forms.ChoiceField(label="承办单位", choices=choices, required=False)
            self.fields[f"due_{n}"] = DayField(label="期限", required=False)

    def groups(self) -> list[dict[str, Any]]:
        """The minutes, then each decision."""
        head = {"legend": "纪要", "fields": ["minutes", "number", "reports_to"]}
        rest = [
            {"legend": f"议定事项{n}", "fields": [f"text_{n}", f"unit_{n}", f"due_{n}"]}
            for n in range(1, self.count + 1)
        ]
        return [head, *rest]

    def clean(self) -> dict[str, Any]:
        """A decision has words and a unit, or nothing at all."""
        data = super().clean()
        for n in range(1, self.count + 1):
            text, unit, due = (data.get(f"{name}_{n}") for name in ("text", "unit", "due"))
            if text and not unit:
                self.add_error(f"unit_{n}", "请选择承办单位。")
            elif (unit or due) and not text and f"text_{n}" not in self.errors:
                self.add_error(f"text_{n}", "请填写议定事项内容，或把承办单位和期限清空。")
        return data

    def facts(self) -> dict[str, Any]:
        """What `meetings.issue_minutes` is asked."""
        data = self.cleaned_data
        rows = [
            DecisionRow(data[f"text_{n}"], self.near[data[f"unit_{n}"]], data[f"due_{n}"])
            for n in range(1, self.count + 1)
            if data[f"text_{n}"]
        ]
        return {
            "minutes": data["minutes"],
            "number": data["number"],
            "decisions": rows,
            "reports_to": self.reports.get(data["reports_to"]),
        }


class CloseForm(Form):
    """办结 of one decision."""

    text = area("办结情况", 5, required=False, max_length=4000)
    files = FilesField(label="办结材料", help_text="PDF、照片、docx、xlsx，每个不超过20MB。")


class MeetingFilter(forms.Form):
    """The filters of the list."""

    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label="专项行动", required=False, empty_label="全部"
    )
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *Meeting.Status.choices])

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = Campaign.objects.visible_to(member)
