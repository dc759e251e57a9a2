"""What a member reads of a working of the sentinel that was kept with a decision or a downgrade.

The working was computed from every case that the unit may use. Who may not read one of those, or must stay
out of it, reads what the case's own acts came to, as if nothing else had been counted (回避 leaves no trace).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cases.models import Case
from core.access import barred_matters

if TYPE_CHECKING:
    from agencies.models import Member
    from cases.models import Downgrade, LineDecision

Working = dict


def decided_on(row: LineDecision, member: Member, *, signs: bool) -> list[dict]:
    """Lines of the working of a decision for `member`: those reached, else those that were measured.

    Who decides or countersigns (`signs`) reads the figures that the signature covers, of other cases too,
    except of those the signer must stay out of.
    """
    lines = _parts([row.computation], member, signs)[0]
    return [line for line in lines if line["at_line"]] or [line for line in lines if line["share"]]


def downgrades_of(case: Case, member: Member) -> list[dict]:
    """Downgrades of `case` as `member` may read them, the latest first: {row, before, after} with lines.

    One that lies in another case alone, which the member may not read, is as if it were not there.
    """
    rows: list[Downgrade] = list(case.downgrades.select_related("by__agency"))
    parts = _parts([working for row in rows for working in (row.before, row.after)], member)
    found = zip(rows, parts[::2], parts[1::2], strict=True)
    return [{"row": row, "before": then, "after": now} for row, then, now in found if then != now]


def _parts(workings: Sequence[Working], member: Member, signs: bool = False) -> list[list[dict]]:
    """Of each working the lines that `member` reads."""
    others = {pk for working in workings for pk in working["others"]}
    known = _readable(others, member, signs) if others else set()
    return [
        working["lines"] if known.issuperset(working["others"]) else working["own"] for working in workings
    ]


def _readable(cases: set[int], member: Member, signs: bool) -> set[int]:
    rows = Case.objects if signs else Case.objects.visible_to(member)
    found = rows.filter(pk__in=cases).exclude(matter__in=barred_matters(member).values("pk"))
    return set(found.values_list("pk", flat=True))
