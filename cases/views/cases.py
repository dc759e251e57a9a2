"""案件: the list with what waits, the same rows as a workbook; a new case; the unit's numbers."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from agencies.models import Role
from cases import numbers
from cases.actions import cases
from cases.actions.cases.opening import NO_CASES, may_work_or_decide
from cases.case_sight import open_to
from cases.desk import units_led
from cases.forms.cases import CaseFilter, CaseForm, TemplateForm, usable_leads
from cases.models import Case, CaseNumber
from cases.retelling import HINT
from cases.views.case_parts import LIST, SEALED, crumbs
from core import drafts, gates
from core.errors import NotAllowed
from core.pages import exported, filters_of, fresh_token, in_batches, status_of, submitted, token_of
from core.paging import keyset
from core.registry import doors_of
from core.templatetags.mw import qs, zh_date
from core.web import MemberRequest, business
from duties.models import Duty
from duties.next_up import next_of
from ledgers.models import Lead
from minewatch.lib.clock import SHANGHAI, local_date, now

HEAD = [{"label": label} for label in ("登记号", "案件编号", "案由", "承办单位", "立案日期", "状态", "期限")]
WIDTHS = (16, 26, 40, 18, 14, 18, 20)
DRAFT = "case"


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Cases that the member may know of, the latest first."""
    form = CaseFilter(request.GET, member=request.user)
    rows = form.rows()
    shown = rows.select_related("holder")
    if request.GET.get("as") == "xlsx":
        return _export(request, shown.order_by("-id"))
    found, page = keyset(shown, ("-id",), request)
    limits, content = next_of(found), open_to(request.user, found)
    context = {
        "title": "案件",
        "lead": "从核查、立案到结案销号，每一步都有期限；移送的案件到收到反馈才能结案。",
        "actions": _actions(request),
        "doors": [
            *([{"label": "审批台", "url": reverse("cases:desk")}] if units_led(request.user) else []),
            {"label": "线索", "url": reverse("ledgers:leads")},
            {"label": "移送", "url": reverse("cases:referrals")},
            *doors_of("cases"),
        ],
        "count": rows.count(),
        "unit_word": "件",
        "head": HEAD,
        "rows": [row_of(row, limits.get(row.pk), row.pk in content) for row in found],
        "page": page,
        "exports": [
            {
                "label": "导出表格",
                "url": qs({"request": request}, **{"as": "xlsx", "after": None, "before": None}),
            }
        ],
        "empty": {"text": "没有符合条件的案件。"},
        **filters_of(request, form),
    }
    return render(request, "cases/cases/list.html", context)


def _actions(request: MemberRequest) -> list[dict[str, Any]]:
    found = []
    if may_open(request.user):
        found.append({"label": "登记案件", "url": reverse("cases:case_new"), "primary": True})
    if request.user.holds(Role.HEAD) and request.user.agency.kind not in NO_CASES:
        found.append({"label": "编号格式", "url": reverse("cases:case_numbers")})
    return found


def may_open(member: Any) -> bool:
    """Whether the member may open a case in the name of the own unit."""
    return member.agency.kind not in NO_CASES and may_work_or_decide(member, member.agency)


def row_of(row: Case, limit: Duty | None, content: bool) -> dict[str, Any]:
    """A line of the list: content only where the reader may read it."""
    state = {"text": row.get_status_display()}
    if row.supervised:
        state["text"] += "（挂牌督办）"
    cells: list[dict[str, Any]] = [
        {"text": row.serial},
        {"text": row.number},
        {"text": row.title if content else SEALED},
        {"text": row.holder.label},
        {"text": zh_date(row.filed_on)},
        state,
        {"due": limit} if limit else {"text": ""},
    ]
    late = bool(limit and limit.due_at and not limit.stopped and limit.due_at < now())
    return {"url": reverse("cases:case", args=[row.pk]), "cells": cells, "late": late}


def _export(request: MemberRequest, rows: Any) -> HttpResponse:
    lines = chain.from_iterable(_lines(request, batch) for batch in in_batches(rows))
    header = [column["label"] for column in HEAD]
    return exported(request, what="cases", title="案件", header=header, rows=lines, widths=WIDTHS)


