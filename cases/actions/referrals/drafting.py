"""拟稿: from a lead, a case, an earlier referral or of its own; changed until it is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from cases import referral_leads, retelling, sight, standing
from cases.actions.cases.parents import guard_matter, guard_open
from cases.actions.referrals import rights
from cases.edges import EDGES, Edge
from cases.models import Case, Referral
from cases.states import ReferralStatus as S
from core import audit
from core.access import grant
from core.errors import DomainError, Missing, NotAllowed
from core.models import Access, Counter
from core.once import once
from core.workflow import bump, conflict
from duties.standing import desk
from ledgers.models import Lead
from ledgers.states import LeadStatus
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member
    from core.models import Matter

LEAD_OPEN = tuple(set(LeadStatus.values) - {LeadStatus.CLOSED})
EDITABLE = (S.DRAFT, S.TEAM_NAMED, S.REFUSED)
CAME_TO = "代录的移送写错接收单位的，请撤回，再重新代录。"


def editable(referral: Referral) -> tuple[str, ...]:
    """Statuses in which the words of `referral` may change: before the report; of what came on paper until it
    was put down as sent."""
    return (*EDITABLE, S.APPROVED) if standing.on_paper(referral) else EDITABLE


def draft(
    *,
    by: Member,
    edge: str,
    receiver: Agency,
    title: str,
    summary: str,
    lead: Lead | None = None,
    case: Case | None = None,
    prior: Referral | None = None,
    purpose: str = "",
    sender: Agency | None = None,
    token: UUID | None = None,
) -> Referral:
    """A draft in the name of `sender` (default: the member's unit); the sender's side alone sees it.

    It belongs to the affair of `case`, `lead` or `prior`, else to a fresh one. For an 线下单位 the receiver's
    clerk writes down what came on paper: it stands as approved and waits for “移送” to be put down (代录).
    Raises Missing, NotAllowed, DomainError at the field, Conflict (case or lead closed meanwhile).
    """
    sender = sender or by.agency
    if sender is None or edge not in Edge.values:
        raise DomainError("请选择移送类型。", field="edge")
    _guard(by, sender, edge, receiver)
    facts = _words(title, summary, purpose)
    _sources(by, sender, lead, case, prior)
    source = case or lead or prior
    if source is not None:
        _retold(by, source.matter, case, facts)

    def make() -> Referral:
        at = now()
        referral = Referral.objects.create(
            matter=_matter(sender, edge, lead, case, prior),
            number=f"YS{at.year}-{Counter.take(f'YS{at.year}'):04d}",
            edge=edge,
            status=S.DRAFT if sender.online else S.APPROVED,
            sender=sender,
            receiver=receiver,
            post=desk(receiver),
            lead=lead,
            case=case,
            prior=prior,
            drafted_by=by,
            drafted_at=at,
            **facts,
        )
        _let_in(referral)
        _record("referral.drafted", referral, by)
        return referral

    return once(token=token, verb="referral.drafted", member=by, make=make)


def _guard(by: Member, sender: Agency, edge: str, receiver: Agency) -> None:
    kind = EDGES[edge]
    if not by.is_business:
        raise NotAllowed("您的账号不办理移送。")
    hands = sender if sender.online else receiver
    if not hands.online:
        hands = standing.office_of(sender) or hands
    if not standing.does_desk_work(by, hands):
        raise NotAllowed(f"以{sender.label}名义移送，由{hands.label}的办案人员拟稿。")
    if not standing.may_send_kind(sender, edge):
        raise DomainError(f"{sender.label}不能办理“{Edge(edge).label}”，请选择其他类型。", field="edge")
    if not standing.receivers_of(sender, edge).filter(pk=receiver.pk).exists():
        words = "同级" if kind.same_level else ""
        raise DomainError(
            f"“{Edge(edge).label}”不能移送给{receiver.label}，请选择{words}接收单位。", field="receiver"
        )


def _words(title: str, summary: str, purpose: str) -> dict[str, str]:
    title, summary, purpose = title.strip(), summary.strip(), purpose.strip()
    if not title or len(title) > 120:
        raise DomainError("请填写案由，不超过120字。", field="title")
    if not summary:
        raise DomainError("请填写移送事实和理由。", field="summary")
    if len(summary) > 20_000:
        raise DomainError(f"移送事实和理由有{len(summary)}个字，请缩短到20000字以内。", field="summary")
    if len(purpose) > 200:
        raise DomainError(f"移送目的有{len(purpose)}个字，请缩短到200字以内。", field="purpose")
    return {"title": title, "summary": summary, "purpose": purpose}


def _retold(by: Member, matter: Matter, case: Case | None, facts: dict[str, str]) -> None:
    """What a tip says is not copied into it. Raises DomainError at the field."""
    tips = retelling.tips_of(by, matter, case)
    for field, text in facts.items():
        if retelling.copies(text, tips):
            raise DomainError(retelling.COPIED, field=field)


def _sources(
    by: Member, sender: Agency, lead: Lead | None, case: Case | None, prior: Referral | None
) -> None:
    """What it comes from: in the member's sight and in the sender's hands."""
    if lead is not None and not Lead.objects.visible_to(by).filter(pk=lead.pk).exists():
        raise Missing("没有找到这条线索。")
    if case is not None and not Case.objects.visible_to(by).filter(pk=case.pk).exists():
        raise Missing("没有找到这个案件。")
    if prior is not None and not sight.content_of(by, prior):
        raise Missing("没有找到对应的移送。")
    if lead is not None and lead.holder_id != sender.pk:
        raise DomainError("线索由其他单位承办，不能由本单位移送。", field="lead")
    if case is not None and case.holder_id != sender.pk:
        raise DomainError("案件由其他单位承办，不能由本单位移送。", field="case")
    if prior is not None and sender.pk not in (prior.sender_id, prior.receiver_id, prior.supervisor_id):
        raise DomainError("对应的移送不是本单位发出或者收到的。", field="prior")
    matters = {row.matter_id for row in (lead, case, prior) if row is not None}
    if len(matters) > 1:
        raise DomainError("线索、案件和对应的移送不属于同一事项，请重新选择。", field="case")


def _matter(
    sender: Agency, edge: str, lead: Lead | None, case: Case | None, prior: Referral | None
) -> Matter:
    """The affair it belongs to; the lead and the sender's open cases in it are told by their version that a
    referral begins, so that none is closed at the same moment (and none is begun beside what is closed)."""
    source = case or lead or prior
    if source is None:
        return rights.fresh_matter(sender)
    if lead is not None:
        bump(lead, *LEAD_OPEN)
        if case is None and edge in referral_leads.MOVING:
            _once_only(lead, sender)
    if case is not None:
        guard_open(case)
    else:
        guard_matter(matter=source.matter, unit=sender)
    return source.matter


def _once_only(lead: Lead, sender: Agency) -> None:
    """A lead is handed over by one referral at a time; asked behind the lead's version, so of two begun at
    once the second finds the first."""
    other = referral_leads.running(lead, sender)
    if other is not None:
        raise DomainError(referral_leads.RUNNING.format(number=other.number), field="lead")


def _let_in(referral: Referral) -> None:
    """The sender's people know of it, also where the affair itself is not open to all of them."""
    rows = Access.objects.filter(matter=referral.matter, agency=referral.sender)
    if not rows.filter(~Q(track=Access.Track.CRIMINAL), relation=Access.Relation.HOLDER).exists():
        rights.let_unit_in(referral, referral.sender)
    if not referral.sender.online:
        rights.let_unit_in(referral, referral.receiver)
        if not referral.receiver.online:
            office = standing.office_of(referral.sender)
            if office is not None:
                grant(referral.matter, Access.Relation.PARTY, agency=office, track=Access.Track.REFERRAL)


def edit(
    *,
    referral: Referral,
    by: Member,
    title: str,
    summary: str,
    purpose: str,
    receiver: Agency,
    version: int,
) -> Referral:
    """Change a draft, also one that the head refused or that came on paper.

    Raises Missing, NotAllowed, DomainError, Conflict.
    """
    if not sight.content_of(by, referral):
        raise Missing
    if not standing.may_prepare(by, referral):
        raise NotAllowed(f"由{referral.sender.label}修改。")
    if standing.on_paper(referral) and receiver.pk != referral.receiver_id:
        raise DomainError(CAME_TO, field="receiver")
    _guard(by, referral.sender, referral.edge, receiver)
    facts = _words(title, summary, purpose)
    _retold(by, referral.matter, referral.case, facts)
    with transaction.atomic():
        if standing.lists_wait(referral):
            raise DomainError(standing.WAITS_FOR_CHECK)
        rows = Referral.objects.filter(pk=referral.pk, version=version, status__in=editable(referral))
        changed = rows.update(version=F("version") + 1, receiver=receiver, post=desk(receiver), **facts)
        if changed != 1:
            raise conflict(referral)
        referral.refresh_from_db()
        _record("referral.edited", referral, by)
    return referral


def _record(verb: str, referral: Referral, by: Member) -> None:
    audit.record(
        verb,
        actor=by,
        agency=referral.sender,
        subject=referral,
        matter=referral.matter,
        facts={"number": referral.number, "status": referral.status},
    )
