"""EntryRow: one patrol row as facts, before it is filed; and the law every inlet's rows meet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from agencies.models import AgencyKind
from core.errors import DomainError
from ledgers.columns import ANSWERS, BY_KEY, Refs, check
from ledgers.models import Entry, Site
from minewatch.lib.coordinates import find_in_text
from minewatch.lib.periods import Period, parse_period, period_of

if TYPE_CHECKING:
    from agencies.models import Agency

LATE_AFTER = dt.timedelta(days=30)
KINDS = {AgencyKind.VILLAGE: "week", AgencyKind.TOWNSHIP: "month"}


@dataclass(frozen=True, kw_only=True)
class EntryRow:
    """The ten columns as facts (answers "yes", "no", "unclear" with the words as written) and what the
    paper has no room for. `period` "" means the unit's own: village week, township month, county quarter.
    """

    location: str
    licence: str
    shallow: str
    illegal: str
    beyond: str
    irregular: str
    patrolled_on: dt.date
    seq: int | None = None
    mineral: str = ""
    licence_text: str = ""
    shallow_text: str = ""
    illegal_text: str = ""
    beyond_text: str = ""
    irregular_text: str = ""
    measures: str = ""
    remark: str = ""
    patrolled_at: dt.datetime | None = None
    precision: str = Entry.Precision.DAY
    night: bool = False
    people: int | None = None
    vehicles: int | None = None
    lon: float | None = None
    lat: float | None = None
    datum: str = ""
    coordinate_raw: str = ""
    accuracy_m: float | None = None
    site: Site | None = None
    period: str = ""

    @classmethod
    def of(cls, facts: Mapping[str, object], **more: object) -> EntryRow:
        """From facts as `columns.parse_row` gives them; what is not a fact of a row is left out.

        Raises DomainError when a fact that a row needs is missing.
        """
        given = {**facts, **more}
        known = {f.name: given[f.name] for f in fields(cls) if given.get(f.name) is not None}
        for name in ("location", *ANSWERS, "patrolled_on"):
            if name not in known:
                label = BY_KEY[name].label if name in BY_KEY else "巡查时间"
                field = name if name in BY_KEY else "patrolled_at"
                raise DomainError(f"{label}未填写。", field=field)
        return cls(**known)  # type: ignore[arg-type]

    @classmethod
    def from_entry(cls, entry: Entry) -> EntryRow:
        """The facts of a filed row, to correct them."""
        return cls(**{f.name: getattr(entry, f.name) for f in fields(cls)})

    def facts(self) -> dict[str, object]:
        """The facts under the names of the Entry model, without site and period."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        del values["site"], values["period"]
        return values


def own_period(agency: Agency, day: dt.date) -> Period:
    """The period of a unit's ledger: village week, township month, any other unit quarter (domain.md A.3)."""
    return period_of(day, KINDS.get(agency.kind, "quarter"))


def period_for(agency: Agency, row: EntryRow) -> Period:
    """The period a row belongs to. Raises DomainError for one that cannot be read."""
    if not row.period:
        return own_period(agency, row.patrolled_on)
    try:
        return parse_period(row.period)
    except ValueError as error:
        raise DomainError(str(error), field="period") from None


def is_late(patrolled_on: dt.date, recorded_on: dt.date) -> bool:
    """补录: patrolled more than 30 days before it was recorded."""
    return recorded_on - patrolled_on > LATE_AFTER


def place_of(site: Site) -> str:
    """A site as the paper names it: 青石镇上湾村柳树沟采石场(E111.46377,N39.42386)."""
    place = site.agency.division.name + (site.village.division.name if site.village else "")
    name = site.name if site.name.startswith(place) else place + site.name
    return with_point(name, site.lon, site.lat)


def with_point(location: str, lon: float | None, lat: float | None) -> str:
    """The location with its coordinates behind it, as form 1 asks (说明2), unless it has some already."""
    if lon is None or lat is None or find_in_text(location)[0] is not None:
        return location
    longer = f"{location}(E{lon:.5f},N{lat:.5f})"
    return longer if len(longer) <= 200 else location


def completed(row: EntryRow) -> EntryRow:
    """The row as the paper wants it: a site's place and mineral when none were written, the point behind."""
    if row.site is not None:
        row = replace(row, mineral=row.mineral or row.site.mineral)
        if not row.location:
            row = replace(row, location=place_of(row.site), **_point_of(row))
    return replace(row, location=with_point(row.location, row.lon, row.lat))


def _point_of(row: EntryRow) -> dict[str, object]:
    """The site's own point where none was taken on the spot."""
    site = row.site
    if row.lon is not None or site is None or site.lon is None:
        return {}
    return {"lon": site.lon, "lat": site.lat, "datum": site.datum, "coordinate_raw": site.coordinate_raw}


def judge(row: EntryRow, agency: Agency, refs: Refs) -> None:
    """The rules every filed row meets. Raises DomainError with the column as field."""
    if not row.location:
        raise DomainError("请选择监管对象，或填写巡查检查区域位置。", field="location")
    for key in ANSWERS:
        if getattr(row, key) not in ("yes", "no", "unclear"):
            raise DomainError(f"{BY_KEY[key].label}未填写。", field=key)
    for problem in check(row.facts(), refs):
        if problem.level == "error":
            mend = f"。{problem.mend}" if problem.mend else ""
            raise DomainError(f"{problem.message}{mend}。", field=problem.column)
    if row.site is not None:
        _judge_site(row.site, agency)


def _judge_site(site: Site, agency: Agency) -> None:
    """A village or township names its own sites only; other units those of their county."""
    if agency.kind == AgencyKind.VILLAGE:
        mine = site.agency_id == agency.parent_id and site.village_id in (None, agency.pk)
    elif agency.kind == AgencyKind.TOWNSHIP:
        mine = site.agency_id == agency.pk
    else:
        mine = site.division.code.startswith(agency.division.code[:6])
    if not mine:
        raise DomainError(f"监管对象“{site.name}”不在{agency.label}范围内，请重新选择。", field="site")


def needs_measures(row: EntryRow) -> None:
    """A single row that reports digging says what was done about it; "已报告，待处置" will do."""
    if row.illegal == "yes" and not row.measures and not row.remark:
        raise DomainError(
            "存在非法违法盗采行为，请写明制止取缔及关闭情况；还没有采取措施的，写“已报告，待处置”。",
            field="measures",
        )
