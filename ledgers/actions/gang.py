"""涉黑涉恶标记: a restricted record with its history. Every look is audited, mark or no mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from agencies.models import Agency, AgencyKind, Role
from core import audit
from core.errors import DomainError, Missing
from ledgers.models import GangMark, Site
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member

#: Posts that may read and keep marks; the county leader only reads.
READERS = {
    AgencyKind.POLICE: (Role.OFFICER, Role.APPROVER, Role.HEAD),
    AgencyKind.JOINT_OFFICE: (Role.OFFICE,),
    AgencyKind.COUNTY: (Role.LEADER,),
}
KEEPERS = (AgencyKind.POLICE, AgencyKind.JOINT_OFFICE)


def may_read(member: Member) -> bool:
    """Whether marks are a function of this member at all."""
    return _holds(member, READERS)


def may_keep(member: Member) -> bool:
    """Whether the member may set and lift marks."""
    return _holds(member, READERS, KEEPERS)


def _holds(
    member: Member, posts: dict[str, tuple[str, ...]], kinds: tuple[str, ...] = tuple(READERS)
) -> bool:
    if not member.is_business:
        return False
    units = Agency.objects.in_bulk({agency_id for agency_id, _ in member.posts})
    return any(
        units[agency_id].kind in kinds and role in posts.get(units[agency_id].kind, ())
        for agency_id, role in member.posts
    )


def _site(member: Member, site: Site, allowed: bool) -> Site:
    found = Site.objects.visible_to(member).filter(pk=site.pk).first() if allowed else None
    if found is None:
        raise Missing
    return found


def read(*, site: Site, member: Member) -> list[GangMark]:
    """All marks of the site, the newest first; the reading is audited. Raises Missing for anyone else."""
    site = _site(member, site, may_read(member))
    audit.record("gang.read", actor=member, subject=site)
    return list(site.gang_marks.select_related("marked_by__agency", "lifted_by__agency").order_by("-id"))


def mark(*, site: Site, member: Member, basis: str) -> GangMark:
    """Set the mark with its basis; one live mark at a time. Raises Missing, DomainError."""
    site = _site(member, site, may_keep(member))
    basis = basis.strip()
    if not basis:
        raise DomainError("标记必须写明依据。", field="reason")
    if len(basis) > 200:
        raise DomainError("依据请缩短到200字以内。", field="reason")
    try:
        with transaction.atomic():
            row = GangMark.objects.create(site=site, basis=basis, marked_by=member, marked_at=now())
            audit.record("gang.marked", actor=member, subject=row)
    except IntegrityError:
        raise DomainError("该监管对象已有标记，不用重复标记。") from None
    return row


def lift(*, site: Site, member: Member) -> None:
    """Lift the live mark; its history stays. Raises Missing, DomainError."""
    site = _site(member, site, may_keep(member))
    with transaction.atomic():
        row = site.gang_marks.filter(lifted_at__isnull=True).first()
        changed = row and GangMark.objects.filter(pk=row.pk, lifted_at__isnull=True).update(
            lifted_by=member, lifted_at=now()
        )
        if not changed:
            raise DomainError("该监管对象没有需要解除的标记。")
        audit.record("gang.lifted", actor=member, subject=row)
