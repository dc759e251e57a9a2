"""Entries 巡查记录: list with totals, export of exactly what is shown, record, 更正 and 撤回."""

from __future__ import annotations

from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from agencies.models import Agency
from agencies.views.pages import fresh_token, submitted, token_of
from core import audit
from core.errors import DomainError
from core.files import XLSX, files_of
from core.paging import keyset, without_edges
from core.templatetags.mw import zh_date, zh_datetime
from core.web import MemberRequest, business
from ledgers.actions.entries import correct, withdraw
from ledgers.actions.filers import filing_posts, guard_filing, may_file
from ledgers.actions.steps import title_of
from ledgers.columns import ANSWERS, BY_KEY, OFFICIAL
from ledgers.filters import EntryFilter, totals
from ledgers.forms.entry import CorrectionForm
from ledgers.models import Entry, Lead
from ledgers.views.filing import GROUPS, sites_of
from ledgers.views.pages import ENTRIES, LEDGERS, filtered, steps
from minewatch.lib.clock import SHANGHAI, now
from minewatch.lib.xlsx import stream_rows

HEAD = [
    {"label": label}
    for label in ("位置", "单位", "巡查日期", "矿种", "采矿证", "非法盗采", "越层越界", "违规生产", "说明")
]
SHORT = ("licence", "illegal", "beyond", "irregular")
EXPORT_LIMIT = 50_000
EXTRA = (
    "填报单位",
    "期间",
    "巡查日期",
    "夜间巡查",
    "出动人数（人）",
    "出动车辆（辆）",
    "经度（度）",
    "纬度（度）",
    "填报方式",
    "补录",
    "填报时间",
)


def chosen(request: MemberRequest) -> EntryFilter:
    """The rows the reader may see, filtered by the address."""
    rows = Entry.objects.visible_to(request.user).select_related("agency", "site")
    return EntryFilter(request.GET, queryset=rows, request=request)


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """The list; its totals and its export are of the same rows."""
    filter_ = chosen(request)
    found, page = keyset(filter_.rows, ("-patrolled_on", "-id"), request)
    sums = totals(filter_.rows)
    export = without_edges(request.GET).urlencode()
    context = {
        "title": "巡查记录",
        "crumbs": [LEDGERS],
        "actions": [{"label": "填巡查记录", "url": reverse("ledgers:entry_new"), "primary": True}]
        if filing_posts(request.user)
        else [],
        "count": sums["count"],
        "sums": [
            {"label": label, "value": sums[key], "unit": "条"}
            for key, label in (
                ("illegal", "非法盗采"),
                ("beyond", "越层越界"),
                ("irregular", "违规生产"),
                ("night", "夜间"),
            )
        ],
        "head": HEAD,
        "rows": [_row(entry) for entry in found],
        "page": page,
        "exports": [{"label": "导出表格", "url": f"{reverse('ledgers:entries_export')}?{export}"}],
        **filtered(request, filter_),
    }
    return render(request, "patterns/list.html", context)


def _row(entry: Entry) -> dict[str, Any]:
    cells: list[dict[str, Any]] = [
        {"text": entry.location},
        {"text": entry.agency.label},
        {"text": zh_date(entry.patrolled_on)},
        {"text": entry.mineral},
    ]
    for key in SHORT:
        value = getattr(entry, key)
        cell = {"text": BY_KEY[key].display(value)}
        cells.append(cell | {"tag": "late"} if value == "yes" and key != "licence" else cell)
    marks = [
        word
        for word, on in (("夜间", entry.night), ("补录", entry.late_entry), ("代填", entry.filed_for))
        if on
    ]
    if entry.voided_at:
        marks.append("已失效")
    return {"url": reverse("ledgers:entry", args=[entry.pk]), "cells": [*cells, {"text": "、".join(marks)}]}


@require_GET
@business
def export(request: MemberRequest) -> FileResponse:
    """xlsx of exactly what the list shows, all pages; audited."""
    filter_ = chosen(request)
    if not filter_.is_valid():
        raise DomainError("筛选条件无法识别，请回到列表改正后再导出。")
    rows = filter_.rows.select_related(None).select_related("agency").order_by("-patrolled_on", "-pk")
    count = rows.count()
    if count > EXPORT_LIMIT:
        raise DomainError(f"共{count}条，一次最多导出{EXPORT_LIMIT}条，请缩小日期或单位范围后再导出。")
    header = [column.label for column in OFFICIAL] + list(EXTRA)
    file = NamedTemporaryFile(suffix=".xlsx")  # the answer closes it, and with that it is gone
    stream_rows(file.name, header, (_line(entry) for entry in rows.iterator(2000)), title="巡查记录")
    facts = {"what": "entries", "rows": count, "filter": without_edges(request.GET).urlencode()[:500]}
    audit.record("export.made", actor=request.user, agency=request.user.agency, facts=facts)
    response = FileResponse(file, content_type=XLSX)
    name = quote(f"巡查记录-{now():%Y%m%d-%H%M}-{request.user.name}")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}.xlsx"
    return response


