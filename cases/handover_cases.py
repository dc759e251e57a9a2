"""Open work in cases of a person who leaves: tasks go to the colleague; officers are named anew."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F
from django.urls import reverse

from agencies.handover import Item, register
from agencies.models import Member
from cases.case_states import CASE_OVER
from cases.models import Case, CaseOfficer, CaseTask
from core.access import barred_matters


def _item(words: str, case: Case) -> Item:
    return Item(f"{words} {case.serial}", reverse("cases:case", args=[case.pk]), case.matter_id)


def _tasks(member: Member) -> Iterable[Item]:
    rows = CaseTask.objects.filter(member=member, done_at__isnull=True).select_related("case")
    return [_item("案件任务", row.case) for row in rows]


def _move(*, source: Member, target: Member, by: Member) -> int:
    """The duty of a task goes along by itself (duties); here its row follows. What the colleague must stay
    out of stays."""
    rows = CaseTask.objects.filter(member=source, done_at__isnull=True)
    rows = rows.exclude(case__matter__in=barred_matters(target).values("pk"))
    return rows.update(member=target, version=F("version") + 1)


def _officer(member: Member) -> Iterable[Item]:
    rows = CaseOfficer.objects.filter(member=member, released_at__isnull=True)
    return [
        _item("办案人员", row.case) for row in rows.exclude(case__status__in=CASE_OVER).select_related("case")
    ]


register("case_task", "案件任务", _tasks, _move)
register("case_officer", "办理中的案件（由本单位另行指定办案人员）", _officer)
