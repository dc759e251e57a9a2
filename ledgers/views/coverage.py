"""巡查覆盖 of the register: numbers by village, township, grid and area, and the sites behind each."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.pages import exported, filters_of
from core.paging import keyset
from core.web import MemberRequest, business
from duties.coverage import asked_period, url_of
from duties.models import Duty
from duties.views.coverage import tabs
from ledgers.coverage import STATES, TABS, Line, coverage, narrowed, sites_in_sight, total
from ledgers.models import Entry, Site
from ledgers.views.pages import LEDGERS
from minewatch.lib.clock import now
from minewatch.lib.periods import Period, period_of
from minewatch.lib.windows import label

PATROLS = (
    ("due", "应巡查", "owed"),
    ("done", "已完成", "kept"),
    ("late", "逾期", "late"),
    ("missing", "未完成", ""),
)
SITES = (("sites", "在册对象", ""), ("visited", "已巡查", "visited"), ("missed", "漏查", "missed"))
NOTES = (
    "应巡查按期限落在本期的巡查任务统计；已巡查指本期内有巡查记录或已归档的检查的监管对象，其余为漏查。",
    "按行政区划代码排列，不作排名。",
)
OVERLAP = "包联区域可以重叠（乡镇和其中的村），不作合计。"
HEAD = [{"label": word} for word in ("名称", "编号", "类别", "属地", "网格", "最近一次巡查", "本期")]


def asked(request: MemberRequest) -> tuple[Period, str, str]:
    """(period, message about it, tab)."""
    period, problem = asked_period(request.GET.get("period", ""), period_of(now().date(), "month"))
    by = request.GET.get("by", "")
    return period, problem, by if by in dict(TABS) else "village"


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Coverage of a period (default: this month)."""
    at = now()
    period, problem, by = asked(request)
    lines = coverage(request.user, period, at, by)
    query = urlencode({"period": period.key, "by": by})
    context = {
        "title": "巡查覆盖",
        "crumbs": [LEDGERS],
        "unit_name": request.user.agency.label,
        "period_words": label(period),
        "as_of": at,
        "period": request.GET.get("period", "") or period.key,
        "problem": problem,
        "by": by,
        "tabs": tabs(reverse("ledgers:coverage"), TABS, by, period),
        "tables": [_table(lines, period, by)],
        "notes": [*NOTES, OVERLAP] if by == "leader" else NOTES,
        "exports": [{"label": "导出表格", "url": f"{reverse('ledgers:coverage_export')}?{query}"}],
    }
    return render(request, "duties/coverage.html", context)


def _columns(by: str) -> tuple[tuple[str, str, str], ...]:
    return SITES if by == "grid" else (*PATROLS, *SITES)


def _label(line: Line) -> str:
    return f"{line.label}（{line.who}）" if line.who else line.label


def _table(lines: list[Line], period: Period, by: str) -> dict[str, Any]:
    columns = _columns(by)
    table = {
        "head": [
            {"label": dict(TABS)[by].removeprefix("按")},
            *(
                {"label": word, "unit": "项" if (name, word, _) in PATROLS else "处"}
                for name, word, _ in columns
            ),
        ],
        "rows": [
            {"label": _label(line), "cells": [_cell(line, one, period, by) for one in columns]}
            for line in lines
        ],
    }
    if by != "leader":
        whole = total(lines)
        table["total"] = {"label": "合计", "cells": [_cell(whole, one, period, by) for one in columns]}
    return table


def _cell(line: Line, column: tuple[str, str, str], period: Period, by: str) -> dict[str, Any]:
    name, _, state = column
    value = getattr(line, name)
    if not value:
        return {"value": 0}
    if column in PATROLS:
        return {"value": value, "url": url_of(line, period, state, kind=Duty.Kind.PATROL)}
    query = {"period": period.key, "by": by, "of": line.key, "state": state}
    asked = urlencode({key: word for key, word in query.items() if word})
    return {"value": value, "url": f"{reverse('ledgers:coverage_sites')}?{asked}"}


@require_GET
@business
def export(request: MemberRequest) -> HttpResponse:
    """The lines of the page as a workbook; logged."""
    period, _, by = asked(request)
    lines = coverage(request.user, period, now(), by)
    columns = _columns(by)
    rows = [[_label(line), *(getattr(line, name) for name, _, _ in columns)] for line in lines]
    if by != "leader":
        rows.append(["合计", *(getattr(total(lines), name) for name, _, _ in columns)])
    header = [dict(TABS)[by].removeprefix("按"), *(_said(one) for one in columns)]
    return exported(
        request, what="patrol_coverage", title="巡查覆盖", header=header, rows=rows, widths=(28, *[12] * 7)
    )


