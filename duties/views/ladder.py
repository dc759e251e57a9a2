"""提醒设置: the county's rungs and quiet hours, and how its messages fare on the way out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from core.pages import fresh_token, status_of, submitted, token_of, version_of
from core.web import MemberRequest, business, seen_version
from duties import channels, ladder
from duties.actions.ladder import save_rung, set_quiet
from duties.forms.ladder import QuietForm, RungForm
from duties.holders import oversees
from duties.models import Dispatch, Duty, QuietHours, Rung
from minewatch.lib.clock import now

CRUMBS = [{"label": "督办", "url": "/duties/"}]
HERE = {"label": "提醒设置", "url": "/duties/ladder/"}
#: How far back the page counts messages, and how many faults it lists.
SHOWN = dt.timedelta(days=30)
FAULTS = 20
KINDS = dict(Duty.Kind.choices)


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """The ladder of the member's county: for the office and the supervising leader."""
    member = request.user
    if not oversees(member):
        raise Http404
    may = ladder.keeps(member)
    sent = dispatches(member)
    faults = sent.exclude(error="").select_related("member__agency").order_by("-tried_at", "-pk")
    context = {
        "title": "提醒设置",
        "crumbs": CRUMBS,
        "may": may,
        "rungs": [_rung(rung) for rung in ladder.rungs_of(member).order_by("offset_hours", "pk")],
        "quiet": QuietHours.objects.filter(county=member.agency.county).first(),
        "channels": channel_lines(sent),
        "faults": faults[:FAULTS],
    }
    return render(request, "duties/ladder.html", context)


def dispatches(member: Any) -> QuerySet[Dispatch]:
    """Messages of the last month to people of the member's county."""
    code = member.agency.division.code[:6]
    return Dispatch.objects.filter(
        member__agency__division__code__startswith=code, created_at__gte=now() - SHOWN
    )


def channel_lines(sent: QuerySet[Dispatch]) -> list[dict[str, Any]]:
    """Each channel with the number of its messages by status."""
    rows = sent.order_by().values_list("channel", "status").annotate(Count("pk"))
    counts = {(channel, status): count for channel, status, count in rows}
    return [
        {
            "label": Dispatch.Channel(channel.key).label,
            "ready": channel.ready(),
            "counts": [
                {"label": status.label, "value": counts.get((channel.key, status.value), 0)}
                for status in Dispatch.Status
            ],
        }
        for channel in channels.CHANNELS
    ]


def _rung(rung: Rung) -> dict[str, Any]:
    return {
        "pk": rung.pk,
        "name": rung.name,
        "when": ladder.offset_words(rung.offset_hours),
        "day": ladder.day_words(rung.offset_hours),
        "to": "、".join(ladder.RECIPIENTS[one] for one in rung.to if one in ladder.RECIPIENTS),
        "kinds": "、".join(str(KINDS[one]) for one in rung.kinds if one in KINDS) or "全部",
        "urgent": rung.urgent,
        "is_active": rung.is_active,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@business
def add(request: MemberRequest) -> HttpResponse:
    """A new rung."""
    return _rung_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@business
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Change a rung, or switch it off."""
    if not ladder.keeps(request.user):
        raise Http404
    return _rung_page(request, get_object_or_404(ladder.rungs_of(request.user), pk=pk))


def _rung_page(request: MemberRequest, rung: Rung | None) -> HttpResponse:
    if not ladder.keeps(request.user):
        raise Http404
    names = ("name", "offset_hours", "to", "kinds", "urgent", "is_active")
    initial = {name: getattr(rung, name) for name in names} if rung else None
    form = RungForm(request.POST if request.method == "POST" else None, initial=initial)

    def act(data: dict[str, Any]) -> Rung:
        version = seen_version(request) if rung else None
        return save_rung(by=request.user, rung=rung, version=version, token=token_of(request), **data)

    if submitted(request, form, act):
        messages.success(request, "提醒设置已保存，下一次提醒时生效。")
        return redirect("duties:ladder")
    title = f"修改提醒：{rung.name}" if rung else "增加一级提醒"
    return _form(request, form, title, rung.version if rung else None)


@require_http_methods(["GET", "HEAD", "POST"])
@business
def quiet(request: MemberRequest) -> HttpResponse:
    """免打扰时段."""
    if not ladder.keeps(request.user):
        raise Http404
    row = QuietHours.objects.filter(county=request.user.agency.county).first()
    names = ("starts_at", "ends_at", "rest_days")
    initial = {name: getattr(row, name) for name in names} if row else None
    form = QuietForm(request.POST if request.method == "POST" else None, initial=initial)

    def act(data: dict[str, Any]) -> QuietHours:
        return set_quiet(by=request.user, version=seen_version(request) if row else None, **data)

    if submitted(request, form, act):
        messages.success(request, "免打扰时段已保存。")
        return redirect("duties:ladder")
    return _form(request, form, "免打扰时段", row.version if row else None)


def _form(request: MemberRequest, form: Any, title: str, version: int | None) -> HttpResponse:
    context = {
        "title": title,
        "crumbs": [*CRUMBS, HERE],
        "form": form,
        "submit": "保存",
        "version": version_of(request) or version,
        "cancel_url": reverse("duties:ladder"),
        "client_token": fresh_token(request),
    }
    return render(request, "patterns/form.html", context, status=status_of(request, form))
