"""Lists and items, pure reading: who keeps, who works, what is asked, what is late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from agencies.models import Agency, AgencyKind, Role
from agencies.posts import signers
from agencies.scope import readable_agencies
from duties import board
from duties.models import Campaign, Duty, Item, ItemList
from duties.owners import DESKS
from duties.states import OFFICE, WORKERS

if TYPE_CHECKING:
    from django.db import models

    from agencies.models import Division, Member
    from duties.models import Task

#: 挂账: not yet 销号 and not 剔除
STANDING = (Item.Status.OPEN, Item.Status.HANDLING, Item.Status.AWAITING)
#: In the hands of the responsible unit.
AT_WORK = (Item.Status.OPEN, Item.Status.HANDLING)


@dataclass(frozen=True)
class NewItem:
    """What one new item says. `subject` is the object behind it (a site); `agency` answers for it."""

    name: str
    agency: Agency
    place: str = ""
    problem: str = ""
    demand: str = ""
    category: str = ""
    due_at: dt.datetime | None = None
    subject: models.Model | None = None
    site_kind: str = ""
    division: Division | None = None
    found_by: Agency | None = None
    hidden: bool = False
    responsible: str = ""

    def key(self) -> tuple[str, ...]:
        """What makes two rows of one list the same: the object, else name, place, problem and unit."""
        if self.subject is not None:
            kind, pk = self.subject._meta.label_lower, str(self.subject.pk)
            return (kind, pk, self.problem.strip())
        name, place = self.name.strip()[:160], self.place.strip()[:200]
        return (name, place, self.problem.strip(), str(self.agency.pk))


def key_of(item: Item) -> tuple[str, ...]:
    """The key of a stored item, as `NewItem.key` builds it."""
    if item.subject_id:
        return (item.subject_kind, item.subject_id, item.problem)
    return (item.name, item.place, item.problem, str(item.agency_id))


def holds_any(member: Member, roles: tuple[str, ...], agency: Agency | int) -> bool:
    """Whether the member holds one of `roles` in `agency`, by post or acting."""
    return member.is_business and any(member.holds(role, agency) for role in roles)


def serves(member: Member, agency: Agency) -> bool:
    """A member with a working or an office post in the unit."""
    return holds_any(member, (*WORKERS, *OFFICE), agency)


def may_open(member: Member, agency: Agency, task: Task | None) -> bool:
    """Open a list of `agency`: its own people; for a task only units that have part in it or oversee it."""
    if not serves(member, agency):
        return False
    if task is None or agency.kind in (AgencyKind.JOINT_OFFICE, AgencyKind.NATURAL_RESOURCES):
        return True
    return task.parties.filter(agency=agency, left_on__isnull=True).exists()


def may_add(member: Member, item_list: ItemList, found_by: Agency | None = None) -> bool:
    """The keeper's people; on a task's list those of every unit with part in the task; on the list of an
    inspection those who add what their own unit found (its room has asked whether they took part)."""
    if serves(member, item_list.agency):
        return True
    if not member.is_business or not any(member.holds(role) for role in (*WORKERS, *OFFICE)):
        return False
    if item_list.source_kind:
        return found_by is not None and found_by.pk == member.agency_id
    task = item_list.task
    return bool(task) and task.parties.filter(agency=member.agency_id, left_on__isnull=True).exists()


def works_on(member: Member, item: Item) -> bool:
    """The responsible unit's people, or whoever its empty post has passed to."""
    if holds_any(member, WORKERS, item.agency_id):
        return True
    return member.is_business and board.mine(member).filter(key=duty_key(item)).exists()


def keeps(member: Member, item: Item) -> bool:
    """The people of the unit that keeps the list, or whoever its step has passed to."""
    if holds_any(member, OFFICE, item.list.agency_id):
        return True
    return member.is_business and board.mine(member).filter(key=accept_key(item)).exists()


