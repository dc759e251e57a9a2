"""What a tip says reaches no other organ in its own words: whoever told it is known by how they say it.

保护举报人 (矿产资源法 24, 57; the unit told of must not receive the text verbatim): a referral retells it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from ledgers.models import Lead
from minewatch.lib.text import normalise

if TYPE_CHECKING:
    from agencies.models import Member
    from cases.models import Case
    from core.models import Matter

#: Characters in a row that are no chance any more (本系统约定).
RUN = 15
HINT = "来自举报：请用自己的话概述，不要照抄举报内容，以保护举报人。"
COPIED = "请用自己的话概述，不要照抄举报内容，以保护举报人。"


def tips_of(member: Member, matter: Matter, case: Case | None = None) -> list[Lead]:
    """Tips in sight of the member that the affair or `case` comes from, those merged into them too; of one
    out of sight nobody copies, and nothing tells of it."""
    own = Q(matter=matter) | Q(merged_into__matter=matter)
    if case is not None:
        own |= Q(cases=case) | Q(merged_into__cases=case)
    rows = Lead.objects.visible_to(member).filter(own, source__in=Lead.TIPS)
    return list(rows.select_related("site").distinct())


def copies(text: str, tips: list[Lead]) -> bool:
    """Whether `text` has a run of RUN characters of a tip, however it is spaced. Names and the place, which
    have fields of their own, are nobody's way of speaking and may be the same."""
    said = normalise(text)
    return any(run in said for tip in tips for part in _parts(tip) for run in _runs(part))


def _parts(tip: Lead) -> list[str]:
    told = normalise(tip.text)
    known = (tip.location, tip.party, tip.vehicle, tip.site.name if tip.site else "")
    for name in sorted(filter(None, map(normalise, known)), key=len, reverse=True):
        told = told.replace(name, "\n")
    return told.split("\n")


def _runs(part: str) -> list[str]:
    return [part[at : at + RUN] for at in range(len(part) - RUN + 1)]
