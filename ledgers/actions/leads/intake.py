"""登记线索: a unit's desk takes down what it is told and owns it until it is passed on (首问负责)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from agencies.models import Agency, Member
from agencies.scope import readable_agencies
from core import files
from core.errors import DomainError, Missing, NotAllowed
from core.once import once
from core.wording import words
from ledgers.actions import photos as shots
from ledgers.actions.leads import informing
from ledgers.actions.leads.guard import past
from ledgers.actions.leads.informing import Identity
from ledgers.actions.leads.raising import register
from ledgers.actions.rows import with_point
from ledgers.lead_rules import desks
from ledgers.models import Lead, Site
from minewatch.lib.clock import now
from minewatch.lib.coordinates import in_bounds

if TYPE_CHECKING:
    from duties.models import Campaign
    from minewatch.lib.coordinates import Point

LONGEST = {"location": 180, "text": 1000, "party": 80, "vehicle": 60, "source_number": 60}


@dataclass(frozen=True)
class Intake:
    """What a lead says, as the desk writes it down. `violation` empty = 其他 or not yet known."""

    source: str
    text: str
    location: str = ""
    found_at: dt.datetime | None = None
    point: Point | None = None
    site: Site | None = None
    campaign: Campaign | None = None
    violation: str = ""
    violation_name: str = ""
    party: str = ""
    vehicle: str = ""
    source_number: str = ""
    told_by: Agency | None = None
    urgent: bool = False
    identity: Identity = field(default_factory=Identity)
    wants_answer: bool = False


def register_lead(
    *,
    by: Member,
    agency: Agency,
    facts: Intake,
    photos: Sequence[BinaryIO] = (),
    documents: Sequence[BinaryIO] = (),
    papers: Sequence[BinaryIO] = (),
    token: UUID | None = None,
) -> Lead:
    """Take a lead down at the desk of `agency`, which holds it (of a village: its township).

    Who told it goes sealed beside it; `papers` are the originals that show who that is, `documents` may be
    seen by everybody who handles the lead. `facts.urgent` (特殊情况) alarms at once.
    Raises Missing, NotAllowed, DomainError with the field.
    """
    _guard(by, agency)
    texts = _check(by, agency, facts)
    named = "、".join(getattr(upload, "name", "") or "" for upload in documents)
    informing.check_unnamed(facts.identity, {"documents": ("附件名称", named)})
    looked = shots.look_at(photos)
    sealed = informing.look_at_papers(papers)

    def make() -> Lead:
        lead = _lead(by, agency, facts, texts)
        register([lead], by)
        _keep_photos(lead, looked, by)
        for upload in documents:
            name = getattr(upload, "name", "") or "材料"
            files.store_document(
                upload=upload, name=name, member=by, agency=agency, subject=lead, matter=lead.matter
            )
        if facts.identity.given() or sealed:
            informing.keep(lead, facts.identity, by=by, wants_answer=facts.wants_answer, papers=sealed)
        return lead

    return once(token=token, verb="lead.raised", member=by, make=make)


def _keep_photos(lead: Lead, looked: Sequence[shots.Photo], by: Member) -> None:
    """Of a tip everybody gets copies without traces, under names that say nothing."""
    about: dict[str, object] = {}
    if lead.is_tip:
        about = {"view_only": True}
        looked = [replace(photo, name=f"照片{n}.jpg") for n, photo in enumerate(looked, start=1)]
    shots.keep(looked, member=by, agency=lead.agency, subject=lead, matter=lead.matter, facts=about)


def _guard(by: Member, agency: Agency) -> None:
    if agency.pk in {unit.pk for unit in desks(by)}:
        return
    if not readable_agencies(by).filter(pk=agency.pk).exists():
        raise Missing("没有找到这个单位。")
    raise NotAllowed(f"您不在{agency.label}办理线索，不能以其名义登记。")


def _check(by: Member, agency: Agency, facts: Intake) -> dict[str, str]:
    if facts.source not in Lead.Source.values or facts.source in Lead.RAISED:
        raise DomainError("请选择线索来源。", field="source")
    labels = {name: str(Lead._meta.get_field(name).verbose_name) for name in LONGEST}
    texts = {
        name: words(getattr(facts, name), labels[name], name, most, needed=name == "text")
        for name, most in LONGEST.items()
    }
    past(facts.found_at, "发现时间", "found_at")
    _check_place(by, agency, facts, texts["location"])
    if facts.source == Lead.Source.SELF and not texts["party"]:
        raise DomainError("企业自查自报请写明企业名称。", field="party")
    _check_teller(agency, facts)
    if facts.identity.given():
        if facts.source not in Lead.TIPS:
            raise DomainError("只有举报线索登记举报人；其他来源请不要填写。", field="informant_name")
        shown = {name: (labels[name], text) for name, text in texts.items()}
        informing.check_unnamed(facts.identity, shown)
    return texts


def _check_place(by: Member, agency: Agency, facts: Intake, location: str) -> None:
    if facts.site is not None and not Site.objects.visible_to(by).filter(pk=facts.site.pk).exists():
        raise DomainError("没有找到这个监管对象，请重新选择。", field="site")
    if not location and facts.point is None and facts.site is None:
        raise DomainError("请写明位置，或取当前位置，或选择监管对象。", field="location")
    box, point = agency.county.bbox, facts.point
    if point and point.lon is not None and box and not in_bounds(point, box):
        raise DomainError(
            f"坐标（经度{point.lon:.5f}，纬度{point.lat:.5f}）不在{agency.county.name}范围内，请核对坐标。",
            field="point",
        )


def _check_teller(agency: Agency, facts: Intake) -> None:
    told = facts.told_by
    if told is not None and not told.division.code.startswith(agency.division.code[:6]):
        raise DomainError("来件单位不在本县，请重新选择。", field="told_by")
    if facts.source == Lead.Source.UNIT and told is None:
        raise DomainError("请选择来件单位。", field="told_by")
    if told is not None and told.pk == agency.pk:
        raise DomainError("来件单位不能是本单位。", field="told_by")


def _lead(by: Member, agency: Agency, facts: Intake, texts: dict[str, str]) -> Lead:
    lon, lat = (facts.point.lon, facts.point.lat) if facts.point else (None, None)
    if lon is None and facts.site is not None:
        lon, lat = facts.site.lon, facts.site.lat
    place = texts.pop("location") or (facts.site.name if facts.site else agency.label)
    return Lead(
        source=facts.source,
        agency=agency,
        told_by=facts.told_by,
        site=facts.site,
        location=with_point(place, lon, lat)[:200],
        lon=lon,
        lat=lat,
        campaign=facts.campaign,
        violation=facts.violation[:40],
        violation_name=facts.violation_name[:160],
        found_at=facts.found_at,
        alarmed=facts.urgent,
        self_reported=facts.source == Lead.Source.SELF,
        reported_by=by,
        recorded_at=now(),
        **texts,
    )
