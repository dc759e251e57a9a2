"""Steps of a lead: pass on, check, answer, merge, and the moves that need no page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from agencies.models import Member
from agencies.views.pages import sent
from core import gates
from core.access import barred_from
from core.errors import DomainError, NotAllowed
from core.pages import fresh_token, status_of, submitted, token_of
from core.web import MemberRequest, business, seen_version
from ledgers.actions import leads
from ledgers.forms.leads import AnswerForm, CheckForm, DispatchForm, MergeForm
from ledgers.lead_routes import kinds, suggestions
from ledgers.lead_rules import county_code, targets, who_not, why_not
from ledgers.lead_similar import similar
from ledgers.models import Lead
from ledgers.views.lead_record import visible
from ledgers.views.pages import LEADS
from minewatch.lib.text import fold

SAID = {
    "receive": "已签收，请在期限内核查。",
    "send_back": "已退回，由{holder}继续办理。",
    "confirm": "已同意核销，结果已反馈。",
    "recheck": "已退回重新核查。",
    "split": "已撤销并案。",
    "reopen": "已重新核查。",
}


def _open(request: MemberRequest, pk: int, name: str) -> Lead:
    """The lead, if this reader may make the move now; asked before a page is filled in for nothing."""
    lead = visible(request, pk)
    asked = why_not if request.method == "GET" else who_not  # of two at once the action names the first
    reason = asked(request.user, lead, name)
    if reason:
        raise NotAllowed(reason)
    return lead


def _page(request: MemberRequest, one: Lead, form: forms.Form, title: str, **more: Any) -> HttpResponse:
    if (asked := gates.held(request, one, one.matter)) is not None:
        return asked
    back = reverse("ledgers:lead", args=[one.pk])
    context = {
        "title": title,
        "crumbs": [LEADS, {"label": one.number, "url": back}],
        "form": form,
        "version": request.POST.get("version") or one.version,
        "client_token": fresh_token(request),
        "cancel_url": back,
        "record": one,
        **more,
    }
    template = more.get("template", "patterns/form.html")
    return render(request, template, context, status=status_of(request, form))


@require_http_methods(["GET", "POST"])
@business
def dispatch(request: MemberRequest, pk: int) -> HttpResponse:
    """分派: the routing tables' rows that fit are offered with their paragraph."""
    lead = _open(request, pk, "dispatch")
    fitting = suggestions(lead)
    form = DispatchForm(sent(request), fitting=fitting, units=targets(request.user, lead))

    def act(data: dict[str, Any]) -> Lead:
        return leads.dispatch(
            lead=lead,
            to=data["unit"],
            by=request.user,
            reason=data["reason"],
            basis=data["basis"],
            version=seen_version(request),
        )

    if submitted(request, form, act):
        messages.success(request, f"已分派给{lead.holder.label}，待其签收。")
        return redirect("ledgers:lead", pk)
    return _page(request, lead, form, "分派线索", submit="分派", lead=_routing_words(lead, fitting))


def _routing_words(lead: Lead, fitting: list[Any]) -> str:
    if not fitting:
        return "进行中的专项行动没有规定这类线索的去向，请按职责选择单位。"
    what = f"违法情形：{lead.violation_name}。" if lead.violation_name else "违法情形尚不清楚。"
    return f"{what}下面是进行中的专项行动规定的去向，有几个适用的请按情况选择。"


@require_http_methods(["GET", "POST"])
@business
def check(request: MemberRequest, pk: int) -> HttpResponse:
    """登记核查结果."""
    lead = _open(request, pk, "verify")
    people = Member.objects.active().filter(agency=lead.holder).exclude(barred_from(lead.matter))
    form = CheckForm(
        sent(request),
        request.FILES or None,
        lead=lead,
        people=list(people.order_by("pk")),
        kinds=kinds(county_code(lead)),
        initial={"officers": [str(request.user.pk)]},
    )

    def act(data: dict[str, Any]) -> object:
        return leads.verify(
            lead=lead,
            by=request.user,
            version=seen_version(request),
            token=token_of(request),
            **form.facts(),
        )

    if submitted(request, form, act):
        messages.success(request, "核查结果已登记。")
        return redirect("ledgers:lead", pk)
    more = {"submit": "登记", "template": "ledgers/lead_check.html", "multipart": True}
    words = "核查为不属实的，由另一人复核后核销；属实、部分属实的，处置后反馈结果。"
    return _page(request, lead, form, "登记核查结果", lead=words, **more)


@require_http_methods(["GET", "POST"])
@business
def answer(request: MemberRequest, pk: int) -> HttpResponse:
    """反馈处置结果."""
    lead = _open(request, pk, "answer")
    form = AnswerForm(sent(request), request.FILES or None)

    def act(data: dict[str, Any]) -> Lead:
        return leads.answer(
            lead=lead,
            by=request.user,
            ending=data["ending"],
            text=data["text"],
            photos=data["photos"],
            version=seen_version(request),
            token=token_of(request),
        )

    if submitted(request, form, act):
        messages.success(request, "处置结果已反馈给专班办公室和发现（来件）单位。")
        return redirect("ledgers:lead", pk)
    more = {"submit": "反馈", "template": "ledgers/lead_check.html", "multipart": True}
    words = "提交后反馈给专班办公室和发现（来件）单位，线索核销。"
    return _page(request, lead, form, "反馈处置结果", lead=words, **more)


@require_http_methods(["GET", "POST"])
@business
def merge(request: MemberRequest, pk: int) -> HttpResponse:
    """并案: `?into=` a lead that looks alike."""
    lead = _open(request, pk, "merge")
    alike = [one for one in similar(lead, request.user) if one.lead.pk < lead.pk]
    first = request.GET.get("into") or (alike[0].lead.number if len(alike) == 1 else "")
    form = MergeForm(sent(request), initial={"into": first})

    def act(data: dict[str, Any]) -> Lead:
        number = fold(data["into"]).upper()
        into = Lead.objects.visible_to(request.user).filter(number=number).first()
        if into is None:
            raise DomainError("没有找到这个编号的线索，请核对。", field="into")
        return leads.merge(
            lead=lead, into=into, by=request.user, reason=data["reason"], version=seen_version(request)
        )

    if submitted(request, form, act):
        messages.success(request, f"已并入 {lead.merged_into.number}，可以撤销。")
        return redirect("ledgers:lead", pk)
    told = "；".join(f"{one.lead.number}（{one.why}）" for one in alike)
    words = "并案后由并入线索的承办单位一并核查、反馈；举报人信息各自保留。"
    return _page(
        request, lead, form, "并案", submit="并案", lead=f"{words}疑似重复：{told}。" if told else words
    )


@require_POST
@business
def move(request: MemberRequest, pk: int, name: str) -> HttpResponse:
    """签收, 退回, 复核, 撤销并案, 重新核查."""
    if name not in SAID:
        raise Http404
    lead, reason = visible(request, pk), request.POST.get("reason", "")
    facts: dict[str, Any] = {"lead": lead, "by": request.user, "version": seen_version(request)}
    if name == "confirm":
        leads.confirm(words_=reason, **facts)
    elif name == "receive":
        leads.receive(**facts)
    else:
        getattr(leads, name)(reason=reason, **facts)
    messages.success(request, SAID[name].format(holder=lead.holder.label))
    return redirect("ledgers:lead", pk)
