"""Who decides that a case at the line is not referred, who countersigns, who registers figures: reading only.

The decision is the 主要负责人's (310号第五条: only the 正职 or whoever acts for it). The second signature
comes from above – 督办县领导 or 主要负责人 of the superior unit, else the joint office's 主要负责人 – never
from the unit that gains by keeping the case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agencies.models import Agency, AgencyKind, Member, Role
from agencies.posts import signers
from cases.models import Case, LineDecision
from core.access import barred_from, matters_known
from duties.holders import oversees

if TYPE_CHECKING:
    from django.db.models import Q

HEAD_ONLY = "由承办单位的主要负责人（或者主持工作的负责人）决定。"
ABOVE_ONLY = "由上级单位的督办县领导、主要负责人或者专班办公室主要负责人会签，决定人不能自己会签。"
OFFICE_ONLY = "由专班办公室或者督办县领导登记和核对。"
OTHER_ONE = "登记人不能自己核对，请由另一人核对。"
NR_ONLY = "由自然资源部门登记。"
PRICERS = (Role.OFFICER, Role.APPROVER, Role.DEPUTY, Role.HEAD)


def deciders(case: Case) -> list[Member]:
    """Who may decide not to refer `case`: the head, a dated acting person, else above."""
    return signers(case.holder, Role.HEAD, out=barred_from(case.matter))[0]


def seconds(case: Case, but: Member | None) -> tuple[Agency | None, str, list[Member]]:
    """(unit, post, people) who countersign: the first of the posts above that is filled, never `but`."""
    out = barred_from(case.matter)
    for unit, role in _posts_above(case):
        members = _filled(unit, role, but, out)
        if members:
            return unit, role, members
    return None, "", []


def _posts_above(case: Case) -> list[tuple[Agency, str]]:
    posts: list[tuple[Agency, str]] = []
    if case.holder.parent is not None:
        posts += [(case.holder.parent, Role.LEADER), (case.holder.parent, Role.HEAD)]
    offices = Agency.objects.active().filter(
        kind=AgencyKind.JOINT_OFFICE, division__code=case.holder.division.code[:6]
    )
    office = offices.select_related("division").first()
    if office is not None and office.pk != case.holder_id and not case.matter.sealed:
        posts.append((office, Role.HEAD))
    return posts


def _filled(unit: Agency, role: str, but: Member | None, out: Q) -> list[Member]:
    members, standing = signers(unit, role, but=but, out=out)
    return members if standing in ("holder", "acting") else []


def may_countersign(member: Member, decision: LineDecision) -> bool:
    """Whether `member` is one of those asked for the second signature and still knows of the affair."""
    if not member.is_business or member.pk == decision.decided_by_id:
        return False
    known = matters_known(member).filter(pk=decision.case.matter_id).exists()
    return known and member in seconds(decision.case, decision.decided_by)[2]


def may_set_figures(member: Member, county: str) -> bool:
    """Joint office and supervising leader of the county with that code (or its head)."""
    if not member.is_business:
        return False
    unit = Agency.objects.filter(kind=AgencyKind.COUNTY, division__code=county).first()
    head = unit is not None and member.holds(Role.HEAD, unit)
    return head or oversees(member, unit) if unit else oversees(member)


def may_price(member: Member) -> bool:
    """Whether the member prices minerals: natural resources, by a post there."""
    return member.is_business and bool(pricing_unit(member))


def pricing_unit(member: Member) -> Agency | None:
    """The natural resources unit in whose name the member registers prices."""
    units = {unit for unit, role in member.posts if role in PRICERS}
    rows = Agency.objects.filter(pk__in=units, kind=AgencyKind.NATURAL_RESOURCES)
    return rows.select_related("division").order_by("pk").first()
