"""举报人信息: the custodians' pages. Handlers of a lead never come here."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from agencies.models import Role
from core.files import files_of
from core.models import StoredFile
from core.pages import fresh_token
from core.paging import keyset
from core.templatetags.mw import zh_datetime
from core.web import MemberRequest, business
from ledgers.actions.leads import informing
from ledgers.models import Informant, Reveal
from ledgers.views.pages import LEADS, steps
from minewatch.lib.clock import now

HEAD = [{"label": label} for label in ("举报人代码", "线索编号", "登记时间", "要求答复", "查看情况")]
CRUMB = {"label": "举报人信息", "url": "/cases/leads/informants/"}
LABELS = (("name", "姓名"), ("phone", "电话"), ("address", "住址、单位"), ("note", "其他信息"))


def _custodian(request: MemberRequest) -> None:
    if Role.CUSTODIAN not in request.user.own_roles:
        raise Http404


def _one(request: MemberRequest, pk: int) -> Informant:
    rows = Informant.objects.visible_to(request.user).select_related("lead__agency__division", "lead__matter")
    return get_object_or_404(rows, pk=pk)


def _reveal(request: MemberRequest, pk: int, reveal_pk: int) -> Reveal:
    reveal = get_object_or_404(_one(request, pk).reveals.select_related("asked_by"), pk=reveal_pk)
    reveal.informant = _one(request, pk)
    return reveal


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """What is sealed, by code; never who."""
    _custodian(request)
    rows = Informant.objects.visible_to(request.user)
    found, page = keyset(rows.select_related("lead").prefetch_related("reveals"), ("-id",), request)
    context = {
        "title": "举报人信息",
        "lead": "由保管人保管。查看须写明事由，经另一名保管人同意，24小时内查看一次，全部留痕。",
        "crumbs": [LEADS],
        "count": rows.count(),
        "head": HEAD,
        "rows": [_row(row) for row in found],
        "page": page,
        "empty": {"text": "没有封存的举报人信息。"},
    }
    return render(request, "patterns/list.html", context)


def _row(row: Informant) -> dict[str, Any]:
    last = next(iter(row.reveals.all()), None)
    texts = (
        row.code,
        row.lead.number,
        zh_datetime(row.recorded_at),
        "是" if row.wants_answer else "否",
        last.get_status_display() if last else "未查看过",
    )
    url = reverse("ledgers:informant", args=[row.pk])
    return {"url": url, "cells": [{"text": text} for text in texts]}


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One: who asked why, who agreed, who looked."""
    return render(request, "ledgers/informant.html", _context(request, _one(request, pk)))


def _context(request: MemberRequest, row: Informant, **more: Any) -> dict[str, Any]:
    reveals = list(row.reveals.select_related("asked_by__agency", "decided_by__agency"))
    buttons = [button for reveal in reveals for button in _buttons(request, row, reveal)]
    waits = any(r.asked_by_id == request.user.pk and _waiting(r) for r in reveals)
    missing = []
    if waits:
        missing.append({"label": "申请查看", "reason": "您已有一项申请在办理中。"})
        if any(r.asked_by_id == request.user.pk and r.status == Reveal.Status.ASKED for r in reveals):
            missing.append({"label": "查看", "reason": "须由另一名保管人同意。"})
    else:
        ask = {"label": "申请查看", "url": reverse("ledgers:informant_ask", args=[row.pk]), "method": "post"}
        buttons.append(ask | {"ask": "查看事由", "ask_required": True, "primary": True})
    return {
        "title": "举报人信息",
        "number": row.code,
        "crumbs": [LEADS, CRUMB],
        "state": {"words": "已封存", "css": ""},
        "facts": [
            {"label": "线索编号", "value": row.lead.number},
            {"label": "登记时间", "value": zh_datetime(row.recorded_at)},
            {"label": "要求答复", "value": "是" if row.wants_answer else "否"},
            {"label": "线索状态", "value": row.lead.state_words},
        ],
        "buttons": buttons,
        "missing": missing,
        "reveals": reveals,
        "replies": list(row.lead.replies.select_related("answered_by__agency")),
        "timeline": steps("ledgers.informant", row.pk),
        "client_token": fresh_token(request),
        **more,
    }


def _waiting(reveal: Reveal) -> bool:
    agreed = reveal.status == Reveal.Status.AGREED and _in_time(reveal)
    return agreed or reveal.status == Reveal.Status.ASKED


def _in_time(reveal: Reveal) -> bool:
    return bool(reveal.decided_at) and reveal.decided_at >= now() - informing.OPEN_FOR


def _buttons(request: MemberRequest, row: Informant, reveal: Reveal) -> list[dict[str, Any]]:
    def at(name: str) -> str:
        return reverse(f"ledgers:informant_{name}", args=[row.pk, reveal.pk])

    mine = reveal.asked_by_id == request.user.pk
    if reveal.status == Reveal.Status.ASKED and not mine:
        no = {"label": "不同意", "url": at("refuse"), "method": "post", "danger": True}
        return [
            {"label": "同意查看", "url": at("agree"), "method": "post", "primary": True},
            no | {"ask": "不同意的原因", "ask_required": True},
        ]
    if reveal.status == Reveal.Status.AGREED and mine and _in_time(reveal):
        return [{"label": "查看（只能一次）", "url": at("see"), "method": "post", "primary": True}]
    return []


@require_POST
@business
def ask(request: MemberRequest, pk: int) -> HttpResponse:
    """申请查看, with a motive."""
    informing.ask(informant=_one(request, pk), by=request.user, motive=request.POST.get("reason", ""))
    messages.success(request, "申请已提交，由另一名保管人办理。")
    return redirect("ledgers:informant", pk)


@require_POST
@business
def agree(request: MemberRequest, pk: int, reveal_pk: int) -> HttpResponse:
    """同意."""
    informing.decide(reveal=_reveal(request, pk, reveal_pk), by=request.user, agreed=True)
    messages.success(request, "已同意，申请人可在24小时内查看一次。")
    return redirect("ledgers:informant", pk)


@require_POST
@business
def refuse(request: MemberRequest, pk: int, reveal_pk: int) -> HttpResponse:
    """不同意."""
    reason = request.POST.get("reason", "")
    informing.decide(reveal=_reveal(request, pk, reveal_pk), by=request.user, agreed=False, words=reason)
    messages.success(request, "已答复不同意。")
    return redirect("ledgers:informant", pk)


@require_POST
@business
def see(request: MemberRequest, pk: int, reveal_pk: int) -> HttpResponse:
    """The identity, in the answer to this one request; it stands at no address."""
    reveal = _reveal(request, pk, reveal_pk)
    identity = informing.see(reveal=reveal, by=request.user)
    row = _one(request, pk)
    shown = [(label, getattr(identity, name)) for name, label in LABELS]
    until = reveal.decided_at + informing.OPEN_FOR if reveal.decided_at else None
    papers = [*files_of(row), *files_of(row.lead, StoredFile.Kind.PHOTO)]
    more = {"identity": shown, "reveal": reveal, "papers": papers, "until": until}
    return render(request, "ledgers/informant.html", _context(request, row, **more))


@require_GET
@business
def paper(request: MemberRequest, pk: int, reveal_pk: int, file_pk: int) -> HttpResponse:
    """A sealed paper or the original of a photo, as an attachment."""
    reveal = _reveal(request, pk, reveal_pk)
    both = files_of(reveal.informant) | files_of(reveal.informant.lead, StoredFile.Kind.PHOTO)
    file = get_object_or_404(both, pk=file_pk)
    data, name, content_type = informing.paper_of(reveal=reveal, by=request.user, file=file)
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
