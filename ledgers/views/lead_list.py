"""线索: the list with filters, lights and export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from agencies.models import Role
from core.pages import filters_of, listing
from core.paging import keyset
from core.registry import doors_of
from core.templatetags.mw import zh_datetime
from core.web import MemberRequest, business
from duties.models import Duty
from duties.next_up import next_of
from ledgers.lead_filters import LeadFilter
from ledgers.lead_rules import desks
from ledgers.models import Lead

if TYPE_CHECKING:
    from agencies.models import Member

SEALED = "已封存"
HEAD = [
    {"label": label}
    for label in (
        "线索编号",
        "来源",
        "位置",
        "发现单位",
        "承办单位",
        "发现时间",
        "核查结果",
        "处置方式",
        "状态",
        "期限",
    )
]


@require_GET
@business
def index(request: MemberRequest) -> HttpResponse:
    """Leads the member may know of: open 特殊情况 first, then the newest."""
    form = LeadFilter(request.GET, member=request.user)
    rows = form.rows().select_related("agency", "holder", "matter")
    found, page = keyset(rows, ("-urgent", "-id"), request)
    shown = found if request.GET.get("as") != "xlsx" else list(rows.order_by("-urgent", "-id"))
    duties, sight = next_of(shown), sight_of(request.user, shown)

    def line(lead: Lead) -> dict[str, Any]:
        return _row(lead, duties, sight)

    context = {
        "title": "线索",
        "lead": "特殊情况排在前面。承办单位、发现单位和专班办公室可见；封存的只列状态和期限。",
        "count": rows.count(),
        "head": HEAD,
        "rows": [line(lead) for lead in found],
        "page": page,
        "actions": _actions(request),
        "empty": {"text": "没有符合条件的线索。"},
        **filters_of(request, form),
    }
    return listing(request, context, what="leads", rows=shown, row_of=line)


def _actions(request: MemberRequest) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if desks(request.user):
        found.append({"label": "登记线索", "url": reverse("ledgers:lead_new"), "primary": True})
    found.append({"label": "特殊情况报告", "url": reverse("ledgers:special"), "primary": not found})
    if Role.CUSTODIAN in request.user.own_roles:
        found.append({"label": "举报人信息", "url": reverse("ledgers:informants")})
    return [*found, *doors_of("leads")]


@dataclass(frozen=True)
class Sight:
    """Of which leads on a page the reader may open the record, and of which content is shown at once."""

    pages: frozenset[int]
    content: frozenset[int]


def sight_of(member: Member, leads: list[Lead]) -> Sight:
    """What of `leads` the member sees: of a sealed one number, holder, state and limit, until it was opened
    for a reason; in the joint office no more than that."""
    sealed = [lead.pk for lead in leads if lead.matter.sealed]
    plain = {lead.pk for lead in leads if not lead.matter.sealed}
    if not sealed:
        return Sight(frozenset(plain), frozenset(plain))
    rows = Lead.objects.filter(pk__in=sealed)
    pages = rows.visible_to(member).values_list("pk", flat=True)
    content = rows.open_to(member).values_list("pk", flat=True)
    return Sight(frozenset(plain.union(pages)), frozenset(plain.union(content)))


def _row(lead: Lead, duties: dict[int, Duty], sight: Sight) -> dict[str, Any]:
    duty = duties.get(lead.pk)
    state: dict[str, Any] = {"text": lead.state_words}
    state["tag"] = "refused" if lead.withdrawn_at else "open"
    texts = _texts(lead) if lead.pk in sight.content else _states(lead)
    cells = [*({"text": text} for text in texts), state, {"due": duty} if duty else {"text": ""}]
    url = reverse("ledgers:lead", args=[lead.pk]) if lead.pk in sight.pages else ""
    return {"url": url, "cells": cells}


def _texts(lead: Lead) -> tuple[str, ...]:
    return (
        lead.number + ("（特殊情况）" if lead.alarmed else ""),
        lead.get_source_display(),
        lead.location,
        lead.agency.label,
        lead.holder.label,
        zh_datetime(lead.found_at),
        lead.get_finding_display(),
        lead.get_ending_display(),
    )


def _states(lead: Lead) -> tuple[str, ...]:
    """What a list says of a sealed lead."""
    return (lead.number, "", SEALED, "", lead.holder.label, "", "", "")