def why_not_close(member: Member, item: Item) -> str:
    """Why this member may not 验收销号, in Chinese; "" when nothing stands against it."""
    if not keeps(member, item):
        return f"由{item.list.agency.label}（清单管理单位）的人员办理。"
    if member.pk == item.submitted_by_id:
        return "报请销号的人不能自己验收，须由另一人办理。"
    if item.responsible and member.name == item.responsible:
        return "监管责任人不能验收自己负责的条目，须由另一人办理。"
    return ""


def duty_key(item: Item) -> str:
    """Key of the responsible unit's duty."""
    return f"item:{item.pk}"


def accept_key(item: Item) -> str:
    """Key of the keeper's step 验收."""
    return f"item:{item.pk}:accept"


def worker_role(agency: Agency) -> str:
    """Whose desk an item comes to."""
    return DESKS.get(agency.kind, Role.OFFICER)


def accept_post(item: Item) -> tuple[str, Member | None]:
    """(role, member) for the step 验收: a filled post of the keeper that is not the submitter's; a post
    left empty passes to the unit above, whose member is then named."""
    agency = item.list.agency
    first = DESKS.get(agency.kind, Role.OFFICER)
    roles = dict.fromkeys([first if first in OFFICE else Role.DEPUTY, *OFFICE])
    above: Member | None = None
    for role in roles:
        found, standing = signers(agency, role, but=item.submitted_by)
        if standing != "superior":
            return role, None
        above = above or (found[0] if found else None)
    return next(iter(roles)), above


def questions_of(item: Item) -> list[dict]:
    """The list's questions that are asked of this kind of object: [{code, label}]."""
    return [
        one
        for one in item.list.questions
        if not one.get("site_kinds") or not item.site_kind or item.site_kind in one["site_kinds"]
    ]


def unanswered(item: Item, answers: Mapping[str, str]) -> list[dict]:
    """Questions that still have no answer."""
    return [one for one in questions_of(item) if not str(answers.get(one["code"], "")).strip()]


def due_of(item_list: ItemList, due_at: dt.datetime | None = None) -> dt.datetime | None:
    """The item's own due instant, else the list's, else that of the keeper's duty for the task."""
    if due_at or item_list.due_at or not item_list.task_id:
        return due_at or item_list.due_at
    dues = Duty.objects.filter(rule__task=item_list.task_id, due_at__isnull=False, history=False)
    rows = list(dues.exclude(status=Duty.Status.CANCELLED).values_list("agency_id", "due_at"))
    own = [due for agency_id, due in rows if agency_id == item_list.agency_id]
    return min(own or [due for _, due in rows], default=None)


def late_q(at: dt.datetime) -> Q:
    """Items not 销号 in time, as seen at `at`; one that was reported in time is not late."""
    still = Q(status__in=STANDING, due_at__lt=at)
    return still | Q(status=Item.Status.CLOSED, due_at__isnull=False, submitted_at__gt=F("due_at"))


def lists_for(member: Member) -> QuerySet[ItemList]:
    """Lists in the member's sight: those kept by units the member may read – one of a 暗访 not yet
    released only by its own side – those with an item in sight, and those of tasks the unit has part in."""
    if not member.is_business:
        return ItemList.objects.none()
    rows = ItemList.objects.all()
    seen = Item.objects.visible_to(member).filter(list=OuterRef("pk"))
    secret = Item.objects.filter(list=OuterRef("pk"), hidden=True)
    found = Q(agency=member.agency_id) | Exists(seen)
    if member.agency.kind == AgencyKind.JOINT_OFFICE:
        return rows.filter(found | Q(agency__in=readable_agencies(member).values("pk")))
    plain = Q(source_kind="") & ~Exists(secret)
    party = Q(task__parties__agency=member.agency_id, task__campaign__in=running(member))
    named = ItemList.objects.filter(party).values("pk")
    return rows.filter(
        found | (plain & (Q(agency__in=readable_agencies(member).values("pk")) | Q(pk__in=named)))
    )


def running(member: Member) -> QuerySet:
    """Ids of campaigns in the member's sight."""
    return Campaign.objects.visible_to(member).values("pk")