def _lines(request: MemberRequest, rows: list[Case]) -> list[list[object]]:
    limits, content = next_of(rows), open_to(request.user, rows)
    found = []
    for row in rows:
        limit = limits.get(row.pk)
        cells = row_of(row, limit, row.pk in content)["cells"]
        due = limit.due_at.astimezone(SHANGHAI).replace(tzinfo=None) if limit and limit.due_at else ""
        found.append([*(cell["text"] for cell in cells[:-1]), due])
    return found


@require_http_methods(["GET", "POST"])
@business
def new(request: MemberRequest) -> HttpResponse:
    """登记案件; `?lead=` brings a lead along."""
    if not may_open(request.user):
        raise NotAllowed("由承办单位的人员以本单位名义登记案件。")
    lead = _lead(request)
    if lead and request.method == "GET" and (asked := gates.held(request, lead, lead.matter)) is not None:
        return asked  # the form is filled in with what the lead says
    form = CaseForm(request.POST or None, member=request.user, initial=_initial(lead))
    if lead and lead.is_tip:
        form.fields["facts"].help_text = HINT
    case = submitted(
        request,
        form,
        lambda data: cases.open_case(by=request.user, token=token_of(request), **form.facts_of()),
    )
    if case is not None:
        drafts.drop(member=request.user, form=DRAFT)
        messages.success(request, f"已登记案件 {case.serial}，请登记当事人和违法情形，再报请立案。")
        return redirect("cases:case", case.pk)
    context = {
        "title": "登记案件",
        "lead": "登记后进入核查；符合立案标准的，报请立案。",
        "crumbs": crumbs(),
        "form": form,
        "submit": "登记",
        "draft": {"key": DRAFT},
        "cancel_url": LIST["url"],
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


def _lead(request: MemberRequest) -> Lead | None:
    """The lead that the reader came from."""
    pk = request.GET.get("lead", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    return usable_leads(request.user).filter(pk=pk).first()


def _initial(lead: Lead | None) -> dict[str, Any]:
    """Today, and what the lead says."""
    if lead is None:
        return {"found_on": f"{local_date(now()):%Y-%m-%d}", "origin": Case.Origin.OWN}
    return {
        "origin": Case.Origin.LEAD,
        "leads": [lead.pk],
        "found_on": f"{local_date(lead.found_at):%Y-%m-%d}",
        "site": lead.site_id,
        "location": lead.location,
        # the words of a tip would go on into the papers of the case
        "facts": "" if lead.is_tip else lead.text,
    }


@require_http_methods(["GET", "POST"])
@business
def templates(request: MemberRequest) -> HttpResponse:
    """编号格式 of the head's unit."""
    unit = request.user.agency
    if unit.kind in NO_CASES or not request.user.holds(Role.HEAD, unit):
        raise Http404
    form = TemplateForm(request.POST or None)
    row = submitted(
        request, form, lambda data: cases.set_template(by=request.user, agency=unit, **form.cleaned_data)
    )
    if row is not None:
        messages.success(
            request, f"{numbers.KINDS[row.kind]}的编号格式已设置，{zh_date(row.valid_from)}启用。"
        )
        return redirect("cases:case_numbers")
    today = local_date(now())
    rows = CaseNumber.objects.filter(agency=unit).order_by("kind", "-valid_from")
    context = {
        "title": "编号格式",
        "lead": f"{unit.name}的编号每年一个系列，不跳号、不重号。没有设置格式的文书，文号由承办人填写。",
        "crumbs": crumbs(),
        "form": form,
        "submit": "设置",
        "cancel_url": LIST["url"],
        "client_token": fresh_token(request),
        "templates": [
            {
                "kind": numbers.KINDS.get(row.kind, row.kind),
                "template": numbers.shown(row.template),
                "organ": row.organ,
                "valid_from": row.valid_from,
                "example": numbers.said(row.template, row.organ, max(row.valid_from, today).year, 1),
            }
            for row in rows
        ],
    }
    return render(request, "cases/cases/numbers.html", context, status=status_of(request, form))
