"""黄牌、红牌: the list, a proposal, one card with its decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.models import Agency, Member
from agencies.views.pages import clean, filtered, sent
from core.pages import fresh_token, listing, status_of, submitted, token_of
from core.paging import keyset
from core.registry import url_of
from core.templatetags.mw import zh_datetime
from core.web import MemberRequest, business, seen_version
from duties.actions import cards as actions
from duties.card_rules import candidates, deciders, legal, may_decide, visible_cards
from duties.forms.cards import CardFilter, CardForm
from duties.models import Campaign, Card, Duty
from duties.states import CARD_MOVES, CardStatus
from duties.views.trace import steps
from duties.views.watch import CRUMB

CARDS = {"label": "黄牌红牌", "url": "/duties/cards/"}
HEAD = [{"label": label} for label in ("单位", "颜色", "事由", "提出时间", "状态")]
TAGS = {"proposed": "open", "shown": "late", "lifted": "done", "refused": "refused"}
DOORS = {"show": actions.show, "refuse": actions.refuse, "lift": actions.lift}
DONE = {"show": "已亮牌，该单位主要负责人会收到通知。", "refuse": "已退回。", "lift": "已摘牌。"}


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Cards in sight, newest first; units only, never persons, in no order of merit."""
    rows = visible_cards(request.user)
    units = Agency.objects.filter(pk__in=rows.values("agency")).order_by("division__code", "code")
    form = CardFilter(request.GET, units=units)
    wanted = {key: value for key, value in clean(form).items() if value}
    rows = rows.filter(**wanted)
    found, page = keyset(rows, ("-id",), request)
    context = {
        "title": "黄牌红牌",
        "lead": "对工作不力的单位亮牌督促，由专班办公室提出、督办县领导批准；只对单位，不对个人。",
        "crumbs": [CRUMB],
        "count": rows.count(),
        "unit_word": "张",
        "head": HEAD,
        "rows": [_row(card) for card in found],
        "page": page,
        "actions": [{"label": "提出亮牌", "url": reverse("duties:card_new"), "primary": True}]
        if candidates(request.user).exists()
        else [],
        "empty": {"text": "没有黄牌、红牌。"},
        **filtered(request, form),
    }
    return listing(request, context, what="cards", rows=rows, row_of=_row)


def _row(card: Card) -> dict[str, Any]:
    cells = (card.agency.label, card.get_colour_display(), card.reason, zh_datetime(card.proposed_at))
    state = {"text": card.get_status_display(), "tag": TAGS[card.status]}
    url = reverse("duties:card", args=[card.pk])
    return {"url": url, "cells": [*({"text": text} for text in cells), state]}


@require_http_methods(["GET", "HEAD", "POST"])
@business
def new(request: MemberRequest) -> HttpResponse:
    """Propose a card; a duty's page may bring its duty along."""
    member = request.user
    units = candidates(member)
    if not units.exists():
        raise Http404
    duty = _asked(request)
    form = CardForm(
        sent(request),
        initial={"duty": duty.pk, "agency": duty.agency_id, "basis": duty.basis[:200]} if duty else {},
        units=units,
        campaigns=Campaign.objects.visible_to(member).exclude(status=Campaign.Status.DRAFT),
        duties=Duty.objects.visible_to(member),
    )
    card = submitted(request, form, lambda data: actions.propose(by=member, token=token_of(request), **data))
    if card:
        messages.success(request, "已提出，等待领导批准。")
        return redirect("duties:card", card.pk)
    context = {
        "title": "提出亮牌",
        "lead": f"有关任务：{duty.agency.label} {duty.title}" if duty else "",
        "crumbs": [CRUMB, CARDS],
        "form": form,
        "submit": "提出",
        "cancel_url": reverse("duties:cards"),
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


def _asked(request: MemberRequest) -> Duty | None:
    """The duty in the address or the form, if the member may see it."""
    text = request.POST.get("duty") or request.GET.get("duty", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return Duty.objects.visible_to(request.user).select_related("agency").filter(pk=text).first()


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """One card."""
    card = get_object_or_404(visible_cards(request.user), pk=pk)
    buttons, missing = buttons_of(card, request.user)
    places = deciders(card) if card.status == CardStatus.PROPOSED else []
    waits = "、".join(one.label for one in places[0][2]) if places else ""
    context = {
        "title": f"{card.agency.label}{card.get_colour_display()}",
        "crumbs": [CRUMB, CARDS],
        "state": {"words": card.get_status_display(), "css": f"tag-{TAGS[card.status]}"},
        "holder": waits,
        "next_step": {"proposed": "由领导批准", "shown": "整改后由领导摘牌"}.get(card.status, ""),
        "facts": _facts(card, request.user),
        "buttons": buttons,
        "missing": missing,
        "version": card.version,
        "timeline": steps(card),
        "client_token": fresh_token(request),
    }
    return render(request, "duties/cards/card.html", context)


def _facts(card: Card, member: Member) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        {"label": "单位", "value": card.agency.name},
        {"label": "颜色", "value": card.get_colour_display()},
        {"label": "事由", "value": card.reason},
        {"label": "依据", "value": card.basis},
        {"label": "提出", "value": f"{card.proposed_by.label}，{zh_datetime(card.proposed_at)}"},
    ]
    if card.campaign:
        facts.append({"label": "专项行动", "value": card.campaign.name})
    if card.duty:
        url = url_of("duties.duty", str(card.duty_id), member)
        if url:
            facts.append({"label": "有关任务", "value": card.duty.title, "url": url})
    if card.decided_by:
        words = "未批准" if card.status == CardStatus.REFUSED else "批准"
        facts.append({"label": words, "value": f"{card.decided_by.label}，{zh_datetime(card.decided_at)}"})
    if card.lifted_at:
        facts.append({"label": "摘牌理由", "value": card.lifted_reason})
    return facts


def buttons_of(card: Card, member: Member) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Buttons that are legal now, and why another is missing."""
    buttons: list[dict[str, Any]] = []
    missing: list[dict[str, str]] = []
    for name in legal(card):
        move = CARD_MOVES[name]
        button: dict[str, Any] = {
            "label": move.label,
            "url": reverse(f"duties:card_{name}", args=[card.pk]),
            "method": "post",
            "primary": name == "show",
        }
        if move.needs_reason:
            button |= {"ask": "理由", "ask_required": True}
        if may_decide(member, card):
            buttons.append(button)
        elif member.pk == card.proposed_by_id:
            missing.append({"label": move.label, "reason": "不能办理自己提出的牌。"})
        else:
            missing.append({"label": move.label, "reason": "由督办县领导（或专班办公室主要负责人）办理。"})
    return buttons, missing


def _decide(request: MemberRequest, pk: int, name: str) -> HttpResponse:
    card = get_object_or_404(visible_cards(request.user), pk=pk)
    facts: dict[str, Any] = {"card": card, "by": request.user, "expected_version": seen_version(request)}
    if CARD_MOVES[name].needs_reason:
        facts["reason"] = request.POST.get("reason", "")
    DOORS[name](**facts)
    messages.success(request, DONE[name])
    return redirect("duties:card", pk)


@require_POST
@business
def approve(request: MemberRequest, pk: int) -> HttpResponse:
    """批准亮牌."""
    return _decide(request, pk, "show")


@require_POST
@business
def refuse(request: MemberRequest, pk: int) -> HttpResponse:
    """不批准."""
    return _decide(request, pk, "refuse")


@require_POST
@business
def lift(request: MemberRequest, pk: int) -> HttpResponse:
    """摘牌."""
    return _decide(request, pk, "lift")
