"""The filters of the list of referrals, and what runs against a limit now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q, QuerySet

from cases.edges import Edge
from cases.models import Referral
from cases.states import ReferralStatus
from duties.next_up import late
from duties.standing import stands_for

if TYPE_CHECKING:
    from agencies.models import Member

ANY = ("", "全部")
WAYS = (("out", "移出"), ("in", "移入"))
WAITS = (("receive", "待我签收"), ("approve", "待审批"), ("late", "超期"), ("open", "未办结"))
S = ReferralStatus


class ReferralFilter(forms.Form):
    """Which referrals the list shows."""

    edge = forms.ChoiceField(label="类型", required=False, choices=[ANY, *Edge.choices])
    status = forms.ChoiceField(label="状态", required=False, choices=[ANY, *ReferralStatus.choices])
    way = forms.ChoiceField(label="移出、移入", required=False, choices=[ANY, *WAYS])
    wait = forms.ChoiceField(label="办理情况", required=False, choices=[ANY, *WAITS])

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.units = stands_for(member)

    def rows(self) -> QuerySet[Referral]:
        """Referrals in the member's sight that fit."""
        self.is_valid()
        data = self.cleaned_data
        rows = Referral.objects.visible_to(self.member)
        for name in ("edge", "status"):
            if data.get(name):
                rows = rows.filter(**{name: data[name]})
        if data.get("way"):
            side = "sender" if data["way"] == "out" else "receiver"
            rows = rows.filter(**{f"{side}__in": self.units})
        return rows.filter(waiting(data["wait"], self.units)) if data.get("wait") else rows

    def figures(self) -> list[dict[str, Any]]:
        """待我签收、待审批、超期 with how many there are."""
        rows = Referral.objects.visible_to(self.member)
        return [
            {
                "label": label,
                "value": rows.filter(waiting(key, self.units)).count(),
                "url": f"?wait={key}",
                "late": key == "late",
            }
            for key, label in WAITS
            if key != "open"
        ]


def waiting(key: str, units: set[int]) -> Q:
    """Referrals that wait in the way `key` for one of `units`."""
    if key == "receive":
        return Q(status=S.SENT, receiver__in=units)
    if key == "approve":
        return Q(status=S.REPORTED, sender__in=units)
    if key == "late":
        return Q(pk__in=late(Referral))
    return ~Q(status__in=(S.CLOSED, S.RECALLED))
