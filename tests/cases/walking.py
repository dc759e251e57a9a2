"""What the random walks stand on: people and their standings, affairs at several stages, the product read and
driven as the model speaks of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import time_machine
from django.db import connection

from agencies.models import Member, Role, RoleGrant
from agencies.posts import signers
from cases.actions import cases, referrals
from cases.edges import Edge, Result
from cases.models import Case, Goods, Paper, Referral
from core.models import Matter
from duties.models import Duty
from minewatch.lib.clock import SHANGHAI
from tests.cases import make, make_cases
from tests.cases.model import Affair, Walk

START = dt.datetime(2026, 10, 12, 9, 0, tzinfo=SHANGHAI)
#: who tries: side and standing of each, as the model speaks of them
PEOPLE = {
    "nr.officer": ("sender",),
    "nr.approver": ("sender", "sender leader", "decider"),
    "nr.head": ("sender", "sender head", "sender leader", "decider"),
    "police.officer": ("receiver",),
    "police.approver": ("receiver", "receiver leader"),
    "police2.officer": ("receiver", "receiver leader"),
    "procuratorate": ("supervisor",),
    "leader": ("superior",),
    "forestry.officer": (),
    "auditor": (),
}
#: the two police organs between which a filed case may pass
POLICE = ("police", "police2")
AFTER_TRIAL = {
    "court_result": ("judged", "withdrawn", "non_prosecuted"),
    "court_result_judged": ("judged",),
    "court_result_dropped": ("withdrawn", "non_prosecuted"),
}
RESULTS = {True: ("prosecuted", *AFTER_TRIAL["court_result"]), False: ("penalty", "no_violation")}
WORDS = "按规定办理"
#: stage a walk begins at → how such a case is made, what the model knows of it; "": a referral without case
STAGES = {
    "": (None, Affair()),
    "draft": (make_cases.with_facts, Affair("draft")),
    "filed": (make_cases.filed, Affair("filed", team=True, reporter="nr.officer", came="draft")),
    "deciding": (
        lambda cast: _deciding(cast),
        Affair("deciding", "penalised", team=True, reporter="nr.officer", came="notified"),
    ),
    "performed": (
        make_cases.performed,
        Affair("performed", "penalised", team=True, paid=True, reporter="nr.officer", came="notified"),
    ),
}


def standings(who: str, walk: Walk) -> tuple[str, ...]:
    """How the person stands to a referral now: of two police organs the one that has it is the receiver."""
    unit = who.partition(".")[0]
    return () if unit in POLICE and unit != POLICE[walk.passes % 2] else PEOPLE[who]


@dataclass
class World:
    """The cast read once, and the affairs the walks begin at; each walk gives its own back."""

    cast: Any
    people: dict[str, Any] = field(default_factory=dict)
    made: dict[tuple[str, str], tuple[Matter, Affair]] = field(default_factory=dict)
    hands: dict[tuple[int, str], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        unit = make.neighbour()
        member = Member.objects.get(agency=unit, username="police2.officer")
        RoleGrant.objects.get_or_create(member=member, role=Role.APPROVER)

    def member(self, name: str) -> Any:
        """The member; posts do not change in a walk."""
        if name not in self.people:
            self.people[name] = self.cast.member(name)
        return self.people[name]

    def begin(self, stage: str, sent: str) -> tuple[Matter, Affair]:
        """The affair at `stage`, with a referral of kind `sent` on its way (only begun without a case)."""
        if (stage, sent) not in self.made:
            self.made[stage, sent] = self._make(stage, sent)
        matter, model = self.made[stage, sent]
        walks = [Walk(row.criminal, row.state) for row in model.referrals]
        return matter, Affair(
            model.state, model.outcome, model.team, model.paid, model.reporter, model.came, walks
        )

    def _make(self, stage: str, sent: str) -> tuple[Matter, Affair]:
        maker, model = STAGES[stage]
        case = maker(self.cast) if maker else None
        walks = []
        if case is not None:  # what one firm did in several cases adds up: each has its own
            case.parties.update(name=f"{stage}{sent}矿业有限公司", code="")
        if sent or case is None:
            walks = [Walk(sent == Edge.CRIMINAL, "sent" if case else "draft")]
            with time_machine.travel(START, tick=False):
                row = self.draft("nr.officer", walks[0].criminal, case)
                for move in ("name_team", "report", "approve", "send") if case else ():
                    if move != "name_team" or walks[0].criminal:
                        make.take(self.cast, row, move, make.maker(row, move))
        affair = Affair(model.state, model.outcome, model.team, model.paid, model.reporter, model.came, walks)
        return (case or row).matter, affair

    def draft(self, who: str, criminal: bool, case: Case | None) -> Referral:
        """A draft with its papers."""
        row = referrals.draft(
            by=self.member(who),
            edge=Edge.CRIMINAL if criminal else Edge.JURISDICTION,
            receiver=self.cast.unit("police"),
            title="涉嫌非法采矿",
            summary="经查，当事人在河道采砂。",
            case=case,
        )
        Paper.objects.bulk_create(
            Paper(referral=row, kind=kind, name=f"材料{kind}", added_by=self.member(who))
            for kind in ("letter", "report", "goods", "opinion")
        )
        if criminal:
            Goods.objects.create(referral=row, name="挖掘机", quantity=Walk(criminal).left, unit="台")
        return row

    def has_hands(self, duty: Duty) -> bool:
        """Whether somebody can do it: by name, or who holds the post, here or above."""
        key = (duty.agency_id, duty.role)
        if key not in self.hands:
            self.hands[key] = bool(signers(duty.agency, duty.role)[0])
        return duty.member_id is not None or self.hands[key]


def _deciding(cast: Any) -> Case:
    """A fine that was proposed and discussed."""
    case, then = make_cases.told(cast), make_cases.START + dt.timedelta(days=20)
    make_cases.do(cast, case, "propose", "nr.officer", then, text="建议处罚")
    make_cases.do(cast, case, "discuss", "nr.head", then, text="集体讨论同意", upload=make_cases.paper())
    return case


@dataclass(frozen=True)
class Seen:
    """The affair as the product has it."""

    case: Case | None
    referrals: list[Referral]
    duties: list[Duty]
    trace: list[tuple]

    def owed(self, row: Case | Referral) -> list[Duty]:
        """Open steps of a referral or case, without visits after its end."""
        kind, key = row._meta.label_lower, str(row.pk)
        return [
            duty
            for duty in self.duties
            if (duty.subject_kind, duty.subject_id) == (kind, key) and ":lookback:" not in duty.key
        ]


def look(matter: Matter) -> Seen:
    """The affair as it stands in the database: the bureau's case, its referrals in the order they began, what
    is owed."""
    own = Case.objects.filter(matter=matter, holder__code="nr")
    rows = Referral.objects.filter(matter=matter).order_by("pk")
    duties = Duty.objects.open().filter(matter=matter).select_related("agency").order_by("key")
    case = own.select_related("matter", "holder__division", "holder__parent").first()
    return Seen(case, list(rows), list(duties), trace(matter))


TRACE = """
    SELECT 'case', id, status, version FROM cases_case WHERE matter_id = %s
    UNION ALL SELECT 'referral', id, status, version FROM cases_referral WHERE matter_id = %s
    UNION ALL SELECT 'duty', id, status, version FROM duties_duty WHERE matter_id = %s
    UNION ALL SELECT 'right', id, relation, 0 FROM core_access WHERE matter_id = %s
    UNION ALL SELECT 'case steps', max(id), '', count(*) FROM cases_casestep
    UNION ALL SELECT 'steps', max(id), '', count(*) FROM cases_referralstep
    UNION ALL SELECT 'audit', max(id), '', count(*) FROM core_auditentry
    UNION ALL SELECT 'news', max(id), '', count(*) FROM core_notice
