"""Penalties of a case: proposed, fixed by the decision, carried out; 追责 of officials."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import F

from cases.actions.cases.facts import fit, guard_facts, record
from cases.case_states import DECIDED
from cases.models import Case, Party, Penalty
from cases.states import CaseStatus as S
from core.errors import DomainError
from core.once import once
from core.wording import words
from duties.moments import plausible
from minewatch.lib.clock import local_date, now

if TYPE_CHECKING:
    from agencies.models import Member

#: Before the party is told what is meant to be imposed.
PROPOSING = (S.FILED, S.INVESTIGATED, S.REVIEWED)
#: 追责 results come from other organs, also late.
HELD_IN = tuple(status for status in S if status not in (S.DRAFT, S.FILING, S.NOT_FILED, S.REVOKED))
CARRYING = (*DECIDED, S.CLOSING)
MONEY = (Penalty.Kind.FINE, Penalty.Kind.GAINS)


def save_penalty(
    *,
    case: Case,
    by: Member,
    kind: str,
    basis: str,
    party: Party | None = None,
    fine: Decimal | None = None,
    quantity: Decimal | None = None,
    penalty: Penalty | None = None,
    token: UUID | None = None,
) -> Penalty:
    """A penalty that is meant to be imposed, new or changed; `fine` in 元, `quantity` in 吨.

    Once the party was told it changes only by going back. Raises NotAllowed, DomainError, Conflict.
    """
    if kind not in Penalty.Kind.values or kind == Penalty.Kind.HELD:
        raise DomainError("请选择处罚种类。", field="kind")
    if party is not None and party.case_id != case.pk:
        raise DomainError("请选择本案的当事人。", field="party")
    if kind in MONEY and not fine:
        raise DomainError("请填写金额（元）。", field="fine")
    for name, amount in (("fine", fine), ("quantity", quantity)):
        if amount is not None and not amount > 0:
            raise DomainError("请填写大于0的数，并核对单位。", field=name)
    if not basis.strip():
        raise DomainError("请写明处罚依据的条款。", field="basis")
    values = {"kind": kind, "party": party, "fine": fine, "quantity": quantity, "basis": basis.strip()}
    fit(Penalty, values)

    def make() -> Penalty:
        guard_facts(case, by, PROPOSING)
        _one_fine_per_act(case, kind, party, penalty)
        if penalty is None:
            row = Penalty.objects.create(case=case, **values)
        else:
            if kind != penalty.kind and (penalty.paid or penalty.disposals.exists()):
                raise DomainError("原决定作出后已有缴款或者处置，种类不能改。", field="kind")
            Penalty.objects.filter(pk=penalty.pk, case=case).update(**values)
            penalty.refresh_from_db()
            row = penalty
        record("case.penalty_saved", case, by)
        return row

    return once(token=token, verb="case.penalty_saved", member=by, make=make)


def _one_fine_per_act(case: Case, kind: str, party: Party | None, penalty: Penalty | None) -> None:
    """处罚法29: of one act a party is fined once; more fines than violations cannot be right."""
    if kind != Penalty.Kind.FINE:
        return
    fines = case.penalties.filter(kind=kind, party=party).exclude(pk=penalty.pk if penalty else None).count()
    acts = case.violations.filter(party__in=[party] if party else []).count() if party else 0
    acts += case.violations.filter(party__isnull=True).count()
    if fines >= max(acts, 1):
        raise DomainError(
            "对同一违法行为不得给予两次以上罚款（行政处罚法第二十九条），按罚款数额高的规定处罚。",
            field="kind",
        )


def drop_penalty(*, penalty: Penalty, by: Member) -> None:
    """Take a proposed penalty off the case. Raises NotAllowed, DomainError, Conflict."""
    case = penalty.case
    if penalty.kind == Penalty.Kind.HELD:
        raise DomainError("追责结果登记后不能删除。")
    with transaction.atomic():
        guard_facts(case, by, PROPOSING)
        if penalty.paid or penalty.disposals.exists():
            raise DomainError("原决定作出后已有缴款或者处置，不能删除；请改为重新作出的处罚。")
        penalty.delete()
        record("case.penalty_dropped", case, by)


def carry_out(
    *,
    penalty: Penalty,
    by: Member,
    paid: Decimal | None = None,
    done_on: dt.date | None = None,
    done: str = "",
    token: UUID | None = None,
) -> Penalty:
    """缴款 (`paid`: 元 in this payment) or 执行、处置 of one penalty of a decision.

    Raises NotAllowed, DomainError with the field (more than is owed, a day before the decision), Conflict.
    """
    case = penalty.case
    case.refresh_from_db()
    _check_carried(penalty, case, paid, done_on, done)
    done = words(done, "执行（处置）情况", "done", 300, needed=False)

    def make() -> Penalty:
        guard_facts(case, by, CARRYING)
        if penalty.kind == Penalty.Kind.FINE:
            rows = Penalty.objects.filter(pk=penalty.pk, fine__gte=F("paid") + paid)
            if rows.update(paid=F("paid") + paid, done=done) != 1:
                raise DomainError("缴款合计超过了罚款数额，请核对；加处罚款在说明中登记。", field="paid")
            Penalty.objects.filter(pk=penalty.pk, paid=F("fine")).update(done_on=done_on)
        else:
            Penalty.objects.filter(pk=penalty.pk).update(done_on=done_on, done=done)
        penalty.refresh_from_db()
        record("case.penalty_carried", case, by)
        return penalty

    return once(token=token, verb="case.penalty_carried", member=by, make=make)


def _check_carried(
    penalty: Penalty, case: Case, paid: Decimal | None, done_on: dt.date | None, done: str
) -> None:
    if penalty.kind == Penalty.Kind.HELD or case.decided_on is None:
        raise DomainError("决定作出以后才能登记执行情况。")
    if penalty.kind == Penalty.Kind.FINE and (paid is None or not paid > 0):
        raise DomainError("请填写本次缴款金额（元），应大于0。", field="paid")
    fit(Penalty, {"paid": paid})
    if done_on is None:
        raise DomainError("请填写日期。", field="done_on")
    plausible(dt.datetime.combine(done_on, dt.time.min), "done_on")
    if not case.decided_on <= done_on <= local_date(now()):
        raise DomainError("日期应在决定日期之后、今天之前（含当日）。", field="done_on")
    if penalty.kind != Penalty.Kind.FINE and not done.strip():
        raise DomainError("请写明执行（处置）情况，没收物品写明去向和数量。", field="done")


def hold(
    *,
    case: Case,
    by: Member,
    organ: str,
    kind: str,
    decided_on: dt.date,
    token: UUID | None = None,
) -> Penalty:
    """追责问责 result: which organ did what to an official, when; never a name. Raises as `save_penalty`."""
    organ = words(organ, "追责机关", "organ", 80)
    kind = words(kind, "追责方式", "kind", 300)
    plausible(dt.datetime.combine(decided_on, dt.time.min), "decided_on")
    if decided_on > local_date(now()):
        raise DomainError("日期不能晚于今天。", field="decided_on")

    def make() -> Penalty:
        guard_facts(case, by, HELD_IN)
        row = Penalty.objects.create(
            case=case,
            kind=Penalty.Kind.HELD,
            organ=organ,
            basis=kind,
            decided_on=decided_on,
        )
        record("case.held", case, by)
        return row

    return once(token=token, verb="case.held", member=by, make=make)


__all__ = ["carry_out", "drop_penalty", "hold", "save_penalty"]
