"""Forms of who stays out, who is let in, what is sealed. No rule stands here that an action lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from agencies.forms import DayField, Form, PersonField, UnitField
from agencies.models import Agency, AgencyKind, Member
from core.models import Access
from minewatch.lib.clock import day_end

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.models import Matter

WHOM = (("member", "一名人员"), ("agency", "一个单位"))


def words(label: str, **more: Any) -> forms.CharField:
    """A short text on a few lines."""
    return forms.CharField(label=label, max_length=200, widget=forms.Textarea(attrs={"rows": 3}), **more)


def people_of(units: Iterable[Agency]) -> Any:
    """Active people of `units`, by unit."""
    rows = Member.objects.active().filter(agency__in=list(units))
    return rows.select_related("agency").order_by("agency__division__code", "agency_id", "pk")


class WhomForm(Form):
    """A member or a unit."""

    whom = forms.ChoiceField(label="对象", choices=WHOM, widget=forms.RadioSelect, initial="member")
    member = PersonField(Member.objects.none(), label="人员", required=False, empty_label="请选择")
    agency = UnitField(Agency.objects.none(), label="单位", required=False, empty_label="请选择")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.data.get("whom") if self.is_bound else None
        for name, label in WHOM:
            self.fields[name].required = chosen in (None, name)
            self.fields[name].when = f"whom={name}"
            self.fields[name].reason = f"对象是{label}时选择。"

    def target(self) -> dict[str, Any]:
        """{member} or {agency}, as the actions take it."""
        chosen = self.cleaned_data["whom"]
        return {chosen: self.cleaned_data[chosen]}


class RecusalForm(WhomForm):
    """提出回避."""

    reason = words("回避事由", help_text="如与当事人有近亲属关系，或者有其他可能影响公正处理的关系。")

    def __init__(self, *args: Any, matter: Matter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rights = matter.access.exclude(relation=Access.Relation.BARRED)
        units = Agency.objects.filter(pk__in=rights.filter(agency__isnull=False).values("agency"))
        named = Member.objects.active().filter(pk__in=rights.filter(member__isnull=False).values("member"))
        self.fields["agency"].queryset = units.order_by("division__code", "pk")
        self.fields["member"].queryset = (people_of(units) | named.select_related("agency")).distinct()


class InvitationForm(WhomForm):
    """邀请协办."""

    track = forms.ChoiceField(label="可以查看的范围", widget=forms.RadioSelect)
    purpose = words("协办事项", help_text="写明请对方协助做什么。")
    until = DayField(label="有效至", help_text="到当日24时为止，最长一年。")

    field_order = ["whom", "member", "agency", "track", "purpose", "until"]

    def __init__(self, *args: Any, county: str, tracks: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Agency.objects.active().filter(division__code__startswith=county, online=True)
        units = units.exclude(kind=AgencyKind.SYSTEM).order_by("division__code", "pk")
        self.fields["agency"].queryset = units
        self.fields["member"].queryset = people_of(units)
        self.fields["track"].choices = tracks
        if len(tracks) == 1:
            self.fields["track"].initial = tracks[0][0]

    def facts(self) -> dict[str, Any]:
        """What `invite` is asked."""
        data = self.cleaned_data
        facts = {"track": data["track"], "purpose": data["purpose"], "until": day_end(data["until"])}
        return facts | self.target()


class SealingForm(Form):
    """封存 or 解封."""

    reason = words("事由")


class ReasonForm(Form):
    """查看事由, asked once a day before sealed content opens."""

    why = words("查看事由", help_text="如“办理移送”“核对案件进展”。承办单位的领导可以看到谁在何时因何查看。")
    kind = forms.CharField(widget=forms.HiddenInput, max_length=60)
    key = forms.CharField(widget=forms.HiddenInput, max_length=20)
    next = forms.CharField(widget=forms.HiddenInput, max_length=500, required=False)
