"""Cases of the cast at any stage of the procedure, each step taken by who takes it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.actions import cases
from cases.lawdata import load_law
from cases.models import Case, Offence
from minewatch.lib.clock import SHANGHAI

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
CODE = "91350100M000100Y43"
START = dt.datetime(2026, 9, 1, 9, tzinfo=SHANGHAI)


def at(*parts: int) -> dt.datetime:
    """An instant in Shanghai."""
    return dt.datetime(*parts, tzinfo=SHANGHAI)


def paper(name: str = "文书.pdf") -> tuple[str, SimpleUploadedFile]:
    """A small document."""
    return name, SimpleUploadedFile(name, PDF)


def fresh(case: Case) -> Case:
    """The case as it stands."""
    return Case.objects.select_related("matter", "holder__division", "holder__parent").get(pk=case.pk)


def opened(cast, by: str = "nr.officer", when: dt.datetime = START, **facts) -> Case:
    """A case of the natural resources bureau of its own motion."""
    if not Offence.objects.exists():  # a flush between tests takes the rows of the migrations
        load_law()
    values = {"title": "金丝雀沟无证采矿", "found_on": when.date(), "origin": "own"} | facts
    with time_machine.travel(when, tick=False):
        return cases.open_case(by=cast.member(by), **values)


def with_facts(cast, when: dt.datetime = START, value: str = "30000", **facts) -> Case:
    """One firm, one act of digging without a right."""
    case = opened(cast, when=when, **facts)
    with time_machine.travel(when, tick=False):
        firm = cases.save_party(
            case=case, by=cast.nr_officer, kind="firm", name="金丝雀矿业有限公司", code=CODE
        )
        act = cases.Act(
            code="M64",
            acted_from=dt.date(2026, 7, 1),
            acted_to=dt.date(2026, 8, 31),
            party=firm,
            mineral="建筑用砂",
            quantity=Decimal("400"),
            value=Decimal(value),
        )
        cases.save_violation(case=case, by=cast.nr_officer, act=act)
    return fresh(case)


def team(cast) -> list[cases.Named]:
    """Two officers of the bureau with their certificates."""
    return [cases.Named(cast.nr_officer, "晋自资001"), cases.Named(cast.nr_approver, "晋自资002")]


def do(cast, case: Case, move: str, by: str, when: dt.datetime, **facts):
    """Take a step at `when`."""
    with time_machine.travel(when, tick=False):
        return cases.take(case=fresh(case), move=move, by=cast.member(by), **facts)


def filed(cast, when: dt.datetime = START, **facts) -> Case:
    """立案 on the day after it was reported."""
    case = with_facts(cast, when=when, **facts)
    do(cast, case, "request_filing", "nr.officer", when, text="符合立案标准")
    do(cast, case, "approve_filing", "nr.head", when + dt.timedelta(days=1))
    do(cast, case, "assign", "nr.head", when + dt.timedelta(days=1), officers=team(cast))
    return fresh(case)


def fined(cast, case: Case, when: dt.datetime, fine: str = "100000") -> None:
    """The fine that is meant to be imposed."""
    with time_machine.travel(when, tick=False):
        cases.save_penalty(
            case=fresh(case),
            by=cast.nr_officer,
            kind="fine",
            party=case.parties.get(),
            fine=Decimal(fine),
            basis="矿产资源法第六十四条第一款",
        )


def told(cast, when: dt.datetime = START, **facts) -> Case:
    """Investigated, reviewed, the party told of its rights 10 days after filing."""
    case, then = filed(cast, when=when, **facts), when + dt.timedelta(days=10)
    fined(cast, case, then)
    do(cast, case, "conclude", "nr.officer", then, text="调查终结")
    do(cast, case, "review", "nr.head", then, text="同意")
    do(cast, case, "notify_hearing", "nr.officer", then, upload=paper())
    return fresh(case)


def decided(cast, when: dt.datetime = START, **facts) -> Case:
    """Decided by the head 20 days after filing."""
    case, then = told(cast, when=when, **facts), when + dt.timedelta(days=20)
    do(cast, case, "propose", "nr.officer", then, text="建议处罚")
    do(cast, case, "discuss", "nr.head", then, text="集体讨论同意", upload=paper())
    do(cast, case, "decide", "nr.head", then)
    return fresh(case)


def served(cast, when: dt.datetime = START, **facts) -> Case:
    """Served on the day of the decision."""
    case, then = decided(cast, when=when, **facts), when + dt.timedelta(days=20)
    do(cast, case, "serve", "nr.officer", then, upload=paper())
    return fresh(case)


def performed(cast, when: dt.datetime = START, **facts) -> Case:
    """Paid in full a week later."""
    case, then = served(cast, when=when, **facts), when + dt.timedelta(days=27)
    with time_machine.travel(then, tick=False):
        for row in case.penalties.exclude(kind="held"):
            paid = {"paid": row.fine} if row.kind == "fine" else {"done": "已执行"}
            cases.carry_out(penalty=row, by=cast.nr_officer, done_on=then.date(), **paid)
    do(cast, case, "perform", "nr.officer", then, text="罚款已缴清")
    return fresh(case)


def closing(cast, when: dt.datetime = START, **facts) -> Case:
    """Reported for closing by the officer."""
    case, then = performed(cast, when=when, **facts), when + dt.timedelta(days=28)
    do(cast, case, "request_closing", "nr.officer", then, text="处罚已执行完毕")
    return fresh(case)


def closed(cast, when: dt.datetime = START, **facts) -> Case:
    """Closed by the head."""
    case = closing(cast, when=when, **facts)
    do(cast, case, "approve_closing", "nr.head", when + dt.timedelta(days=29))
    return fresh(case)