def _line(entry: Entry) -> list[object]:
    official = [c.display(getattr(entry, c.key), getattr(entry, f"{c.key}_text", "")) for c in OFFICIAL]
    return [
        *official,
        entry.agency.name,
        entry.period,
        entry.patrolled_on,
        entry.night,
        entry.people,
        entry.vehicles,
        entry.lon,
        entry.lat,
        entry.get_source_display(),
        entry.late_entry,
        entry.recorded_at.astimezone(SHANGHAI),
    ]


def visible(request: MemberRequest) -> QuerySet[Entry]:
    """Rows the member may read, with what the record shows."""
    return Entry.objects.visible_to(request.user).select_related(
        "agency__division",
        "agency__parent__division",
        "sheet__agency",
        "site__agency__division",
        "filed_by",
        "supersedes",
    )


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """The record: facts, photos, what became of it, what may be done."""
    entry = get_object_or_404(visible(request), pk=pk)
    mine = may_file(request.user, entry.agency)
    live = entry.voided_at is None
    buttons, missing = [], []
    if live and mine:
        buttons = [
            {"label": "更正", "url": reverse("ledgers:entry_correct", args=[pk]), "method": "get"},
            {
                "label": "撤回",
                "url": reverse("ledgers:entry_withdraw", args=[pk]),
                "method": "post",
                "danger": True,
                "ask": "撤回原因",
                "ask_required": True,
            },
        ]
    else:
        why = f"由{entry.agency.label}填表人办理" if live else "这条记录已经失效"
        missing = [{"label": label, "reason": why} for label in ("更正", "撤回")]
    return render(
        request,
        "ledgers/entry.html",
        {
            "title": "巡查记录",
            "crumbs": [LEDGERS, ENTRIES],
            "entry": entry,
            "state": _state(entry),
            "facts_title": "表内各栏",
            "facts": facts_of(entry),
            "more": _more(entry),
            "related": _related(request, entry),
            "buttons": buttons,
            "missing": missing,
            "client_token": fresh_token(request),
            "timeline": _timeline(entry),
            "photos": [photo for row in chain_of(entry) for photo in files_of(row, "photo")],
        },
    )


def _state(entry: Entry) -> dict[str, str]:
    if entry.voided_at is None:
        return {"words": "有效", "css": "tag-done"}
    after = Entry.objects.filter(supersedes=entry).exists()
    return {"words": "已更正，以更正后的为准" if after else "已撤回", "css": "tag-refused"}


def facts_of(entry: Entry) -> list[dict[str, Any]]:
    """The ten columns as the paper shows them."""
    found = []
    for column in OFFICIAL:
        text = getattr(entry, f"{column.key}_text", "") if column.key in ANSWERS else ""
        found.append({"label": column.label, "value": column.display(getattr(entry, column.key), text)})
    return found


def _more(entry: Entry) -> list[dict[str, Any]]:
    at = zh_datetime(entry.patrolled_at) if entry.patrolled_at else zh_date(entry.patrolled_on)
    marks = [word for word, on in (("补录", entry.late_entry), ("代填", entry.filed_for)) if on]
    point = ""
    if entry.lon is not None and entry.lat is not None:
        point = f"E{entry.lon:.6f}，N{entry.lat:.6f}（{entry.datum or '未注明坐标系'}）"
    elif entry.coordinate_raw:
        point = f"{entry.coordinate_raw}（{entry.datum}，参考）"
    return [
        {"label": "填报单位", "value": entry.agency.name},
        {"label": "填报人", "value": entry.filed_by.label if entry.filed_by else "系统"},
        {"label": "填报方式", "value": "、".join([entry.get_source_display(), *marks])},
        {"label": "填报时间", "value": zh_datetime(entry.recorded_at)},
        {"label": "巡查时间", "value": f"{at}（{entry.get_precision_display()}）"},
        {"label": "夜间巡查", "value": "是" if entry.night else "否"},
        {"label": "出动人数", "value": entry.people, "unit": "人"},
        {"label": "出动车辆", "value": entry.vehicles, "unit": "辆"},
        {"label": "坐标", "value": point},
        {
            "label": "定位精度",
            "value": f"±{entry.accuracy_m:g}" if entry.accuracy_m is not None else "",
            "unit": "米",
        },
    ]


