"""The filters of the list of leads; what is hidden from the reader never decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from agencies.models import Agency
from core import gates
from duties.next_up import late
from ledgers.lead_states import LEAD_OVER, Finding, LeadStatus
from ledgers.models import Lead
from minewatch.lib.text import fold

if TYPE_CHECKING:
    from agencies.models import Member

STATES = (("live", "未办结"), *LeadStatus.choices, ("withdrawn", "已撤回"))


class LeadFilter(forms.Form):
    """q · source · state · finding · holder · late · special."""

    q = forms.CharField(label="编号、位置", required=False, max_length=60)
    source = forms.ChoiceField(label="来源", required=False, choices=[("", "不限"), *Lead.Source.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "不限"), *STATES])
    finding = forms.ChoiceField(
        label="核查结果", required=False, choices=[("", "不限"), *Finding.choices, ("none", "未核查")]
    )
    holder = forms.ModelChoiceField(
        Agency.objects.none(), label="承办单位", required=False, to_field_name="code", empty_label="不限"
    )
    late = forms.BooleanField(label="只看超期", required=False)
    special = forms.BooleanField(label="只看特殊情况", required=False)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        held = Lead.objects.known_to(member).values("holder")
        units = Agency.objects.filter(pk__in=held).order_by("division__code", "pk")
        self.fields["holder"].queryset = units
        self.fields["holder"].label_from_instance = lambda unit: unit.label  # type: ignore[attr-defined]

    def rows(self) -> QuerySet[Lead]:
        """Leads known that fit; open 特殊情况 first, then the newest. What a row does not show to the member
        decides nothing: neither whether it fits nor where it stands."""
        self.is_valid()
        data = self.cleaned_data
        rows = Lead.objects.known_to(self.member)
        shown = Q(pk__in=Lead.objects.open_to(self.member).values("pk"))
        words = fold(data.get("q") or "")
        if words:
            rows = rows.filter(Q(number__icontains=words) | shown & Q(location__icontains=words))
        if data.get("source"):
            rows = rows.filter(shown, source=data["source"])
        if data.get("finding"):
            rows = rows.filter(shown, finding="" if data["finding"] == "none" else data["finding"])
        if data.get("holder"):
            rows = rows.filter(holder=data["holder"])
        if data.get("special"):
            rows = rows.filter(shown, alarmed=True)
        if data.get("late"):
            rows = rows.filter(pk__in=late(Lead))
        return first_things_first(self._state(rows, data.get("state") or ""), self.member)

    @staticmethod
    def _state(rows: QuerySet[Lead], state: str) -> QuerySet[Lead]:
        if state == "live":
            return rows.live()  # type: ignore[attr-defined]
        if state == "withdrawn":
            return rows.filter(withdrawn_at__isnull=False)
        return rows.filter(status=state, withdrawn_at__isnull=True) if state else rows


def first_things_first(rows: QuerySet[Lead], member: Member) -> QuerySet[Lead]:
    """With `urgent` 1 for 特殊情况 that is not dealt with, to order by ("-urgent", "-id"); of a sealed lead
    only where the member put it down or has opened it today."""
    open_now = Q(matter__sealed=False) | Q(reported_by=member) | Q(pk__in=gates.opened(member, Lead))
    waits = open_now & Q(alarmed=True, withdrawn_at__isnull=True) & ~Q(status__in=LEAD_OVER)
    return rows.annotate(
        urgent=Case(When(waits, then=Value(1)), default=Value(0), output_field=IntegerField())
    )
