"""回避 (处罚法43): proposed by one, decided by another; in force it closes the whole affair at once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from agencies.models import Member
from cases import rights
from cases.actions.rights.asking import ask, settled
from cases.actions.rights.passing import pass_up, reach, signing_for, take_names_off
from cases.models import Recusal
from cases.states import RECUSAL_MOVES
from core import audit, notices
from core.access import barred_from, grant, hold, revoke
from core.errors import DomainError, Missing, NotAllowed
from core.models import Access
from core.once import once
from core.workflow import move
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency
    from core.models import Matter

BARRED = Access.Relation.BARRED
LIMIT = 200
LAW = "行政处罚法第四十三条"


def propose_recusal(
    *,
    by: Member,
    matter: Matter,
    reason: str,
    member: Member | None = None,
    agency: Agency | None = None,
    token: UUID | None = None,
) -> Recusal:
    """Propose that a member (oneself included) or a whole unit stays out; another person decides.

    Raises Missing, NotAllowed, DomainError with the field.
    """
    unit = _checked(by, matter, member, agency)
    reason = _words(reason, "回避事由")

    def make() -> Recusal:
        recusal = Recusal.objects.create(
            matter=matter,
            member=member,
            agency=agency,
            unit=unit,
            reason=reason,
            proposed_by=by,
            proposed_at=now(),
        )
        people = rights.deciders(recusal)
        if not people:
            raise DomainError("没有可以决定这件回避的人员，请先为上级单位指定主持工作的人员。")
        audit.record("recusal.proposed", actor=by, agency=unit, subject=recusal, matter=matter)
        text = "有一件回避需要您决定，请打开查看。"
        ask(recusal, people, title="决定一件回避", text=text, basis=LAW)
        return recusal

    try:
        return once(token=token, verb="recusal.proposed", member=by, make=make)
    except IntegrityError:
        raise DomainError("已有一件针对这个人员（单位）的回避，不用重复提出。", field="whom") from None


def _checked(by: Member, matter: Matter, member: Member | None, agency: Agency | None) -> Agency:
    if not rights.reads_content(by, matter):
        raise Missing
    why = rights.may_propose(by, matter)
    if why:
        raise NotAllowed(why)
    if (member is None) == (agency is None):
        raise DomainError("请选择一名人员，或者一个单位。", field="whom")
    if member is not None and not member.is_active:
        raise DomainError("这名人员的账号已经停用。", field="member")
    whom = {"member": member} if member else {"agency": agency}
    if Recusal.objects.filter(matter=matter, status__in=rights.OPEN_RECUSALS, **whom).exists():
        raise DomainError("已有一件针对这个人员（单位）的回避，不用重复提出。", field="whom")
    unit = rights.deciding_unit(matter, member, agency)
    if unit is None:
        raise DomainError("这件事项还没有承办单位，不能提出回避。")
    return unit


def _words(text: str, label: str, field: str = "reason") -> str:
    text = text.strip()
    if not text:
        raise DomainError(f"请填写{label}。", field=field)
    if len(text) > LIMIT:
        raise DomainError(f"{label}有{len(text)}个字，请缩短到{LIMIT}字以内。", field=field)
    return text


def decide_recusal(*, recusal: Recusal, by: Member, words: str = "", version: int | None = None) -> Recusal:
    """决定回避: from this moment the ones concerned find no trace of the affair.

    In the same transaction their names come off its open work, and where the holder is left without anybody
    to sign it passes to the unit above (指定管辖). Raises NotAllowed (one's own proposal, concerned),
    Conflict, DomainError where nobody above could take it.
    """
    _may(recusal, by)
    matter = recusal.matter
    with transaction.atomic():
        hold(matter.pk)  # whatever the ones concerned have begun is finished, and is seen below, or fails
        before = _frozen(barred_from(matter))
        _move(recusal, "decide", by, words, version)
        grant(matter, BARRED, member=recusal.member, agency=recusal.agency, basis=f"回避 {recusal.pk}")
        take_names_off(recusal, by)
        taken = pass_up(recusal, by, before)
        if taken is not None:
            Recusal.objects.filter(pk=recusal.pk).update(passed_to=taken)
            recusal.refresh_from_db()
        people = [*reach(matter), *(signing_for(taken, matter) if taken else ())]
        settled(recusal, by)
        notices.send(
            members=people,
            kind="recusal.passed",
            text="有一件事项因回避转由您（贵单位）办理，请到待办查看。",
            subject=recusal,
            matter=matter,
        )
        _tell(recusal, by)
    return recusal


def _frozen(out: Q) -> Q:
    """The same people as a plain set: the rows behind the filter are about to change."""
    return Q(pk__in=list(Member.objects.filter(out).values_list("pk", flat=True)))


def refuse_recusal(*, recusal: Recusal, by: Member, words: str, version: int | None = None) -> Recusal:
    """不予回避, with the reason. Raises NotAllowed, DomainError, Conflict."""
    _may(recusal, by)
    with transaction.atomic():
        _move(recusal, "refuse", by, words, version)
        settled(recusal, by)
        _tell(recusal, by)
    return recusal


def lift_recusal(*, recusal: Recusal, by: Member, words: str, version: int | None = None) -> Recusal:
    """解除回避, with the reason: everything is there again for the ones concerned, as far as their units and
    posts give it. Names and an affair that passed on do not come back of themselves.

    Raises NotAllowed (who proposed it, who is concerned), DomainError, Conflict.
    """
    _may(recusal, by)
    with transaction.atomic():
        _move(recusal, "lift", by, words, version)
        revoke(recusal.matter, BARRED, member=recusal.member, agency=recusal.agency)
        settled(recusal, by)
    return recusal


def _may(recusal: Recusal, by: Member) -> None:
    why = rights.may_decide(by, recusal)
    if why:
        raise NotAllowed(why)


def _move(recusal: Recusal, name: str, by: Member, words: str, version: int | None) -> None:
    transition = RECUSAL_MOVES[name]
    words = transition.require_reason(words)
    if len(words) > LIMIT:
        raise DomainError(f"意见有{len(words)}个字，请缩短到{LIMIT}字以内。", field="reason")
    move(recusal, transition, expected_version=version, decided_by=by, decided_at=now(), words=words)
    audit.record(
        f"recusal.{VERBS[name]}",
        actor=by,
        agency=recusal.unit,
        subject=recusal,
        matter=recusal.matter,
        facts={"status": recusal.status},
    )


VERBS = {"decide": "decided", "refuse": "refused", "lift": "lifted"}


def _tell(recusal: Recusal, by: Member) -> None:
    """Who proposed it hears that it was decided, unless it is about them (notices.send)."""
    if recusal.proposed_by_id != by.pk:
        notices.send(
            members=[recusal.proposed_by],
            kind="recusal.decided",
            text="您提出的一件回避已经决定，请打开查看。",
            subject=recusal,
            matter=recusal.matter,
        )
