"""What a campaign's page shows: stages on a line, tasks with their light, who owes what. Pure reading."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Min, Q

from agencies.models import Agency
from agencies.scope import readable_agencies
from duties.board import late_q
from duties.deadline_words import deadline_words
from duties.models import Campaign, Duty, Item, Proof, Stage, Task, TaskParty

if TYPE_CHECKING:
    from agencies.models import Member

NEAR = dt.timedelta(days=7)
LIGHT_WORDS = {
    "late": "逾期",
    "near": "临期",
    "ok": "正常",
    "done": "已完成",
    "open": "未定期限",
    "past": "历史",
}
LINE_WIDTH = 1000
#: deadlines that never fall due by themselves
VISIT = "visit"
UNDATED = ("open", "ongoing", "event", "none", "impossible")


@dataclass
class Count4:
    """Duties or items of a task: owed, done, late, near; the next due instant."""

    due: int = 0
    done: int = 0
    late: int = 0
    near: int = 0
    past: int = 0
    next_due: dt.datetime | None = None


@dataclass
class TaskRow:
    """One task as the page shows it; `light` is a key of LIGHT_WORDS."""

    task: Task
    url: str
    when: str
    hosts: list[str]
    cooperating: list[str]
    count: Count4
    items: Count4
    last_at: dt.datetime | None
    light: str
    words: str = ""
    aliases: list[str] = field(default_factory=list)


def light_of(count: Count4, items: Count4, dated: bool) -> str:
    """Items decide where a task has them (清单式管理); else its duties."""
    of = items if items.due else count
    if of.late:
        return "late"
    if of.near:
        return "near"
    if of.due and of.done >= of.due:
        return "done"
    if not of.due and count.past:
        return "past"
    return "ok" if dated or items.due else "open"


def task_rows(campaign: Campaign, member: Member, at: dt.datetime) -> list[TaskRow]:
    """Every task of the campaign that still stands, in the notice's order."""
    tasks = list(campaign.tasks.filter(dropped_at__isnull=True).select_related("stage", "campaign"))
    counts, items = _duty_counts(campaign, member, at), _item_counts(campaign, member, at)
    parties = _parties(campaign)
    last = _last_done(tasks)
    rows = []
    for task in tasks:
        count, listed = counts[task.pk], items[task.pk]
        dated = task.deadline not in UNDATED or task.confirmed_on
        light = light_of(count, listed, bool(dated))
        hosts, cooperating = parties[task.pk]
        row = TaskRow(
            task=task,
            url=f"/duties/campaigns/{campaign.pk}/tasks/{task.pk}/",
            when=deadline_words(task),
            hosts=hosts,
            cooperating=cooperating,
            count=count,
            items=listed,
            last_at=last.get(task.pk),
            light=light,
            aliases=task.spec.get("also") or [],
        )
        row.words = _words(row)
        rows.append(row)
    return rows


def _words(row: TaskRow) -> str:
    of, unit = (row.items, "个对象") if row.items.due else (row.count, "项")
    said = LIGHT_WORDS[row.light]
    if row.light == "late":
        return f"{said}{of.late}{unit}"
    return said


def _duty_counts(campaign: Campaign, member: Member, at: dt.datetime) -> dict[int, Count4]:
    """task id → its duties in the member's sight (免除、取消 left out; 历史 apart)."""
    off = [Duty.Status.WAIVED, Duty.Status.CANCELLED]
    live = Q(history=False)
    is_open = live & Q(status=Duty.Status.OPEN)
    rows = (
        Duty.objects.visible_to(member)
        .filter(campaign=campaign)
        .exclude(status__in=off)
        .order_by()
        .values("rule__task_id", "proof_kind")
        .annotate(
            n=Count("pk", filter=live),
            done=Count("pk", filter=live & Q(status=Duty.Status.FULFILLED)),
            late=Count("pk", filter=late_q(at) & is_open),
            near=Count("pk", filter=is_open & Q(due_at__gte=at, due_at__lte=at + NEAR)),
            past=Count("pk", filter=Q(history=True)),
            next_due=Min("due_at", filter=is_open & Q(due_at__gte=at)),
        )
    )
    found: dict[int, Count4] = defaultdict(Count4)
    for row in rows:
        pk = row["rule__task_id"] or _number(row["proof_kind"])
        if pk is None:
            continue
        one = found[pk]
        one.due += row["n"]
        one.done += row["done"]
        one.late += row["late"]
        one.near += row["near"]
        one.past += row["past"]
        dues = [due for due in (one.next_due, row["next_due"]) if due]
        one.next_due = min(dues) if dues else None
    return found


def _number(proof_kind: str) -> int | None:
    """The task of a duty without a rule (an undated one)."""
    number = proof_kind.rpartition(".")[2]
    named = proof_kind.startswith(("task.", "meeting.", "items."))
    return int(number) if named and number.isdigit() else None


def of_task(task: Task) -> Q:
    """Duties of one task, undated ones too."""
    kinds = [f"{name}.{task.pk}" for name in ("task", "items", "meeting")]
    return Q(rule__task=task) | Q(rule__isnull=True, campaign=task.campaign_id, proof_kind__in=kinds)


