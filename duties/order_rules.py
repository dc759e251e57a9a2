"""Who may issue orders and handle what units answer: pure reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agencies.models import Agency, AgencyKind, Role
from agencies.posts import signers
from duties.holders import OFFICE_ROLES
from duties.models import Order
from duties.standing import desk, may_work, units_to_call
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member
    from duties.models import Receipt

#: Kind of the issuing unit → posts that may issue in its name.
ISSUERS = {
    AgencyKind.JOINT_OFFICE: OFFICE_ROLES,
    AgencyKind.COUNTY: (Role.LEADER, Role.HEAD, Role.OFFICE),
}


def issuing_units(member: Member) -> list[Agency]:
    """Units in whose name the member may issue, by post or acting."""
    if not member.is_business:
        return []
    units = Agency.objects.active().filter(pk__in={pk for pk, _ in member.posts}, kind__in=ISSUERS)
    return [
        unit
        for unit in units.select_related("division").order_by("pk")
        if any((unit.pk, role) in member.posts for role in ISSUERS[unit.kind])
    ]


def may_issue(member: Member, agency: Agency) -> bool:
    """Whether the member may draft, issue and withdraw in the name of `agency`."""
    return any(unit.pk == agency.pk for unit in issuing_units(member))


def addressees(agency: Agency) -> list[Agency]:
    """Units that an order may be sent to: those in the system; a village gets it through its township."""
    return [unit for unit in units_to_call(agency) if unit.online]


def handlers(receipt: Receipt) -> tuple[str, list[Member]]:
    """(post, members) who decide on a unit's answer; never who answered, so it may pass upward."""
    unit = receipt.order.agency
    return desk(unit), signers(unit, desk(unit), but=receipt.answered_by)[0]


def may_decide(member: Member, receipt: Receipt) -> bool:
    """Issuer's people or whom the step passed to; nobody decides on the own answer."""
    if not member.is_business or member.pk == receipt.answered_by_id:
        return False
    return may_issue(member, receipt.order.agency) or member in handlers(receipt)[1]


def may_do(member: Member, receipt: Receipt) -> bool:
    """Sign, read and answer for the unit."""
    return may_work(member, receipt.agency)


def settled(receipt: Receipt) -> bool:
    """Whether nothing is owed any more on this side."""
    over = (receipt.Status.DONE, receipt.Status.READ, receipt.Status.CANCELLED)
    return receipt.status in over


def is_notice(order: Order) -> bool:
    """A 通知 asks for 已阅 only."""
    return order.kind == Order.Kind.NOTICE


def past(value: object) -> bool:
    """Whether an instant is over."""
    return value is not None and value <= now()
