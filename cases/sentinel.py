"""移送标准测算: where a case stands to the lines of crime, and why it may not be ended administratively.

The rule is computed from everything that the case's unit may use (`standing(case)`); a page shows a reader
only what that reader may read of other cases (`reader=`). Sums: cases.line_sums; figures: cases.law.table.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from agencies.models import AgencyKind
from cases import law
from cases.edges import Edge
from cases.line_states import DecisionStatus
from cases.line_sums import compute, joined
from cases.lines import FAMILY, Act, Line, Price, Prior, Standing
from cases.models import Case, LineDecision, MineralPrice, Party, Penalty, Referral, Violation
from cases.states import REFERRAL_UNSENT, CaseStatus, Outcome, ReferralStatus
from core.models import Access
from minewatch.lib.clock import local_date, now
from minewatch.lib.text import fold

if TYPE_CHECKING:
    from agencies.models import Member

__all__ = [
    "Line",
    "Standing",
    "at_line_unreferred",
    "covers",
    "referred",
    "standing",
    "why_not_administrative",
]
#: Of these nothing more is decided.
OVER = (CaseStatus.CLOSED, CaseStatus.REVOKED, CaseStatus.NOT_FILED)
#: What makes an act punished (行政处罚法第九条); orders to stop or mend and 追责 are no penalties.
PENALTIES = (
    Penalty.Kind.WARNING,
    Penalty.Kind.FINE,
    Penalty.Kind.GOODS,
    Penalty.Kind.GAINS,
    Penalty.Kind.TOOLS,
    Penalty.Kind.BUILDING,
    Penalty.Kind.STOP,
    Penalty.Kind.REVOKE,
)
NAMESAKES = "其他案件中有按姓名（名称）匹配的当事人，请核对是否同一人。"
NOTHING = Standing(missing=("还没有登记违法情形，暂不能测算",))


def standing(case: Case, *, on: dt.date | None = None, reader: Member | None = None) -> Standing:
    """Where `case` stands on the day `on` (today): each line of each party with its working.

    `reader` leaves out what that member may not read of other cases; the rule asks without a reader.
    """
    on = on or local_date(now())
    rows = list(case.violations.select_related("offence", "party"))
    if not rows:
        return NOTHING
    figures = law.table(law.province_of(case.division.code))
    prices = _Prices(case.division.code[:6])
    others = _Others(case, on, reader, prices)
    found = []
    for parties, mine in _by_party(case, rows):
        acts = [_act(row, on, prices) for row in mine]
        more = others.of(parties)
        label = "、".join(party.name for party in parties) if len(parties) == 1 else ""
        one = compute([*acts, *more.acts], figures, priors=more.priors if parties else None, party=label)
        if more.cases:
            own = compute(acts, figures, party=label)
            one = replace(one, own=own.lines, others=tuple(more.cases))
        who = parties[0].pk if len(parties) == 1 else None
        one = replace(one, lines=tuple(replace(line, who=who) for line in one.lines))
        found.append(replace(one, hints=(*one.hints, NAMESAKES)) if more.by_name else one)
    return joined(found)


def _by_party(case: Case, rows: Sequence[Violation]) -> list[tuple[list[Party], list[Violation]]]:
    """Violations by party; what is nobody's in particular is everybody's."""
    named = {row.party_id: row.party for row in rows if row.party_id}
    if not named:
        return [(list(case.parties.all()), list(rows))]
    return [([party], [row for row in rows if row.party_id in (pk, None)]) for pk, party in named.items()]


def _act(row: Violation, on: dt.date, prices: _Prices, elsewhere: bool = False) -> Act:
    last = row.acted_to or max(on, row.acted_from)
    return Act(
        line=row.offence.line,
        first=row.acted_from,
        last=last,
        mineral=row.mineral,
        zone=row.zone,
        land=row.land,
        value=row.value,
        quantity=row.quantity,
        price=prices.of(row.mineral, last),
        damage=row.damage,
        area=row.area,
        elsewhere=elsewhere,
    )


class _Prices:
    """A county's prices, read once."""

    def __init__(self, county: str) -> None:
        self.rows: dict[str, list[MineralPrice]] = defaultdict(list)
        rows = MineralPrice.objects.filter(county__code=county, withdrawn_at__isnull=True)
        for row in rows.order_by("valid_from", "pk"):
            self.rows[fold(row.mineral)].append(row)

    def of(self, mineral: str, day: dt.date) -> Price | None:
        """The price in force on the day the act ended."""
        found = [row for row in self.rows.get(fold(mineral), ()) if row.valid_from <= day] if mineral else []
        return Price(found[-1].price, found[-1].valid_from, found[-1].source) if found else None


