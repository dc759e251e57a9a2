"""What the pages of a referral share: who sees it, its limits, its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from cases import sight
from cases.models import Referral
from core import gates
from core.audit import subject_of
from duties.clocks import of_duty
from duties.models import Duty

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agencies.models import Member
    from core.web import MemberRequest

LIST = {"label": "移送", "url": "/cases/referrals/"}
#: In the place of everything that only the two sides may read.
SEALED = "内容由承办单位掌握"
RELATED = ("sender__division", "receiver__division", "supervisor", "superior", "matter", "lead", "case")


def visible(request: MemberRequest, pk: int) -> Referral:
    """A referral in sight, else 404."""
    rows = Referral.objects.visible_to(request.user).select_related(*RELATED, "drafted_by")
    return get_object_or_404(rows, pk=pk)


def crumbs(referral: Referral | None = None) -> list[dict[str, str]]:
    """Where the page stands."""
    if referral is None:
        return [LIST]
    return [LIST, {"label": referral.number, "url": reverse("cases:referral", args=[referral.pk])}]


def held(request: MemberRequest, referral: Referral) -> HttpResponse | None:
    """The page that asks 查看事由 before sealed content opens; None when it opens or stays closed anyway."""
    if not sight.content_of(request.user, referral):
        return None
    return gates.held(request, referral, referral.matter)


def readable_of(member: Member, rows: Iterable[Referral]) -> set[int]:
    """Those of `rows` whose content the member may read."""
    keys = [row.pk for row in rows]
    return set(sight.readable(member).filter(pk__in=keys).values_list("pk", flat=True))


def duties_of(referral: Referral) -> list[Duty]:
    """Steps that are owed now, those with a limit first."""
    kind, key = subject_of(referral)
    rows = Duty.objects.open().filter(subject_kind=kind, subject_id=key).select_related("agency", "clock")
    return sorted(rows, key=lambda duty: (duty.due_at is None, duty.due_at, duty.pk))


def why(duty: Duty | None) -> str:
    """为什么是这个日期."""
    counted = of_duty(duty) if duty else None
    return counted.sentence if counted else ""


def holder_words(referral: Referral, duties: list[Duty]) -> str:
    """Who has it now: the units that owe a step, else nobody."""
    units = dict.fromkeys(duty.agency.label for duty in duties)
    return "、".join(units)


def state_of(referral: Referral) -> dict[str, Any]:
    """The state as a tag."""
    S = Referral.Status
    css = {S.REFUSED: "tag-refused", S.RETURNED: "tag-refused", S.CLOSED: "tag-done", S.RECALLED: ""}
    return {"words": referral.get_status_display(), "css": css.get(referral.status, "tag-now")}
