"""Who may do what to a lead, and why not in words; buttons, actions and tests ask here."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from agencies.models import Agency, AgencyKind, Member, Role
from agencies.posts import signers, signing_above
from core.access import barred_from, barred_units
from duties.holders import stands_for_office
from duties.standing import may_work, units_to_call
from ledgers.lead_states import DECIDERS, LEAD_MOVES
from ledgers.models import Lead, LeadCheck

HOLDER_ONLY = "由承办单位办理。"
#: Units that are reached by a referral, not by 分派: they work on papers or in systems of their own.
NOT_BY_DISPATCH = frozenset(
    {
        AgencyKind.COURT,
        AgencyKind.PROCURATORATE,
        AgencyKind.DISCIPLINE,
        AgencyKind.GANG_OFFICE,
        AgencyKind.CITY_OFFICE,
        AgencyKind.COUNTY,
    }
)


def county_code(lead: Lead) -> str:
    """The six digits of the lead's county."""
    return lead.agency.division.code[:6]


def office_of(lead: Lead) -> Agency | None:
    """The joint office of the lead's county."""
    rows = Agency.objects.active().filter(kind=AgencyKind.JOINT_OFFICE, division__code=county_code(lead))
    return rows.order_by("pk").first()


def desks(member: Member) -> list[Agency]:
    """Units at whose desk the member works: the own one and those of acting posts."""
    rows = Agency.objects.active().filter(pk__in=member.units).select_related("division", "parent")
    return [unit for unit in rows.order_by("division__code", "pk") if may_work(member, unit)]


def handles(member: Member, lead: Lead) -> bool:
    """Whether the lead is on the member's desk: they are told that there is an informant."""
    return may_work(member, lead.holder)


def for_office(member: Member, lead: Lead) -> bool:
    """Whether the member stands for the joint office of the lead's county."""
    return stands_for_office(member, county_code(lead))


def deciders(lead: Lead, *, but: Iterable[Member] = ()) -> tuple[list[Member], str]:
    """Who gives the second word, and the post it waits at: nobody of `but`, nobody who must stay out.

    A unit without such a second person passes it to the unit above.
    """
    out = barred_from(lead.matter) | Q(pk__in=[member.pk for member in but])
    found: dict[str, list[Member]] = {}
    for role in (Role.DEPUTY, Role.APPROVER, Role.HEAD):
        members, standing = signers(lead.holder, role, out=out)
        if members and standing != "superior":
            found[role] = members
    if found:
        return list({m.pk: m for members in found.values() for m in members}.values()), next(iter(found))
    return signers(lead.holder, Role.HEAD, out=out)[0], Role.HEAD


def those_of(check: LeadCheck | None) -> list[Member]:
    """Who made the check and put it down: none of them gives the second word."""
    return [] if check is None else [check.recorded_by, *check.officers.all()]


def targets(member: Member, lead: Lead) -> list[Agency]:
    """Units to which the member may pass the lead on; one that must stay out of it, or of a lead merged into
    it, is none: it would hold those too."""
    side = lead.holder if handles(member, lead) else office_of(lead)
    if side is None:
        return []
    away = barred_units(affairs(lead))
    return [
        unit
        for unit in [*units_to_call(side), *([side] if side.pk != lead.holder_id else [])]
        if unit.pk not in away
        and unit.pk != lead.holder_id
        and unit.online
        and unit.kind not in NOT_BY_DISPATCH
    ]


def affairs(lead: Lead) -> QuerySet:
    """Ids of the affairs that change hands with the lead: its own, then those of the leads merged into it."""
    return Lead.objects.filter(Q(pk=lead.pk) | Q(merged_into=lead)).order_by("pk").values("matter_id")


def back_to(lead: Lead, sender: Agency) -> Agency | None:
    """Who has the lead again when it is returned to `sender`: where that unit must stay out by now, the
    nearest one above in service where somebody may sign for the head, else the joint office; None: nobody.
    """
    away = barred_units(affairs(lead)) | {lead.holder_id}
    if sender.pk not in away:
        return sender
    above = signing_above(sender, out=barred_from(lead.matter), but=away)
    if above is not None:
        return above
    office = office_of(lead)
    return None if office is None or office.pk in away else office


def why_not(member: Member, lead: Lead, name: str) -> str:
    """ "" when the member may make the move on the lead now, else the reason in words."""
    if lead.withdrawn_at is not None:
        return "线索已撤回。"
    if lead.status not in LEAD_MOVES[name].source:
        return f"线索现在的状态是“{lead.get_status_display()}”。"
    return who_not(member, lead, name)


def why_no_reply(member: Member, lead: Lead) -> str:
    """ "" when the member may put down that who told the lead was answered, else the reason in words."""
    if not lead.is_tip:
        return "只有举报线索登记答复举报人。"
    if lead.withdrawn_at is not None:
        return "线索已撤回。"
    return who_not_reply(member, lead)


def who_not_reply(member: Member, lead: Lead) -> str:
    """ "" when the reply is the member's to put down, whatever the state; else whose it is, in words."""
    main = lead.merged_into
    ok = handles(member, lead) or (main is not None and handles(member, main))
    return "" if ok else "由承办单位登记。"


def who_not(member: Member, lead: Lead, name: str) -> str:
    """ "" when the move is the member's to make, whatever the lead's state; else whose it is, in words."""
    if name in ("dispatch", "merge", "split"):
        ok = handles(member, lead) or for_office(member, lead)
        return "" if ok else "由承办单位或专班办公室办理。"
    if name in ("confirm", "recheck"):
        return _why_no_second_word(member, lead)
    if name == "reopen":
        leads = any(member.holds(role, lead.holder) for role in DECIDERS)
        ok = leads or for_office(member, lead) or member in deciders(lead)[0]
        return "" if ok else "由承办单位负责人或专班办公室办理。"
    return "" if handles(member, lead) else HOLDER_ONLY


def _why_no_second_word(member: Member, lead: Lead) -> str:
    made = those_of(lead.checks.last())
    if member in made:
        return "核查人和登记人不能复核自己的核查结果。"
    if member not in deciders(lead, but=made)[0]:
        return "由承办单位的分管领导、审批人或主要负责人复核。"
    return ""
