"""Upload of 办结材料."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from agencies.forms import Form
from minewatch.lib.clock import SHANGHAI


class FilesInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several documents; opened and judged by the action."""

    def __init__(self, *, required: bool = False, **kwargs: Any) -> None:
        accept = ".pdf,.docx,.xlsx,image/jpeg,image/png"
        widget = FilesInput(attrs={"multiple": True, "accept": accept})
        super().__init__(widget=widget, required=required, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files as a list; an empty file is named."""
        found = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not found:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [super(FilesField, self).clean(one, initial) for one in found]


class MomentField(forms.DateTimeField):
    """A moment in Shanghai's time."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {"invalid": "请按“2022-09-30 14:30”的格式填写日期和时间。"}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)

    def to_python(self, value: Any) -> dt.datetime | None:
        """Aware, Asia/Shanghai."""
        found = super().to_python(value)
        return found.replace(tzinfo=SHANGHAI) if found and found.tzinfo is None else found


class FilingForm(Form):
    """For a duty."""

    files = FilesField(
        label="办结材料",
        required=True,
        help_text="可以选几个文件：PDF、照片、docx、xlsx，每个不超过20MB。",
    )
    note = forms.CharField(
        label="说明", widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=2000
    )

    def __init__(self, *args: Any, papers: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = "、".join(papers or [])
        self.fields["files"].error_messages["required"] = f"请上传{asked or '办结材料'}。"
        if asked:
            self.fields["files"].help_text = f"应报送：{asked}。每个不超过20MB。"


class RecordForm(FilingForm):
    """For a task without dates: when it was done, too."""

    at = MomentField(label="完成时间")
    field_order = ["at", "note", "files"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = "办理情况"
        self.fields["files"].required = False
        self.fields["files"].label = "材料"
