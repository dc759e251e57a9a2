"""One item of a list: its record, the steps of 销号, answers and proof."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Missing, NotAllowed
from core.files import files_of
from core.pages import fresh_token, status_of, submitted, token_of
from core.registry import resolve
from core.web import MemberRequest, business, seen_version
from duties import item_pages, item_rules
from duties.actions import items
from duties.forms.items import AnswersForm, ReopenForm, SubmitForm
from duties.holders import holders
from duties.models import Duty, Item
from duties.states import ITEM_MOVES
from duties.words import instant_words
from minewatch.lib.clock import day_end, now

DUTIES = {"label": "督办", "url": "/duties/"}
LISTS = {"label": "清单", "url": "/duties/lists/"}


def visible(request: MemberRequest, pk: int) -> Item:
    """An item in sight, else 404."""
    rows = Item.objects.visible_to(request.user).select_related(
        "list__agency__division",
        "list__task__campaign",
        "list__campaign",
        "agency__division",
        "division",
        "found_by",
        "submitted_by__agency",
        "closed_by__agency",
    )
    return get_object_or_404(rows, pk=pk)


def crumbs(item: Item) -> list[dict[str, str]]:
    """督办 › 清单 › the list."""
    return [DUTIES, LISTS, {"label": item.list.title, "url": f"/duties/lists/{item.list_id}/"}]


@require_GET
@business
def show(request: MemberRequest, pk: int) -> HttpResponse:
    """The record: what is wrong, who answers for it, what was done, what may be done."""
    item, at = visible(request, pk), now()
    buttons, missing = item_pages.buttons(item, request.user)
    found = list(files_of(item))
    late = item_pages.is_late(item, at)
    papers = [
        {"label": one.name, "url": f"/files/{one.pk}/", "note": f" {one.size // 1024 + 1} KB"}
        for one in found
        if one.kind != "photo"
    ]
    over = item.status in (Item.Status.CLOSED, Item.Status.STRUCK)
    context = {
        "title": item.name,
        "number": f"第{item.number}项",
        "crumbs": crumbs(item),
        "state": {
            "words": item_pages.status_words(item),
            "css": "tag-late" if late and not over else "tag-done" if item.status == "closed" else "",
        },
        "holder": _holder(item),
        "due_at": None if over else item.due_at,
        "facts": facts(item),
        "related": [
            *_object(item, request.user),
            *([{"title": "材料", "links": papers}] if papers else []),
        ],
        "photos": [one for one in found if one.kind == "photo"],
        "answers": [
            {"label": one["label"], "value": item.answers.get(one["code"], "")}
            for one in item_rules.questions_of(item)
        ],
        "buttons": buttons,
        "missing": missing,
        "version": item.version,
        "timeline": item_pages.timeline(item),
        "client_token": fresh_token(request),
    }
    return render(request, "duties/items/item.html", context)


def _holder(item: Item) -> str:
    key = item_rules.accept_key(item) if item.status == Item.Status.AWAITING else item_rules.duty_key(item)
    duty = Duty.objects.open().filter(key=key).select_related("agency", "member").first()
    return "、".join(one.label for one in holders(duty)) if duty else ""


def _object(item: Item, member: Any) -> list[dict[str, Any]]:
    found = resolve(item.subject_kind, item.subject_id, member)
    if found is None:
        return []
    subject, row = found
    links = [{"url": subject.url(row), "label": subject.title(row)}]
    return [{"title": subject.label, "links": links}]


def facts(item: Item) -> list[dict[str, Any]]:
    """The item in words."""
    said = [
        ("清单", item.list.title, f"/duties/lists/{item.list_id}/"),
        ("位置", item.place, ""),
        ("分类", item.get_category_display() if item.category else "", ""),
        ("问题", item.problem, ""),
        ("整改要求", item.demand, ""),
        ("责任单位", item.agency.name, ""),
        ("监管责任人", item.responsible, ""),
        ("发现单位", item.found_by.name if item.found_by else "", ""),
        ("清单管理单位", item.list.agency.name, ""),
        ("期限", instant_words(item.due_at) if item.due_at else "未定期限", ""),
        ("处置结果", item.outcome, ""),
        ("报请销号", _act(item.submitted_by, item.submitted_at), ""),
        ("验收销号", _act(item.closed_by, item.closed_at), ""),
        ("公开", "未公开（暗访）" if item.hidden else "", ""),
    ]
    return [{"label": label, "value": value, "url": url} for label, value, url in said if value]


def _act(member: Any, at: Any) -> str:
    return f"{member.label} {instant_words(at)}" if member and at else ""


def _form(request: MemberRequest, item: Item, form: Any, **more: Any) -> HttpResponse:
    context = {
        "lead": f"{item.list.title}第{item.number}项：{item.name}",
        "crumbs": [*crumbs(item), {"label": f"第{item.number}项", "url": f"/duties/items/{item.pk}/"}],
        "form": form,
        "client_token": fresh_token(request),
        "version": request.POST.get("version") or item.version,
        "cancel_url": f"/duties/items/{item.pk}/",
        **more,
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


def _at_work(item: Item) -> bool:
    return item.status in item_rules.AT_WORK


def _own(request: MemberRequest, pk: int) -> Item:
    """An item in sight that the member's unit works off; asked before a form is judged."""
    item = visible(request, pk)
    if not item_rules.works_on(request.user, item):
        raise NotAllowed(items.worked_by(item))
    return item


