"""Forms of yearly plans: shape only; every rule stands in the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from agencies.forms import Form, UnitField
from agencies.models import Agency
from duties.models import Campaign
from ledgers.forms.inspections import UnitsField
from ledgers.states import PlanStatus


class PlanForm(Form):
    """The head of a plan."""

    agency = UnitField(
        queryset=Agency.objects.none(), label="拟订单位", to_field_name="code", empty_label=None
    )
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    title = forms.CharField(label="计划名称", max_length=120)
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label="对应的专项行动", required=False, empty_label="不对应专项行动"
    )
    text = forms.CharField(
        label="总体安排", widget=forms.Textarea(attrs={"rows": 6}), required=False, max_length=8000
    )

    def __init__(
        self, *args: Any, units: QuerySet[Agency], campaigns: QuerySet[Campaign], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = units
        self.fields["campaign"].queryset = campaigns


class LineForm(Form):
    """One line of a plan."""

    period = forms.CharField(label="时间", max_length=20, help_text="如 2026-Q3（季度）、2026-09（月）")
    theme = forms.CharField(label="检查内容", max_length=120)
    scope = forms.CharField(label="检查对象", max_length=200, required=False)
    agencies = UnitsField(label="参加单位")

    def __init__(self, *args: Any, units: QuerySet[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agencies"].queryset = units


class PlanFilter(forms.Form):
    """Filters of the list of plans."""

    year = forms.IntegerField(label="年度", required=False, min_value=2000, max_value=2100)
    status = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *PlanStatus.choices])
