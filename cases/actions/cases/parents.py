"""What is begun in a case raises its version: closing it and beginning something never both succeed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F

from cases.case_states import CASE_OPEN
from cases.models import Case
from core.errors import Conflict
from core.workflow import bump

if TYPE_CHECKING:
    from agencies.models import Agency
    from core.models import Matter

CLOSED = "本单位在这一事项下的案件已经结案或者撤销，不能再起移送。仍需移送的，请先另行登记案件。"


def guard_open(case: Case) -> None:
    """Something begins in `case` (a referral, a task, a measure): raise its version where it is still open.

    Call inside the transaction of what begins. Raises Conflict when the case is closed or revoked.
    """
    bump(case, *CASE_OPEN)


def guard_matter(*, matter: Matter, unit: Agency) -> None:
    """As `guard_open` for what `unit` keeps under `matter`: a referral of a lead whose case it has.

    A unit without a case there passes. Raises Conflict when none of its cases is open any more.
    """
    own = Case.objects.filter(matter=matter, holder=unit)
    if own.filter(status__in=CASE_OPEN).update(version=F("version") + 1) == 0 and own.exists():
        raise Conflict(CLOSED)
