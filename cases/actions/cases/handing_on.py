"""A restricted case goes to other police together with the referral it came by (公安刑程第一百八十四条)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import F

from cases.actions.cases import owing
from cases.actions.cases.effects import end_tasks
from cases.actions.cases.officers import release_all
from cases.actions.cases.opening import case_of_filing
from cases.actions.cases.rows import put_down
from cases.case_states import CASE_OVER
from cases.models import Case, Referral
from core import audit
from core.access import grant, revoke
from core.models import Access
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

HOLDER = Access.Relation.HOLDER


def pass_case(*, referral: Referral, by: Member, number: str, at: dt.datetime) -> Case | None:
    """The case that the filing of `referral` gave is its present receiver's from now on.

    Who had it keeps the record of the referral, not the case. Where only the next police keep cases here
    theirs is opened as filed; where they do not (线下单位) the case stays where it is. Called by
    referrals.take inside its transaction; `number` is that of the written notice.
    """
    case, to = referral.answer_case, referral.receiver
    if not to.online or (case is not None and case.holder_id == to.pk):
        return case
    if case is None or case.status in CASE_OVER:
        referral.answer_case = None
        filed = referral.steps.filter(move="file").order_by("-id").first()
        return case_of_filing(referral=referral, by=by, number=filed.number if filed else "", happened_at=at)
    _hand_on(case, to, by, number, at)
    return case


def _hand_on(case: Case, to: Agency, by: Member, number: str, at: dt.datetime) -> None:
    before = case.holder
    Case.objects.filter(pk=case.pk).update(holder=to, promoted_from=before, version=F("version") + 1)
    case.refresh_from_db()
    put_down(
        case,
        "pass_crime",
        by=by,
        at=at,
        label=f"移送{to.name}侦办"[:60],
        organ=before,
        number=number,
        basis="公安机关办理刑事案件程序规定第一百八十四条",
    )
    release_all(case, at=now())
    _rights(case, before)
    end_tasks(case, by, now())
    owing.hand_over(case, before)
    facts = {"serial": case.serial, "status": case.status}
    audit.record("case.passed_on", actor=by, agency=before, subject=case, matter=case.matter, facts=facts)


def _rights(case: Case, before: Agency) -> None:
    """Need to know: the organ that passed the case on reads no more of it, its people by name neither."""
    others = Case.objects.filter(matter=case.matter, holder=before, track=case.track)
    if not others.exists():
        revoke(case.matter, HOLDER, agency=before, track=case.track)
        named = case.matter.access.filter(relation=HOLDER, track=case.track, member__agency=before)
        for row in named.select_related("member"):
            revoke(case.matter, HOLDER, member=row.member, track=case.track)
    grant(case.matter, HOLDER, agency=case.holder, track=case.track, basis=f"承办案件 {case.serial}")