def _related(request: MemberRequest, entry: Entry) -> list[dict[str, Any]]:
    """The sheet, the rows before and after, and the lead if the reader may know of it."""
    links = [{"url": reverse("ledgers:sheet", args=[entry.sheet_id]), "label": title_of(entry.sheet)}]
    if entry.supersedes_id:
        links.append({"url": reverse("ledgers:entry", args=[entry.supersedes_id]), "label": "更正前的记录"})
    after = Entry.objects.filter(supersedes=entry).first()
    if after:
        links.append({"url": reverse("ledgers:entry", args=[after.pk]), "label": "更正后的记录"})
    lead = Lead.objects.visible_to(request.user).filter(entry=entry).first()
    if lead:
        links.append({"url": reverse("ledgers:lead", args=[lead.pk]), "label": f"线索 {lead.number}"})
    return [{"title": "相关", "links": links}]


def chain_of(entry: Entry) -> list[Entry]:
    """The row and those it superseded, newest first; photos stay with the row they were filed with."""
    chain = [entry]
    while chain[-1].supersedes_id and len(chain) < 50:
        chain.append(chain[-1].supersedes)
    return chain


def _timeline(entry: Entry) -> list[dict[str, Any]]:
    """From the rows themselves: imported rows have one audit entry for the batch, not one each."""
    found: list[dict[str, Any]] = []
    for row in reversed(chain_of(entry)):
        who = row.filed_by.label if row.filed_by else "系统"
        words = "填报巡查记录" if row.supersedes_id is None else "更正巡查记录"
        text = row.supersedes.void_reason if row.supersedes_id else ""
        found.append({"at": row.recorded_at, "who": who, "words": words, "text": text})
    if entry.voided_at:
        who = entry.voided_by.label if entry.voided_by else "系统"
        words = "更正巡查记录" if Entry.objects.filter(supersedes=entry).exists() else "撤回巡查记录"
        found.append(
            {"at": entry.voided_at, "who": who, "words": words, "text": entry.void_reason, "kind": "refused"}
        )
    signed = [
        s
        for s in steps("ledgers.sheet", entry.sheet_id)
        if s["verb"] in ("sheet.signed", "sheet.countersigned")
    ]
    return sorted([*found, *signed], key=lambda step: step["at"])


@require_http_methods(["GET", "POST"])
@business
def correct_entry(request: MemberRequest, pk: int) -> HttpResponse:
    """更正: the form filled with the row as filed, and a reason."""
    entry = get_object_or_404(visible(request), pk=pk)
    guard_filing(request.user, entry.agency)
    units = Agency.objects.filter(pk=entry.agency_id).select_related("division", "parent__division")
    sites = sites_of(units, entry.agency)
    form = CorrectionForm(request.POST or None, entry=entry, units=units, sites=sites)

    def act(facts: dict[str, Any]) -> Entry:
        return correct(
            entry=entry, row=form.row, reason=facts["reason"], member=request.user, token=token_of(request)
        )

    new = submitted(request, form, act)
    if new is not None:
        messages.success(request, "已更正，原记录保留备查。")
        if new.sheet_id != entry.sheet_id:
            messages.info(request, f"原台账已报送，更正后的记录进入{title_of(new.sheet)}，须另行签批。")
        return redirect("ledgers:entry", new.pk)
    context = {
        "title": "更正巡查记录",
        "crumbs": [LEDGERS, ENTRIES],
        "lead": "更正后原记录仍可查看；已报送的台账不变，更正后的记录进入补报，须另行签批。",
        "form": form,
        "groups": [{"legend": legend, "fields": names} for legend, names in GROUPS],
        "more": ("night", "people", "vehicles", "remark"),
        "client_token": fresh_token(request),
        "submit": "提交更正",
        "cancel_url": reverse("ledgers:entry", args=[pk]),
    }
    return render(request, "ledgers/entry_correct.html", context, status=400 if form.errors else 200)


@require_http_methods(["POST"])
@business
def withdraw_entry(request: MemberRequest, pk: int) -> HttpResponse:
    """撤回 with a reason."""
    entry = get_object_or_404(visible(request), pk=pk)
    withdraw(entry=entry, reason=request.POST.get("reason", ""), member=request.user, token=token_of(request))
    messages.success(request, "已撤回，不再计入统计。")
    return redirect("ledgers:entry", pk)
