"""Which text of the law applies to an act (domain.md D.3): that of its time; a newer one if lighter.

行政处罚法第三十七条 (从旧兼从轻). A continuing act is judged by the law of its last day. Reading only; what a
text may cost: cases.law.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cases import law
from cases.models import Offence
from duties.words import day_words
from minewatch.lib.clock import local_date, now

if TYPE_CHECKING:
    from agencies.models import Agency

OLD, NEW = "old", "new"


@dataclass(frozen=True)
class Choice:
    """The text that applies and why. `clear` False: figures cannot weigh the two, a person must."""

    offence: Offence | None
    old: Offence | None
    new: Offence | None
    reason: str
    clear: bool = True

    @property
    def differs(self) -> bool:
        """Whether the law changed between the act and the decision."""
        return self.old is not None and self.new is not None and self.old.pk != self.new.pk


def applicable(
    code: str, *, last: dt.date | None, on: dt.date | None = None, facts: law.Facts | None = None
) -> Choice:
    """The text of `code` for an act that ended on `last` (None: it goes on), decided on `on` (today)."""
    on = on or local_date(now())
    rows = list(Offence.objects.filter(code=code))
    old, new = _of_day(rows, last or on), _of_day(rows, on)
    if old is None:
        words = day_words(last or on)
        return Choice(None, None, new, f"{words}行为终了时没有收录这一规定，不能适用以后的规定处罚。")
    if new is None:
        gone = "这一规定现已失效，没有收录承接的条文，请核实是否仍应处罚（行政处罚法第三十七条）。"
        return Choice(old, old, None, gone, clear=False)
    if old.pk == new.pk:
        when = f"行为终了于{day_words(last)}" if last else "行为仍在继续"
        return Choice(old, old, new, f"{when}，适用{old.law}{old.article}。")
    return _lighter(old, new, facts or law.Facts())


def _lighter(old: Offence, new: Offence, facts: law.Facts) -> Choice:
    tops = [law.penalty_range(row, facts).high for row in (old, new)]
    reason = law.weighed(old, new, facts)
    if None in tops:
        return Choice(old, old, new, reason, clear=False)
    return Choice(new if tops[1] < tops[0] else old, old, new, reason)


def _of_day(rows: Iterable[Offence], day: dt.date) -> Offence | None:
    found = [row for row in rows if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)]
    return max(found, key=lambda row: row.valid_from, default=None)


def offered(agency: Agency) -> list[tuple[str, list[tuple[str, str]]]]:
    """Offences by code for a form, those of the unit's own kind first; names are the latest ones."""
    latest = {row.code: row for row in Offence.objects.order_by("code", "valid_from")}
    own = [(row.code, row.name) for row in latest.values() if row.kind in (agency.kind, "")]
    others = [(row.code, row.name) for row in latest.values() if row.kind not in (agency.kind, "")]
    return [group for group in (("本部门主管", own), ("其他部门主管", others)) if group[1]]
