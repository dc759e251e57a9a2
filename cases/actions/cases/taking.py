"""`take`: the one door of every move of a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db.models import F

from cases import numbers
from cases.actions.cases import effects, guards, owing
from cases.actions.cases.officers import Named, checked
from cases.actions.cases.rows import put_down
from cases.case_history import read_once
from cases.case_limits import settled_by
from cases.case_moments import came_from
from cases.case_standing import may
from cases.case_states import CASE_MOVES, CaseMove
from cases.models import Case, CaseStep
from core import audit, files
from core.access import hold
from core.errors import DomainError, NotAllowed
from core.once import once
from core.workflow import conflict
from core.workflow import move as shift
from duties.moments import plausible
from duties.words import instant_words
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

Upload = tuple[str, BinaryIO]
ASKED = {
    "number": "请填写文号。",
    "file": "请上传文书（PDF、照片或 docx）。",
    "officers": "请指定办案人员。",
    "outcome": "请选择处理结果。",
    "hearing_at": "请填写听证时间。",
    "level": "请选择督办级别。",
    "unit": "请选择接办单位。",
}


@dataclass(frozen=True)
class Facts:
    """What a move is told besides who makes it."""

    happened_at: dt.datetime
    text: str = ""
    number: str = ""
    upload: Upload | None = None
    officers: Sequence[Named] = field(default=())
    outcome: str = ""
    hearing_at: dt.datetime | None = None
    level: str = ""
    unit: Agency | None = None


def take(
    *,
    case: Case,
    move: str,
    by: Member,
    version: int | None = None,
    text: str = "",
    number: str = "",
    happened_at: dt.datetime | None = None,
    upload: Upload | None = None,
    officers: Sequence[Named] = (),
    outcome: str = "",
    hearing_at: dt.datetime | None = None,
    level: str = "",
    unit: Agency | None = None,
    token: UUID | None = None,
) -> CaseStep:
    """Make `move` (a name in CASE_MOVES) on `case`: status, stamps, step, duties, audit in one transaction.

    `version` is the one the page was shown with. Raises NotAllowed (who), DomainError with the field (what is
    missing, what law or state forbids), Conflict (somebody was first).
    """
    row = CASE_MOVES.get(move)
    if row is None:
        raise DomainError("没有这个步骤。")
    told = Facts(
        happened_at or now(),
        text.strip(),
        number.strip(),
        upload,
        tuple(officers),
        outcome,
        hearing_at,
        level,
        unit,
    )

    def make() -> CaseStep:
        hold(case.matter_id)  # before it is asked who must stay out, of the officers too
        with read_once(case):
            _may(case, row, by)
            facts = _complete(case, row, told)
            guards.check(row.name, case, facts)
        return _make(case, row, by, facts, version)

    with numbers.unclashed():
        return once(token=token, verb=f"case.{row.name}", member=by, make=make)


def _may(case: Case, row: CaseMove, by: Member) -> None:
    """In a wrong state the reader is told who was first, as anyone who comes second is."""
    if row.track == case.track and case.status not in row.source:
        raise conflict(case)
    why = may(by, case, row)
    if why:
        raise NotAllowed(why)


def _complete(case: Case, row: CaseMove, facts: Facts) -> Facts:
    """The facts with every needed field. Raises DomainError at the first that is missing or cannot be."""
    row.require_reason(facts.text)
    if len(facts.text) > 4000:
        raise DomainError("说明不能超过4000字。", field="reason")
    for name in row.needs:
        value = facts.upload if name == "file" else getattr(facts, name)
        if not value:
            raise DomainError(ASKED[name], field=name)
    if len(facts.number) > 80:
        raise DomainError("文号不能超过80字。", field="number")
    _moment(case, facts.happened_at)
    plausible(facts.hearing_at, "hearing_at")
    return replace(facts, officers=checked(case, facts.officers)) if "officers" in row.needs else facts


def _moment(case: Case, at: dt.datetime) -> None:
    plausible(at, "happened_at")
    if at > now():
        raise DomainError("办理时间不能晚于现在。", field="happened_at")
    before = case.steps.order_by("-id").first()
    if before is not None and at < before.happened_at:
        raise DomainError(
            f"办理时间不能早于上一步“{before.label}”（{instant_words(before.happened_at)}）。",
            field="happened_at",
        )


def _make(case: Case, row: CaseMove, by: Member, facts: Facts, version: int | None) -> CaseStep:
    source, before = case.status, case.holder
    due_at, late = owing.due_of(case, [limit.key for limit in settled_by(row.name)], facts.happened_at)
    target = came_from(case) if row.back else row.target
    stamps = effects.stamps(case, row, facts)
    if row.stays:
        _stay(case, row, version, stamps)
    else:
        shift(case, row.towards(target), expected_version=version, **stamps)
    step = put_down(
        case,
        row.name,
        by=by,
        at=facts.happened_at,
        source=source,
        organ=_organ(row, by, before),
        number=_number(case, row, facts),
        text=facts.text,
        due_at=due_at,
        late=late,
    )
    _keep(case, step, by, facts)
    effects.follow(case, step, facts, before=before)
    owing.renew(case, by=by, step=step)
    audit.record(
        f"case.{row.name}",
        actor=by,
        agency=case.holder,
        subject=case,
        matter=case.matter,
        facts={"serial": case.serial, "from": source, "to": case.status},
    )
    return step


def _stay(case: Case, row: CaseMove, version: int | None, stamps: dict[str, object]) -> None:
    """As a move, for a step that leaves the status: one UPDATE on pk, status and version."""
    seen = case.version if version is None else version
    rows = Case.objects.filter(pk=case.pk, status__in=row.source, version=seen)
    if rows.update(version=F("version") + 1, **stamps) != 1:
        raise conflict(case)
    case.refresh_from_db()


def _organ(row: CaseMove, by: Member, holder: Agency) -> Agency:
    """In whose name: the holder's, or of the unit above that orders it."""
    return by.agency if row.side == "superior" and by.agency is not None else holder


def _number(case: Case, row: CaseMove, facts: Facts) -> str:
    """The paper's number: as typed; the case's on 立案; else the next of a series that the unit keeps."""
    if row.name in ("approve_filing", "file_crime"):
        return case.number
    if facts.number or not row.paper:
        return facts.number
    return numbers.take_if_kept(case.holder, row.paper, facts.happened_at.date())


def _keep(case: Case, step: CaseStep, by: Member, facts: Facts) -> None:
    if facts.upload is None:
        return
    name, data = facts.upload
    step.file = files.store_document(
        upload=data, name=name, member=by, agency=step.organ, subject=case, matter=case.matter
    )
    step.save(update_fields=["file"])
