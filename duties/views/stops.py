"""中止计时、恢复计时、延长期限 of one duty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import NotAllowed
from core.pages import fresh_token, status_of, submitted, token_of
from core.web import MemberRequest, business, seen_version
from duties import why
from duties.actions import stops
from duties.forms.stops import ExtendForm, ResumeForm, StopForm
from duties.models import Duty
from duties.stop_rules import WHO, has_clock, may_change
from duties.words import instant_words

CRUMB = {"label": "督办", "url": "/duties/"}


@require_http_methods(["GET", "POST"])
@business
def stop(request: MemberRequest, pk: int) -> HttpResponse:
    """中止计时."""
    duty = changeable(request, pk)
    form = StopForm(request.POST or None, request.FILES or None)
    return answered(request, duty, form, "中止计时", lambda data: stops.stop(**common(request, duty, data)))


@require_http_methods(["GET", "POST"])
@business
def resume(request: MemberRequest, pk: int) -> HttpResponse:
    """恢复计时."""
    duty = changeable(request, pk)
    form = ResumeForm(request.POST or None)
    return answered(request, duty, form, "恢复计时", lambda data: stops.resume(**common(request, duty, data)))


@require_http_methods(["GET", "POST"])
@business
def extend(request: MemberRequest, pk: int) -> HttpResponse:
    """延长期限."""
    duty = changeable(request, pk)
    form = ExtendForm(request.POST or None, request.FILES or None, clock=duty.clock)
    return answered(request, duty, form, "延长期限", lambda data: stops.extend(**common(request, duty, data)))


def changeable(request: MemberRequest, pk: int) -> Duty:
    """A duty in sight that has a limit of law (else 404), for who may change it (else 403)."""
    rows = Duty.objects.visible_to(request.user).filter(clock__isnull=False, started_at__isnull=False)
    duty = get_object_or_404(
        rows.select_related("agency__division", "clock", "rule", "matter", "member"), pk=pk
    )
    if not may_change(request.user, duty):
        raise NotAllowed(WHO)
    return duty


def common(request: MemberRequest, duty: Duty, data: dict[str, Any]) -> dict[str, Any]:
    """What every act takes from its form; the document as an upload."""
    values = {name: value for name, value in data.items() if name != "file"}
    if data.get("file"):
        values["upload"] = (data["file"].name, data["file"])
    values |= {"duty": duty, "by": request.user, "token": token_of(request)}
    return values | {"version": seen_version(request)}


def answered(
    request: MemberRequest, duty: Duty, form: Any, what: str, act: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    """Back to the duty after the act, else the form."""
    version = duty.version
    if submitted(request, form, act):
        messages.success(request, f"已{what}。")
        return redirect(f"/duties/{duty.pk}/")
    context = {
        "title": what,
        "lead": f"{duty.title}：{why.explainer()(duty)}",
        "crumbs": [CRUMB, {"label": duty.title, "url": f"/duties/{duty.pk}/"}],
        "form": form,
        "submit": what,
        "version": request.POST.get("version") or version,
        "client_token": fresh_token(request),
        "cancel_url": f"/duties/{duty.pk}/",
    }
    return render(request, "duties/stop.html", context, status=status_of(request, form))


def buttons(duty: Duty, member: Any) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Legal buttons on the record of a duty, and why another is missing."""
    if not has_clock(duty) or duty.status != Duty.Status.OPEN:
        return [], []
    base = f"/duties/{duty.pk}/"
    if not may_change(member, duty):
        return [], [{"label": "中止计时、延长期限", "reason": WHO}]
    acts = [("恢复计时", "resume")] if duty.stopped else [("中止计时", "stop")]
    missing = []
    if duty.clock.ceiling:
        acts.append(("延长期限", "extend"))
    else:
        missing.append({"label": "延长期限", "reason": f"“{duty.clock.name}”没有规定可以延长。"})
    return [{"label": label, "url": f"{base}{name}/", "method": "get"} for label, name in acts], missing


def links(duty: Duty) -> list[dict[str, Any]]:
    """The stops and extensions of a duty as a group of its record; each opens its document."""
    if not has_clock(duty):
        return []
    rows = []
    for row in duty.stops.select_related("document"):
        until = f"至{instant_words(row.resumed_at)}" if row.resumed_at else "，尚未恢复"
        rows.append((row, f"中止计时：{instant_words(row.stopped_at)}{until}"))
    for row in duty.extensions.select_related("document"):
        unit = duty.clock.get_unit_display()
        rows.append((row, f"延长{row.amount}{unit}：{row.authority}{instant_words(row.granted_at)}批准"))
    found = [
        {
            "url": f"/files/{row.document_id}/" if row.document_id else f"/duties/{duty.pk}/",
            "label": label,
            "note": f" {row.reason}（{row.basis}）",
        }
        for row, label in rows
    ]
    return [{"title": "中止和延长", "links": found}] if found else []
