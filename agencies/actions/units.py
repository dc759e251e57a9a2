"""Units: added and kept by the system administrator."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from agencies.models import Agency, Division, Member
from agencies.people import keeps_accounts
from agencies.rules import UNIT_KINDS, level_problem, unit_code_problem
from core import audit
from core.errors import DomainError, NotAllowed
from core.once import once
from minewatch.lib.text import fold


@dataclass(frozen=True)
class UnitFacts:
    """What may be said of a unit; the code never changes afterwards."""

    name: str
    kind: str
    division: Division
    parent: Agency | None = None
    short_name: str = ""
    online: bool = True
    is_active: bool = True


def add(*, by: Member, code: str, facts: UnitFacts, token: UUID | None = None) -> Agency:
    """A new unit. Raises NotAllowed or DomainError."""
    _guard(by)
    code, facts = fold(code).lower(), _folded(facts)
    problem = unit_code_problem(code)
    if problem:
        raise DomainError(problem[1], field=problem[0])
    _check(facts)

    def make() -> Agency:
        if Agency.objects.filter(code=code).exists():
            raise DomainError(f"单位代码“{code}”已经使用，请换一个。", field="code")
        agency = Agency.objects.create(code=code, **vars(facts))
        audit.record("agency.saved", actor=by, agency=agency, subject=agency, facts={"new": True})
        return agency

    return once(token=token, verb="agency.saved", member=by, make=make)


def edit(*, by: Member, agency: Agency, facts: UnitFacts) -> Agency:
    """Change a unit. A unit with active people or units below is not closed."""
    _guard(by)
    facts = _folded(facts)
    _check(facts)
    _check_parent(agency, facts.parent)
    if agency.is_active and not facts.is_active:
        _check_empty(agency)
    changed = sorted(name for name, value in vars(facts).items() if getattr(agency, name) != value)
    with transaction.atomic():
        for name, value in vars(facts).items():
            setattr(agency, name, value)
        agency.save()
        audit.record("agency.saved", actor=by, agency=agency, subject=agency, facts={"changed": changed})
    return agency


def _guard(by: Member) -> None:
    if not keeps_accounts(by):
        raise NotAllowed("只有系统管理员可以维护单位。")


def _folded(facts: UnitFacts) -> UnitFacts:
    return UnitFacts(**(vars(facts) | {"name": fold(facts.name), "short_name": fold(facts.short_name)}))


def _check(facts: UnitFacts) -> None:
    if not facts.name or len(facts.name) > 80:
        raise DomainError("请填写单位名称，不超过80个字。", field="name")
    if len(facts.short_name) > 30:
        raise DomainError("简称不超过30个字。", field="short_name")
    if facts.kind not in UNIT_KINDS:
        raise DomainError("请选择单位类别。", field="kind")
    problem = level_problem(facts.kind, facts.division.code)
    if problem:
        raise DomainError(problem[1], field=problem[0])


def _check_parent(agency: Agency, parent: Agency | None) -> None:
    unit = parent
    while unit is not None:
        if unit.pk == agency.pk:
            raise DomainError("上级单位不能是本单位或本单位的下级，请重新选择。", field="parent")
        unit = unit.parent


def _check_empty(agency: Agency) -> None:
    people = Member.objects.active().filter(agency=agency).count()
    below = Agency.objects.active().filter(parent=agency).count()
    if people or below:
        raise DomainError(
            f"本单位还有 {people} 名在用人员、{below} 个在用下级单位，请先调整或停用后再停用本单位。",
            field="is_active",
        )
