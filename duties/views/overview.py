"""日历, 单位页, 单位和任务对照表: the same duties seen by day, by unit, and crosswise."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from agencies.models import Agency
from agencies.scope import readable_agencies
from core.pages import exported, filters_of
from core.registry import SUBJECTS
from core.web import MemberRequest, business
from duties import board, calendar_board
from duties.calendar_board import Wanted
from duties.filters import DutyFilter
from duties.matrix import matrix as matrix_of
from duties.models import Campaign, Card, Duty, Item, TaskParty
from duties.views.campaigns import DUTIES
from duties.views.sheets import duties_sheet as as_sheet
from minewatch.lib.clock import now
from minewatch.lib.periods import BadPeriod, parse_period, period_of

WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")
ONE_DAY = dt.timedelta(days=1)


class CalendarFilter(forms.Form):
    """Campaign, unit, kind; the month stands beside it in the address."""

    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label="专项行动", required=False, empty_label="全部"
    )
    unit = forms.ModelChoiceField(
        Agency.objects.none(), label="责任单位", required=False, to_field_name="code", empty_label="全部"
    )
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *Duty.Kind.choices])

    def __init__(self, *args: Any, member: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = Campaign.objects.visible_to(member)
        self.fields["unit"].queryset = readable_agencies(member).order_by("division__code", "code")
        self.fields["unit"].label_from_instance = lambda unit: unit.label


def asked(request: MemberRequest) -> tuple[CalendarFilter, Wanted]:
    """The filter and what it says; what cannot be read is left out and said at the field."""
    form = CalendarFilter(request.GET or None, member=request.user)
    data = form.cleaned_data if form.is_valid() else getattr(form, "cleaned_data", {})
    return form, Wanted(data.get("campaign"), data.get("unit"), data.get("kind") or "")


def asked_month(request: MemberRequest, today: dt.date) -> dt.date:
    """First day of the month asked for (2021-05), else of this one."""
    try:
        period = parse_period(request.GET.get("month", "") or period_of(today, "month").key)
    except BadPeriod:
        return today.replace(day=1)
    return period.first.replace(day=1)


@require_GET
@business
def calendar(request: MemberRequest) -> HttpResponse:
    """The month as a sheet on an office PC, as a list on a phone."""
    at = now()
    first = asked_month(request, at.date())
    form, wanted = asked(request)
    days = calendar_board.month(request.user, first, at, wanted)
    context = {
        "title": f"日历 {first.year}年{first.month}月",
        "crumbs": [DUTIES],
        "weekdays": WEEKDAYS,
        "weeks": calendar_board.weeks(days),
        "days": [day for day in days if day.lines],
        "today": at.date(),
        "month": f"{first:%Y-%m}",
        "previous": f"{first - ONE_DAY:%Y-%m}",
        "following": f"{(first.replace(day=28) + 4 * ONE_DAY):%Y-%m}",
        "count": sum(line.count for day in days for line in day.lines),
        **filters_of(request, form),
    }
    return render(request, "duties/calendar.html", context)


@require_GET
@business
def calendar_sheet(request: MemberRequest) -> HttpResponse:
    """The month's list as a workbook."""
    at = now()
    first = asked_month(request, at.date())
    _, wanted = asked(request)
    days = calendar_board.month(request.user, first, at, wanted)
    rows = [
        (
            line.due_at.replace(tzinfo=None),
            line.title,
            line.count,
            line.done,
            line.late,
            "计划" if line.planned else "",
        )
        for day in days
        for line in day.lines
    ]
    header = ("期限", "事项", "单位数", "已完成", "逾期未完成", "说明")
    return exported(
        request,
        what="calendar",
        title=f"任务日历{first:%Y-%m}",
        header=header,
        rows=rows,
        widths=(18, 60, 10, 10, 12, 10),
    )


