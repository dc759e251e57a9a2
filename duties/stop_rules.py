"""Whose word stops a clock and gives it more time: pure reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agencies.models import Role
from duties.holders import holders, oversees
from duties.models import Duty

if TYPE_CHECKING:
    from agencies.models import Member

#: who in the unit itself may do it
LEADERS = (Role.HEAD, Role.APPROVER)
WHO = "由责任单位的主要负责人、审批或专班办公室办理，承办人不能办理自己的期限。"


def has_clock(duty: Duty) -> bool:
    """Whether it runs on a limit of law."""
    return duty.clock_id is not None and duty.started_at is not None


def may_change(member: Member, duty: Duty) -> bool:
    """The unit's head or approver, or the office over it; never for a limit in one's own hands."""
    if not member.is_business or member in holders(duty):
        return False
    return any(member.holds(role, duty.agency) for role in LEADERS) or oversees(member, duty.agency)
