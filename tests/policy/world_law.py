"""What hangs on the law: a closed case with its fine and look-back, a case at the criminal line, a figure."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from agencies.models import Agency
from cases.actions import law, sentinel
from cases.models import Penalty
from minewatch.lib.clock import SHANGHAI, now
from tests.cases import make, make_cases
from tests.ledgers import make_leads
from tests.policy.rows import World

NEAR = {"holder": "nr", "office": "office"}


def build(world: World) -> None:
    """All of it."""
    _closed(world)
    _at_the_line(world)
    _figure(world)
    _put_down(world)


def _closed(world: World) -> None:
    """Dug, fined, paid, closed a month ago: it is looked at again."""
    start = dt.datetime(2026, 9, 28, 9, tzinfo=SHANGHAI)
    case = make_cases.closed(world.cast, when=start, title=world.secret("closed.title"))
    fine = case.penalties.get(kind="fine")
    Penalty.objects.filter(pk=fine.pk).update(basis=world.secret("closed.basis"))
    world.row("penalty", "closed", fine, **NEAR)
    world.row("lookback", "closed", case.lookbacks.get(days=30), **NEAR)


def _at_the_line(world: World) -> None:
    """The head decides not to refer; somebody above has not countersigned it yet."""
    cast = world.cast
    case = make_cases.with_facts(
        cast,
        when=dt.datetime(2026, 11, 20, 9, tzinfo=SHANGHAI),
        value="150000",
        title=world.secret("line.title"),
    )
    row = sentinel.decide(
        case=case,
        by=cast.nr_head,
        reason=world.secret("line.reason"),
        upload=make_cases.paper(f"{world.secret('line.file')}.pdf"),
    )
    near = NEAR | {"above": "leader"}
    world.row("line_decision", "one", row, **near)
    world.row("file", "line", row.file, holder="nr", office="office", party="leader")


def _figure(world: World) -> None:
    """A figure of the province, put down by the office and not checked yet."""
    row = law.propose_figure(
        by=world.cast.office,
        county=world.cast.county,
        line="mining",
        measure="goods",
        zone="",
        amount=Decimal(200000),
        source="省高法〔2026〕1号",
        valid_from=now().date(),
    )
    world.row("figure", "proposed", row)


def _put_down(world: World) -> None:
    """What a unit did that works outside the system, put down by the sender and not checked yet."""
    cast = world.cast
    Agency.objects.filter(code="approval").update(online=False)
    referral = make.referral(
        cast,
        "approver_notice",
        "sent",
        lead=make_leads.lead(cast),
        title=world.secret("outside.title"),
    )
    step = make.take(
        cast,
        referral,
        "receive",
        "nr.officer",
        number="示审〔2026〕1号",
        happened_at=now(),
        upload=make.pdf(),
    )
    keys = {"pk": referral.pk, "step": step.pk}
    world.row("put_down", "receive", keys | {"version": step.version}, sender="nr", office="office")
