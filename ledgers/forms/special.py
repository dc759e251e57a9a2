"""特殊情况报告: what, where, photos. One screen, one tap to send."""

from __future__ import annotations

from typing import Any

from django import forms

from agencies.models import Agency
from ledgers.forms.fields import PhotosField, PointField


class SpecialForm(forms.Form):
    """No ledger row is needed; the township's leaders and the county hear of it at once."""

    agency = forms.ModelChoiceField(
        Agency.objects.none(), label="报告单位", to_field_name="code", empty_label=None
    )
    text = forms.CharField(
        label="情况",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="看到了什么，什么人、什么机械在干什么，是否还在继续",
        error_messages={"required": "请写明发生了什么情况。"},
    )
    location = forms.CharField(
        label="位置", max_length=180, required=False, help_text="写到村、沟；取了当前位置可以不填"
    )
    point = PointField()
    accuracy_m = forms.CharField(widget=forms.HiddenInput, required=False)
    point_source = forms.CharField(widget=forms.HiddenInput, required=False)
    photos = PhotosField(label="照片", help_text="最多12张，每张不超过15MB")

    use_required_attribute = False

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = units
        if len(units) == 1:
            self.fields["agency"].widget = forms.HiddenInput()
            self.initial.setdefault("agency", units[0].code)
