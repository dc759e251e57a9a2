"""The rows behind a number, with the same total: of a report (frozen or draft) and of the live page."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core.paging import keyset
from core.registry import urls_of
from core.templatetags.mw import num
from core.web import MemberRequest, business
from reports import reading
from reports.figures import FIGURES, Figure, Scope, cumulative
from reports.models import ReportFigure
from reports.readers import Shown, of_frozen, of_live
from reports.views.cells import COLUMNS
from reports.views.figures import asked
from reports.views.parts import crumbs, report_of

SIZE = 50
HELD = "由承办单位掌握"


def figure_named(key: str, year: bool) -> Figure:
    """The figure of that key. Raises Http404, also for a cumulative value that does not exist."""
    figure = FIGURES.get(key)
    if figure is None or (year and not figure.adds_up):
        raise Http404
    return figure


@require_GET
@business
def of_report(request: MemberRequest, pk: int, key: str) -> HttpResponse:
    """/reports/<id>/figures/<key>/: what the reader may see, and how many others there are."""
    report, year = report_of(request.user, pk), request.GET.get("of") == "year"
    figure = figure_named(key, year)
    if figure not in reading.figures_of(report):
        raise Http404
    if reading.is_frozen(report):
        stored = ReportFigure.objects.filter(
            report=report, issue=report.issue, key=key + reading.YEAR if year else key
        ).first()
        if stored is None:
            raise Http404
        shown = of_frozen(figure, stored.rows, int(stored.value), request.user)
    else:
        window = reading.window_of(report)
        rows = figure.rows(Scope.of_unit(report.agency), cumulative(window) if year else window)
        shown = of_live(figure, rows, request.user)
    about = f"{report.agency.name}　{reading.period_words(report)}{'（累计）' if year else ''}"
    return _page(request, figure, shown, about, crumbs(report))


@require_GET
@business
def of_live_page(request: MemberRequest, key: str) -> HttpResponse:
    """/reports/figures/<key>/rows/: the member's own rows behind a live number."""
    year = request.GET.get("of") == "year"
    figure, want = figure_named(key, year), asked(request)
    if want is None:
        raise Http404
    rows = figure.rows(want.scope, cumulative(want.window) if year else want.window)
    shown = Shown(figure.of(rows), rows.count(), rows=rows)
    path = [*crumbs(), {"label": "统计数字", "url": want.back}]
    return _page(request, figure, shown, f"{want.words}{'（累计）' if year else ''}", path)


def _page(
    request: MemberRequest, figure: Figure, shown: Shown, about: str, path: list[dict[str, str]]
) -> HttpResponse:
    columns = COLUMNS[figure.model]
    found, page = (
        _live(request, columns, shown) if shown.rows is not None else _frozen(request, figure, shown)
    )
    kind = figure.model._meta.label_lower
    urls = urls_of({(kind, str(row.pk)) for row in found}, request.user)
    context = {
        "title": figure.label,
        "lead": f"{about}。{_adds_up(figure, shown)}",
        "crumbs": path,
        "count": shown.count,
        "unit_word": "条" if figure.measure else figure.unit,
        "sums": [{"label": "合计", "value": shown.value, "unit": figure.unit}] if figure.measure else [],
        "head": columns.head(),
        "rows": columns.rows(found, {int(pk): url for (_, pk), url in urls.items()}),
        "page": page,
        "empty": {"text": "没有可以显示的明细。"},
    }
    return render(request, "patterns/list.html", context)


def _adds_up(figure: Figure, shown: Shown) -> str:
    """合计24条，以下列出20条，其余4条由承办单位掌握。"""
    whole = f"{figure.label}{num(shown.total)}{figure.unit}"
    if not shown.rest and not shown.rest_count:
        return f"{whole}，明细如下。"
    return f"{whole}，以下列出{num(shown.value)}{figure.unit}，其余{num(shown.rest)}{figure.unit}{HELD}。"


def _live(request: MemberRequest, columns, shown: Shown) -> tuple[list, dict[str, str]]:
    return keyset(columns.fetch(shown.rows), ("-id",), request, size=SIZE)


def _frozen(request: MemberRequest, figure: Figure, shown: Shown) -> tuple[list, dict[str, Any]]:
    page = Paginator(shown.keys, SIZE).get_page(request.GET.get("page"))
    columns = COLUMNS[figure.model]
    rows = columns.fetch(figure.model._default_manager.filter(pk__in=list(page))).in_bulk()
    query = request.GET.copy()

    def url(number: int) -> str:
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return [rows[pk] for pk in page if pk in rows], {
        "previous_url": url(page.previous_page_number()) if page.has_previous() else "",
        "next_url": url(page.next_page_number()) if page.has_next() else "",
        "words": f"第{page.start_index()}—{page.end_index()}条" if page.has_other_pages() else "",
    }
