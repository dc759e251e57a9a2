"""法律依据 and 刑事标准: what the law of a day says, and the figures that a county registers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.models import AgencyKind
from cases.actions import law as actions
from cases.forms.law import FigureForm, OffenceFilter, line_words
from cases.law import province_of
from cases.line_rules import OFFICE_ONLY, OTHER_ONE, may_set_figures
from cases.line_states import FigureStatus
from cases.line_words import amount
from cases.lines import LOWER_BOUND, Land
from cases.models import Offence, ProvinceFigure, Threshold
from core.audit import sentence
from core.errors import NotAllowed
from core.models import AuditEntry
from core.pages import filters_of, fresh_token, listing, status_of, submitted, token_of
from core.paging import keyset
from core.templatetags.mw import zh_date, zh_datetime
from core.web import MemberRequest, business, seen_version

CRUMB = {"label": "线索案件", "url": "/cases/"}
LAW = {"label": "法律依据", "url": "/cases/law/"}
LINES = {"label": "刑事标准", "url": "/cases/law/lines/"}
PRICES = {"label": "矿产品价格", "url": "/cases/law/prices/"}
OFFENCE_HEAD = [
    {"label": label}
    for label in ("代码", "违法行为", "主管部门", "依据", "处罚种类和幅度", "适用的行为日期", "核实")
]
LINE_HEAD = [{"label": label} for label in ("标准", "全国幅度", "本省标准", "依据", "施行日期", "说明")]
OTHER_WORDS = {
    "grave": "情节特别严重的倍数",
    "window": "未经处理的行为累计的期限",
    "repeat": "期限内受过行政处罚的次数（又实施的）",
    "repeat_window": "行政处罚次数的期限",
    "half": "面积减半须受过行政处罚的次数",
    "half_window": "面积减半的处罚期限",
}


def span(row: Offence | Threshold) -> str:
    """2021年7月15日起 · 2009年8月27日至2025年6月30日"""
    end = f"至{zh_date(row.valid_to)}" if row.valid_to else "起"
    return f"{zh_date(row.valid_from)}{end}"


# 法律依据 -------------------------------------------------------------------------------------------------


@require_GET
@business
def offences(request: MemberRequest) -> HttpResponse:
    """Violations with article, penalty and the days of the act that fall under the text."""
    form = OffenceFilter(request.GET)
    rows = form.rows().order_by("code", "id")
    found, page = keyset(rows, ("code", "id"), request)
    context = {
        "title": "法律依据",
        "lead": "违法行为按行为终了时的法律处理；决定时法律已修改且新规定处罚较轻的，适用新规定"
        "（行政处罚法第三十七条）。",
        "crumbs": [CRUMB],
        "actions": [
            {"label": "刑事标准", "url": LINES["url"]},
            {"label": "矿产品价格", "url": PRICES["url"]},
        ],
        "count": rows.count(),
        "head": OFFENCE_HEAD,
        "rows": [_offence(row) for row in found],
        "page": page,
        "empty": {"text": "没有符合条件的条文。"},
        **filters_of(request, form),
    }
    return listing(request, context, what="cases.offences", rows=rows, row_of=_offence)


def _offence(row: Offence) -> dict[str, Any]:
    kind = AgencyKind(row.kind).label if row.kind else "各部门"
    cells = (row.code, row.name, kind, f"{row.law}{row.article}", row.penalty, span(row))
    checked = {"text": "待核实", "tag": "refused"} if row.uncertain else {"text": "已核对"}
    return {"url": "", "cells": [*({"text": text} for text in cells), checked]}


# 刑事标准 -------------------------------------------------------------------------------------------------


@require_GET
@business
def lines(request: MemberRequest) -> HttpResponse:
    """Lines to crime of the nation and of the county's province; 本省标准 waiting for its second person."""
    code = request.user.agency.division.code
    province = province_of(code)
    rows = Threshold.objects.filter(province__in=("", province))
    own = {(row.line, row.measure, row.zone) for row in rows if row.province and row.chosen is not None}
    rows = rows.order_by("id")
    found, page = keyset(rows, ("id",), request)

    def row_of(row: Threshold) -> dict[str, Any]:
        return _line(row, own)

    may = may_set_figures(request.user, code[:6])
    figures = ProvinceFigure.objects.filter(province=province).select_related("proposed_by")
    context = {
        "title": "刑事标准",
        "lead": "数额标准由各省在司法解释的幅度内确定。本省标准没有登记的，系统按下限提示，"
        "以本省高级人民法院、检察院的标准为准。登记和核对须由两人办理。",
        "crumbs": [CRUMB, LAW],
        "actions": [{"label": "登记本省标准", "url": reverse("cases:figure_new"), "primary": True}]
        if may
        else [],
        "count": rows.count(),
        "head": LINE_HEAD,
        "rows": [row_of(row) for row in found],
        "page": page,
        "figures": [(row, line_words(row.line, row.measure, row.zone)) for row in figures[:20]],
        "may": may,
        "office_only": OFFICE_ONLY,
        "exports": [{"label": "导出表格", "url": "?as=xlsx"}],
        "empty": {"text": "没有载入刑事标准，请先运行建县命令。"},
    }
    if request.GET.get("as") == "xlsx":
        return listing(request, context, what="cases.lines", rows=rows, row_of=row_of)
    return render(request, "cases/law/lines.html", context)


