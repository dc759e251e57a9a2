"""What the pages of a referral share: who sees it, its limits, its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from cases import sight, standing
from cases.actions.referrals.making import label_of
from cases.actions.referrals.owed import own_limit
from cases.models import Referral
from core import gates
from core.audit import subject_of
from duties.clocks import of_duty
from duties.models import Duty
from duties.words import instant_words
from minewatch.lib.clock import now

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from agencies.models import Member
    from cases.states import ReferralMove
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


def open_of(member: Member, rows: Iterable[Referral]) -> set[int]:
    """Those of `rows` whose content a list shows to the member."""
    keys = [row.pk for row in rows]
    return set(sight.open_to(member).filter(pk__in=keys).values_list("pk", flat=True))


def duties_of(referral: Referral) -> list[Duty]:
    """Steps that are owed now, those with a limit first."""
    kind, key = subject_of(referral)
    rows = Duty.objects.open().filter(subject_kind=kind, subject_id=key).select_related("agency", "clock")
    return sorted(rows, key=lambda duty: (duty.due_at is None, duty.due_at, duty.pk))


def why(duty: Duty | None) -> str:
    """为什么是这个日期."""
    counted = of_duty(duty) if duty else None
    return counted.sentence if counted else ""


def own_limits(referral: Referral) -> list[dict[str, str]]:
    """Moves that have 24 hours of their own and are no duty (F5a, F5b), each with what is left of them."""
    found = []
    for move in standing.legal_moves(referral):
        words, reason = own_limit_words(referral, move)
        if words:
            found.append({"label": label_of(referral, move), "words": words, "why": reason})
    return found


def own_limit_words(referral: Referral, move: ReferralMove) -> tuple[str, str]:
    """(what is left of the move's own limit, why it ends then); empty without one."""
    due = own_limit(referral, move)
    return (left_words(due.due_at), due.sentence) if due else ("", "")


def left_words(due_at: dt.datetime) -> str:
    """还剩17小时（2026年3月5日9时前）; afterwards that it may still be done and is marked late."""
    left = int((due_at - now()).total_seconds())
    until = instant_words(due_at)
    if left < 0:
        return f"期限已过（{until}前），现在办理记为超期"
    return f"还剩{left // 3600}小时（{until}前）" if left >= 3600 else f"还剩不到1小时（{until}前）"


def holder_words(referral: Referral, duties: list[Duty]) -> str:
    """Who has it now: the units that owe a step, else nobody."""
    units = dict.fromkeys(duty.agency.label for duty in duties)
    return "、".join(units)


def state_of(referral: Referral) -> dict[str, Any]:
    """The state as a tag."""
    S = Referral.Status
    css = {S.REFUSED: "tag-refused", S.RETURNED: "tag-refused", S.CLOSED: "tag-done", S.RECALLED: ""}
    return {"words": referral.get_status_display(), "css": css.get(referral.status, "tag-now")}
