"""A proposal waits for another person: the step, the news, and the knowledge that the affair exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agencies.models import Member, Role
from agencies.posts import signers
from cases.models import Recusal, Sealing
from cases.models.rights import DECIDING
from core import notices
from core.access import grant, matters_known, revoke
from core.models import Access
from duties.actions.steps import fulfil, open_step
from duties.models import Duty

if TYPE_CHECKING:
    from agencies.models import Agency
    from core.models import Matter

POSTS = (Role.HEAD, Role.LEADER, Role.APPROVER, Role.DEPUTY)


def key_of(proposal: Recusal | Sealing) -> str:
    """recusal:<id> · sealing:<id> – the step of deciding on it."""
    return f"{proposal._meta.model_name}:{proposal.pk}"


def ask(proposal: Recusal | Sealing, people: list[Member], *, title: str, text: str, basis: str = "") -> None:
    """The step of deciding lies where `people` hold their post; they may know that the affair exists.

    `title` and `text` carry no content.
    """
    matter, first = proposal.matter, people[0]
    for one in people:
        if not matters_known(one).filter(pk=matter.pk).exists():
            grant(matter, Access.Relation.PARTY, member=one, track=Access.Track.KNOWN, basis=DECIDING)
    unit, role = _post(proposal.unit, first)
    # where the post is shared with somebody who may not decide, the step is in nobody else's list
    shared = {one.pk for one in signers(unit, role)[0]} - {one.pk for one in people}
    open_step(
        key=key_of(proposal),
        kind=Duty.Kind.OTHER,
        title=title,
        agency=unit,
        role=role,
        member=first if shared else None,
        subject=proposal,
        matter=matter,
        basis=basis,
        track=Access.Track.KNOWN,
    )
    kind = f"{proposal._meta.model_name}.proposed"
    notices.send(members=people, kind=kind, text=text, subject=proposal, matter=matter)


def _post(unit: Agency, decider: Member) -> tuple[Agency, str]:
    """Where `decider` decides, and in which post: the holder, else the units above it."""
    here: Agency | None = unit
    while here is not None:
        for role in POSTS:
            if decider.holds(role, here):
                return here, role
        here = here.parent
    return unit, Role.HEAD


def settled(proposal: Recusal | Sealing, by: Member | None) -> None:
    """The step is done; whoever knew of the affair for it alone knows of it no more, but who decided a 回避
    that is in force and may have to lift it."""
    fulfil(key=key_of(proposal), by=by)
    matter: Matter = proposal.matter
    waiting = (matter.recusals, matter.sealings)
    if any(rows.filter(status="proposed").exists() for rows in waiting):
        return  # another one of the affair still waits, perhaps for the same people
    for row in matter.access.filter(track=Access.Track.KNOWN, basis=DECIDING).select_related("member"):
        if not _decided_one_in_force(matter, row.member_id):
            revoke(matter, row.relation, member=row.member, track=row.track)


def _decided_one_in_force(matter: Matter, member_id: int) -> bool:
    return matter.recusals.filter(status="in_force", decided_by=member_id).exists()
