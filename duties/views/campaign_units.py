"""Units that join or leave a campaign on the way, and its end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from agencies.forms import DayField, Form, UnitField
from agencies.models import Agency
from core.pages import fresh_token, status_of, submitted
from core.web import MemberRequest, business, seen_version
from duties.actions import campaigns as doors
from duties.models import TaskParty
from duties.views.campaign_editing import county_units, editable
from duties.views.campaigns import CAMPAIGNS, DUTIES
from minewatch.lib.clock import now


class UnitsForm(Form):
    """Which unit, in or out, from when, in which task."""

    way = forms.ChoiceField(label="变动", choices=(("join", "加入"), ("leave", "退出")))
    agency = UnitField(Agency.objects.none(), label="单位")
    task = forms.ChoiceField(label="任务", required=False, help_text="不选：同类单位参加的全部任务。")
    side = forms.ChoiceField(label="分工", choices=TaskParty.Side.choices, required=False)
    on = DayField(label="日期", help_text="加入：从这一天起；退出：到这一天止。以前到期的仍要完成。")

    def __init__(self, *args: Any, campaign: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = [unit.pk for unit in county_units(campaign)]
        villages = Agency.objects.active().filter(division__code__startswith=campaign.county.code)
        self.fields["agency"].queryset = (villages | Agency.objects.filter(pk__in=units)).order_by(
            "division__code", "code"
        )
        tasks = campaign.tasks.filter(dropped_at__isnull=True).values_list("code", "name")
        self.fields["task"].choices = [("", "全部"), *((code, f"{code} {name}") for code, name in tasks)]
        self.fields["side"].when = "way=join"


@require_http_methods(["GET", "POST"])
@business
def units(request: MemberRequest, pk: int) -> HttpResponse:
    """单位加入、退出."""
    campaign = editable(request, pk)
    form = UnitsForm(request.POST or None, initial={"on": now().date()}, campaign=campaign)

    def act(data: dict[str, Any]) -> Any:
        values = {"campaign": campaign, "agency": data["agency"], "on": data["on"], "by": request.user}
        values["task"] = data["task"] or None
        if data["way"] == "leave":
            return doors.leave(**values)
        return doors.join(**values, side=data["side"] or TaskParty.Side.HOST)

    if submitted(request, form, act):
        messages.success(request, "已登记，任务已按此调整。")
        return redirect(f"/duties/campaigns/{pk}/")
    context = {
        "title": "单位加入、退出",
        "crumbs": [DUTIES, CAMPAIGNS, {"label": campaign.name, "url": f"/duties/campaigns/{pk}/"}],
        "form": form,
        "submit": "登记",
        "client_token": fresh_token(request),
        "cancel_url": f"/duties/campaigns/{pk}/",
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


@require_POST
@business
def end(request: MemberRequest, pk: int) -> HttpResponse:
    """结束专项行动."""
    campaign = editable(request, pk)
    doors.end(
        campaign=campaign,
        by=request.user,
        reason=request.POST.get("reason", ""),
        version=seen_version(request),
    )
    messages.success(request, "专项行动已结束，以前到期的任务仍要完成。")
    return redirect(f"/duties/campaigns/{pk}/")
