"""One FilterSet for the list, its export and REST: the same parameters give the same rows everywhere.

A report's figure links to its rows with these parameters of /ledgers/entries/ (all optional, all joined):
  agency=CODE      rows of that unit;  below=1  also of the units under it
  first, last      patrolled on or between these days, YYYY-MM-DD;  period=2022-09  the same as one word
  licence, shallow, illegal, beyond, irregular = yes | no | unclear;  found=1  any of the last three is yes
  night=1  夜间巡查 · late=1  补录 · source = phone | grid | upload | api · site=ID · sheet=ID · upload=ID
  q                words in the place, the mineral, the remark, or the site's pinyin initials
  as_of            live rows as seen at that instant (ISO 8601); else as of now
  recorded_from, recorded_to   recorded_at in the half-open span, ISO 8601: what arrived late (补报)
  kept = live (default) | void (更正前的和撤回的) | all
Without `agency` the list holds every row the reader may see.
"""

from __future__ import annotations

from typing import Any

import django_filters as df
from django import forms
from django.db.models import Count, Q, QuerySet

from agencies.models import Agency
from agencies.scope import readable_agencies
from ledgers.columns import BY_KEY
from ledgers.models import Entry, Sheet
from ledgers.models.entries import Answer
from ledgers.states import SheetStatus
from minewatch.lib.periods import BadPeriod, Period, parse_period
from minewatch.lib.text import fold

KEPT = (("live", "有效记录"), ("void", "更正前的和撤回的"), ("all", "全部"))
FINDINGS = ("illegal", "beyond", "irregular")


class Day(forms.DateField):
    """A day from a date control or typed."""

    widget = forms.DateInput(attrs={"type": "date"})
    default_error_messages = {"invalid": "请按 2022-09-30 的样子填写日期。"}


class PeriodField(forms.CharField):
    """2022-09, 2022-W38, 2022-Q3 …"""

    def clean(self, value: Any) -> Period | None:
        """A Period, or None when empty."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_period(text)
        except BadPeriod as error:
            raise forms.ValidationError(str(error)) from None


class DayFilter(df.DateFilter):
    field_class = Day


class PeriodFilter(df.Filter):
    """Rows whose day lies in the period."""

    field_class = PeriodField

    def filter(self, qs: QuerySet, value: Period | None) -> QuerySet:
        """Rows whose day lies in the period."""
        return qs.filter(**{f"{self.field_name}__range": (value.first, value.last)}) if value else qs


class RowNumber(df.Filter):
    """The id of a row; a number that no row can have is said to be unreadable."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        words = "编号无法识别。"
        errors = dict.fromkeys(("invalid", "min_value", "max_value"), words)
        super().__init__(*args, min_value=0, max_value=2**63 - 1, error_messages=errors, **kwargs)


class Ticked(df.BooleanFilter):
    """A tick box: `=1` narrows, absent does nothing."""

    field_class = forms.BooleanField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=forms.CheckboxInput, **kwargs)

    def filter(self, qs: QuerySet, value: bool) -> QuerySet:
        """Only where ticked."""
        return super().filter(qs, value) if value else qs


def _answer(key: str) -> df.ChoiceFilter:
    words = BY_KEY[key].words
    return df.ChoiceFilter(
        label=BY_KEY[key].label,
        choices=list(zip(Answer.values, words, strict=True)),
        empty_label="不限",
    )


def _hidden(kind: type[df.Filter], **more: Any) -> df.Filter:
    return kind(widget=forms.HiddenInput, **more)


