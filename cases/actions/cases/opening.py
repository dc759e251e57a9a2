"""A case is opened: from leads, of the unit's own motion, for a referral, or because it revived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from agencies.models import Agency, AgencyKind
from cases import numbers
from cases.actions.cases.owing import renew
from cases.actions.cases.rows import put_down
from cases.case_states import CASE_OVER
from cases.edges import EDGES
from cases.models import Case, Referral
from cases.states import CaseStatus, Family
from core import audit
from core.access import grant
from core.errors import DomainError, Missing, NotAllowed
from core.models import Access, Counter, Matter
from core.once import once
from core.wording import words
from core.workflow import bump
from duties.moments import plausible
from duties.standing import may_work
from ledgers.lead_states import LeadStatus
from ledgers.models import Lead
from minewatch.lib.clock import local_date, now

if TYPE_CHECKING:
    from agencies.models import Division, Member
    from ledgers.models import Site

SERIES = "AJ"
#: They keep what they do to themselves: outer states, need to know (Access.Track.CRIMINAL).
RESTRICTED = frozenset(
    {
        AgencyKind.POLICE,
        AgencyKind.DISCIPLINE,
        AgencyKind.GANG_OFFICE,
        AgencyKind.PROCURATORATE,
        AgencyKind.COURT,
    }
)
#: They find and pass on; they impose nothing.
NO_CASES = frozenset(
    {AgencyKind.VILLAGE, AgencyKind.COUNTY, AgencyKind.JOINT_OFFICE, AgencyKind.GANG_OFFICE}
    | {AgencyKind.PUBLICITY, AgencyKind.SYSTEM}
)
#: A case may begin from a lead before or after it was checked; never from one that is not true or is over.
USABLE = (LeadStatus.OPEN, LeadStatus.SENT, LeadStatus.HANDLING)
UNIT_ONLY = "由承办单位的人员以本单位名义登记案件。"


def open_case(
    *,
    by: Member,
    title: str,
    found_on: dt.date,
    origin: str,
    leads: Sequence[Lead] = (),
    site: Site | None = None,
    holder: Agency | None = None,
    track: str = "",
    matter: Matter | None = None,
    revived_from: Case | None = None,
    referral: Referral | None = None,
    facts: str = "",
    location: str = "",
    point: tuple[float, float] | None = None,
    division: Division | None = None,
    self_reported: bool = False,
    concealed: bool = False,
    token: UUID | None = None,
) -> Case:
    """A case of `holder` (default: the member's unit) in 核查, under its first lead's matter or a fresh one.

    The other leads are linked; their matters stay their own. `point` is (lon, lat) in degrees. `track` is
    that of the unit unless given. Raises NotAllowed, Missing (a lead out of sight), DomainError.
    """
    holder = holder or by.agency
    _may_open(by, holder, referral)
    _check(by, title, found_on, origin, leads, self_reported and concealed)

    def make() -> Case:
        for lead in leads if referral is None else ():
            bump(lead, *USABLE)
        home = matter or (leads[0].matter if leads else None) or Matter.objects.create()
        case = Case.objects.create(
            matter=home,
            track=track or track_of(holder),
            serial=_serial(),
            holder=holder,
            title=title.strip(),
            facts=facts.strip(),
            origin=origin,
            opened_by=by,
            opened_at=now(),
            found_on=found_on,
            revived_from=revived_from,
            self_reported=self_reported,
            concealed=concealed,
            **_place(holder, leads, site, location, point, division),
        )
        case.leads.set(leads)
        _let_in(case, by)
        put_down(case, "open", by=by, at=case.opened_at, source="", label="登记案件")
        audit.record(
            "case.opened",
            actor=by,
            agency=holder,
            subject=case,
            matter=home,
            facts={"serial": case.serial, "origin": origin},
        )
        renew(case, by=by)
        return case

    return once(token=token, verb="case.opened", member=by, make=make)


def case_of_filing(
    *,
    referral: Referral,
    by: Member,
    number: str = "",
    happened_at: dt.datetime | None = None,
) -> Case | None:
    """The receiver's own case when it files or accepts `referral`: the same one when asked again.

    A criminal referral gives a filed case under its `number`; the others begin with 核查. An 线下单位
    keeps no case here (None). A case that the receiver already has open in the affair is taken. Called by
    referrals.take inside its transaction; sets `referral.answer_case`.
    """
    if referral.answer_case_id:
        return referral.answer_case
    receiver = referral.receiver
    if not receiver.online:
        return None
    case = _running(referral) or open_case(
        by=by,
        title=referral.title,
        found_on=local_date(referral.received_at or happened_at or now()),
        origin=Case.Origin.REFERRAL,
        leads=[referral.lead] if referral.lead_id else (),
        site=_site(referral),
        holder=receiver,
        matter=referral.matter,
        referral=referral,
    )
    if EDGES[referral.edge].family == Family.CRIMINAL and case.status == CaseStatus.DRAFT:
        _file_at_once(case, by, number, happened_at or now())
    Referral.objects.filter(pk=referral.pk).update(answer_case=case)
    referral.answer_case = case
    return case


def track_of(agency: Agency) -> str:
    """Which track a unit's cases are on: police, discipline and justice keep theirs to themselves."""
    return Case.Track.CRIMINAL if agency.kind in RESTRICTED else Case.Track.ADMIN


def _may_open(by: Member, holder: Agency, referral: Referral | None) -> None:
    if referral is None and (holder.kind in NO_CASES or not may_work_or_decide(by, holder)):
        raise NotAllowed(UNIT_ONLY)


def may_work_or_decide(member: Member, agency: Agency) -> bool:
    """Whether the member holds a post in the unit that handles or decides cases."""
    from cases.states import HANDS

    if not member.is_business:
        return False
    return any(member.holds(role, agency) for role in HANDS) or may_work(member, agency)


def _check(by: Member, title: str, found_on: dt.date, origin: str, leads: Sequence[Lead], both: bool) -> None:
    if not title.strip() or len(title.strip()) > 120:
        raise DomainError("请填写案由，不超过120字。", field="title")
    if origin not in Case.Origin.values:
        raise DomainError("请选择案件来源。", field="origin")
    plausible(dt.datetime.combine(found_on, dt.time.min), "found_on")
    if found_on > local_date(now()):
        raise DomainError("发现日期在今天之后，请填写实际发现日期。", field="found_on")
    if both:
        raise DomainError("“主动报告并自行纠正”和“隐瞒不报”不能同时选。", field="concealed")
    if origin == Case.Origin.LEAD and not leads:
        raise DomainError("来源为线索的，请至少选择一条线索。", field="leads")
    if not leads or origin == Case.Origin.REFERRAL:
        return
    keys = {row.pk for row in leads}
    if Lead.objects.visible_to(by).filter(pk__in=keys).count() != len(keys):
        raise Missing("没有找到这条线索。")
    for lead in leads:
        if lead.withdrawn_at or lead.status not in USABLE:
            raise DomainError(
                f"线索 {lead.number} 的状态是“{lead.get_status_display()}”，不能据此登记案件。", field="leads"
            )


def _serial() -> str:
    series = f"{SERIES}{now().year}"
    return f"{series}-{Counter.take(series):04d}"


def _place(
    holder: Agency,
    leads: Sequence[Lead],
    site: Site | None,
    location: str,
    point: tuple[float, float] | None,
    division: Division | None,
) -> dict[str, object]:
    """Where: as given, else that of the first lead and its site."""
    lead = leads[0] if leads else None
    site = site or (lead.site if lead else None)
    lon, lat = point or ((lead.lon, lead.lat) if lead else (None, None))
    finder = lead.agency if lead else holder
    found = division or (site.division if site else finder.division)
    said = words(location, "案发地点", "location", 200, needed=False)
    said = said or (lead.location if lead else site.name if site else "")[:200]
    return {"site": site, "division": found, "location": said, "lon": lon, "lat": lat}


def _site(referral: Referral) -> Site | None:
    if referral.case_id:
        return referral.case.site
    return referral.lead.site if referral.lead_id else None


def _running(referral: Referral) -> Case | None:
    rows = Case.objects.filter(matter=referral.matter, holder=referral.receiver).exclude(status__in=CASE_OVER)
    return rows.order_by("-id").first()


def _let_in(case: Case, by: Member) -> None:
    """The holder on the case's track; the joint office of its county knows that there is a case.

    Who opens a case on what another unit referred reads its own case and the manifest, not what that unit
    holds: its right is on the track of the referral.
    """
    relation = Access.Relation
    others = case.matter.access.filter(relation=relation.HOLDER, track=Access.Track.ADMIN)
    beside = case.origin == Case.Origin.REFERRAL and others.exclude(agency=case.holder).exists()
    track = Access.Track.REFERRAL if beside and case.track == Case.Track.ADMIN else case.track
    grant(case.matter, relation.HOLDER, agency=case.holder, track=track, basis=f"承办案件 {case.serial}")
    if case.track == Case.Track.CRIMINAL and may_work(by, case.holder):
        grant(case.matter, relation.HOLDER, member=by, track=case.track, basis="登记人")
    office = (
        Agency.objects.active()
        .filter(kind=AgencyKind.JOINT_OFFICE, division__code=case.holder.division.code[:6])
        .order_by("pk")
        .first()
    )
    if office and office.pk != case.holder_id and case.holder.kind != AgencyKind.DISCIPLINE:
        known = case.matter.access.filter(agency=office, relation=relation.OFFICE)
        if not known.exists():
            grant(case.matter, relation.OFFICE, agency=office)


def _file_at_once(case: Case, by: Member, number: str, at: dt.datetime) -> None:
    """公安机关立案: the referral's own step was the decision; the case takes its number and day."""
    source, number = case.status, numbers.typed(case.holder, number, but=case)
    Case.objects.filter(pk=case.pk).update(
        status=CaseStatus.FILED, number=number, filed_on=local_date(at), version=case.version + 1
    )
    case.refresh_from_db()
    put_down(case, "file_crime", by=by, at=at, source=source, number=number)
    audit.record(
        "case.file_crime",
        actor=by,
        agency=case.holder,
        subject=case,
        matter=case.matter,
        facts={"serial": case.serial, "from": source, "to": case.status},
    )


__all__ = ["RESTRICTED", "case_of_filing", "may_work_or_decide", "open_case", "track_of"]
