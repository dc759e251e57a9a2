"""The site register 监管对象: add, edit, take off the books, put back, and many at once from a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from agencies.models import Agency, AgencyKind, Role
from agencies.scope import readable_agencies
from core import audit
from core.audit import digest
from core.errors import DomainError, Missing, NotAllowed
from core.models import Counter
from core.once import once
from core.wording import words
from ledgers import watch
from ledgers.actions.versions import change
from ledgers.models import Site
from ledgers.models.sites import police_counties
from ledgers.receipts import packed
from ledgers.site_columns import PLAIN
from minewatch.lib.text import initials

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from agencies.models import Member

TOWNSHIP_ROLES = (Role.FILLER, Role.DEPUTY)
BUREAU_ROLES = {
    AgencyKind.NATURAL_RESOURCES: (Role.OFFICER, Role.APPROVER),
    AgencyKind.JOINT_OFFICE: (Role.OFFICE,),
}
FIELDS = (*PLAIN, "lon", "lat", "datum", "coordinate_raw")


#: Who keeps the register, for somebody whose post keeps none of it.
KEPT_BY = "监管对象由乡镇填表人、分管领导或自然资源局登记，您的角色不能登记。"


def kept_townships(member: Member | None) -> QuerySet[Agency]:
    """Townships whose register the member keeps: the own one; natural resources and the office all."""
    rows = Agency.objects.active().filter(kind=AgencyKind.TOWNSHIP).select_related("division")
    if member is None:
        return rows
    if not member.is_business:
        return rows.none()
    units = Agency.objects.in_bulk({agency_id for agency_id, _ in member.posts})
    found = Q(pk__in=[pk for pk, role in member.posts if role in TOWNSHIP_ROLES])
    for agency_id, role in member.posts:
        unit = units[agency_id]
        if role in BUREAU_ROLES.get(unit.kind, ()):
            found |= Q(division__code__startswith=unit.division.code)
    return rows.filter(found)


def keeps(member: Member | None, agency: Agency) -> bool:
    """Whether the member keeps the register of `agency`, a township."""
    return kept_townships(member).filter(pk=agency.pk).exists()


def guard_keeping(member: Member | None, agency: Agency) -> None:
    """Raises Missing for a unit out of sight, NotAllowed for one that is not the member's to keep."""
    if keeps(member, agency):
        return
    seen = readable_agencies(member).filter(pk=agency.pk).exists()
    if not seen and not any(agency.division.code.startswith(code) for code in police_counties(member)):
        raise Missing
    raise NotAllowed(f"{agency.label}的监管对象由该乡镇填表人、分管领导或自然资源局维护。")


def save_site(
    *,
    member: Member | None,
    agency: Agency,
    facts: Mapping[str, object],
    village: Agency | None = None,
    site: Site | None = None,
    expected_version: int | None = None,
    token: UUID | None = None,
) -> Site:
    """Add a site to the register of the township `agency`, or edit one.

    `facts` as `site_columns.parse_site` gives them; without a number the next of the township is taken.
    Raises Conflict when somebody else edited meanwhile, DomainError with the column as field.
    """
    guard_keeping(member, agency)
    if site is not None:
        guard_keeping(member, site.agency)
    if village is not None and village.parent_id != agency.pk:
        raise DomainError(f"{village.label}不属于{agency.label}，请重新选择。", field="village")
    values = {key: facts[key] for key in FIELDS if key in facts}
    values |= {"agency": agency, "village": village, "division": (village or agency).division}
    values["initials"] = initials(str(values.get("name") or (site.name if site else "")))

    def make() -> Site:
        with transaction.atomic():
            row = _edit(site, values, expected_version) if site else _add(values)
            facts_said = {"number": row.number, "added": site is None}
            audit.record("site.saved", actor=member, agency=row.agency, subject=row, facts=facts_said)
        return row

    try:
        return once(token=token, verb="site.saved", member=member, make=make)
    except IntegrityError:
        raise DomainError(
            f"{agency.label}已有编号为“{values['number']}”的监管对象。", field="number"
        ) from None