@require_GET
@business
def unit(request: MemberRequest, code: str) -> HttpResponse:
    """One unit: what it owes, its part in campaigns, its open items and cards."""
    member, at = request.user, now()
    agency = get_object_or_404(readable_agencies(member).select_related("division"), code=code)
    rows = Duty.objects.visible_to(member).filter(agency=agency)
    waiting = board.actionable(rows, at)
    if request.GET.get("as") == "xlsx":
        listed = waiting.order_by("due_at", "pk")
        return as_sheet(request, listed, at, what="unit.duties", title=f"{agency.label}现在要办的任务")
    counts = board.tallies(waiting, at)
    listed = waiting.select_related("agency", "clock", "rule", "matter").order_by("due_at", "pk")[:50]
    items = Item.objects.visible_to(member).filter(
        agency=agency, status__in=[Item.Status.OPEN, Item.Status.HANDLING, Item.Status.AWAITING]
    )
    cards = Card.objects.filter(agency=agency, status=Card.Status.SHOWN)
    where = f"/duties/?unit={agency.code}"
    context = {
        "title": agency.name,
        "crumbs": [DUTIES],
        "state": {
            "words": f"逾期{counts['late']}项" if counts["late"] else "没有逾期",
            "css": "tag-late" if counts["late"] else "tag-done",
        },
        "next_step": f"待办{counts['total']}项，今天到期{counts['today']}项，本周内{counts['week']}项",
        "facts": [
            {"label": "行政区划", "value": agency.division.name},
            {"label": "未完成", "value": f"{rows.open().filter(history=False).count()}项", "url": where},
            {"label": "逾期未完成", "value": f"{counts['late']}项", "url": f"{where}&state=overdue"},
            {
                "label": "未销号条目",
                "value": f"{items.count()}条",
                "url": f"/duties/lists/?unit={agency.code}",
            },
            *[{"label": "亮牌", "value": f"{card.get_colour_display()}：{card.reason}"} for card in cards],
        ],
        "duties": board.items(listed, member, at),
        "prints": [{"label": "导出表格", "url": "?as=xlsx"}] if listed else [],
        "related": _parts(agency, member),
        "wide": True,
    }
    return render(request, "duties/unit.html", context)


def _parts(agency: Agency, member: Any) -> list[dict[str, Any]]:
    """Campaigns in which the unit has a part."""
    campaigns = Campaign.objects.visible_to(member)
    parts = TaskParty.objects.filter(
        agency=agency, left_on__isnull=True, task__campaign__in=campaigns, task__dropped_at__isnull=True
    ).select_related("task__campaign")
    count: dict[Campaign, list[int]] = {}
    for part in parts:
        count.setdefault(part.task.campaign, [0, 0])[part.side != TaskParty.Side.HOST] += 1
    links = [
        {
            "label": campaign.name,
            "url": f"/duties/campaigns/{campaign.pk}/",
            "note": f" 牵头{host}项，配合{more}项",
        }
        for campaign, (host, more) in count.items()
    ]
    return [{"title": SUBJECTS["duties.campaign"].label, "links": links}] if links else []


@require_GET
@business
def matrix(request: MemberRequest) -> HttpResponse:
    """Units × duties, for the units in sight."""
    form, wanted = asked(request)
    found = matrix_of(request.user, now(), wanted.campaign)
    if request.GET.get("as") == "xlsx":
        rows = [
            (
                one.name,
                *(
                    f"{cell.done}/{cell.due}" + (f" 逾期{cell.late}" if cell.late else "") if cell.due else ""
                    for cell in cells
                ),
            )
            for one, cells in found.rows
        ]
        header = ("单位", *(column.name for column in found.columns))
        return exported(
            request, what="matrix", title="单位和任务对照表", header=header, rows=rows, widths=(28,)
        )
    context = {
        "title": "单位和任务对照表",
        "crumbs": [DUTIES],
        "lead": (wanted.campaign.name if wanted.campaign else "常规任务")
        + "：已完成/应完成，含一个月内到期的；历史、免除和取消的不计入。",
        "columns": found.columns,
        "rows": found.rows,
        "campaigns": Campaign.objects.visible_to(request.user),
        "campaign": wanted.campaign,
        "as_of": now(),
    }
    return render(request, "duties/matrix.html", context)


@require_GET
@business
def duties_sheet(request: MemberRequest) -> HttpResponse:
    """The list of duties as filtered, as a workbook."""
    member, at = request.user, now()
    found = DutyFilter(request.GET, queryset=Duty.objects.visible_to(member), member=member)
    rows = found.qs if found.is_valid() else Duty.objects.none()
    return as_sheet(request, rows.order_by("due_at", "pk"), at, what="duties", title="任务清单")
