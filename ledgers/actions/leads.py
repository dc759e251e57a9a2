"""Leads 线索: raised the moment a row reports illegal digging, or by a 特殊情况报告 without a row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db.models import F

from agencies.models import Agency, AgencyKind, Member, Role
from agencies.scope import readable_agencies
from core import audit, notices
from core.errors import DomainError, Missing, NotAllowed
from core.models import Access, Matter
from core.once import once
from ledgers.actions import photos as shots
from ledgers.actions.rows import is_late, with_point
from ledgers.models import Counter, Entry, Lead, Site
from ledgers.states import LeadStatus
from minewatch.lib.clock import midnight, now
from minewatch.lib.coordinates import Point, in_bounds

if TYPE_CHECKING:
    from collections.abc import Iterable

ALARM = "有一条紧急线索需要您阅知，请打开查看。"
BATCH = 1000


class Parties:
    """Who stands how to a county's leads, looked up once per act."""

    def __init__(self) -> None:
        self.county = cache(self._county)
        self.alarmed = cache(self._alarmed)

    def holder(self, agency: Agency, site: Site | None) -> Agency:
        """The township: of the village, the finder itself, or where the site lies; else the finder."""
        if agency.kind == AgencyKind.VILLAGE and agency.parent:
            return agency.parent
        if agency.kind == AgencyKind.TOWNSHIP or site is None:
            return agency
        return site.agency

    def _county(self, code: str, kind: str) -> Agency | None:
        return Agency.objects.active().filter(kind=kind, division__code=code).order_by("pk").first()

    def of(self, agency: Agency, kind: str) -> Agency | None:
        """The unit of `kind` in the county of `agency`."""
        return self.county(agency.division.code[:6], kind)

    def access(self, matter: Matter, agency: Agency, holder: Agency) -> Iterable[Access]:
        """Holder; the finder and natural resources as parties; the joint office."""
        relation = Access.Relation
        nr, office = (self.of(agency, k) for k in (AgencyKind.NATURAL_RESOURCES, AgencyKind.JOINT_OFFICE))
        yield Access(matter=matter, agency=holder, relation=relation.HOLDER, basis="属地乡镇")
        parties = {unit.pk: unit for unit in (agency, nr) if unit and unit.pk != holder.pk}
        for unit in parties.values():
            yield Access(matter=matter, agency=unit, relation=relation.PARTY)
        if office and office.pk != holder.pk:
            yield Access(matter=matter, agency=office, relation=relation.OFFICE)

    def _alarmed(self, holder: Agency, agency: Agency) -> tuple[Member, ...]:
        """The township's deputy and head, the county's officer and the joint office."""
        nr, office = (self.of(agency, k) for k in (AgencyKind.NATURAL_RESOURCES, AgencyKind.JOINT_OFFICE))
        posts = [(holder, Role.DEPUTY), (holder, Role.HEAD), (nr, Role.OFFICER), (office, Role.OFFICE)]
        found = chain.from_iterable(Member.objects.holding(unit, role) for unit, role in posts if unit)
        return tuple({member.pk: member for member in found}.values())


def raise_for(entries: Sequence[Entry], *, member: Member | None) -> list[Lead]:
    """A lead for each row, in the caller's transaction; 补录 raises it without the alarm."""
    if not entries:
        return []
    at = now()
    drafts = [
        Lead(
            source=Lead.Source.PATROL,
            agency=entry.agency,
            entry=entry,
            site=entry.site,
            location=entry.location,
            lon=entry.lon,
            lat=entry.lat,
            text=_text(entry),
            found_at=entry.patrolled_at or midnight(entry.patrolled_on),
            alarmed=not is_late(entry.patrolled_on, at.date()),
            reported_by=member,
            recorded_at=at,
        )
        for entry in entries
    ]
    return _register(drafts, member)


def _text(entry: Entry) -> str:
    """What the row says of the digging."""
    said = [entry.illegal_text, entry.measures, entry.remark]
    return "；".join(part for part in said if part)[:1000] or "巡查发现非法违法盗采行为"


def _register(leads: list[Lead], member: Member | None) -> list[Lead]:
    """Matter, number, rights, audit and alarm of fresh leads, set-based; the numbers have no gap."""
    parties, at = Parties(), now()
    matters = Matter.objects.bulk_create([Matter() for _ in leads], batch_size=BATCH)
    series = f"XS{at.year}"
    first = Counter.take(series, len(leads))
    access = []
    for n, (lead, matter) in enumerate(zip(leads, matters, strict=True)):
        lead.matter = matter
        lead.number = f"{series}-{first + n:04d}"
        lead.holder = parties.holder(lead.agency, lead.site)
        access += parties.access(matter, lead.agency, lead.holder)
    Access.objects.bulk_create(access, batch_size=BATCH)
    Lead.objects.bulk_create(leads, batch_size=BATCH)
    for lead in leads:
        audit.record(
            "lead.raised",
            actor=member,
            agency=lead.agency,
            subject=lead,
            matter=lead.matter,
            facts={"number": lead.number, "source": lead.source, "alarmed": lead.alarmed},
        )
        if lead.alarmed:
            alarm(lead, parties.alarmed(lead.holder, lead.agency))
    return leads