@dataclass
class _More:
    """Acts not punished, penalties before, the cases they are of, whether any was matched by name alone."""

    acts: list[Act] = field(default_factory=list)
    priors: list[Prior] = field(default_factory=list)
    cases: list[int] = field(default_factory=list)
    by_name: bool = False


class _Others:
    """What other cases that the holder may use say of the same parties: unpunished acts, penalties."""

    def __init__(self, case: Case, on: dt.date, reader: Member | None, prices: _Prices) -> None:
        self.on, self.prices = on, prices
        self.cases = usable(case, reader)

    def of(self, parties: Iterable[Party]) -> _More:
        """What is said of `parties`."""
        found = _More()
        for case, theirs, sure in self._matches(list(parties)):
            rows = [row for row in case.violations.all() if row.party_id in (None, theirs.pk)]
            days = _penalty_days(case, theirs)
            if days:
                found.priors += [Prior(kind, day) for day in days for kind in _kinds(rows)]
            elif case.status not in (CaseStatus.NOT_FILED, CaseStatus.REVOKED) and _may_stand(case):
                found.acts += [_act(row, self.on, self.prices, elsewhere=True) for row in rows]
            else:
                continue
            found.cases.append(case.pk)
            found.by_name |= not sure and bool(rows)
        return found

    def _matches(self, parties: list[Party]) -> Iterable[tuple[Case, Party, bool]]:
        """(case, its party, whether the number says so) of each party that is one of `parties`."""
        if not parties:
            return
        codes = {_code(party) for party in parties} - {""}
        same = Q(code__in=codes) | Q(name__in={party.name for party in parties})
        rows = Party.objects.filter(same, case__in=self.cases.values("pk"))
        ids = set(rows.values_list("case_id", flat=True))
        cases = Case.objects.filter(pk__in=ids).prefetch_related(
            "parties", "violations__offence", "penalties"
        )
        for case in cases:
            for theirs in case.parties.all():
                if _code(theirs) in codes:
                    yield case, theirs, True
                elif any(_namesakes(ours, theirs) for ours in parties):
                    yield case, theirs, False


def _code(party: Party) -> str:
    return party.code.strip().upper()


def _namesakes(ours: Party, theirs: Party) -> bool:
    """The same by name, where one of the two has no number that would tell."""
    unknown = not (_code(ours) and _code(theirs))
    return unknown and (ours.kind, ours.name) == (theirs.kind, theirs.name)


def usable(case: Case, reader: Member | None = None) -> QuerySet[Case]:
    """Administrative cases of other acts whose content the case's unit may read: those of other affairs, and
    of its own those tied to it by 死灰复燃. For a reader, those of them that the reader may read too."""
    runs = Q(until__isnull=True) | Q(until__gte=now())
    rights = Access.objects.filter(runs, agency=case.holder, track=Access.Track.ADMIN)
    barred = Access.objects.filter(runs, agency=case.holder, relation=Access.Relation.BARRED)
    rows = Case.objects.filter(
        track=Case.Track.ADMIN,
        matter__in=rights.exclude(relation=Access.Relation.BARRED).values("matter_id"),
    )
    rows = rows.exclude(matter__in=barred.values("matter_id"))
    rows = rows.exclude(Q(matter=case.matter_id) & ~_other_acts(case)).exclude(pk=case.pk)
    return rows.filter(pk__in=Case.objects.visible_to(reader).values("pk")) if reader else rows


def _other_acts(case: Case) -> Q:
    """Of the same affair: what `case` flared up from, and what else of its unit flared up there, as acts
    found anew. Any other case of the affair is another unit's of the same acts."""
    before, one = [], case
    while one.revived_from is not None:
        one = one.revived_from
        before.append(one.pk)
    return Q(pk__in=before) | Q(revived_from__isnull=False, holder=case.holder_id)


