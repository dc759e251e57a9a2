"""The form of 答复举报人."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from duties.forms.filings import MomentField
from ledgers.forms.leads import area
from ledgers.models import LeadReply
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member


class ReplyForm(forms.Form):
    """登记答复举报人: nothing in it says who was answered."""

    way = forms.ChoiceField(
        label="答复方式",
        choices=LeadReply.Way.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择答复方式。"},
    )
    at = MomentField(label="答复时间")
    answered_by = forms.ChoiceField(label="答复人")
    text = area(
        "答复内容",
        5,
        max_length=1000,
        help_text="告诉了对方什么。不要写举报人的姓名、电话、住址，也不要写能看出是谁的话；无法答复的写明原因。",
        error_messages={"required": "请填写答复内容。"},
    )

    use_required_attribute = False

    def __init__(self, *args: Any, people: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(member.pk): member for member in people}
        self.fields["answered_by"].choices = [(pk, member.label) for pk, member in self.people.items()]
        self.initial.setdefault("at", now())

    def facts(self) -> dict[str, Any]:
        """What the action is asked."""
        data = self.cleaned_data
        found = {name: data[name] for name in ("way", "at", "text")}
        return found | {"answered_by": self.people[data["answered_by"]]}
