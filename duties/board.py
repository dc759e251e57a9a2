"""What a person has before them: 待我办, 已办, 我督办 – as querysets and as rows for the page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q, prefetch_related_objects

from agencies.models import Agency, Member, RoleGrant
from agencies.posts import signers
from core.access import barred_from
from core.models import Access, Matter
from core.registry import urls_of
from duties import acts, why
from duties.models import Duty, Task, Urge
from minewatch.lib.clock import day_end, midnight, now

if TYPE_CHECKING:
    from django.db.models import QuerySet

WEEK = re.compile(r"[0-9]{4}年第[0-9]+周（([^）]+)）$")
ONE_DAY = dt.timedelta(days=1)
#: a report that was in and came back: its correction step waits in its place, its date does not move
RETURNED = Q(kind=Duty.Kind.REPORT, first_done_at__isnull=False, status=Duty.Status.OPEN)
#: group, its word, in the order of the page
GROUPS = (
    ("late", "已逾期"),
    ("today", "今天到期"),
    ("week", "本周内"),
    ("later", "以后到期"),
    ("open", "未定期限"),
)


@dataclass(frozen=True)
class Item:
    """A duty as the page shows it; the light reads due_at, status, historical, provisional, why."""

    pk: int
    title: str
    short: str
    unit: str
    unit_told: bool
    group: str
    url: str
    act_url: str
    act_label: str
    due_at: dt.datetime | None
    status: str
    historical: bool
    provisional: bool
    catch_up: bool
    why: str
    progress: str
    state_words: str
    late: bool
    may_urge: bool = False
    urged: bool = False
    state: str = ""


def mine(member: Member) -> QuerySet[Duty]:
    """Duties in the member's hands: named, by post, acting, or passed up from a unit below without holder."""
    own = Q(member=member)
    for agency_id, role in posts(member):
        own |= Q(member__isnull=True, agency=agency_id, role=role)
    for matter_id, agency_id, role in _stepped_aside(member):
        own |= Q(member__isnull=True, agency=agency_id, role=role, matter=matter_id)
    return Duty.objects.visible_to(member).filter(own)


def _stepped_aside(member: Member) -> set[tuple[int, int, str]]:
    """(matter, unit, role) of open duties whose post is filled, but by people who must stay out of the affair
    (回避), and that fall to the member because of it."""
    reach = {agency_id for agency_id, _ in member.posts} | _below(member.posts)
    runs = Q(until__isnull=True) | Q(until__gte=now())
    barred = Access.objects.filter(runs, matter=OuterRef("matter"), relation=Access.Relation.BARRED)
    rows = Duty.objects.open().filter(Exists(barred), agency__in=reach, member__isnull=True)
    found = set(rows.order_by().values_list("matter_id", "agency_id", "role").distinct())
    units = Agency.objects.in_bulk({agency_id for _, agency_id, _ in found})
    matters = Matter.objects.in_bulk({matter_id for matter_id, _, _ in found})
    return {
        (matter, unit, role)
        for matter, unit, role in found
        if member in signers(units[unit], role, out=barred_from(matters[matter]))[0]
    }


def posts(member: Member) -> set[tuple[int, str]]:
    """(unit, role) pairs whose work comes to the member today."""
    return member.posts | _passed_up(member, member.posts)


def _passed_up(member: Member, held: set[tuple[int, str]]) -> set[tuple[int, str]]:
    """Empty posts below that fall to the member; asked only for posts that have open work."""
    below = _below(held) | _tops(held)
    if not below:
        return set()
    waiting = set(Duty.objects.open().filter(agency__in=below).values_list("agency_id", "role").distinct())
    filled = set(
        RoleGrant.objects.filter(member__is_active=True, member__agency__in=below).values_list(
            "member__agency_id", "role"
        )
    )
    empty = waiting - filled
    units = Agency.objects.in_bulk([agency_id for agency_id, _ in empty])
    return {(pk, role) for pk, role in empty if member in signers(units[pk], role)[0]}


def _below(held: set[tuple[int, str]]) -> set[int]:
    """Units under those where the member holds a post, by the chain of superiors."""
    children: dict[int, list[int]] = {}
    for pk, parent in Agency.objects.active().filter(parent__isnull=False).values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(pk)
    found: set[int] = set()
    waiting = [agency_id for agency_id, _ in held]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def _tops(held: set[tuple[int, str]]) -> set[int]:
    """Units of the member's with none above: their empty posts fall to their own head or leader."""
    own = Agency.objects.filter(pk__in={agency_id for agency_id, _ in held}, parent__isnull=True)
    return set(own.values_list("pk", flat=True))


def actionable(rows: QuerySet[Duty], at: dt.datetime) -> QuerySet[Duty]:
    """Open and possible now: the window has begun; a report of a closed period waits for its end."""
    begun = Q(window_start__lte=at) & (Q(window_end__lte=at) | Q(due_at__lt=F("window_end")))
    return rows.open().exclude(RETURNED).filter(Q(window_start__isnull=True) | begun, history=False)


