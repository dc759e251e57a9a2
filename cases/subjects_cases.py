"""How the house speaks of cases (core.registry), and what stands on the page of a lead."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from agencies.models import Member
from cases.actions.cases.opening import NO_CASES, USABLE, may_work_or_decide
from cases.models import Case
from core.registry import Subject, register
from ledgers import lead_doors
from ledgers.lead_states import Ending
from ledgers.models import Lead
from minewatch.lib.text import fold


def _cases(member: Member) -> QuerySet[Case]:
    return Case.objects.visible_to(member).select_related("holder")


def search_cases(member: Member, text: str) -> QuerySet[Case]:
    """By number; by 案由, place and party only where the content is open."""
    words = fold(text)
    hit = Q(title__icontains=words) | Q(location__icontains=words) | Q(pk__in=_of_party(words))
    there = Case.objects.open_to(member).filter(hit)
    numbered = Q(serial__icontains=words) | Q(number__icontains=words)
    return _cases(member).filter(numbered | Q(pk__in=there.values("pk"))).order_by("-id")


def _of_party(words: str) -> QuerySet:
    from cases.models import Party

    return Party.objects.filter(Q(name__icontains=words) | Q(code=words.upper())).values("case")


register(
    Case,
    Subject(
        label="案件",
        visible_to=_cases,
        url=lambda row: reverse("cases:case", args=[row.pk]),
        title=lambda row: str(row),
        search=search_cases,
    ),
)


def _may(member: Member) -> bool:
    unit = member.agency
    return unit is not None and unit.kind not in NO_CASES and may_work_or_decide(member, unit)


@lead_doors.register
def buttons(member: Member, lead: Lead) -> list[dict[str, Any]]:
    """登记案件 from the lead, for people of a unit that enforces."""
    if lead.withdrawn_at or lead.status not in USABLE or not _may(member):
        return []
    return [{"label": "登记案件", "url": f"{reverse('cases:case_new')}?lead={lead.pk}", "method": "get"}]


@lead_doors.missing
def missing(member: Member, lead: Lead) -> list[dict[str, str]]:
    """Why a case cannot be opened from it."""
    if lead.withdrawn_at or _may(member) and lead.status in USABLE:
        return []
    if not _may(member):
        return [{"label": "登记案件", "reason": "由有执法职责的单位登记案件。"}]
    words = lead.get_status_display()
    return [{"label": "登记案件", "reason": f"线索的状态是“{words}”，不能据此登记案件。"}]


@lead_doors.panel
def panel(member: Member, lead: Lead) -> dict[str, Any]:
    """Cases opened from the lead that the reader may open."""
    rows = _cases(member).filter(leads=lead).order_by("pk")
    links = [
        {
            "label": str(row),
            "url": reverse("cases:case", args=[row.pk]),
            "note": f"{row.holder.label} {row.get_status_display()}",
        }
        for row in rows
    ]
    return {"title": "案件", "links": links}


@lead_doors.steps
def steps(member: Member, lead: Lead) -> list[dict[str, Any]]:
    """The steps of those cases on the lead's time line, without their words."""
    found = []
    for case in _cases(member).filter(leads=lead):
        for step in case.steps.select_related("by__agency"):
            words = f"案件 {case.serial}：{step.label}"
            url = reverse("cases:case", args=[case.pk])
            found.append({"at": step.happened_at, "who": step.by.label, "words": words, "url": url})
    return found


def ending(lead: Lead) -> str:
    """Numbers of the cases that the lead ended in."""
    return "、".join(str(row) for row in Case.objects.filter(leads=lead).order_by("pk"))


lead_doors.ending(Ending.CASE, ending)