def _add(values: dict[str, object]) -> Site:
    values["number"] = values.get("number") or next_number(values["agency"])
    return Site.objects.create(**values)


def _edit(site: Site, values: dict[str, object], expected_version: int | None) -> Site:
    values["number"] = values.get("number") or site.number
    change(site, expected_version, **values)
    return site


def next_number(agency: Agency) -> str:
    """青石镇 → "100-0007": the township's part of the division code and a running number."""
    prefix = agency.division.code[6:9] or agency.code
    while True:
        number = f"{prefix}-{Counter.take(f'site:{agency.division.code}'):04d}"
        if not Site.objects.filter(agency=agency, number=number).exists():
            return number


def retire(
    *,
    site: Site,
    member: Member | None,
    reason: str,
    expected_version: int | None = None,
    token: UUID | None = None,
) -> Site:
    """停用: off the lists and pickers; its patrols and licences stay to be read."""
    guard_keeping(member, site.agency)
    reason = words(reason, "停用原因", "reason", 200)

    def make() -> Site:
        with transaction.atomic():
            change(site, expected_version, is_active=False)
            watch.forget(site)
            facts = {"reason": reason}
            audit.record("site.retired", actor=member, agency=site.agency, subject=site, facts=facts)
        return site

    return once(token=token, verb="site.retired", member=member, make=make)


def restore(
    *, site: Site, member: Member | None, expected_version: int | None = None, token: UUID | None = None
) -> Site:
    """恢复在册."""
    guard_keeping(member, site.agency)

    def make() -> Site:
        with transaction.atomic():
            change(site, expected_version, is_active=True)
            watch.look_at(site)
            audit.record("site.restored", actor=member, agency=site.agency, subject=site)
        return site

    return once(token=token, verb="site.restored", member=member, make=make)


def add_sites(
    *,
    member: Member | None,
    rows: Sequence[tuple[Agency, Agency | None, Mapping[str, object]]],
    agency: Agency,
) -> list[Site | None]:
    """Many new sites in one short write: (township, village, facts). None stands for one that is there.

    One audit entry under `agency`, the uploading unit, holds the hash of the rows; each has its Change.
    """
    for township in {unit.pk: unit for unit, _, _ in rows}.values():
        guard_keeping(member, township)
    with transaction.atomic():
        there = Known({unit.pk for unit, _, _ in rows})
        made: list[Site | None] = []
        for unit, village, facts in rows:
            if there.has(unit, village, facts):
                made.append(None)
                continue
            values = {key: facts[key] for key in FIELDS if key in facts}
            values["number"] = values.get("number") or next_number(unit)
            site = Site(**values, agency=unit, village=village, division=(village or unit).division)
            site.initials = initials(site.name)
            there.add(site)
            made.append(site)
        fresh = [site for site in made if site is not None]
        Site.objects.bulk_create(fresh, batch_size=500)
        sha256 = digest(
            [[site.number, packed({key: getattr(site, key) for key in FIELDS})] for site in fresh]
        )
        audit.record(
            "sites.imported", actor=member, agency=agency, facts={"added": len(fresh), "sha256": sha256}
        )
        for unit in {site.agency_id: site.agency for site in fresh}.values():
            audit.record_changes("site.saved", [s for s in fresh if s.agency_id == unit.pk], agency=unit)
    return made


class Known:
    """What the register of some townships holds: a row is known by its number, else by village and name."""

    def __init__(self, townships: set[int]) -> None:
        self.numbers: dict[tuple[int, str], Site] = {}
        self.names: dict[tuple[int, int | None, str], Site] = {}
        for site in Site.objects.filter(agency__in=townships):
            self.add(site)

    def add(self, site: Site) -> None:
        self.numbers[site.agency_id, site.number] = site
        self.names.setdefault((site.agency_id, site.village_id, site.name), site)

    def has(self, unit: Agency, village: Agency | None, facts: Mapping[str, object]) -> Site | None:
        """The site a row repeats."""
        number = str(facts.get("number") or "")
        if number:
            return self.numbers.get((unit.pk, number))
        return self.names.get((unit.pk, village.pk if village else None, str(facts.get("name"))))