def tallies(rows: QuerySet[Duty], at: dt.datetime) -> dict[str, int]:
    """How many lie in each group."""
    edges = _edges(at)
    runs = Q(stopped=False)
    return rows.aggregate(
        late=Count("pk", filter=runs & Q(due_at__lt=at)),
        today=Count("pk", filter=runs & Q(due_at__gte=at, due_at__lte=edges["today"])),
        week=Count("pk", filter=runs & Q(due_at__gt=edges["today"], due_at__lte=edges["week"])),
        later=Count("pk", filter=runs & Q(due_at__gt=edges["week"])),
        open=Count("pk", filter=Q(due_at__isnull=True) | Q(stopped=True)),
        total=Count("pk"),
    )


def _edges(at: dt.datetime) -> dict[str, dt.datetime]:
    today = at.date()
    return {"today": day_end(today), "week": day_end(today + (6 - today.weekday()) * ONE_DAY)}


def group_of(due: dt.datetime | None, at: dt.datetime) -> str:
    """late, today, week (to Sunday), later, open (no date)."""
    if due is None:
        return "open"
    edges = _edges(at)
    if due < at:
        return "late"
    return "today" if due <= edges["today"] else "week" if due <= edges["week"] else "later"


def items(duties: Iterable[Duty], member: Member, at: dt.datetime, *, urging: bool = False) -> list[Item]:
    """Rows for the page, with one query per kind of subject."""
    duties = list(duties)
    prefetch_related_objects([duty for duty in duties if duty.clock_id], "stops", "extensions")
    urls = urls_of({(duty.subject_kind, duty.subject_id) for duty in duties if duty.subject_id}, member)
    sentence, tasks = why.explainer(), acts.tasks_of(duties)
    urged = _urged([duty.pk for duty in duties], at) if urging else set()
    return [
        _item(duty, member, urls, tasks.get(duty.proof_kind), sentence(duty), at, urging, urged)
        for duty in duties
    ]


def _urged(ids: list[int], at: dt.datetime) -> set[int]:
    return set(
        Urge.objects.filter(duty__in=ids, at__gte=midnight(at.date())).values_list("duty_id", flat=True)
    )


def _item(
    duty: Duty,
    member: Member,
    urls: dict[tuple[str, str], str],
    task: Task | None,
    sentence: str,
    at: dt.datetime,
    urging: bool,
    urged: set[int],
) -> Item:
    act_url, label = acts.link(duty, urls.get((duty.subject_kind, duty.subject_id), ""), task)
    returned = is_returned(duty)
    still = duty.status == Duty.Status.OPEN and not returned
    return Item(
        pk=duty.pk,
        title=duty.title,
        short=short(duty.title),
        unit=duty.agency.label,
        unit_told=duty.agency_id != member.agency_id,
        group=group_of(None if duty.stopped else duty.due_at, at),
        url=f"/duties/{duty.pk}/",
        act_url=act_url,
        act_label=label,
        due_at=duty.due_at,
        status=Duty.Status.FULFILLED if returned else duty.status,
        state="stopped" if still and duty.stopped else "",
        historical=duty.history,
        provisional=duty.provisional,
        catch_up=duty.catch_up,
        why=sentence,
        progress=f"{duty.done}/{duty.needed}" if duty.needed > 1 else "",
        state_words=state_words(duty, at),
        late=duty.late(at),
        may_urge=urging and still and not duty.history and not duty.stopped,
        urged=duty.pk in urged,
    )


def short(title: str) -> str:
    """One line on a phone: 工作周报 9月17日—9月23日 for 工作周报 2022年第38周（9月17日—9月23日）."""
    return WEEK.sub(r"\1", title)


def is_returned(duty: Duty) -> bool:
    """Whether it is a report that was in once and waits for its correction."""
    open_again = duty.status == Duty.Status.OPEN and duty.first_done_at is not None
    return open_again and duty.kind == Duty.Kind.REPORT


def state_words(duty: Duty, at: dt.datetime) -> str:
    """未完成 · 中止计时 · 逾期未完成 · 按期完成 · 逾期完成 · 退回修改中 · 免除 · 取消."""
    if duty.status in (Duty.Status.WAIVED, Duty.Status.CANCELLED):
        return duty.get_status_display()
    if is_returned(duty):
        return "退回修改中"
    if duty.status == Duty.Status.OPEN:
        if duty.stopped:
            return "中止计时"
        return "逾期未完成" if duty.late(at) and not duty.first_done_at else "未完成"
    if duty.history or duty.due_at is None:
        return "已完成"
    return "逾期完成" if duty.late(at) else "按期完成"


def late_q(at: dt.datetime) -> Q:
    """Duties that are or were late, as `Duty.late` computes it, for counting in the database.

    One whose clock stands still is not.
    """
    undone = Q(first_done_at__isnull=True, due_at__lt=at, status=Duty.Status.OPEN)
    return Q(history=False, stopped=False) & (
        undone | Q(first_done_at__gt=F("due_at"), status__in=("open", "fulfilled"))
    )
