"""A task's day: confirm one that the notice wrote impossibly, or set one that it left open."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from agencies.forms import DayField, Form
from core.errors import DomainError, NotAllowed
from core.pages import fresh_token, status_of, submitted
from core.web import MemberRequest, business
from duties.actions import campaigns as doors
from duties.deadline_words import deadline_words
from duties.forms.task_definition import DAY_NAMES
from duties.holders import oversees
from duties.models import Task
from duties.views.campaigns import CAMPAIGNS, DUTIES
from duties.views.tasks import visible_task
from minewatch.lib.clock import now


class DateForm(Form):
    """The day that is meant."""

    on = DayField(label="确认的日期")
    basis = forms.CharField(label="依据", max_length=200, help_text="例如：请示发文机关后的答复、会议纪要。")


class DayForm(Form):
    """From when and how often."""

    kind = forms.ChoiceField(
        label="周期",
        choices=(("weekly", "每周"), ("monthly", "每月"), ("quarterly", "每季度"), ("yearly", "每年")),
    )
    byday = forms.ChoiceField(label="周几", choices=DAY_NAMES, required=False)
    month = forms.IntegerField(label="第几个月", min_value=1, max_value=12, required=False)
    day = forms.IntegerField(label="几日（-1为最后一日）", min_value=-1, max_value=31, required=False)
    from_ = DayField(label="从哪一日起执行")
    basis = forms.CharField(label="依据", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["byday"].when = "kind=weekly"
        self.fields["month"].when = "kind=quarterly|yearly"
        self.fields["day"].when = "kind=monthly|quarterly|yearly"

    def clean(self) -> dict[str, Any]:
        """What the chosen period needs."""
        data = super().clean()
        needs = {
            "weekly": ("byday",),
            "monthly": ("day",),
            "quarterly": ("month", "day"),
            "yearly": ("month", "day"),
        }
        for name in needs.get(str(data.get("kind")), ()):
            if data.get(name) in (None, "", 0):
                self.add_error(name, f"请填写{self.fields[name].label}。")
        return data

    def schedule(self) -> dict[str, Any]:
        """The schedule's keys (docs/campaigns.md)."""
        data = self.cleaned_data
        if data["kind"] == "weekly":
            return {"kind": "weekly", "byday": [data["byday"]]}
        if data["kind"] == "monthly":
            return {"kind": "monthly", "days": [data["day"]]}
        return {"kind": data["kind"], "month": data["month"], "day": data["day"]}


def _office_task(request: MemberRequest, pk: int, task_pk: int) -> Task:
    found = visible_task(request, pk, task_pk)
    if not oversees(request.user):
        raise NotAllowed("日期由专班办公室确定。")
    return found


def _page(request: MemberRequest, found: Task, form: forms.Form, title: str, act: Any) -> HttpResponse:
    back = f"/duties/campaigns/{found.campaign_id}/tasks/{found.pk}/"
    if submitted(request, form, act):
        messages.success(request, "日期已确定，任务已按此生成。")
        return redirect(back)
    context = {
        "title": title,
        "lead": f"{found.code} {found.name}：{deadline_words(found)}",
        "crumbs": [DUTIES, CAMPAIGNS, {"label": found.name, "url": back}],
        "form": form,
        "submit": "确定",
        "client_token": fresh_token(request),
        "cancel_url": back,
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


@require_http_methods(["GET", "POST"])
@business
def confirm(request: MemberRequest, pk: int, task_pk: int) -> HttpResponse:
    """确认日期: the notice wrote a day that does not exist; a person says which is meant."""
    found = _office_task(request, pk, task_pk)
    if found.deadline != Task.Deadline.IMPOSSIBLE:
        raise DomainError("这项任务的日期没有问题，不用确认。")
    form = DateForm(request.POST or None, initial={"on": found.suggested_on})
    return _page(
        request,
        found,
        form,
        "确认日期",
        lambda data: doors.confirm_date(task=found, on=data["on"], basis=data["basis"], by=request.user),
    )


@require_http_methods(["GET", "POST"])
@business
def set_day(request: MemberRequest, pk: int, task_pk: int) -> HttpResponse:
    """设定日期: the notice left the day open; nothing is invented until the organ sets one."""
    found = _office_task(request, pk, task_pk)
    form = DayForm(request.POST or None, initial={"from_": now().date()})
    return _page(
        request,
        found,
        form,
        "设定日期",
        lambda data: doors.set_day(
            task=found, schedule=form.schedule(), basis=data["basis"], from_=data["from_"], by=request.user
        ),
    )
