"""完成情况: what was owed in a period and what became of it, by unit, township and campaign."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core.pages import exported
from core.web import MemberRequest, business
from duties.coverage import COLUMNS, MISSING, TABS, Line, asked_period, total, url_of
from duties.coverage import coverage as lines_of
from duties.views.watch import CRUMB
from minewatch.lib.clock import now
from minewatch.lib.periods import Period, period_of
from minewatch.lib.windows import label

NOTES = (
    "按期限落在本期的任务统计；历史、免除和取消的不计入。逾期含逾期后完成的。",
    "按行政区划代码排列，不作排名。",
)
NUMBERS = (*COLUMNS, MISSING)


def asked(request: MemberRequest) -> tuple[Period, str, str]:
    """(period, message about it, tab)."""
    period, problem = asked_period(request.GET.get("period", ""), period_of(now().date(), "month"))
    by = request.GET.get("by", "")
    return period, problem, by if by in dict(TABS) else "unit"


@require_GET
@business
def coverage(request: MemberRequest) -> HttpResponse:
    """完成情况 for a period (default: this month)."""
    at = now()
    period, problem, by = asked(request)
    lines = lines_of(request.user, period, at, by)
    query = urlencode({"period": period.key, "by": by})
    context = {
        "title": "完成情况",
        "crumbs": [CRUMB],
        "unit_name": request.user.agency.label,
        "period_words": label(period),
        "as_of": at,
        "period": request.GET.get("period", "") or period.key,
        "problem": problem,
        "by": by,
        "tabs": tabs("/duties/coverage/", TABS, by, period),
        "tables": [table(lines, period, dict(TABS)[by].removeprefix("按"))],
        "notes": NOTES,
        "exports": [{"label": "导出表格", "url": f"/duties/coverage/export.xlsx?{query}"}],
    }
    return render(request, "duties/coverage.html", context)


def tabs(path: str, known: Any, by: str, period: Period) -> list[dict[str, Any]]:
    """The ways to group, each an address that keeps the period."""
    return [
        {"label": words, "url": f"{path}?{urlencode({'period': period.key, 'by': key})}", "active": key == by}
        for key, words in known
    ]


def table(lines: list[Line], period: Period, first: str) -> dict[str, Any]:
    """Lines as the sheet shows them: each number opens its rows."""

    def cells(line: Line) -> list[dict[str, Any]]:
        return [
            {"value": value, "url": url_of(line, period, state) if value else ""}
            for value, state in ((getattr(line, name), state) for name, _, state in NUMBERS)
        ]

    whole = total(lines)
    return {
        "head": [{"label": first}, *({"label": word, "unit": "项"} for _, word, _ in NUMBERS)],
        "rows": [{"label": line.label, "cells": cells(line)} for line in lines],
        "total": {"label": whole.label, "cells": cells(whole)},
    }


@require_GET
@business
def export(request: MemberRequest) -> HttpResponse:
    """The lines of the page as a workbook; logged."""
    period, _, by = asked(request)
    lines = lines_of(request.user, period, now(), by)
    header = [dict(TABS)[by].removeprefix("按"), *(word for _, word, _ in NUMBERS)]
    rows = [[line.label, *(getattr(line, name) for name, _, _ in NUMBERS)] for line in [*lines, total(lines)]]
    return exported(
        request, what="coverage", title="完成情况", header=header, rows=rows, widths=(28, 10, 10, 10, 10)
    )
