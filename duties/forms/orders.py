"""Forms of orders. No rule stands here that an action lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q, QuerySet

from agencies.forms import Form
from duties.forms.filings import FilesField, MomentField
from duties.forms.meetings import DayField, area, by_pk
from duties.models import Campaign, Order, Receipt
from duties.states import OrderStatus, ReceiptStatus
from minewatch.lib.clock import SHANGHAI, day_end

if TYPE_CHECKING:
    from agencies.models import Agency, Member

WAITING = (ReceiptStatus.SENT, ReceiptStatus.SIGNED, ReceiptStatus.ANSWERED)
STATES = (
    ("unsigned", "有单位未签收、未阅"),
    ("open", "未全部办结"),
    ("done", "全部办结"),
    ("draft", "草稿"),
    ("withdrawn", "已撤回"),
)


class OrderForm(Form):
    """A draft, new or changed."""

    agency = forms.ChoiceField(label="下发单位")
    kind = forms.ChoiceField(label="类别", choices=Order.Kind.choices, widget=forms.RadioSelect)
    title = forms.CharField(label="标题", max_length=120, strip=True)
    text = area("内容", 8, max_length=10000)
    units = forms.MultipleChoiceField(label="承办（接收）单位", widget=forms.CheckboxSelectMultiple)
    sign_due_at = MomentField(
        label="签收（阅知）期限", required=False, help_text="不填的，为下发后24小时（可在期限表中调整）。"
    )
    due_on = DayField(label="办理期限", required=False, help_text="当日24时前反馈。通知不填。")
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label="专项行动", required=False, empty_label="不属于专项行动"
    )

    def __init__(
        self,
        *args: Any,
        member: Member,
        issuers: Sequence[Agency],
        units: Sequence[Agency],
        order: Order | None = None,
        **kwargs: Any,
    ) -> None:
        if order is not None:
            kwargs["initial"] = initial_of(order)
        super().__init__(*args, **kwargs)
        self.issuers = {str(unit.pk): unit for unit in issuers}
        self.near = {str(unit.pk): unit for unit in units}
        self.fields["agency"].choices = by_pk(issuers)
        if len(issuers) == 1:
            self.fields["agency"].widget = forms.HiddenInput()
            self.fields["agency"].initial = str(issuers[0].pk)
        self.fields["units"].choices = by_pk(units)
        self.fields["campaign"].queryset = Campaign.objects.visible_to(member)

    def facts(self) -> dict[str, Any]:
        """What `orders.draft` and `orders.edit` are asked, without the issuing unit."""
        data = self.cleaned_data
        found = {name: data[name] for name in ("kind", "title", "text", "sign_due_at", "campaign")}
        return found | {
            "units": [self.near[pk] for pk in data["units"]],
            "due_at": day_end(data["due_on"]) if data["due_on"] else None,
        }


def initial_of(order: Order) -> dict[str, Any]:
    """A draft as the form shows it."""
    return {
        "agency": str(order.agency_id),
        "kind": order.kind,
        "title": order.title,
        "text": order.text,
        "units": [str(pk) for pk in order.receipts.values_list("agency", flat=True)],
        "sign_due_at": order.sign_due_at,
        "due_on": order.due_at.astimezone(SHANGHAI).date() if order.due_at else None,
        "campaign": order.campaign_id,
    }


class AnswerForm(Form):
    """反馈."""

    text = area("办理情况", 6, max_length=10000)
    files = FilesField(label="附件", help_text="PDF、照片、docx、xlsx，每个不超过20MB。")


class OrderFilter(forms.Form):
    """The filters of the list; a state is that of the receipts the reader sees."""

    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *Order.Kind.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *STATES])
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label="专项行动", required=False, empty_label="全部"
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.fields["campaign"].queryset = Campaign.objects.visible_to(member)

    def rows(self) -> QuerySet[Order]:
        """Orders in the member's sight that fit; nothing the member may not read decides."""
        self.is_valid()
        data = self.cleaned_data
        rows = Order.objects.visible_to(self.member)
        if data.get("kind"):
            rows = rows.filter(kind=data["kind"])
        if data.get("campaign"):
            rows = rows.filter(campaign=data["campaign"])
        return rows.filter(self._state(data["state"])) if data.get("state") else rows

    def _state(self, state: str) -> Q:
        if state in OrderStatus.values:
            return Q(status=state)
        seen = Receipt.objects.visible_to(self.member)
        if state == "unsigned":
            return Q(status=OrderStatus.ISSUED, pk__in=seen.filter(status="sent").values("order"))
        waiting = Q(pk__in=seen.filter(status__in=WAITING).values("order"))
        return Q(status=OrderStatus.ISSUED) & (waiting if state == "open" else ~waiting)
