"""回头看: the visits after a case has closed; digging again (死灰复燃) opens a new case."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db.models import F

from cases.actions.cases import owing
from cases.actions.cases.facts import UNIT_ONLY, keep_file, record
from cases.actions.cases.opening import may_work_or_decide, open_case
from cases.models import Case, LookBack
from core.errors import DomainError, NotAllowed
from core.once import once
from core.workflow import conflict
from duties.actions import steps
from duties.moments import plausible
from duties.words import day_words
from minewatch.lib.clock import local_date, now

if TYPE_CHECKING:
    from agencies.models import Member

#: A rule of this house (本系统约定), not of a law: see LookBack.first_day.
TOO_EARLY = (
    "结案后{days}日回头看从{day}起登记（本系统约定，各次回访要隔开）。请填这一天及以后的回访时间；"
    "发现死灰复燃的，随时可以登记。"
)


def look_back(
    *,
    visit: LookBack,
    by: Member,
    text: str,
    again: bool,
    at: dt.datetime | None = None,
    upload: tuple[str, BinaryIO] | None = None,
    token: UUID | None = None,
) -> LookBack:
    """What a visit found at `at`; `again` opens a case of origin REVIVED in the same affair.

    A visit that finds nothing counts from its `first_day` on; digging again is put down at any time.
    Raises NotAllowed, DomainError with the field, Conflict (a colleague was first).
    """
    case, at = visit.case, at or now()
    if not may_work_or_decide(by, case.holder):
        raise NotAllowed(UNIT_ONLY)
    if not text.strip() or len(text.strip()) > 500:
        raise DomainError("请填写回访情况，不超过500字。", field="text")
    plausible(at, "at")
    if at > now() or (case.closed_at and at < case.closed_at):
        raise DomainError("回访时间应在结案之后、现在之前。", field="at")
    if not again and local_date(at) < visit.first_day:
        raise DomainError(TOO_EARLY.format(days=visit.days, day=day_words(visit.first_day)), field="at")

    def make() -> LookBack:
        rows = LookBack.objects.filter(pk=visit.pk, visited_at__isnull=True)
        values = {"visited_at": at, "by": by, "again": again, "text": text.strip()}
        if rows.update(version=F("version") + 1, **values) != 1:
            raise conflict(case)
        visit.refresh_from_db()
        if upload is not None:
            visit.file = keep_file(case, by, upload)
        if again:
            visit.revival = revive(case, by=by, at=at)
        visit.save(update_fields=["file", "revival"])
        steps.fulfil(key=owing.key_of(case, f"lookback:{visit.days}"), at=at, by=by)
        record("case.looked_back", case, by)
        return visit

    return once(token=token, verb="case.looked_back", member=by, make=make)


def revive(case: Case, *, by: Member, at: dt.datetime) -> Case:
    """A new case of the same place in the same affair; its parties and offences are found anew."""
    return open_case(
        by=by,
        title=case.title,
        found_on=local_date(at),
        origin=Case.Origin.REVIVED,
        site=case.site,
        holder=case.holder,
        track=case.track,
        matter=case.matter,
        revived_from=case,
        location=case.location,
        point=(case.lon, case.lat) if case.lon is not None and case.lat is not None else None,
        division=case.division,
    )
