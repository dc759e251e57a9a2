"""What of a referral's content a member may read: summary, step texts, papers (design.md 2; domain.md A.7).

`readable` and `readable_papers` are the one definition; pages, downloads and the registry ask them; lists ask
`open_to`. State and clocks are another matter: `Referral.objects.visible_to`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from cases.edges import EDGES, Edge
from cases.models import Case, Paper, Referral, ReferralOfficer, ReferralStep
from cases.models.referral import came_to, circle_of, let_in, of_holder, put_down_by
from cases.states import REFERRAL_OVER
from core import gates
from core.access import access_of, matters_for
from core.models import Access
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member

SEALED = [edge for edge, kind in EDGES.items() if kind.sealed]
FROM_CRIMINAL = Q(case__isnull=False, case__track=Case.Track.CRIMINAL)


def readable(member: Member) -> QuerySet[Referral]:
    """Referrals whose content the member may read: the sender's people, the receiver's from the hand-over
    on, the supervising procuratorate and the superior that decides, whoever was let in, the joint office
    where nothing is sealed. A clue to discipline inspection: the receiving post, and at the sender who
    drafted, who reported and the head.
    """
    units = member.units
    ordinary = ~Q(edge=Edge.SUPERVISION) & (
        let_in(member)
        | _helping(member)
        | _sender(member, units)
        | came_to(units)
        | put_down_by(units)
        | Q(supervisor__in=units)
        | Q(superior__in=units)
    )
    narrow = Q(edge=Edge.SUPERVISION) & circle_of(member)
    return Referral.objects.visible_to(member).filter(ordinary | narrow | _watching(member))


def _sender(member: Member, units: set[int | None]) -> Q:
    """The sender's people; of what comes from a criminal case only those to whom that case is open."""
    open_cases = matters_for(member, Access.Track.CRIMINAL).values("pk")
    secret = Q(case__track=Case.Track.CRIMINAL) & ~Q(matter__in=open_cases)
    own = Q(drafted_by=member) | Q(reported_by=member)
    return Q(sender__in=units) & (own | Q(case__isnull=True) | ~secret)


def _helping(member: Member) -> Q:
    """Whom the holder of the affair invited: what it sent or got that is not between two parties alone, and
    nothing from a criminal case, which the holder reads as a party at most."""
    admin = Access.Track.ADMIN
    invited = access_of(member).filter(relation=Access.Relation.INVITED, track=admin)
    sent = Q(sent_at__isnull=False) & ~Q(edge__in=SEALED) & ~FROM_CRIMINAL
    return Q(matter__in=invited.values("matter_id")) & sent & of_holder(admin)


def _watching(member: Member) -> Q:
    office = access_of(member).filter(relation=Access.Relation.OFFICE).values("matter_id")
    return Q(matter__in=office, matter__sealed=False) & ~Q(edge__in=SEALED) & ~FROM_CRIMINAL


def open_to(member: Member) -> QuerySet[Referral]:
    """Referrals whose content a list shows to the member; what is not among them decides no filter either."""
    return readable(member).filter(_unasked(member))


def open_steps(member: Member) -> QuerySet[ReferralStep]:
    """Steps whose text another record shows to the member."""
    return readable_steps(member).filter(referral__in=Referral.objects.filter(_unasked(member)).values("pk"))


def _unasked(member: Member) -> Q:
    """What asks for no reason (cases.sensitive) or what the member put down, is an officer of, or has opened
    today, having said why (core.gates)."""
    named = ReferralOfficer.objects.filter(member=member).values("referral_id")
    own = Q(drafted_by=member) | Q(reported_by=member) | Q(pk__in=named)
    opened = Q(pk__in=gates.opened(member, Referral))
    return (Q(matter__sealed=False) & ~Q(edge__in=SEALED)) | own | opened


def content_of(member: Member, referral: Referral) -> bool:
    """Whether the member may read summary, papers and step texts of `referral`."""
    return readable(member).filter(pk=referral.pk).exists()


def readable_papers(member: Member) -> QuerySet[Paper]:
    """Papers whose file the member may open. Before the hand-over the sender's alone; the receiver's while
    they have not gone back (不予立案, 退回), the supervisor's until the end."""
    units = member.units
    rows = Paper.objects.filter(referral__in=readable(member).values("pk"))
    sender = Q(referral__sender__in=units)
    offline = Q(referral__sender__online=False, referral__drafted_by__agency__in=units)
    back = Q(referral__papers_until__isnull=False, referral__papers_until__lte=now())
    receiver = Q(referral__receiver__in=units) & ~back
    supervisor = Q(referral__supervisor__in=units) & ~Q(referral__status__in=REFERRAL_OVER)
    others = ~Q(referral__sender__in=units) & ~Q(referral__receiver__in=units)
    others &= Q(referral__supervisor__isnull=True) | ~Q(referral__supervisor__in=units)
    return rows.filter(sender | offline | (Q(frozen_at__isnull=False) & (receiver | supervisor | others)))


def papers_open(member: Member, referral: Referral) -> bool:
    """Whether the member may open what was handed over: a sender always, a receiver until it went back."""
    if not content_of(member, referral):
        return False
    units = member.units
    if referral.sender_id in units:
        return True
    if not referral.sender.online and referral.drafted_by.agency_id in units:
        return True
    if referral.receiver_id in units:
        return referral.papers_until is None or referral.papers_until > now()
    return referral.supervisor_id not in units or referral.status not in REFERRAL_OVER


def parties_open(member: Member, referral: Referral) -> bool:
    """Whether the member reads whom the letter names without having the sender's case: the receiver's and the
    supervising procuratorate's people, while the papers are theirs. Watching the affair is not enough.
    """
    units = member.units
    party = referral.receiver_id in units or referral.supervisor_id in units
    return party and papers_open(member, referral)


def readable_paper(member: Member, paper: Paper) -> bool:
    """Whether the member may open the file of `paper`."""
    return readable_papers(member).filter(pk=paper.pk).exists()


def readable_steps(member: Member) -> QuerySet[ReferralStep]:
    """Steps whose text, result and scan the member may read: with the content; a unit also its own steps."""
    units = member.units
    seen = Referral.objects.visible_to(member).values("pk")
    own = Q(organ__in=units, referral__in=seen) & ~Q(referral__edge=Edge.SUPERVISION)
    own &= Q(referral__case__isnull=True) | ~Q(referral__case__track=Case.Track.CRIMINAL)
    return ReferralStep.objects.filter(own | Q(referral__in=readable(member).values("pk")))
