"""Filters of the list of duties; state and period stand in the URL."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from agencies.models import Agency
from agencies.scope import readable_agencies
from duties.board import late_q
from duties.campaign_board import of_task
from duties.models import Campaign, Duty, DutyRule, Task
from minewatch.lib.clock import now
from minewatch.lib.periods import BadPeriod, parse_period

STATES = (
    ("open", "未完成"),
    ("late", "逾期"),
    ("overdue", "逾期未完成"),
    ("done", "已完成"),
    ("past", "历史"),
    ("off", "免除、取消"),
    ("owed", "应完成"),
    ("kept", "应完成中已完成"),
    ("all", "全部"),
)


class PeriodField(forms.CharField):
    """A period such as 2022-09 or 2022-W38."""

    def clean(self, value: Any) -> Any:
        """A Period, or None when empty; the message says how to write it."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_period(text)
        except BadPeriod as error:
            raise forms.ValidationError(str(error)) from None


class PeriodFilter(django_filters.Filter):
    """A filter with a period."""

    field_class = PeriodField


class DutyFilter(django_filters.FilterSet):
    """Unit, kind, state, period of the due day. Without a state: what is open."""

    unit = django_filters.ModelChoiceFilter(
        field_name="agency",
        queryset=Agency.objects.none(),
        label="责任单位",
        to_field_name="code",
        empty_label="全部",
    )
    kind = django_filters.ChoiceFilter(choices=Duty.Kind.choices, label="类别", empty_label="全部")
    state = django_filters.ChoiceFilter(
        choices=STATES[1:], label="状态", method="of_state", empty_label="未完成"
    )
    period = PeriodFilter(
        label="期限所在期间",
        method="of_period",
        help_text="如 2022-09、2022-W38、2022-Q3 或 2022-09-01..2022-09-30",
    )

    campaign = django_filters.ModelChoiceFilter(
        queryset=Campaign.objects.none(), label="专项行动", empty_label="全部"
    )
    task = django_filters.ModelChoiceFilter(
        queryset=Task.objects.none(), label="专项任务", method="of_task", widget=forms.HiddenInput
    )

    rule = django_filters.ModelChoiceFilter(
        queryset=DutyRule.objects.all(), label="任务规则", widget=forms.HiddenInput
    )

    area = django_filters.CharFilter(
        field_name="agency__division__code", lookup_expr="startswith", label="区域", widget=forms.HiddenInput
    )
    at = django_filters.CharFilter(
        field_name="agency__division__code", label="本级", widget=forms.HiddenInput
    )
    standing = django_filters.BooleanFilter(
        field_name="campaign", lookup_expr="isnull", label="日常任务", widget=forms.HiddenInput
    )

    class Meta:
        model = Duty
        fields: list[str] = []

    def __init__(self, *args: Any, member: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # whoever receives a duty of a unit it does not read (the keeper of a list) finds it by unit as well
        sent = Duty.objects.filter(agency=OuterRef("pk"), recipient=member.agency_id, matter__isnull=True)
        received = Exists(sent)
        units = Agency.objects.filter(Q(pk__in=readable_agencies(member).values("pk")) | received)
        self.filters["unit"].queryset = units.order_by("division__code", "code")
        self.filters["unit"].field.label_from_instance = lambda unit: unit.label
        campaigns = Campaign.objects.visible_to(member)
        self.filters["campaign"].queryset = campaigns
        self.filters["task"].queryset = Task.objects.filter(campaign__in=campaigns)

    def of_task(self, rows: QuerySet[Duty], name: str, value: Task | None) -> QuerySet[Duty]:
        """Duties of one task of a campaign, undated ones too."""
        return rows.filter(of_task(value)) if value else rows

    def of_period(self, rows: QuerySet[Duty], name: str, value: Any) -> QuerySet[Duty]:
        """Due inside the period."""
        return rows.filter(due_at__gte=value.window.start, due_at__lt=value.window.end)

    def of_state(self, rows: QuerySet[Duty], name: str, value: str) -> QuerySet[Duty]:
        """Rows in that state, now."""
        return rows.filter(state_q(value))

    def filter_queryset(self, queryset: QuerySet[Duty]) -> QuerySet[Duty]:
        """Open duties unless a state was asked for."""
        rows = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.filter(state_q("open"))


def state_q(state: str) -> Q:
    """The rows of one state; 历史 stands apart from what is open now."""
    status = Duty.Status
    off = Q(status__in=[status.WAIVED, status.CANCELLED])
    return {
        "open": Q(status=status.OPEN, history=False),
        "late": late_q(now()),
        "overdue": late_q(now()) & Q(status=status.OPEN),
        "done": Q(status=status.FULFILLED),
        "past": Q(history=True),
        "off": off,
        "owed": Q(history=False) & ~off,
        "kept": Q(history=False, status=status.FULFILLED),
        "all": Q(),
    }[state]