def alarm(lead: Lead, members: Iterable[Member]) -> None:
    """Tell those who must know at once; the text says nothing of the case, each confirms 已阅."""
    notices.send(
        members=members, kind="lead.alarm", text=ALARM, subject=lead, matter=lead.matter, needs_ack=True
    )


def follow(*, old: Entry, new: Entry | None, member: Member | None) -> None:
    """After a correction (`new`) or withdrawal (None): the lead goes along, is raised, or is withdrawn."""
    lead = Lead.objects.filter(entry=old, withdrawn_at__isnull=True).select_related("matter").first()
    digging = new is not None and new.illegal == "yes"
    if lead is None:
        if digging:
            raise_for([new], member=member)
    elif digging:
        Lead.objects.filter(pk=lead.pk).update(
            entry=new,
            site=new.site,
            location=new.location,
            lon=new.lon,
            lat=new.lat,
            text=_text(new),
            version=F("version") + 1,
        )
        audit.record(
            "lead.moved",
            actor=member,
            agency=lead.agency,
            subject=lead,
            matter=lead.matter,
            facts={"number": lead.number},
        )
    else:
        _withdraw(lead, member)


def _withdraw(lead: Lead, member: Member | None) -> None:
    """The row behind the lead is gone: whoever was alarmed hears that there is news."""
    Lead.objects.filter(pk=lead.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=now(), status=LeadStatus.CLOSED, version=F("version") + 1
    )
    audit.record(
        "lead.withdrawn",
        actor=member,
        agency=lead.agency,
        subject=lead,
        matter=lead.matter,
        facts={"number": lead.number},
    )
    if lead.alarmed:
        notices.send(
            members=Parties().alarmed(lead.holder, lead.agency),
            kind="lead.withdrawn",
            text="您阅知过的一条线索已撤回，请查看。",
            subject=lead,
            matter=lead.matter,
        )


def report_special(
    *,
    member: Member,
    agency: Agency,
    text: str,
    location: str,
    point: Point | None = None,
    photos: Sequence[BinaryIO] = (),
    token: UUID | None = None,
    found_at: dt.datetime | None = None,
) -> Lead:
    """特殊情况报告: a lead without a ledger row, alarmed at once. Any member may, for a unit one may read.

    Raises Missing, NotAllowed, or DomainError with the field.
    """
    _guard_special(member, agency)
    text, location = text.strip(), location.strip()
    _check_special(text, location, point, found_at, agency)
    looked = shots.look_at(photos)
    lon, lat = (point.lon, point.lat) if point else (None, None)

    def make() -> Lead:
        at = now()
        lead = Lead(
            source=Lead.Source.SPECIAL,
            agency=agency,
            location=with_point(location or agency.label, lon, lat),
            lon=lon,
            lat=lat,
            text=text,
            found_at=found_at or at,
            alarmed=True,
            reported_by=member,
            recorded_at=at,
        )
        _register([lead], member)
        shots.keep(looked, member=member, agency=agency, subject=lead, matter=lead.matter)
        return lead

    return once(token=token, verb="lead.raised", member=member, make=make)


def _guard_special(member: Member, agency: Agency) -> None:
    if not readable_agencies(member).filter(pk=agency.pk).exists():
        raise Missing("没有找到这个单位。")
    stands_in = {agency_id for agency_id, _ in member.acting_posts}
    if agency.pk not in stands_in | {member.agency_id} and agency.parent_id != member.agency_id:
        raise NotAllowed(f"您不在{agency.label}，不能以其名义报告。请以本单位名义报告。")


def _check_special(
    text: str, location: str, point: Point | None, found_at: dt.datetime | None, agency: Agency
) -> None:
    if not text:
        raise DomainError("请写明发生了什么情况。", field="text")
    if len(text) > 1000:
        raise DomainError(f"情况有{len(text)}个字，请缩短到1000字以内。", field="text")
    if not location and point is None:
        raise DomainError("请写明位置，或取当前位置。", field="location")
    if len(location) > 180:
        raise DomainError(f"位置有{len(location)}个字，请缩短到180字以内。", field="location")
    box = agency.county.bbox
    if point and point.lon is not None and box and not in_bounds(point, box):
        raise DomainError(
            f"坐标（经度{point.lon:.5f}，纬度{point.lat:.5f}）不在{agency.county.name}范围内，请核对坐标。",
            field="point",
        )
    if found_at and found_at > now() + dt.timedelta(minutes=5):
        raise DomainError("发现时间在现在之后，请填写实际发现时间。", field="found_at")
