"""A row of a case's time line."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from cases.case_states import CASE_MOVES
from cases.models import Case, CaseStep
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member


def put_down(
    case: Case,
    move: str,
    *,
    by: Member,
    at: dt.datetime,
    label: str = "",
    source: str | None = None,
    organ: Agency | None = None,
    **more: Any,
) -> CaseStep:
    """The step `move` that led to the status `case` now has, in the name of its holder or of `organ`.

    `source` is the status before (default: the same); what CASE_MOVES says of the move – label, basis –
    counts unless it is given. `more`: further columns of CaseStep.
    """
    row = CASE_MOVES.get(move)
    said = {"label": label or (row.label if row else ""), "basis": row.basis if row else ""}
    return CaseStep.objects.create(
        case=case,
        move=move,
        source=case.status if source is None else source,
        target=case.status,
        by=by,
        organ=organ or case.holder,
        happened_at=at,
        recorded_at=now(),
        **(said | more),
    )
