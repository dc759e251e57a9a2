"""Forms of the ladder: shape only; the rules stand in duties.actions.ladder."""

from __future__ import annotations

from typing import Any

from django import forms

from agencies.forms import Form
from duties.ladder import RECIPIENTS
from duties.models import Duty


class ClockField(forms.TimeField):
    """A time of day, HH:MM."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    default_error_messages = {"invalid": "请按“22:00”的格式填写时间。"}


class RungForm(Form):
    """One rung."""

    name = forms.CharField(label="名称", max_length=40, help_text="如“提前1天”。")
    offset_hours = forms.IntegerField(
        label="距期限",
        help_text="期限前填负数，期限后填正数。期限为某日24时的，"
        "-15 是当天9时，-39 是前一天9时，9 是后一天9时。",
        error_messages={"invalid": "请填写整数，例如 -39。"},
    )
    to = forms.MultipleChoiceField(
        label="提醒对象", choices=list(RECIPIENTS.items()), widget=forms.CheckboxSelectMultiple
    )
    kinds = forms.MultipleChoiceField(
        label="适用类别",
        choices=Duty.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="都不选，适用于全部任务。",
    )
    urgent = forms.BooleanField(label="不受免打扰时段限制", required=False)
    is_active = forms.BooleanField(label="启用", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offset_hours"].unit = "小时"


class QuietForm(Form):
    """免打扰时段."""

    starts_at = ClockField(label="开始时间")
    ends_at = ClockField(label="结束时间", help_text="早于开始时间的，算到第二天。两个时间相同，不设免打扰。")
    rest_days = forms.BooleanField(label="休息日不提醒", required=False)
