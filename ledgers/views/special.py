"""特殊情况报告: reported in one screen; the receipt says who was told."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from agencies.models import Agency
from agencies.views.pages import fresh_token, submitted, token_of
from core.web import MemberRequest, business
from ledgers.actions.filers import villages_of
from ledgers.actions.leads import report_special
from ledgers.forms.fields import point_of
from ledgers.forms.special import SpecialForm
from ledgers.models import Lead
from ledgers.views.lead_record import acknowledged
from ledgers.views.pages import LEDGERS


@require_http_methods(["GET", "POST"])
@business
def special(request: MemberRequest) -> HttpResponse:
    """The report; it raises a lead and the alarm at once."""
    own = Agency.objects.filter(pk=request.user.agency_id)
    units = (own | villages_of(own)).distinct().order_by("division__code", "pk")
    initial = {"agency": request.GET.get("agency") or request.user.agency.code}
    form = SpecialForm(request.POST or None, request.FILES or None, units=units, initial=initial)

    def act(facts: dict[str, Any]) -> Lead:
        return report_special(
            member=request.user,
            agency=facts["agency"],
            text=facts["text"],
            location=facts["location"],
            point=point_of(facts["point"]),
            photos=facts["photos"],
            token=token_of(request),
        )

    lead = submitted(request, form, act)
    if lead is not None:
        return redirect("ledgers:special_sent", lead.pk)
    context = {
        "title": "特殊情况报告",
        "crumbs": [LEDGERS],
        "lead": "提交后立即通知乡镇分管领导、主要负责人和县里的承办人，不用先填台账。",
        "form": form,
        "multipart": True,
        "client_token": fresh_token(request),
        "submit": "立即报告",
        "cancel_url": reverse("ledgers:home"),
    }
    return render(request, "ledgers/special.html", context, status=400 if form.errors else 200)


@require_GET
@business
def sent(request: MemberRequest, pk: int) -> HttpResponse:
    """The receipt, for whoever reported it."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    told = acknowledged(lead)
    return render(request, "ledgers/special_sent.html", {"title": "已报告", "lead": lead, "told": told})
