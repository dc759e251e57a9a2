"""One step made: the status moves, its row is written, rights, papers, goods, duties and news follow."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.db.models.functions import Coalesce

from cases import referral_leads, standing
from cases.actions.cases import case_of_filing, pass_case
from cases.actions.referrals import manifest, owed, rights, telling
from cases.actions.referrals.needs import Facts
from cases.models import Goods, Referral, ReferralOfficer, ReferralStep
from cases.referral_parties import kept
from cases.states import FREEZES, NOTIFIES, ReferralMove
from cases.states import ReferralStatus as S
from core import audit, files
from core.errors import DomainError
from core.models import StoredFile
from core.workflow import move as make_move
from duties.standing import desk
from ledgers.actions.leads import hand_to
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

#: The police sent the papers back (310号第八条; 公安刑程第一百八十条).
GO_BACK = frozenset({"refuse_filing", "uphold", "return"})
#: They are with the receiver again.
COME_BACK = frozenset({"file", "ask_reconsideration", "designate"})
RETURN_LABEL = "不属公安机关管辖，退回"


def make(
    *, referral: Referral, move: ReferralMove, facts: Facts, by: Member, at: dt.datetime, version: int
) -> ReferralStep:
    """Make `move` in the caller's transaction; `by` acts (or checked what was put down), `at` it happened."""
    organ = standing.organ_of(referral, move)
    due_at, basis = owed.answered(referral, move)
    left, former = referral.status, referral.receiver
    advance(referral, move, facts, by=by, at=at, version=version)
    step = ReferralStep.objects.create(
        referral=referral,
        move=move.name,
        source=left,
        target=referral.status,
        label=label_of(referral, move),
        by=by,
        organ=organ,
        happened_at=at,
        recorded_at=now(),
        number=facts.number,
        text=_text(referral, move, facts),
        result=facts.result,
        unit=facts.unit,
        reply_due=facts.reply_due,
        details=facts.details(),
        basis=basis[:300],
        due_at=due_at,
        late=due_at is not None and at > due_at,
    )
    follow(referral, move, facts, by=by, at=at, left=left, former=former, organ=organ)
    return step


def follow(
    referral: Referral,
    move: ReferralMove,
    facts: Facts,
    *,
    by: Member,
    at: dt.datetime,
    left: str,
    former: Agency,
    organ: Agency | None,
) -> None:
    """Everything that a step of `organ` brings about once the status has moved."""
    _write(referral, move, facts, by, at)
    _rights(referral, move, former, by)
    owed.settle(referral, move, left, at, by)
    if move.name == "recall":
        owed.cancel_all(referral, by)
    audit.record(
        f"referral.{move.name}",
        actor=by,
        agency=organ or by.agency,
        subject=referral,
        matter=referral.matter,
        facts={"number": referral.number, "from": left, "to": referral.status},
    )
    telling.tell(referral, move, by)


def advance(
    referral: Referral, move: ReferralMove, facts: Facts, *, by: Member, at: dt.datetime, version: int
) -> None:
    """The status and what is stamped with it, in one conditional UPDATE; the loser gets a Conflict."""
    make_move(referral, move, expected_version=version, **_stamps(referral, move, facts, by, at))


def label_of(referral: Referral, move: ReferralMove) -> str:
    """What the step is called on the time line."""
    return RETURN_LABEL if move.name == "return" and standing.is_penal(referral) else move.label


def _text(referral: Referral, move: ReferralMove, facts: Facts) -> str:
    """What was said with the step; an acceptance says too where the lead does not come along."""
    left = referral_leads.left_behind(referral) if move.name == "accept" else ""
    return "\n".join(filter(None, (facts.text, left)))


