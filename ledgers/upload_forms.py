"""The form that takes a workbook in."""

from __future__ import annotations

from django import forms

from agencies.models import Agency
from minewatch.lib.periods import BadPeriod, parse_period


class UploadForm(forms.Form):
    """File, the unit it is for, and the period of rows without a day."""

    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label="填报单位",
        empty_label=None,
        error_messages={
            "required": "请选择填报单位。",
            "invalid_choice": "您不能为这个单位导入表格，请重新选择填报单位。",
        },
    )
    file = forms.FileField(
        label="表格文件（.xlsx）",
        error_messages={
            "required": "请选择要上传的表格文件。",
            "empty": "文件是空的（0字节），请检查原文件能否打开，再重新上传。",
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )
    period = forms.CharField(
        label="期间",
        required=False,
        max_length=30,
        help_text="一般不用填：以表上“填写时间”所在月份为准。表上日期有误时可在这里指定，如 2022-09。",
    )

    def __init__(self, *args, agencies: list[Agency], dated: bool = True, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = Agency.objects.filter(pk__in=[unit.pk for unit in agencies])
        if len(agencies) == 1:
            self.fields["agency"].widget = forms.HiddenInput()
            self.fields["agency"].initial = agencies[0].pk
        if not dated:
            del self.fields["period"]

    def clean_period(self) -> str:
        text = self.cleaned_data["period"].strip()
        if not text:
            return ""
        try:
            return parse_period(text).key
        except BadPeriod as error:
            raise forms.ValidationError(str(error)) from None