def _item_counts(campaign: Campaign, member: Member, at: dt.datetime) -> dict[int, Count4]:
    open_q = Q(status__in=[Item.Status.OPEN, Item.Status.HANDLING, Item.Status.AWAITING])
    rows = (
        Item.objects.visible_to(member)
        .filter(list__task__campaign=campaign)
        .exclude(status=Item.Status.STRUCK)
        .order_by()
        .values("list__task_id")
        .annotate(
            n=Count("pk"),
            done=Count("pk", filter=Q(status=Item.Status.CLOSED)),
            late=Count("pk", filter=open_q & Q(due_at__lt=at)),
            near=Count("pk", filter=open_q & Q(due_at__gte=at, due_at__lte=at + NEAR)),
        )
    )
    found: dict[int, Count4] = defaultdict(Count4)
    for row in rows:
        found[row["list__task_id"]] = Count4(row["n"], row["done"], row["late"], row["near"])
    return found


def _parties(campaign: Campaign) -> dict[int, tuple[list[str], list[str]]]:
    found: dict[int, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    rows = TaskParty.objects.filter(task__campaign=campaign, left_on__isnull=True).select_related("agency")
    for row in rows.order_by("task", "order", "agency__division__code", "agency__code"):
        found[row.task_id][row.side != TaskParty.Side.HOST].append(row.agency.label)
    return found


def _last_done(tasks: list[Task]) -> dict[int, dt.datetime]:
    """task id → 最近一次. A kind of proof that several tasks share counts for a task only where its own
    hosts did it, and any kind of inspection counts for one that only asks for inspections now and then.
    """
    live = Proof.objects.filter(retracted_at__isnull=True, matter__isnull=True).order_by()
    own = {task.proof_kind: task.pk for task in tasks if task.proof_kind.rpartition(".")[2].isdigit()}
    rows = live.filter(kind__in=own).values_list("kind").annotate(last=Max("at"))
    found = {own[kind]: last for kind, last in rows}
    for task in tasks:
        shared = task.proof_kind not in own and task.deadline in UNDATED
        if not shared or task.proof_kind == VISIT:  # 明察暗访 is told by nobody's last time
            continue
        hosts = task.parties.filter(side=TaskParty.Side.HOST).values("agency")
        family = task.proof_kind.partition(".")[0]
        done = live.filter(Q(kind=family) | Q(kind__startswith=f"{family}."), agency__in=hosts)
        last = done.aggregate(last=Max("at"))["last"]
        if last:
            found[task.pk] = last
    return found


@dataclass(frozen=True)
class Bar:
    """A stage on the time line, in thousandths of its width."""

    stage: Stage
    x: int
    width: int
    state: str


def stage_line(campaign: Campaign, today: dt.date) -> dict[str, object]:
    """{bars, today (x or None), first, last}; an open end is drawn a year from today."""
    stages = list(campaign.stages.all())
    if not stages:
        return {}
    days = [day for one in stages for day in (one.starts_on, one.ends_on) if day]
    first = min([campaign.starts_on, *days])
    last = max([campaign.ends_on or today + dt.timedelta(days=365), *days])
    span = max((last - first).days + 1, 1)

    def at(day: dt.date) -> int:
        return min(max(round((day - first).days / span * LINE_WIDTH), 0), LINE_WIDTH)

    bars = []
    for stage in stages:
        start, end = stage.starts_on or first, stage.ends_on or last
        state = "已结束" if end < today else "进行中" if start <= today else "未开始"
        x = at(start)
        bars.append(Bar(stage, x, max(at(end + dt.timedelta(days=1)) - x, 8), state))
    inside = first <= today <= last
    return {"bars": bars, "today": at(today) if inside else None, "first": first, "last": last}


@dataclass(frozen=True)
class Owes:
    """One unit's open and late duties in a campaign. `readable`: the reader may open the unit's page."""

    unit: Agency
    readable: bool
    due: int
    done: int
    late: int
    undated: int


def owes(campaign: Campaign, member: Member, at: dt.datetime) -> list[Owes]:
    """Units in the order of their codes, never ranked."""
    off = [Duty.Status.WAIVED, Duty.Status.CANCELLED]
    rows = (
        Duty.objects.visible_to(member)
        .filter(campaign=campaign, history=False)
        .exclude(status__in=off)
        .order_by()
        .values("agency")
        .annotate(
            n=Count("pk"),
            done=Count("pk", filter=Q(status=Duty.Status.FULFILLED)),
            late=Count("pk", filter=late_q(at) & Q(status=Duty.Status.OPEN)),
            undated=Count("pk", filter=Q(status=Duty.Status.OPEN, due_at__isnull=True)),
        )
    )
    found = {row["agency"]: row for row in rows}
    units = Agency.objects.filter(pk__in=found).order_by("division__code", "code")
    near = set(readable_agencies(member).filter(pk__in=found).values_list("pk", flat=True))
    return [
        Owes(unit, unit.pk in near, *(found[unit.pk][name] for name in ("n", "done", "late", "undated")))
        for unit in units
    ]
