"""Start a county: divisions, units, people and roles from one plan, as a whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password
from django.db import transaction

from agencies.models import Agency, Division, Member, Role, RoleGrant
from core import audit


@dataclass(frozen=True)
class DivisionRow:
    """code (2/4/6/9/12 digits), name, bbox (min_lon, min_lat, max_lon, max_lat) in degrees or None."""

    code: str
    name: str
    bbox: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class AgencyRow:
    """Unit code, name, kind, division code, code of the unit above ("" for none), online or 线下."""

    code: str
    name: str
    kind: str
    division: str
    parent: str = ""
    short_name: str = ""
    online: bool = True


@dataclass(frozen=True)
class MemberRow:
    """Account, name, unit code ("" for system roles), roles, phone."""

    username: str
    name: str
    agency: str
    roles: tuple[str, ...]
    phone: str = ""


@dataclass(frozen=True)
class CountyPlan:
    """Everything a county needs on its first day; the parents stand before their children."""

    divisions: tuple[DivisionRow, ...] = ()
    agencies: tuple[AgencyRow, ...] = ()
    members: tuple[MemberRow, ...] = ()
    passwords: dict[str, str] = field(default_factory=dict)


def load_county(
    *, plan: CountyPlan, must_change_password: bool = True, by: Member | None = None
) -> dict[str, int]:
    """Load `plan`; rows that are there already are left alone. Returns added counts by noun.

    The plan is expected to be checked (`agencies.importers`); a broken reference
    raises KeyError and stores nothing.
    """
    hashes = _hashed(plan)  # slow on purpose, so before the write lock and not under it
    with transaction.atomic():
        divisions = _load_divisions(plan.divisions)
        agencies = _load_agencies(plan.agencies)
        members = _load_members(plan, hashes, must_change_password)
        counts = {"divisions": divisions, "agencies": agencies, "members": members}
        audit.record("county.loaded", actor=by, facts=counts)
    return counts


def _load_divisions(rows: tuple[DivisionRow, ...]) -> int:
    known = {division.code: division for division in Division.objects.all()}
    added = 0
    for row in sorted(rows, key=lambda row: len(row.code)):
        if row.code in known:
            continue
        parent = next(
            (known[row.code[:n]] for n in (9, 6, 4, 2) if n < len(row.code) and row.code[:n] in known), None
        )
        box = row.bbox or (None, None, None, None)
        known[row.code] = Division.objects.create(
            code=row.code,
            name=row.name,
            parent=parent,
            min_lon=box[0],
            min_lat=box[1],
            max_lon=box[2],
            max_lat=box[3],
        )
        added += 1
    return added


def _load_agencies(rows: tuple[AgencyRow, ...]) -> int:
    divisions = {division.code: division for division in Division.objects.all()}
    known = {agency.code: agency for agency in Agency.objects.all()}
    added = 0
    for row in rows:
        if row.code in known:
            continue
        known[row.code] = Agency.objects.create(
            code=row.code,
            name=row.name,
            short_name=row.short_name,
            kind=row.kind,
            division=divisions[row.division],
            parent=known[row.parent] if row.parent else None,
            online=row.online,
        )
        added += 1
    return added


def _hashed(plan: CountyPlan) -> dict[str, str]:
    """Hash by password of those accounts that are not there yet; the demo's one password is hashed once."""
    known = set(Member.objects.values_list("username", flat=True))
    return {
        password: make_password(password)
        for password in {word for username, word in plan.passwords.items() if username not in known}
    }


def _load_members(plan: CountyPlan, hashes: dict[str, str], must_change_password: bool) -> int:
    agencies = {agency.code: agency for agency in Agency.objects.all()}
    known = set(Member.objects.values_list("username", flat=True))
    fresh = [row for row in plan.members if row.username not in known]
    members = []
    for row in fresh:
        password = plan.passwords.get(row.username)
        members.append(
            Member(
                username=row.username,
                name=row.name,
                phone=row.phone,
                agency=agencies[row.agency] if row.agency else None,
                password=hashes[password] if password in hashes else make_password(password),
                must_change_password=must_change_password,
            )
        )
    made = {member.username: member for member in Member.objects.bulk_create(members)}
    RoleGrant.objects.bulk_create(
        [RoleGrant(member=made[row.username], role=Role(role)) for row in fresh for role in row.roles]
    )
    return len(fresh)


__all__ = ["AgencyRow", "CountyPlan", "DivisionRow", "MemberRow", "load_county"]
