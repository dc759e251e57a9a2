"""登记答复举报人."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from agencies.views.pages import sent
from core.errors import NotAllowed
from core.pages import fresh_token, status_of, submitted, token_of
from core.web import MemberRequest, business
from ledgers.actions import leads
from ledgers.forms.lead_replies import ReplyForm
from ledgers.lead_rules import who_not_reply, why_no_reply
from ledgers.models import LeadReply
from ledgers.views.lead_record import visible
from ledgers.views.pages import LEADS

WORDS = "由保管人或者经办人答复以后登记。只写答复了什么；举报人是谁由保管人保管，不写在这里。"


@require_http_methods(["GET", "POST"])
@business
def reply(request: MemberRequest, pk: int) -> HttpResponse:
    """The form."""
    lead = visible(request, pk)
    # a state that changed meanwhile is told in the form: no word is lost
    asked = why_no_reply if request.method == "GET" else who_not_reply
    reason = asked(request.user, lead)
    if reason:
        raise NotAllowed(reason)
    form = ReplyForm(
        sent(request), people=leads.answerers(lead), initial={"answered_by": str(request.user.pk)}
    )

    def act(data: dict[str, Any]) -> LeadReply:
        return leads.reply(lead=lead, by=request.user, token=token_of(request), **form.facts())

    back = reverse("ledgers:lead", args=[pk])
    done = submitted(request, form, act)
    if done:
        messages.success(request, _said(done))
        return redirect(back)
    context = {
        "title": "登记答复举报人",
        "crumbs": [LEADS, {"label": lead.number, "url": back}],
        "lead": WORDS,
        "form": form,
        "submit": "登记",
        "client_token": fresh_token(request),
        "cancel_url": back,
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))


def _said(row: LeadReply) -> str:
    """What was put down; a word from before the result leaves the answer owed."""
    stood = row.lead.feedback_at
    if stood is None or row.final or row.at >= stood:
        return "已登记答复举报人。"
    return "已登记答复举报人。答复时间早于处置结果的反馈时间，算办理中的答复；处置结果还要再答复举报人。"