class ByUnit(df.FilterSet):
    """A unit among those the reader may read."""

    agency = df.ModelChoiceFilter(
        label="单位",
        queryset=lambda request: units(request),
        to_field_name="code",
        method="by_unit",
        empty_label="不限",
    )
    below = Ticked(label="含下级单位", method="nothing")

    def by_unit(self, rows: QuerySet, name: str, unit: Agency | None) -> QuerySet:
        """The unit alone, or with the units under it."""
        if unit is None:
            return rows
        if self.form.cleaned_data.get("below"):
            return rows.filter(agency__in=Agency.objects.under(unit).values("pk"))
        return rows.filter(agency=unit)

    def nothing(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        """Read by another filter."""
        return rows

    @property
    def rows(self) -> QuerySet:
        """The rows, none when a parameter cannot be read: a wrong number is worse than no number."""
        return self.qs if self.is_valid() else self.queryset.none()

    def is_valid(self) -> bool:
        """Whether every parameter could be read."""
        return not self.is_bound or self.form.is_valid()


def units(request: Any) -> QuerySet[Agency]:
    """Units the reader may read."""
    if request is None:
        return Agency.objects.none()
    return readable_agencies(request.user).select_related("division")


class EntryFilter(ByUnit):
    """See the module."""

    period = PeriodFilter(label="期间", field_name="patrolled_on")
    first = DayFilter(label="巡查日期自", field_name="patrolled_on", lookup_expr="gte")
    last = DayFilter(label="巡查日期至", field_name="patrolled_on", lookup_expr="lte")
    licence = _answer("licence")
    shallow = _answer("shallow")
    illegal = _answer("illegal")
    beyond = _answer("beyond")
    irregular = _answer("irregular")
    found = Ticked(label="发现问题的", method="with_finding")
    night = Ticked(label="夜间巡查")
    late = Ticked(label="补录", field_name="late_entry")
    source = df.ChoiceFilter(label="填报方式", choices=Entry.Source.choices, empty_label="不限")
    kept = df.ChoiceFilter(label="更正、撤回", choices=KEPT, method="by_kept", empty_label=None)
    q = df.CharFilter(label="位置、矿种、备注", method="by_words")
    site = _hidden(RowNumber, label="监管对象", field_name="site_id")
    sheet = _hidden(RowNumber, label="所在台账", field_name="sheet_id")
    upload = _hidden(RowNumber, label="同一批填报", field_name="upload_id")
    as_of = _hidden(df.IsoDateTimeFilter, label="数据截至", method="nothing")
    recorded_from = _hidden(df.IsoDateTimeFilter, label="填报自", field_name="recorded_at", lookup_expr="gte")
    recorded_to = _hidden(df.IsoDateTimeFilter, label="填报至", field_name="recorded_at", lookup_expr="lt")

    class Meta:
        model = Entry
        fields: list[str] = []

    def with_finding(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        """Any of the three findings."""
        any_of = Q()
        for key in FINDINGS:
            any_of |= Q(**{key: Answer.YES})
        return rows.filter(any_of) if value else rows

    def by_kept(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Read with as_of below."""
        return rows

    def by_words(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Words in what the row says of its place."""
        words = fold(value)
        hit = Q(location__icontains=words) | Q(mineral__icontains=words) | Q(remark__icontains=words)
        return rows.filter(hit | Q(site__initials__startswith=words.lower())) if words else rows

    def filter_queryset(self, rows: QuerySet) -> QuerySet:
        """All filters, and what counts at the instant asked for."""
        rows = super().filter_queryset(rows)
        facts = self.form.cleaned_data
        kept = facts.get("kept") or "live"
        if kept == "live":
            return rows.live(facts.get("as_of"))
        return rows.filter(voided_at__isnull=False) if kept == "void" else rows


class SheetFilter(ByUnit):
    """Sheets by unit, the day a period covers, and state."""

    period = PeriodFilter(label="期间", method="by_period")
    status = df.ChoiceFilter(label="状态", choices=SheetStatus.choices, empty_label="不限")

    class Meta:
        model = Sheet
        fields: list[str] = []

    def by_period(self, rows: QuerySet, name: str, value: Period | None) -> QuerySet:
        """Sheets that touch the period."""
        return rows.filter(first_day__lte=value.last, last_day__gte=value.first) if value else rows


def totals(rows: QuerySet) -> dict[str, int]:
    """Count and findings of a filtered list in one query."""
    counted = {key: Count("pk", filter=Q(**{key: Answer.YES})) for key in FINDINGS}
    return rows.order_by().aggregate(count=Count("pk"), night=Count("pk", filter=Q(night=True)), **counted)
