"""Steps of who knows an affair: propose, decide, invite, end, seal, say why one reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from cases import rights
from cases.actions import rights as actions
from cases.forms.rights import InvitationForm, ReasonForm, RecusalForm, SealingForm
from cases.models import Invitation
from cases.states import RECUSAL_MOVES, SEALING_MOVES
from cases.views.rights import ask, visible_matter, visible_recusal, visible_sealing
from core.errors import NotAllowed
from core.models import Matter
from core.pages import fresh_token, status_of, submitted, token_of
from core.registry import resolve, url_of
from core.web import MemberRequest, business, seen_version

if TYPE_CHECKING:
    from django.forms import Form

MAKE = {
    "decide": actions.decide_recusal,
    "refuse": actions.refuse_recusal,
    "lift": actions.lift_recusal,
}
SEAL = {"decide": actions.decide_sealing, "refuse": actions.refuse_sealing}


@require_http_methods(["GET", "POST"])
@business
def recusal_new(request: MemberRequest, pk: int) -> HttpResponse:
    """提出回避."""
    matter = visible_matter(request, pk)
    form = RecusalForm(request.POST or None, matter=matter)

    def act(data: dict[str, Any]) -> Any:
        return actions.propose_recusal(
            by=request.user, matter=matter, reason=data["reason"], token=token_of(request), **form.target()
        )

    row = submitted(request, form, act)
    if row:
        messages.success(request, "已提出，由另一人决定。")
        return redirect("cases:recusal", row.pk)
    lead = "由另一人决定。决定后，回避人员看不到与这件事项有关的任何内容。"
    return _form(request, form, matter, "提出回避", lead, "提出")


@require_POST
@business
def recusal_move(request: MemberRequest, pk: int, move: str) -> HttpResponse:
    """决定回避, 不予回避, 解除回避."""
    row = visible_recusal(request, pk)
    if move not in MAKE:
        raise Http404
    words = request.POST.get("reason", "")
    MAKE[move](recusal=row, by=request.user, words=words, version=seen_version(request))
    messages.success(request, f"已{RECUSAL_MOVES[move].label}。")
    return redirect(url_of("cases.recusal", str(pk), request.user) or "/todo/")


@require_http_methods(["GET", "POST"])
@business
def invitation_new(request: MemberRequest, pk: int) -> HttpResponse:
    """邀请协办."""
    matter = visible_matter(request, pk)
    why = rights.may_invite(request.user, matter)
    if why:
        raise NotAllowed(why)
    tracks = [row for row in rights.invitable(matter) if not rights.may_invite(request.user, matter, row[0])]
    county = request.user.agency.division.code[:6]
    form = InvitationForm(request.POST or None, county=county, tracks=tracks)

    def act(data: dict[str, Any]) -> Any:
        return actions.invite(by=request.user, matter=matter, token=token_of(request), **form.facts())

    row = submitted(request, form, act)
    if row:
        messages.success(request, "已邀请，到期自动结束。")
        return redirect("cases:rights", pk)
    lead = "对方在有效期内可以查看所选范围的内容，到期或者结束协办后立即不能查看。"
    return _form(request, form, matter, "邀请协办", lead, "邀请")


@require_POST
@business
def invitation_end(request: MemberRequest, pk: int) -> HttpResponse:
    """结束协办."""
    row = get_object_or_404(Invitation.objects.visible_to(request.user).select_related("matter"), pk=pk)
    actions.end_invitation(invitation=row, by=request.user)
    messages.success(request, "协办已结束，对方不能再查看。")
    return redirect("cases:rights", row.matter_id)


@require_http_methods(["GET", "POST"])
@business
def sealing_new(request: MemberRequest, pk: int) -> HttpResponse:
    """提出封存 or 解封, whichever the affair is not."""
    matter = visible_matter(request, pk)
    why = rights.may_ask_sealing(request.user, matter)
    if why:
        raise NotAllowed(why)
    form, seal = SealingForm(request.POST or None), not matter.sealed

    def act(data: dict[str, Any]) -> Any:
        return actions.propose_sealing(
            by=request.user, matter=matter, seal=seal, reason=data["reason"], token=token_of(request)
        )

    row = submitted(request, form, act)
    if row:
        messages.success(request, "已提出，由另一人决定。")
        return redirect("cases:sealing", row.pk)
    return _form(request, form, matter, f"提出{'封存' if seal else '解封'}", "由另一人决定后生效。", "提出")


@require_POST
@business
def sealing_move(request: MemberRequest, pk: int, move: str) -> HttpResponse:
    """同意, 不同意."""
    row = visible_sealing(request, pk)
    if move not in SEAL:
        raise Http404
    words = request.POST.get("reason", "")
    SEAL[move](sealing=row, by=request.user, words=words, version=seen_version(request))
    messages.success(request, f"已登记：{SEALING_MOVES[move].label}。")
    return redirect(url_of("cases.sealing", str(pk), request.user) or "/todo/")


@require_POST
@business
def read_reason(request: MemberRequest) -> HttpResponse:
    """The reason for which somebody opens sealed content; then the content itself."""
    form = ReasonForm(request.POST)
    found = resolve(str(request.POST.get("kind", "")), _number(request.POST.get("key", "")), request.user)
    matter = getattr(found[1], "matter", None) if found else None
    if found is None or not isinstance(matter, Matter):
        raise Http404
    subject, row = found
    read = submitted(
        request,
        form,
        lambda data: actions.note_read(member=request.user, subject=row, matter=matter, why=data["why"]),
    )
    if read is None:
        return ask(request, form, status=400)
    there = form.cleaned_data["next"]
    safe = url_has_allowed_host_and_scheme(there, allowed_hosts=None)
    return redirect(there if there.startswith("/") and safe else subject.url(row))


def _number(text: str) -> str:
    """A key as a database may look it up; anything else is none."""
    return text if text.isascii() and text.isdigit() and len(text) < 19 else ""


def _form(
    request: MemberRequest, form: Form, matter: Matter, title: str, lead: str, submit: str
) -> HttpResponse:
    back = reverse("cases:rights", args=[matter.pk])
    context = {
        "title": title,
        "lead": lead,
        "crumbs": [{"label": "知悉和回避", "url": back}],
        "form": form,
        "submit": submit,
        "cancel_url": back,
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))