def _line(row: Threshold, own: set[tuple[str, str, str]]) -> dict[str, Any]:
    figure = f"{amount(row.low)}{row.unit}"
    if row.high is not None and row.high != row.low:
        figure = f"{amount(row.low)}至{amount(row.high)}{row.unit}"
    chosen, note = "不分省", ""
    if row.high is not None:
        chosen = f"{amount(row.chosen)}{row.unit}" if row.chosen is not None else "未登记"
        covered = (row.line, row.measure, row.zone) in own
        note = row.source or ("本省已另行确定" if covered else LOWER_BOUND)
    note += "（待核实）" if row.uncertain and row.high is None else ""
    place = "（本省）" if row.province else ""
    cells = (f"{name_of(row)}{place}", figure, chosen, row.basis, span(row), note)
    return {"url": "", "cells": [{"text": text} for text in cells]}


def name_of(row: Threshold) -> str:
    """The line in words, with what it measures and for which land or zone."""
    family = {"cropland": "耕地", "forest": "林地", "grassland": "草原"}.get(row.line)
    if row.measure == "area":
        return f"非法占用农用地罪：{Land(row.zone).label}面积"
    if row.measure in OTHER_WORDS:
        crime = (
            f"非法占用农用地罪（{family}）" if family else line_words(row.line, "damage", "").split("：")[0]
        )
        return f"{crime}：{OTHER_WORDS[row.measure]}"
    return line_words(row.line, row.measure, row.zone)


@require_http_methods(["GET", "POST"])
@business
def figure_new(request: MemberRequest) -> HttpResponse:
    """登记本省标准; a second person checks it."""
    county = request.user.agency.county
    if not may_set_figures(request.user, county.code):
        raise NotAllowed(OFFICE_ONLY)
    form = FigureForm(request.POST or None)
    row = submitted(
        request,
        form,
        lambda data: actions.propose_figure(
            by=request.user, county=county, token=token_of(request), **form.facts()
        ),
    )
    if row:
        messages.success(request, "已登记，请另一人核对后生效。")
        return redirect("cases:figure", row.pk)
    context = {
        "title": "登记本省标准",
        "lead": "填写本省高级人民法院、检察院确定的数额和文号。由另一人核对后，从施行日期起用于测算。",
        "crumbs": [CRUMB, LAW, LINES],
        "form": form,
        "submit": "登记，请另一人核对",
        "cancel_url": LINES["url"],
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


def _figure(request: MemberRequest, pk: int) -> ProvinceFigure:
    rows = ProvinceFigure.objects.filter(province=province_of(request.user.agency.division.code))
    return get_object_or_404(rows.select_related("county", "proposed_by", "decided_by"), pk=pk)


@require_GET
@business
def figure(request: MemberRequest, pk: int) -> HttpResponse:
    """One 本省标准 with who registered and who checked it."""
    row = _figure(request, pk)
    buttons, missing = _figure_acts(row, request.user)
    seen = [
        ("标准", line_words(row.line, row.measure, row.zone)),
        ("本省标准", f"{amount(row.amount)}元"),
        ("施行日期", zh_date(row.valid_from)),
        ("来源", row.source),
        ("登记", f"{row.proposed_by.label} {zh_datetime(row.proposed_at)}"),
        ("核对", f"{row.decided_by.label} {zh_datetime(row.decided_at)}" if row.decided_by else ""),
        ("核对意见", row.words),
    ]
    acts = AuditEntry.objects.filter(subject_kind=row._meta.label_lower, subject_id=str(row.pk)).order_by(
        "-id"
    )
    css = {FigureStatus.IN_FORCE: "tag-done", FigureStatus.REFUSED: "tag-refused"}
    context = {
        "title": "本省标准",
        "crumbs": [CRUMB, LAW, LINES],
        "state": {"words": row.get_status_display(), "css": css.get(row.status, "")},
        "facts": [{"label": label, "value": value} for label, value in seen if value],
        "buttons": buttons,
        "missing": missing,
        "version": row.version,
        "timeline": [
            {"at": act.at, "who": act.actor_label or "系统", "words": sentence(act)} for act in acts
        ],
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/record.html", context)


def _figure_acts(row: ProvinceFigure, member: Any) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    if row.status != FigureStatus.PROPOSED:
        return [], []
    if not may_set_figures(member, row.county.code):
        return [], [{"label": "核对", "reason": OFFICE_ONLY}]
    if member.pk == row.proposed_by_id:
        return [], [{"label": "核对", "reason": OTHER_ONE}]
    confirm = {"label": "核对无误，生效", "url": reverse("cases:figure_move", args=[row.pk, "confirm"])}
    refuse = {"label": "退回", "url": reverse("cases:figure_move", args=[row.pk, "refuse"])}
    return [
        confirm | {"method": "post", "primary": True},
        refuse | {"method": "post", "danger": True, "ask": "退回原因", "ask_required": True},
    ], []


@require_POST
@business
def figure_move(request: MemberRequest, pk: int, move: str) -> HttpResponse:
    """核对无误, 退回."""
    row, version = _figure(request, pk), seen_version(request)
    if move == "confirm":
        actions.confirm_figure(figure=row, by=request.user, version=version)
        messages.success(request, "本省标准已生效，有关案件已重新测算。")
    elif move == "refuse":
        reason = request.POST.get("reason", "")
        actions.refuse_figure(figure=row, by=request.user, reason=reason, version=version)
        messages.success(request, "已退回。")
    else:
        raise Http404
    return redirect("cases:figure", pk)
