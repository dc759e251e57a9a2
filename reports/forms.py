"""Forms of reports; they check shape, the actions check everything else."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms

from agencies.models import Agency
from core.errors import DomainError
from reports.actions.drafts import TEXT_LIMIT
from reports.kinds import KINDS
from reports.kinds.base import HEADINGS
from reports.periods import read_period


class UnitChoice(forms.ModelChoiceField):
    """A unit by its code."""

    def __init__(self, units: Iterable[Agency], **about) -> None:
        super().__init__(Agency.objects.none(), to_field_name="code", **about)
        self.queryset = units

    def label_from_instance(self, unit: Agency) -> str:
        return unit.label


class NewReport(forms.Form):
    """Which report of which unit and period."""

    kind = forms.ChoiceField(
        label="报表", choices=[(kind.key, kind.label) for kind in KINDS.values()], widget=forms.RadioSelect
    )
    period = forms.CharField(
        label="期间",
        max_length=30,
        help_text="周报写应报送的那一周，如 2022-W38；月报写数据所在月份，如 2022-09",
    )

    def __init__(self, *args, units, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"] = UnitChoice(units, label="单位", empty_label=None)
        self.order_fields(["kind", "agency", "period"])


class FigureFilter(forms.Form):
    """Which period and unit the live figures are for."""

    period = forms.CharField(
        label="期间",
        max_length=40,
        help_text="2022-W38（当周应报的一期）、2022-09、2022-Q3、2022 或 2022-09-01..2022-09-30",
    )

    def __init__(self, *args, units, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"] = UnitChoice(
            units, label="单位", required=False, empty_label="我能看到的全部单位"
        )


class OfficialForm(forms.Form):
    """Official form 1 of which unit and period."""

    period = forms.CharField(
        label="期间",
        max_length=40,
        help_text="如 2022-09、2022-W38、2022-Q3 或 2022-09-01..2022-09-30",
        error_messages={"required": "请填写期间。"},
    )
    split = forms.BooleanField(
        label="每个单位一张表",
        required=False,
        help_text="不选则全县合成一张表。乡镇、村的表总是每个单位一张",
    )

    def __init__(self, *args, units, county_wide: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        words = {"required": "请选择单位。", "invalid_choice": "您看不到这个单位的台账，请重新选择单位。"}
        self.fields["agency"] = UnitChoice(units, label="单位", empty_label=None, error_messages=words)
        self.order_fields(["agency", "period", "split"])
        if not county_wide:
            del self.fields["split"]

    def clean_period(self) -> str:
        """The period as it stands in an address."""
        try:
            return read_period(self.cleaned_data["period"]).key
        except DomainError as error:
            raise forms.ValidationError(error.message) from None


class Narrative(forms.Form):
    """The paragraphs of a report."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for key, label in HEADINGS.items():
            self.fields[key] = forms.CharField(
                label=label,
                required=False,
                max_length=TEXT_LIMIT,
                strip=True,
                widget=forms.Textarea(attrs={"rows": 5}),
            )
