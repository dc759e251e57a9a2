"""What a 回避 takes along, in its own transaction: names come off, and where it leaves a holder without
anybody to sign the affair passes to the unit above (指定管辖)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q

from agencies.models import Agency, Member, Role
from agencies.posts import signers, signing_above
from cases.actions.cases import effects
from cases.actions.cases.rows import put_down
from cases.actions.cases.taking import Facts
from cases.case_states import CASE_MOVES, CASE_OVER
from cases.models import Case, CaseOfficer, CaseTask, Recusal, Referral, ReferralOfficer
from cases.rights import concerned, holder_units
from cases.states import HANDS, REFERRAL_OVER
from core import audit
from core.access import barred_from, grant, revoke
from core.errors import DomainError
from core.models import Access, Matter
from duties.actions.reaching import let_in
from duties.models import Duty
from duties.standing import desk
from ledgers.actions.leads import hand_to, owed
from ledgers.actions.leads.handing import MERGED, give
from ledgers.lead_states import LEAD_OVER
from ledgers.models import Lead
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from collections.abc import Iterable

DESIGNATE = CASE_MOVES["designate"]
NOBODY_ABOVE = "{unit}没有可以接办的上级单位，不能决定回避。请先为其上级单位指定主持工作的人员。"
BASIS = "指定管辖"


# names ---------------------------------------------------------------------------------------------


def take_names_off(recusal: Recusal, by: Member) -> None:
    """Whoever must stay out is named nowhere in the affair's open work; what named them falls to the post."""
    matter, whom = recusal.matter, Member.objects.filter(concerned(recusal.member, recusal.agency))
    ids = list(whom.values_list("pk", flat=True))
    for duty in _open_duties(matter).filter(member__in=ids).select_related("agency"):
        Duty.objects.filter(pk=duty.pk).update(member=None, version=F("version") + 1)
        audit.record("duty.handed_over", actor=by, agency=duty.agency, subject=duty, matter=matter)
    _free_officers(matter, ids)
    _give_tasks_back(recusal, ids, by)


def _free_officers(matter: Matter, ids: list[int]) -> None:
    at = now()
    cases = Case.objects.filter(matter=matter).exclude(status__in=CASE_OVER)
    named = CaseOfficer.objects.filter(case__in=cases, member__in=ids, released_at__isnull=True)
    touched = set(named.values_list("case_id", flat=True))
    named.update(released_at=at)
    Case.objects.filter(pk__in=touched).update(version=F("version") + 1)
    running = Referral.objects.filter(matter=matter).exclude(status__in=REFERRAL_OVER)
    team = ReferralOfficer.objects.filter(referral__in=running, member__in=ids)
    touched = set(team.values_list("referral_id", flat=True))
    team.delete()
    Referral.objects.filter(pk__in=touched).update(version=F("version") + 1)
    for row in matter.access.filter(member__in=ids, relation=Access.Relation.HOLDER).select_related("member"):
        revoke(matter, row.relation, member=row.member, track=row.track)


def _give_tasks_back(recusal: Recusal, ids: list[int], by: Member) -> None:
    """An open task of a case goes to another officer of it, else to who gave it, else to who decided."""
    tasks = CaseTask.objects.filter(case__matter=recusal.matter, member__in=ids, done_at__isnull=True)
    for task in tasks.select_related("given_by"):
        left = CaseOfficer.objects.filter(case=task.case_id, released_at__isnull=True).exclude(member__in=ids)
        officer = left.order_by("-chief", "pk").select_related("member").first()
        giver = task.given_by if task.given_by_id not in ids else by
        to = officer.member if officer else giver
        CaseTask.objects.filter(pk=task.pk).update(member=to, version=F("version") + 1)
        step = Duty.objects.open().filter(key=f"case:{task.case_id}:task:{task.pk}")
        step.update(member=to, version=F("version") + 1)


# the affair ----------------------------------------------------------------------------------------


def left_without(recusal: Recusal, unit: Agency, before: Q) -> bool:
    """Whether the recusal, now in force, leaves `unit` unfit to go on: it is barred as a whole, its head's
    post has nobody left who may sign, or nobody at all is left there. `before`: who was barred before it."""
    if recusal.agency_id == unit.pk:
        return True
    after = barred_from(recusal.matter)
    if _fills(unit, Role.HEAD, before):
        return not _fills(unit, Role.HEAD, after)
    roles = (*HANDS, desk(unit))
    return any(_fills(unit, role, before) for role in roles) and not any(
        _fills(unit, role, after) for role in roles
    )


def _fills(unit: Agency, role: str, out: Q) -> bool:
    found, why = signers(unit, role, out=out)
    return bool(found) and why != "superior"


def pass_up(recusal: Recusal, by: Member, before: Q) -> Agency | None:
    """Move what the recusal leaves without a holder to the unit above. Returns that unit, None when nothing
    had to move. Raises DomainError where nobody above could take it."""
    matter, taken = recusal.matter, None
    units = list(holder_units(matter))
    if recusal.agency and recusal.agency not in units and _has_open_work(matter, recusal.agency):
        units.append(recusal.agency)
    for unit in units:
        if left_without(recusal, unit, before):
            taken = signing_above(unit, out=barred_from(matter))
            if taken is None:
                raise DomainError(NOBODY_ABOVE.format(unit=unit.label))
            _move(matter, unit, taken, by)
    return taken


