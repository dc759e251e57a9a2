"""中止、恢复、延长 of a limit of law."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from agencies.forms import Form
from duties.forms.filings import MomentField
from duties.models import Clock
from minewatch.lib.clock import SHANGHAI, now

ACCEPT = ".pdf,.docx,image/jpeg,image/png"


class StopForm(Form):
    """中止计时."""

    at = MomentField(label="中止时间")
    reason = forms.CharField(label="原因", max_length=200, help_text="例如：委托鉴定、勘测期间。")
    basis = forms.CharField(label="依据", max_length=200, help_text="法律条款或批准文书的文号。")
    file = forms.FileField(
        label="批准文书",
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text="PDF、照片或 docx，不超过20MB。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].initial = _minute()


class ResumeForm(Form):
    """恢复计时."""

    at = MomentField(label="恢复时间")
    reason = forms.CharField(label="恢复原因", max_length=200, help_text="例如：收到鉴定意见。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].initial = _minute()


class ExtendForm(StopForm):
    """延长期限."""

    amount = forms.IntegerField(label="延长", min_value=1)
    authority = forms.CharField(label="批准人（机关）", max_length=80)
    field_order = ["amount", "authority", "at", "reason", "basis", "file"]

    def __init__(self, *args: Any, clock: Clock, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].label = "批准时间"
        self.fields["reason"].help_text = "例如：案情复杂。"
        self.fields["amount"].unit = clock.get_unit_display()
        self.fields["amount"].help_text = f"最多{clock.ceiling}{clock.get_unit_display()}，含以前延长的。"
        self.fields["authority"].help_text = f"依法由{clock.extends_by}批准。"


def _minute() -> dt.datetime:
    return now().astimezone(SHANGHAI).replace(second=0, microsecond=0)
