"""特殊情况报告: a lead without a ledger row, alarmed at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import BinaryIO
from uuid import UUID

from agencies.models import Agency, Member
from agencies.scope import readable_agencies
from core.errors import DomainError, Missing, NotAllowed
from core.once import once
from ledgers.actions import photos as shots
from ledgers.actions.leads.raising import register
from ledgers.actions.rows import with_point
from ledgers.models import Lead
from minewatch.lib.clock import now
from minewatch.lib.coordinates import Point, in_bounds


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
        register([lead], member)
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