@require_http_methods(["GET", "POST"])
@business
def answer(request: MemberRequest, pk: int) -> HttpResponse:
    """The list's questions, on the spot, with photos."""
    item = _own(request, pk)
    if request.method == "GET" and not _at_work(item):
        return redirect(f"/duties/items/{pk}/")
    form = AnswersForm(request.POST or None, request.FILES or None, item=item)
    done = submitted(
        request,
        form,
        lambda data: items.answer(
            item=item,
            by=request.user,
            answers=form.answers(),
            uploads=[(one.name, one) for one in data["files"]],
            version=seen_version(request),
            token=token_of(request),
        ),
    )
    if done:
        messages.success(request, "核查结果已保存。")
        return redirect(f"/duties/items/{pk}/")
    return _form(request, item, form, title="填写核查项", multipart=True, submit="保存")


@require_http_methods(["GET", "POST"])
@business
def submit(request: MemberRequest, pk: int) -> HttpResponse:
    """报请销号: outcome, answers, proof."""
    item = _own(request, pk)
    if request.method == "GET" and not _at_work(item):
        return redirect(f"/duties/items/{pk}/")
    form = SubmitForm(
        request.POST or None, request.FILES or None, item=item, initial={"outcome": item.outcome}
    )
    done = submitted(
        request,
        form,
        lambda data: items.submit(
            item=item,
            by=request.user,
            outcome=data["outcome"],
            answers=form.answers(),
            uploads=[(one.name, one) for one in data["files"]],
            version=seen_version(request),
            token=token_of(request),
        ),
    )
    if done:
        messages.success(request, f"已报请{item.list.agency.label}验收销号。")
        return redirect(f"/duties/items/{pk}/")
    return _form(request, item, form, title="报请销号", multipart=True, submit="报请销号")


@require_http_methods(["GET", "POST"])
@business
def reopen(request: MemberRequest, pk: int) -> HttpResponse:
    """死灰复燃: reason and a new date."""
    item = visible(request, pk)
    if request.method == "GET" and item.status != Item.Status.CLOSED:
        return redirect(f"/duties/items/{pk}/")
    form = ReopenForm(request.POST or None)

    def act(data: dict[str, Any]) -> Item:
        due = day_end(data["due_on"]) if data.get("due_on") else None
        return items.reopen(
            item=item, by=request.user, reason=data["reason"], due_at=due, version=seen_version(request)
        )

    if submitted(request, form, act):
        messages.success(request, "已重新挂账，责任单位会收到任务。")
        return redirect(f"/duties/items/{pk}/")
    return _form(request, item, form, title="死灰复燃，重新挂账", submit="重新挂账")


@require_POST
@business
def move(request: MemberRequest, pk: int, name: str) -> HttpResponse:
    """start, close, send-back, strike: the buttons of the record."""
    item, reason, version = visible(request, pk), request.POST.get("reason", ""), seen_version(request)
    if name == "start":
        items.start(item=item, by=request.user, version=version)
    elif name == "close":
        items.close(item=item, by=request.user, version=version)
    elif name == "send-back":
        items.send_back(item=item, by=request.user, reason=reason, version=version)
    elif name == "strike":
        items.strike(item=item, by=request.user, reason=reason, version=version)
    else:
        raise Missing
    messages.success(request, f"已办理：{ITEM_MOVES[name.replace('-', '_')].label}。")
    return redirect(f"/duties/items/{pk}/")
