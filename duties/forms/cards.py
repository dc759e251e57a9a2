"""Forms of cards and of accountability: shape only; every rule stands in the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from agencies.forms import DayField, Form, UnitField
from agencies.models import Agency
from duties.models import Accountability, Campaign, Card, Duty


class CampaignField(forms.ModelChoiceField):
    """A campaign by its name."""

    def label_from_instance(self, row: Campaign) -> str:
        """The name."""
        return row.name


class CardField(forms.ModelChoiceField):
    """A card by unit and colour."""

    def label_from_instance(self, card: Card) -> str:
        """Unit, colour, state."""
        return f"{card.agency.label}{card.get_colour_display()}（{card.get_status_display()}）"


class CardForm(Form):
    """Propose a card."""

    agency = UnitField(Agency.objects.none(), label="单位", empty_label="请选择")
    colour = forms.ChoiceField(label="颜色", choices=Card.Colour.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label="事由", max_length=300, widget=forms.Textarea(attrs={"rows": 4}))
    basis = forms.CharField(label="依据", max_length=200, help_text="文件名称、文号和条款。")
    campaign = CampaignField(
        Campaign.objects.none(), label="专项行动", required=False, empty_label="（不属于专项行动）"
    )
    duty = forms.ModelChoiceField(Duty.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        units: QuerySet[Agency],
        campaigns: QuerySet[Campaign],
        duties: QuerySet[Duty],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = units
        self.fields["campaign"].queryset = campaigns
        self.fields["duty"].queryset = duties


class CardFilter(Form):
    """Which cards the list shows."""

    agency = UnitField(Agency.objects.none(), label="单位", required=False, empty_label="全部")
    colour = forms.ChoiceField(label="颜色", required=False, choices=[("", "全部"), *Card.Colour.choices])
    status = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *Card.Status.choices])

    def __init__(self, *args: Any, units: QuerySet[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = units


class AccountabilityForm(Form):
    """What was decided."""

    kind = forms.ChoiceField(label="方式", choices=[("", "请选择"), *Accountability.Kind.choices])
    ground = forms.ChoiceField(
        label="容错情形",
        required=False,
        choices=[("", "（不是容错）"), *Accountability.Ground.choices],
        help_text="方式为容错时选择。",
    )
    agency = UnitField(Agency.objects.none(), label="单位", empty_label="请选择")
    person = forms.CharField(
        label="人员",
        max_length=60,
        required=False,
        help_text="只有决定机关、纪检监察机关和专班办公室能看到，每次查看都有记录；不涉及个人的不填。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    on = DayField(label="决定日期")
    decided_by_unit = UnitField(Agency.objects.none(), label="决定机关", empty_label=None)
    reason = forms.CharField(label="事由", max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    basis = forms.CharField(label="依据", max_length=200, help_text="法规、文件名称和条款。")
    number = forms.CharField(label="文号", max_length=60, required=False)
    campaign = CampaignField(
        Campaign.objects.none(), label="专项行动", required=False, empty_label="（不属于专项行动）"
    )
    card = CardField(Card.objects.none(), label="有关的牌", required=False, empty_label="（无）")
    document = forms.FileField(
        label="决定文件", required=False, help_text="PDF、照片、docx、xlsx，不超过20MB。"
    )

    def __init__(
        self,
        *args: Any,
        units: QuerySet[Agency],
        organs: QuerySet[Agency],
        campaigns: QuerySet[Campaign],
        cards: QuerySet[Card],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = units
        self.fields["decided_by_unit"].queryset = organs
        self.fields["campaign"].queryset = campaigns
        self.fields["card"].queryset = cards


class AccountabilityFilter(Form):
    """Which records the list shows."""

    agency = UnitField(Agency.objects.none(), label="单位", required=False, empty_label="全部")
    kind = forms.ChoiceField(
        label="方式", required=False, choices=[("", "全部"), *Accountability.Kind.choices]
    )

    def __init__(self, *args: Any, units: QuerySet[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = units
