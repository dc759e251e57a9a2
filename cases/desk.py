"""审批台: what waits for the word of a bureau's leader, who carries what, what became of each referral.

Pure reading, all of it through `visible_to`. Officers stand in the order of their accounts with the work that
lies with them: so that work can be shared out, never as a ranking.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet

from agencies.models import Agency, Member, Role
from cases import sight
from cases.models import Case, CaseOfficer, CaseTask, Referral
from cases.states import CaseStatus
from duties import board
from duties.models import Duty
from duties.next_up import next_of

if TYPE_CHECKING:
    from cases.models import ReferralStep

#: Posts whose work is to decide.
LEADING = (Role.HEAD, Role.APPROVER, Role.DEPUTY, Role.LEADER)
OVER = (CaseStatus.CLOSED, CaseStatus.REVOKED, CaseStatus.NOT_FILED)
HOUR = dt.timedelta(hours=1)
SHOWN = 30


def units_led(member: Member) -> list[Agency]:
    """Units in which the member decides, by post or acting; empty: the desk is not theirs."""
    if not member.is_business:
        return []
    led = {agency_id for agency_id, role in member.posts if role in LEADING}
    return list(Agency.objects.filter(pk__in=led).order_by("division__code", "pk"))


def waiting(member: Member, at: dt.datetime) -> QuerySet[Duty]:
    """待我审批: steps that wait for the member's decision, the nearest limit first, none last."""
    rows = board.actionable(board.mine(member), at)
    deciding = Q(role__in=LEADING) | Q(kind__in=(Duty.Kind.SIGN, Duty.Kind.REVIEW))
    return rows.filter(deciding).order_by(F("due_at").asc(nulls_last=True), "id")


def hours_words(due: dt.datetime | None, at: dt.datetime) -> str:
    """剩5小时 · 剩不到1小时 · 剩3天4小时 · 超期2小时 · 没有期限."""
    if due is None:
        return "没有期限"
    over = at > due
    hours = int(abs(due - at) / HOUR)
    if not hours:
        return "超期不到1小时" if over else "剩不到1小时"
    days, rest = divmod(hours, 24)
    words = "".join(f"{n}{unit}" for n, unit in ((days, "天"), (rest, "小时")) if n)
    return f"{'超期' if over else '剩'}{words}"


@dataclass(frozen=True)
class Load:
    """What lies with one officer: open cases (as 主办, in all), open tasks and the next of their limits."""

    member: Member
    cases: int
    chief: int
    tasks: int
    next_due: dt.datetime | None


def loads(member: Member, unit: Agency) -> list[Load]:
    """本单位办案情况, as far as the reader may see the cases; everybody who may be given one is named."""
    cases = Case.objects.visible_to(member).filter(holder=unit).exclude(status__in=OVER)
    rows = CaseOfficer.objects.filter(case__in=cases.values("pk"), released_at__isnull=True)
    held, chief = Counter[int](), Counter[int]()
    for row in rows:
        held[row.member_id] += 1
        chief[row.member_id] += row.chief
    tasks, due = Counter[int](), {}
    for task in CaseTask.objects.filter(case__in=cases.values("pk"), done_at__isnull=True).order_by("due_at"):
        tasks[task.member_id] += 1
        if task.due_at:
            due.setdefault(task.member_id, task.due_at)
    people = Member.objects.active().filter(
        Q(agency=unit, grants__role=Role.OFFICER) | Q(pk__in=[*held, *tasks])
    )
    return [
        Load(one, held[one.pk], chief[one.pk], tasks[one.pk], due.get(one.pk))
        for one in people.distinct().order_by("username")
    ]


@dataclass(frozen=True)
class Clue:
    """One referral as the desk shows it: whom it went to or came from, how it stands, what came of it where
    its content is `open` to the reader."""

    referral: Referral
    other: Agency
    out: bool
    open: bool
    last: ReferralStep | None = None
    duty: Duty | None = None


def clues(member: Member, units: Iterable[Agency], *, out: bool) -> list[Clue]:
    """移送 that the member's units sent (`out`) or received, the latest first: what the other bureau did."""
    ids = [unit.pk for unit in units]
    rows = Referral.objects.visible_to(member).select_related("sender", "receiver")
    rows = rows.filter(sender__in=ids) if out else rows.filter(receiver__in=ids).exclude(sender__in=ids)
    found = list(rows.prefetch_related("steps").order_by("-id")[:SHOWN])
    due = next_of(found, Duty.objects.visible_to(member))
    keys = [row.pk for row in found]
    shown = set(sight.open_to(member).filter(pk__in=keys).values_list("pk", flat=True))
    return [
        Clue(row, row.receiver if out else row.sender, out, row.pk in shown, _last(row), due.get(row.pk))
        for row in found
    ]


def _last(referral: Referral) -> ReferralStep | None:
    taken = [step for step in referral.steps.all() if step.state == step.State.TAKEN]
    return taken[-1] if taken else None