def _penalty_days(case: Case, party: Party) -> list[dt.date]:
    """Days on which the party was punished in `case`: one decision counts once, whatever it imposed."""
    if case.decided_on is None:
        return []
    rows = [row for row in case.penalties.all() if row.party_id in (None, party.pk) and row.kind in PENALTIES]
    return sorted({row.decided_on or case.decided_on for row in rows})


def _may_stand(case: Case) -> bool:
    return case.outcome != Outcome.UNFOUNDED


def _kinds(rows: Iterable[Violation]) -> set[str]:
    kinds = {row.offence.line for row in rows if row.offence.line}
    return kinds | {FAMILY[row.land] for row in rows if row.land in FAMILY}


# what follows from it -----------------------------------------------------------------------------------


def why_not_administrative(case: Case) -> str:
    """Why `case` may not be decided or closed administratively, "" when it may (310号第十一条).

    At the line it takes a referral to the police that was sent and not recalled, or a written decision of the
    head that a second person countersigned and that covers what is found today.
    """
    if case.track != Case.Track.ADMIN or referred(case):
        return ""
    found = standing(case)
    if not found.at_line or covers(in_force(case), found):
        return ""
    if case.holder.kind == AgencyKind.POLICE:
        return "测算达到刑事标准，应当立为刑事案件；不立的，须由主要负责人作出书面决定并经会签。"
    stale = "已会签的不移送决定不能覆盖现在的数额；" if in_force(case) else ""
    return (
        f"测算达到刑事标准，应当移送公安机关，不得以罚代刑（国务院令第310号第三条、第十一条）；{stale}"
        "认为不应移送的，须由主要负责人作出书面决定并经会签。"
    )


def referred(case: Case) -> bool:
    """Whether it went to the police as a crime and was not taken back (the police: filed as one)."""
    if case.holder.kind == AgencyKind.POLICE:
        return _filed(case.matter_id, case.holder_id).exists()
    since = case.opened_at if case.revived_from_id else None
    return _sent(case.pk, case.matter_id, case.holder_id, since).exists()


def _sent(case: object, matter: object, holder: object, since: object = None) -> QuerySet[Referral]:
    """Criminal referrals of the case, and those the holder sent of the affair without a case of its own. What
    went before a 死灰复燃 (`since`: the instant it was put down) was sent of other acts."""
    alone = Q(sender=holder, case__isnull=True)
    alone &= Q(sent_at__gte=since) if since is not None else Q()
    rows = Referral.objects.filter(Q(case=case) | alone, edge=Edge.CRIMINAL, matter=matter)
    return rows.exclude(status__in=(*REFERRAL_UNSENT, ReferralStatus.RECALLED))


def _filed(matter: object, holder: object) -> QuerySet[Case]:
    """Criminal cases of the police themselves in the affair."""
    return Case.objects.filter(matter=matter, holder=holder, track=Case.Track.CRIMINAL)


def in_force(case: Case) -> LineDecision | None:
    """The countersigned decision not to refer, None where there is none."""
    return case.line_decisions.filter(status=DecisionStatus.IN_FORCE).first()


def covers(decision: LineDecision | None, found: Standing) -> bool:
    """Whether `decision` was taken on figures at least as great as those found now, line by line."""
    if decision is None:
        return False
    then = {(row["key"], row.get("party", "")): row for row in decision.computation.get("lines", ())}
    return all(_covered(line, then.get((line.key, line.party))) for line in found.lines if line.at_line)


def _covered(line: Line, then: dict | None) -> bool:
    if then is None or then["exact"] is None or line.exact is None:
        return False
    return Fraction(then["exact"]) >= line.exact


def at_line_unreferred(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Those of `cases` that were last found at the line and that nobody referred or decided not to refer
    (该移送不移送), for lists of states; the mark is renewed with each change and once a day."""
    pk, matter, holder, since = map(OuterRef, ("pk", "matter_id", "holder_id", "opened_at"))
    found = cases.filter(track=Case.Track.ADMIN, line_mark__at_line=True, line_mark__covered=False)
    found = found.exclude(status__in=OVER)
    found = found.exclude(Exists(_sent(pk, matter, holder, since)))
    found = found.exclude(Q(revived_from__isnull=True) & Exists(_sent(pk, matter, holder)))
    return found.exclude(Q(holder__kind=AgencyKind.POLICE) & Exists(_filed(matter, holder)))
