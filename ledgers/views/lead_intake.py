"""登记线索: one form for every source; what looks like it stands on the lead's page right after."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from agencies.views.pages import sent
from core import drafts
from core.errors import NotAllowed
from core.pages import fresh_token, status_of, submitted, token_of
from core.web import MemberRequest, business
from duties.standing import units_to_call
from ledgers.actions.leads import informing, register_lead
from ledgers.forms.leads import DRAFT, InformantForm, IntakeForm
from ledgers.lead_routes import kinds
from ledgers.lead_rules import desks, handles
from ledgers.lead_similar import similar
from ledgers.models import Informant, Lead, Site
from ledgers.views.lead_record import visible
from ledgers.views.pages import LEADS


@require_http_methods(["GET", "POST"])
@business
def new(request: MemberRequest) -> HttpResponse:
    """The form; `?site=` and `?source=` fill it in."""
    units = desks(request.user)
    if not units:
        raise NotAllowed("线索由各单位经办人登记；发现特殊情况可以直接报告。")
    form = _form(request, units)

    def act(data: dict[str, Any]) -> Lead:
        return register_lead(
            by=request.user,
            agency=form.units[data["agency"]],
            facts=form.facts(),
            photos=data["photos"],
            documents=data["documents"],
            papers=data["papers"],
            token=token_of(request),
        )

    lead = submitted(request, form, act)
    if lead is not None:
        drafts.drop(member=request.user, form=DRAFT)
        _say(request, lead)
        return redirect("ledgers:lead", lead.pk)
    context = {
        "title": "登记线索",
        "crumbs": [LEADS],
        "lead": "首问负责：最先接到的单位登记并负责核查，直到核查完毕或者分派给有管辖权的单位。",
        "form": form,
        "multipart": True,
        "draft": {"key": DRAFT},
        "client_token": fresh_token(request),
        "submit": "登记",
        "cancel_url": reverse("ledgers:leads"),
    }
    return render(request, "ledgers/lead_new.html", context, status=status_of(request, form))


def _form(request: MemberRequest, units: list[Any]) -> IntakeForm:
    tellers = {unit.pk: unit for desk in units for unit in units_to_call(desk)}
    initial = {name: request.GET[name] for name in ("source", "site", "agency") if request.GET.get(name)}
    return IntakeForm(
        sent(request),
        request.FILES or None,
        units=units,
        tellers=list(tellers.values()),
        sites=Site.objects.visible_to(request.user).filter(is_active=True),
        kinds=kinds(units[0].division.code[:6]),
        picker=reverse("ledgers:site_pick"),
        initial=initial,
    )


def _say(request: MemberRequest, lead: Lead) -> None:
    messages.success(request, f"已登记线索 {lead.number}。")
    alike = similar(lead, request.user)
    if alike:
        messages.warning(request, f"有{len(alike)}条疑似重复的线索，请在下面核对，是同一件事的请并案。")


@require_http_methods(["GET", "POST"])
@business
def informant(request: MemberRequest, pk: int) -> HttpResponse:
    """补登举报人信息: typed here, sealed, not shown again."""
    lead = visible(request, pk)
    if not handles(request.user, lead):
        raise NotAllowed("由承办单位登记举报人信息。")
    form = InformantForm(sent(request))

    def act(data: dict[str, Any]) -> Informant:
        return informing.add(
            lead=lead, by=request.user, identity=form.identity(), wants_answer=data["wants_answer"]
        )

    if submitted(request, form, act):
        messages.success(request, "举报人信息已封存，由保管人保管。")
        return redirect("ledgers:lead", pk)
    context = {
        "title": "补登举报人信息",
        "crumbs": [LEADS, {"label": lead.number, "url": reverse("ledgers:lead", args=[pk])}],
        "lead": "提交后即封存，办理人员看不到；确需查看的，由两名保管人共同办理。",
        "form": form,
        "submit": "封存",
        "client_token": fresh_token(request),
        "cancel_url": reverse("ledgers:lead", args=[pk]),
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))
