"""Who may take which step of a report, and the reason when someone may not."""

from __future__ import annotations

from collections.abc import Iterable

from agencies.models import Agency, Member, Role
from core.errors import DomainError, NotAllowed
from core.workflow import Transition
from reports.models import Report
from reports.models.report import LIVE
from reports.states import REPORT_MOVES

EDITABLE = LIVE
MAKERS = REPORT_MOVES["submit"].roles


def may_make(member: Member, agency: Agency | int) -> bool:
    """Whether the member may open, edit and submit reports of the unit, by post or acting."""
    return any(member.holds(role, agency) for role in MAKERS)


def own_units(member: Member) -> list[Agency]:
    """Units for which the member may make reports."""
    units = Agency.objects.active().filter(pk__in=member.units).select_related("division", "parent")
    return [agency for agency in units if may_make(member, agency)]


def require_maker(member: Member, agency: Agency) -> None:
    """Raise NotAllowed unless the member makes reports of the unit."""
    if not may_make(member, agency):
        raise NotAllowed(f"只有{agency.label}的{role_words(MAKERS)}可以办理本单位报表。")


def why_not(member: Member, report: Report, move: Transition) -> str:
    """ "" when the member may make `move` now, else the reason in words."""
    if report.status not in move.source:
        return f"报表现在是“{report.get_status_display()}”"
    unit = report.recipient if move.side == "recipient" else report.agency
    if unit is None:
        return "本报表没有报送对象"
    if not any(member.holds(role, unit) for role in move.roles):
        return f"由{unit.label}的{role_words(move.roles)}办理"
    if move.side == "recipient" and report.submitted_by_id == member.pk:
        return "报送人不能接收或退回自己报送的报表"
    return ""


def require(member: Member, report: Report, name: str) -> Transition:
    """The transition of that name if the member may make it. Raises NotAllowed with the reason."""
    move = REPORT_MOVES[name]
    reason = why_not(member, report, move)
    if reason and report.status in move.source:
        raise NotAllowed(f"不能{move.label}：{reason}。")
    return move


def require_editable(report: Report) -> None:
    """Raise DomainError once the report is frozen."""
    if report.status not in EDITABLE:
        raise DomainError(f"报表现在是“{report.get_status_display()}”，数字和文字已经固定，不能再改。")


def role_words(roles: Iterable[str]) -> str:
    """填表人、承办人或主要负责人"""
    *names, last = [Role(role).label for role in roles]
    return f"{'、'.join(names)}或{last}" if names else last