def _said(column: tuple[str, str, str]) -> str:
    """In one row of labels the two 已… are told apart."""
    return f"巡查任务{column[1]}" if column in PATROLS else f"对象{column[1]}"


class SitesFilter(forms.Form):
    """Which sites of the window; `by` and `of` name the line they belong to."""

    state = forms.ChoiceField(label="本期", required=False, choices=STATES)
    period = forms.CharField(label="统计期间", required=False, max_length=40)
    by = forms.ChoiceField(required=False, choices=TABS, widget=forms.HiddenInput, label="统计方式")
    of = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput, label="范围")


def chosen(request: MemberRequest) -> tuple[QuerySet[Site], Period, str, SitesFilter]:
    """(sites with `was_visited` and `last_on`, period, words of the line, filter form)."""
    period, _, by = asked(request)
    form = SitesFilter(request.GET)
    form.is_valid()
    rows, words = narrowed(
        sites_in_sight(request.user, period), request.user, by, request.GET.get("of", "")[:120]
    )
    state = form.cleaned_data.get("state")
    if state:
        rows = rows.filter(was_visited=state == "visited")
    seen = Entry.objects.visible_to(request.user).live().filter(site=OuterRef("pk")).order_by()
    last = seen.values("site").annotate(last=Max("patrolled_on")).values("last")
    rows = rows.annotate(last_on=Subquery(last))
    return rows.select_related("agency__division", "village__division"), period, words, form


@require_GET
@business
def sites(request: MemberRequest) -> HttpResponse:
    """The sites behind a number: all, visited or 漏查."""
    rows, period, words, form = chosen(request)
    page_rows, page = keyset(rows, ("number", "id"), request)
    state = dict(STATES).get(form.cleaned_data.get("state") or "", "")
    shown = filters_of(request, form)
    shown["chips"] = [one for one in shown["chips"] if not one["label"].startswith(("统计方式", "范围"))]
    base = f"{reverse('ledgers:coverage')}?{urlencode({'period': period.key, 'by': asked(request)[2]})}"
    context = {
        "title": f"{words or '全部'}监管对象：{state}",
        "lead": f"统计期间：{label(period)}",
        "crumbs": [LEDGERS, {"label": "巡查覆盖", "url": base}],
        "count": rows.count(),
        "unit_word": "处",
        "head": HEAD,
        "rows": [_row(site, period) for site in page_rows],
        "page": page,
        "exports": [
            {
                "label": "导出表格",
                "url": f"{reverse('ledgers:coverage_sites_export')}?{request.GET.urlencode()}",
            }
        ],
        "empty": {"text": "没有符合条件的监管对象。"},
        **shown,
    }
    return render(request, "patterns/list.html", context)


def _texts(site: Site) -> list[str]:
    place = site.agency.division.name + (site.village.division.name if site.village_id else "")
    return [site.name, site.number, site.get_kind_display(), place, site.grid or "—"]


def _row(site: Site, period: Period) -> dict[str, Any]:
    asked = urlencode({"site": site.pk, "first": period.first, "last": period.last})
    last = f"{site.last_on:%Y-%m-%d}" if site.last_on else "没有记录"
    visited = site.was_visited
    cells = [
        *({"text": text} for text in _texts(site)),
        {"text": last, "url": f"{reverse('ledgers:entries')}?{asked}" if visited else ""},
        {"text": "已巡查" if visited else "漏查", "tag": "done" if visited else "late"},
    ]
    return {"url": reverse("ledgers:site", args=[site.pk]), "late": not visited, "cells": cells}


@require_GET
@business
def export_sites(request: MemberRequest) -> HttpResponse:
    """Exactly the sites of the list as a workbook; logged."""
    rows, _, _, _ = chosen(request)
    lines = (
        [*_texts(site), site.last_on, "已巡查" if site.was_visited else "漏查"]
        for site in rows.order_by("number", "pk")
    )
    header = [column["label"] for column in HEAD]
    return exported(
        request,
        what="coverage_sites",
        title="监管对象巡查情况",
        header=header,
        rows=lines,
        widths=(24, 14, 14, 20, 16, 14, 10),
    )
