"""/reports/figures/: live numbers in the member's scope, each a link to its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from agencies.models import Agency
from agencies.scope import readable_agencies
from core.errors import DomainError
from core.web import MemberRequest, business
from minewatch.lib.clock import now
from minewatch.lib.periods import Period, Window, before, period_of
from reports.figures import FIGURES, Scope, cumulative, totals
from reports.forms import FigureFilter
from reports.kinds.base import span_words
from reports.periods import read_period, window_of
from reports.snapshot import snapshot
from reports.views.parts import crumbs

HEAD = ({"label": "项目"}, {"label": "本期"}, {"label": "累计"})
QUICK = (
    ("本周", "week", 0),
    ("上周", "week", 1),
    ("本月", "month", 0),
    ("上月", "month", 1),
    ("本季度", "quarter", 0),
)


@dataclass(frozen=True)
class Asked:
    """Which numbers the address asks for."""

    period: Period
    window: Window
    scope: Scope
    unit: Agency | None

    @property
    def words(self) -> str:
        """青石镇　2022年9月"""
        return f"{self.unit.name if self.unit else self.scope.agency.name}　{span_words(self.window)}"

    @property
    def query(self) -> str:
        """The same question for another address."""
        return urlencode({"period": self.period.key, **({"agency": self.unit.code} if self.unit else {})})

    @property
    def back(self) -> str:
        """The page of these numbers."""
        return f"{reverse('reports:figures')}?{self.query}"


def asked(request: MemberRequest) -> Asked | None:
    """The question of the address; this month where it names no period, None where it cannot be read."""
    code, text = request.GET.get("agency", ""), request.GET.get("period", "")
    unit = (
        readable_agencies(request.user).select_related("division").filter(code=code).first() if code else None
    )
    if code and unit is None:
        return None
    try:
        period = read_period(text) if text else period_of(now().date(), "month")
    except DomainError:
        return None
    return Asked(period, window_of(period), Scope.of(request.user, unit), unit)


@require_GET
@business
def figures(request: MemberRequest) -> HttpResponse:
    """This period and year to date."""
    units = readable_agencies(request.user).order_by("division__code", "code")
    want = asked(request)
    form = _form(request, units, want)
    context: dict[str, Any] = {
        "title": "统计数字",
        "crumbs": crumbs(),
        "filters": form,
        "filter_count": len([name for name in form.fields if request.GET.get(name)]),
        "quick": _quick(want),
    }
    if want is not None:
        with snapshot():
            at, tables = now(), [_table(want)]
        context |= {
            "paper_title": "巡查检查统计",
            "unit_name": (want.unit or want.scope.agency).name,
            "period_words": span_words(want.window),
            "as_of": at,
            "tables": tables,
            "notes": ["累计自当年1月1日起至本期末。点数字可看明细。"],
            "exports": [{"label": "巡查检查台账", "url": f"{reverse('reports:form_patrol')}?{want.query}"}],
        }
    return render(request, "reports/figures.html", context)


def _form(request: MemberRequest, units, want: Asked | None) -> FigureFilter:
    data = request.GET.copy()
    data.setdefault("period", want.period.key if want else "")
    form = FigureFilter(data, units=units)
    if form.is_valid():
        try:
            read_period(form.cleaned_data["period"])
        except DomainError as error:
            form.add_error("period", error.message)
    return form


def _quick(want: Asked | None) -> list[dict[str, Any]]:
    """Periods one tap away."""
    found = []
    for label, kind, back in QUICK:
        period = period_of(now().date(), kind)
        for _ in range(back):
            period = before(period)
        query = {"period": period.key, **({"agency": want.unit.code} if want and want.unit else {})}
        active = bool(want and want.period.key == period.key)
        found.append({"label": label, "url": f"?{urlencode(query)}", "active": active})
    return found


def _table(want: Asked) -> dict[str, Any]:
    this = totals(want.scope, want.window, figures=FIGURES.values())
    year = totals(want.scope, cumulative(want.window), figures=[f for f in FIGURES.values() if f.adds_up])
    rows = []
    for figure in FIGURES.values():
        url = f"{reverse('reports:figure_rows', args=[figure.key])}?{want.query}"
        cells: list[dict[str, Any]] = [{"value": this[figure.key], "url": url, "unit": figure.unit}]
        if figure.adds_up:
            cells.append({"value": year[figure.key], "url": f"{url}&of=year", "unit": figure.unit})
        else:
            cells.append({"value": None})
        rows.append({"label": figure.label, "cells": cells})
    return {"head": HEAD, "rows": rows}