def _stamps(
    referral: Referral, move: ReferralMove, facts: Facts, by: Member, at: dt.datetime
) -> dict[str, Any]:
    """Columns that change with the status."""
    stamps: dict[str, Any] = {}
    match move.name:
        case "report":
            stamps["reported_by"] = by
        case "send":
            stamps |= {"sent_at": at, "document_number": facts.number, "reply_due": facts.reply_due}
            stamps["parties"] = kept(referral)
        case "receive":
            stamps["received_at"] = at
        case "forward":
            stamps |= {"receiver": facts.unit, "post": desk(facts.unit), "received_at": None}
        case "notify_pass" | "notify_pass_handed":
            unit = _next_police(referral)
            stamps |= {"receiver": unit, "post": desk(unit)}
        case "ask_supervision":
            stamps["supervisor"] = _needed(standing.procuratorate_of(referral.sender), "没有检察院单位")
        case "dispute":
            stamps["superior"] = _needed(standing.common_superior(referral), "没有共同上级单位")
        case "answer" | "reply":
            stamps |= {"result": facts.result, "answered_at": at}
        case "court_result" | "court_result_judged" | "court_result_dropped":
            stamps["result"] = facts.result
            if move.target == S.ADMIN_HANDLING:
                stamps["closed_at"] = None
        case "reject_answer":
            stamps |= {"result": "", "answered_at": None}
        case "recall" | "close":
            stamps["closed_at"] = at
    if move.name in GO_BACK:
        stamps["papers_until"] = at
    elif move.name in COME_BACK:
        stamps["papers_until"] = None
    return stamps


def _next_police(referral: Referral) -> Agency:
    """Who has the case from now on: as the step that passed it on says."""
    step = standing.passed_on(referral)
    return _needed(step.unit if step else None, "没有登记移送到哪个公安机关")


def _needed(unit: Agency | None, words: str) -> Agency:
    if unit is None:
        raise DomainError(f"{words}，请先由系统管理员登记。")
    return unit


def _write(referral: Referral, move: ReferralMove, facts: Facts, by: Member, at: dt.datetime) -> None:
    if move.name == "name_team":
        referral.officers.all().delete()
        ReferralOfficer.objects.bulk_create(
            ReferralOfficer(referral=referral, member=member) for member in facts.officers
        )
    if move.name in FREEZES:
        manifest.freeze(referral, at)
    for pk, quantity in facts.goods.items():
        _hand(pk, quantity, at)
    if move.name in ("file", "accept") and referral.receiver.online:
        _take_over(referral, move, by, facts, at)
    if move.name in NOTIFIES:
        pass_case(referral=referral, by=by, number=facts.number, at=at)


def _hand(pk: int, quantity: Decimal, at: dt.datetime) -> None:
    rows = Goods.objects.filter(pk=pk, handed__lte=F("quantity") - quantity)
    if rows.update(handed=F("handed") + quantity, handed_at=Coalesce(F("handed_at"), at)) != 1:
        raise DomainError("物品数量已经变动，请刷新后再办。", field="goods")


def _take_over(referral: Referral, move: ReferralMove, by: Member, facts: Facts, at: dt.datetime) -> None:
    """受理、立案: the lead's holder moves, or the receiver opens a case of its own under the same affair, as
    it does too where the lead is no longer the sender's to hand over."""
    kind = referral.kind
    moves = move.name == "accept" and referral.lead is not None and referral_leads.takes_lead(referral)
    if moves and not referral_leads.left_behind(referral):
        hand_to(lead=referral.lead, to=referral.receiver, by=by, basis=f"移送 {referral.number}")
    elif kind.opens_case:
        case_of_filing(referral=referral, by=by, number=facts.number, happened_at=at)


def _rights(referral: Referral, move: ReferralMove, former: Agency, by: Member) -> None:
    match move.name:
        case "report":
            rights.let_office_know(referral)
        case "send" | "forward" | "notify_pass" | "notify_pass_handed":
            rights.let_office_know(referral)
            rights.let_unit_in(referral, referral.receiver)
        case "ask_supervision":
            rights.let_unit_in(referral, referral.supervisor)
        case "dispute":
            rights.let_unit_in(referral, referral.superior)
        case "recall" if referral.sent_at is not None:
            telling.tell_recalled(referral, former, by)
            rights.shut_out(referral, former)


def keep_scan(step: ReferralStep, upload: Any, by: Member) -> None:
    """The paper of the step, as it was scanned; read by those who read the step."""
    if upload is None:
        return
    name, opened = upload
    step.file = files.store_document(
        upload=opened,
        name=name,
        member=by,
        agency=by.agency,
        kind=StoredFile.Kind.SCAN,
        subject=step,
        matter=step.referral.matter,
    )
    step.save(update_fields=["file"])