def _has_open_work(matter: Matter, unit: Agency) -> bool:
    return _open_duties(matter).filter(agency=unit).exists()


def _move(matter: Matter, unit: Agency, to: Agency, by: Member) -> None:
    """Leads, cases, rights and open duties of `unit` in this affair go to `to`: also what is over, for it may
    be opened again, and look-back visits, replies and remedies are still owed on it."""
    told: list[Lead] = []
    for lead in Lead.objects.filter(matter=matter, holder=unit, withdrawn_at__isnull=True):
        if lead.status in LEAD_OVER:
            told += _move_ended(lead, unit, to, by)
        else:
            hand_to(lead=lead, to=to, by=by, basis=BASIS)
    for case in Case.objects.filter(matter=matter, holder=unit):
        _move_case(case, unit, to, by)
    _copy_rights(matter, unit, to)
    replies = Duty.objects.open().filter(key__in=[owed.key_of(lead, owed.REPLY) for lead in told])
    for duty in (_open_duties(matter) | replies).filter(agency=unit).select_related("agency", "matter"):
        role = post_at(to, duty.role, duty.matter)
        rows = Duty.objects.filter(pk=duty.pk, status=Duty.Status.OPEN)
        rows.update(agency=to, role=role, member=None, version=F("version") + 1)
        # who decides here may have to stay out of the affair of a merged lead
        actor = by if duty.matter_id == matter.pk else None
        audit.record("duty.handed_over", actor=actor, agency=to, subject=duty, matter=duty.matter)


def _move_ended(lead: Lead, unit: Agency, to: Agency, by: Member) -> list[Lead]:
    """A closed or merged lead: who holds it, and what merging let the holder see, without a new limit; who
    told it may still wait for an answer. Returns the leads merged into it, whose replies go the same way."""
    give(lead, to, by, BASIS)
    main = lead.merged_into
    if main is not None and main.matter.access.filter(agency=unit, basis=MERGED).exists():
        revoke(main.matter, Access.Relation.PARTY, agency=unit)
        grant(main.matter, Access.Relation.PARTY, agency=to, basis=MERGED)
    return list(lead.merged.all())


def _move_case(case: Case, unit: Agency, to: Agency, by: Member) -> None:
    """As the move 指定管辖 of the case does it, with its step; what brought it about stands elsewhere."""
    rows = Case.objects.filter(pk=case.pk, holder=unit)
    rows.update(holder=to, promoted_from=case.promoted_from or unit, version=F("version") + 1)
    case.refresh_from_db()
    at = now()
    step = put_down(case, DESIGNATE.name, by=by, at=at, organ=to, text="由上级单位办理")
    effects.follow(case, step, Facts(happened_at=at, unit=to), before=unit)
    facts = {"serial": case.serial, "status": case.status}
    audit.record("case.passed_up", actor=by, agency=to, subject=case, matter=case.matter, facts=facts)


def _copy_rights(matter: Matter, unit: Agency, to: Agency) -> None:
    """What `unit` has, `to` has; `unit` itself is a party from now on (of no use while it is barred)."""
    relation = Access.Relation
    runs = Q(until__isnull=True) | Q(until__gte=now())
    rows = matter.access.filter(runs, agency=unit, relation__in=(relation.HOLDER, relation.PARTY))
    held = set(
        matter.access.filter(runs, agency=to, relation=relation.HOLDER).values_list("track", flat=True)
    )
    for row in list(rows):
        if row.relation == relation.PARTY and row.track in held:
            continue
        grant(matter, row.relation, agency=to, track=row.track, basis=BASIS)
        if row.track == Access.Track.CRIMINAL:
            # a government's leaders are not the leaders of a bureau: by name
            for one in signers(to, Role.HEAD, out=barred_from(matter))[0]:
                grant(matter, row.relation, member=one, track=row.track, basis=BASIS)
        if row.relation == relation.HOLDER:
            revoke(matter, relation.HOLDER, agency=unit, track=row.track)
            grant(matter, relation.PARTY, agency=unit, track=row.track, basis="原承办单位")


def post_at(unit: Agency, role: str, matter: Matter) -> str:
    """The post of `unit` that does what `role` did below: the same, its desk, or who leads it."""
    out = barred_from(matter)
    posts = dict.fromkeys((role, desk(unit), Role.HEAD, Role.LEADER))
    return next((post for post in posts if signers(unit, post, out=out)[1] != "superior"), role)


def reach(matter: Matter) -> list[Member]:
    """Let the people above in, to whom open steps pass because others must stay out."""
    found: dict[int, Member] = {}
    for duty in _open_duties(matter).select_related("agency__division", "matter", "member"):
        found |= {one.pk: one for one in let_in(duty)}
    return list(found.values())


def _open_duties(matter: Matter):
    return Duty.objects.filter(matter=matter, status=Duty.Status.OPEN)


def signing_for(unit: Agency, matter: Matter) -> Iterable[Member]:
    """Who signs for the head of `unit` in this affair, to be told."""
    return signers(unit, Role.HEAD, out=barred_from(matter))[0]
