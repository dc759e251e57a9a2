"""Draw up an inspection, from a plan's line or free, and correct its head while it is being made."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from core import audit
from core.errors import DomainError, Missing, NotAllowed
from core.models import Counter
from core.once import once
from duties.actions.items import open_list
from ledgers.actions.inspections.guards import HEAD, guard_leading, open_draft, same
from ledgers.actions.inspections.steps import call
from ledgers.inspection_rules import units_of
from ledgers.models.inspections import Inspection, InspectionSubject, InspectionUnit
from ledgers.states import INSPECTION_HANDS, InspectionStatus, PlanStatus
from minewatch.lib.clock import SHANGHAI

if TYPE_CHECKING:
    from agencies.models import Agency, Member
    from duties.models import Campaign, Task
    from ledgers.models.inspections import PlanLine

Kind = Inspection.Kind
#: A series of its own for each kind: a gap must not tell of a 暗访.
SERIES = {
    Kind.JOINT: "联检",
    Kind.OPEN: "督导",
    Kind.SECRET: "暗访",
    Kind.ACCEPTANCE: "验收",
    Kind.SURVEY: "监测",
}


def draft(
    *,
    member: Member,
    agency: Agency,
    kind: str,
    title: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime | None = None,
    campaign: Campaign | None = None,
    task: Task | None = None,
    line: PlanLine | None = None,
    again: Inspection | None = None,
    text: str = "",
    token: UUID | None = None,
) -> Inspection:
    """An inspection led by `agency`, with its 问题清单. The units of a plan's line are called at once;
    a 再验收 takes over what had not passed. Raises NotAllowed, DomainError with field.
    """
    if not units_of(member, INSPECTION_HANDS).filter(pk=agency.pk).exists():
        raise NotAllowed("检查由组织单位的承办人、审批人、负责人或专班办公室发起。")
    campaign = campaign or (task.campaign if task else None)
    _check(kind, title, starts_at, ends_at)
    _check_origin(agency, kind, campaign, task, line, again)

    def make() -> Inspection:
        row = Inspection.objects.create(
            agency=agency,
            campaign=campaign,
            task=task,
            line=line,
            again=again,
            kind=kind,
            title=title.strip(),
            number=_number(agency, kind, starts_at),
            starts_at=starts_at,
            ends_at=ends_at,
            text=text.strip(),
            created_by=member,
            client_token=token,
        )
        InspectionUnit.objects.create(inspection=row, agency=agency)
        if line is not None:
            call(row, [unit for unit in line.agencies.all() if unit.pk != agency.pk])
        if again is not None:
            failed = again.subjects.filter(result=InspectionSubject.Result.FAILED)
            InspectionSubject.objects.bulk_create(
                InspectionSubject(inspection=row, agency_id=pk)
                for pk in failed.values_list("agency", flat=True)
            )
        open_list(title=list_title(row), agency=agency, campaign=campaign, source=row, by=member)
        audit.record("inspection.drafted", actor=member, agency=agency, subject=row)
        return row

    return once(token=token, verb="inspection.drafted", member=member, make=make)


def list_title(inspection: Inspection) -> str:
    """The 问题清单 is named by number: its name goes into duties and notices."""
    return f"检查问题清单（{inspection.number}）"


def _number(agency: Agency, kind: str, at: dt.datetime) -> str:
    series = f"{SERIES[Kind(kind)]}{at.astimezone(SHANGHAI).year}"
    return f"{series}-{Counter.take(f'{series}:{agency.division.code[:6]}'):04d}"


def _check(kind: str, title: str, starts_at: dt.datetime, ends_at: dt.datetime | None) -> None:
    if kind not in Kind.values:
        raise DomainError("请选择检查类别。", field="kind")
    if not title.strip():
        raise DomainError("请填写检查名称。", field="title")
    if len(title.strip()) > 120:
        raise DomainError("名称不超过120个字，请缩短。", field="title")
    if ends_at is not None and ends_at < starts_at:
        raise DomainError("结束时间早于开始时间，请核对。", field="ends_at")


def _check_origin(
    agency: Agency,
    kind: str,
    campaign: Campaign | None,
    task: Task | None,
    line: PlanLine | None,
    again: Inspection | None,
) -> None:
    county = agency.division.code[:6]
    if campaign is not None and campaign.county.code != county:
        raise Missing
    if task is not None and campaign is not None and task.campaign_id != campaign.pk:
        raise DomainError("所选任务不属于这个专项行动，请重新选择。", field="task")
    if line is not None:
        if line.plan.agency.division.code[:6] != county:
            raise Missing
        if line.plan.status != PlanStatus.APPROVED:
            raise DomainError("计划还没有批准，批准后才能按计划组织检查。", field="line")
    if again is not None:
        if again.agency.division.code[:6] != county:
            raise Missing
        if kind != Kind.ACCEPTANCE or again.status != InspectionStatus.FILED:
            raise DomainError("再验收只能接在已归档的检查验收之后。", field="again")
        if not again.subjects.filter(result=InspectionSubject.Result.FAILED).exists():
            raise DomainError("上一次验收没有不通过的单位，不用再验收。", field="again")


def edit(
    *,
    inspection: Inspection,
    member: Member,
    title: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime | None,
    text: str,
    conclusion: str,
    seen: str | None = None,
) -> Inspection:
    """Correct the head; its kind never changes. `seen`: `guards.seen_of(inspection, HEAD)` of the page."""
    guard_leading(member, inspection)
    _check(inspection.kind, title, starts_at, ends_at)
    with transaction.atomic():
        open_draft(inspection)
        same(inspection, HEAD, seen)
        values = {
            "title": title.strip(),
            "starts_at": starts_at,
            "ends_at": ends_at,
            "text": text.strip(),
            "conclusion": conclusion.strip(),
        }
        Inspection.objects.filter(pk=inspection.pk).update(**values)
        inspection.refresh_from_db()
        audit.record("inspection.edited", actor=member, agency=inspection.agency, subject=inspection)
    return inspection