"""


def trace(matter: Matter) -> list[tuple]:
    """Everything by which it can be told that nothing changed: states, versions, duties, rights, steps, audit
    and notices."""
    with connection.cursor() as cursor:
        cursor.execute(TRACE, [matter.pk] * 4)
        return sorted(cursor.fetchall(), key=str)


def step(world: World, row: Referral, act: str, who: str, walk: Walk) -> str:
    """`act` on the product's referral, its form filled; the result that was answered."""
    given: dict[str, Any] = {"text": WORDS, "number": "示公〔2026〕7号"}
    if act == "return":
        given["text"] = "不属公安机关管辖"
    if act == "name_team":
        given["officers"] = [world.member("nr.officer"), world.member("nr.approver")]
    if act == "pass_on":
        given["unit"] = world.cast.unit(POLICE[(walk.passes + 1) % 2])
    if act == "hand_over":
        given["goods"] = {thing.pk: 1 for thing in row.goods.all()}
    if act == "answer":
        given["result"] = Result(RESULTS[walk.criminal][len(walk.trail) % len(RESULTS[walk.criminal])])
    if act in AFTER_TRIAL:
        given["result"] = Result(AFTER_TRIAL[act][len(walk.trail) % len(AFTER_TRIAL[act])])
    referrals.take(referral=row, move=act, by=world.member(who), **given)
    return str(given.get("result", ""))


def case_step(world: World, case: Case, act: str, who: str) -> None:
    """`act` on the product's case, its form filled."""
    given: dict[str, Any] = {"text": WORDS}
    if act in ("terminate", "pass_on"):
        given["outcome"] = {"terminate": "terminated", "pass_on": "transferred"}[act]
        act = "propose_end"
    if act == "assign":
        names = ("nr.officer", "nr.approver")
        given["officers"] = [cases.Named(world.member(name), f"晋自资{name}") for name in names]
    if act == "serve":
        given["upload"] = make_cases.paper()
    cases.take(case=case, move=act, by=world.member(who), **given)
