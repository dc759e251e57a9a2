"""What weighs in a decision: when a hearing, a legal review or a collective discussion is due (C8, C10, C11),
what speaks for leniency and severity, and the surcharge on a fine that is not paid (C14). Reading only.

较大数额 is fixed by each province: the figures here are the floor of the ministry's rules and marked as such.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from cases import law
from cases.line_words import amount
from cases.models import Party, Penalty
from cases.states import CaseStatus as S
from cases.states import Outcome

if TYPE_CHECKING:
    from cases.models import Case

#: 较大数额 of a fine or a confiscation, 元 (以本省规定为准).
LARGE = {Party.Kind.PERSON: Decimal(5_000), Party.Kind.FIRM: Decimal(50_000)}
#: 非法财物: what is confiscated besides proceeds. Its value need not be known; then it counts as large.
PROPERTY = (Penalty.Kind.GOODS, Penalty.Kind.TOOLS)
#: What is large, and in what (行政处罚法第六十三条第一款第一项、第二项).
ADDED_UP = (((Penalty.Kind.FINE,), "数额"), ((Penalty.Kind.GAINS,), "数额"), (PROPERTY, "价值"))
GRAVE_KINDS = (Penalty.Kind.STOP, Penalty.Kind.REVOKE, Penalty.Kind.RESTORE, Penalty.Kind.BUILDING)
#: 加处罚款 a day, and its ceiling as a share of the fine (行政处罚法第七十二条).
DAILY, CEILING = Decimal("0.03"), Decimal(1)
CENT = Decimal("0.01")


def hearing_required(case: Case) -> str:
    """Why the party must be told of the right to a hearing (行政处罚法第六十三条), "" when it need not."""
    rows = list(case.penalties.exclude(kind=Penalty.Kind.HELD))
    for row in rows:
        if row.kind in GRAVE_KINDS:
            return f"拟{row.get_kind_display()}，"
    for row in rows:
        if row.kind in PROPERTY and row.fine is None:
            return f"拟{row.get_kind_display()}未填价值，按较大价值办理，"
    parties = list(case.parties.all()) or [Party(kind=Party.Kind.PERSON)]
    for kinds, measure in ADDED_UP:
        mine = [row for row in rows if row.kind in kinds]
        if any(_large(mine, party) for party in parties):
            names = "、".join(dict.fromkeys(row.get_kind_display() for row in mine))
            return f"拟{names}{measure}较大（以本省规定为准），"
    return ""


def _large(rows: list[Penalty], party: Party) -> bool:
    """Whether what is meant for `party`, alone or with all others, reaches what is large for its kind."""
    mine = [row.fine or Decimal(0) for row in rows if row.party_id in (None, party.pk)]
    return sum(mine, Decimal(0)) >= LARGE[Party.Kind(party.kind)]


def review_required(case: Case) -> bool:
    """Whether a legal review comes before the decision (行政处罚法第五十八条)."""
    return case.complex or bool(hearing_required(case))


def grave(case: Case) -> bool:
    """Whether the heads decide together (行政处罚法第五十七条第二款)."""
    return case.complex or bool(hearing_required(case))


def weighs(case: Case) -> list[str]:
    """What speaks for leniency or severity, with its article; for the person who decides."""
    found = []
    if case.self_reported:
        found.append(
            "当事人主动报告并自行纠正：可以从轻、减轻处罚，违法行为轻微并及时改正、没有造成危害后果的不予处罚"
            "（行政处罚法第三十二条、第三十三条）。"
        )
    if case.concealed:
        found.append("当事人隐瞒不报：按裁量基准从重处罚。")
    if case.revived_from_id:
        found.append("结案后再次违法（死灰复燃）：不适用初次违法不予处罚，按裁量基准从重处罚。")
    return found


def outcome_words(case: Case) -> str:
    """The outcome as it stands: a penalty that is not carried out yet is not called so."""
    if case.outcome == Outcome.PENALISED and case.status not in (S.PERFORMED, S.CLOSING, S.CLOSED):
        return "给予行政处罚"
    return case.get_outcome_display()


def out_of_range(case: Case) -> list[str]:
    """Fines that lie outside what the law of the violations allows by its figures, at whichever stage (at
    once, 拒不改正, 情节严重); for whoever decides."""
    found = []
    acts = list(case.violations.select_related("offence", "party"))
    for row in case.penalties.filter(kind=Penalty.Kind.FINE).select_related("party"):
        mine = [act for act in acts if row.party_id is None or act.party_id in (None, row.party_id)]
        spans = [span for act in mine for _, span in law.penalty_ranges(act.offence, law.sums_of(act))]
        lows = [span.low for span in spans if span.low is not None]
        highs = [span.high for span in spans if span.high is not None]
        if len(highs) != len(spans) or not spans:
            continue
        low, high = min(lows), max(highs)
        if not low <= (row.fine or 0) <= high:
            found.append(
                f"拟罚款{amount(row.fine)}元，按登记的违法情形测算的幅度是{amount(low)}元至{amount(high)}元；"
                "减轻处罚或者超出的，请写明依据。"
            )
    return found


def surcharge(fine: Decimal, paid: Decimal, due_on: dt.date, on: dt.date, stopped: int = 0) -> Decimal:
    """加处罚款 in 元 on what is unpaid: 3 % a day after `due_on` until `on`, without the days of 复议、诉讼
    (`stopped`), never more than the fine itself (行政处罚法第七十二条、第七十三条)."""
    days = max((on - due_on).days - stopped, 0)
    unpaid = max(fine - paid, Decimal(0))
    return min(unpaid * DAILY * days, fine * CEILING).quantize(CENT, ROUND_HALF_UP)
