"""责令停止 (C2), 先行登记保存 (C6), 查封扣押 (C7): taken, reported, ended within the limit."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db.models import F

from cases import numbers
from cases.actions.cases import owing
from cases.actions.cases.facts import fit, guard_facts, keep_file, record
from cases.case_states import CASE_OVER
from cases.models import Case, Measure
from cases.states import CaseStatus
from core.errors import DomainError
from core.once import once
from core.wording import words
from core.workflow import conflict
from duties.actions import steps
from duties.models import Duty
from duties.moments import plausible
from duties.standing import desk
from duties.words import instant_words
from minewatch.lib.clock import local_date, now

if TYPE_CHECKING:
    from agencies.models import Member

Kind = Measure.Kind
RUNNING = tuple(
    status for status in CaseStatus if status not in (*CASE_OVER, CaseStatus.CLOSING, CaseStatus.NOT_FILED)
)
ENDING = tuple(status for status in CaseStatus if status not in CASE_OVER)
CLOCKS = {Kind.PRESERVE: "C6", Kind.SEAL: "C7"}
TITLES = {Kind.PRESERVE: "对先行登记保存的证据作出处理决定", Kind.SEAL: "查封、扣押期满前作出处理决定"}
#: How each kind may end.
ENDS = {
    Kind.STOP: (Measure.End.OBEYED, Measure.End.DEFIED),
    Kind.PRESERVE: (Measure.End.LIFTED, Measure.End.SEALED, Measure.End.CONFISCATED, Measure.End.HANDED),
    Kind.SEAL: (
        Measure.End.LIFTED,
        Measure.End.CONFISCATED,
        Measure.End.HANDED,
        Measure.End.DESTROYED,
    ),
}
PAPERS = {Kind.STOP: "stop", Kind.PRESERVE: "measure", Kind.SEAL: "measure"}


def take_measure(
    *,
    case: Case,
    by: Member,
    kind: str,
    things: str,
    taken_at: dt.datetime,
    number: str = "",
    place: str = "",
    approved_by: str = "",
    on_the_spot: bool = False,
    upload: tuple[str, BinaryIO] | None = None,
    token: UUID | None = None,
) -> Measure:
    """A measure with its paper; its limit is a duty from `taken_at` on (先行登记保存 7 working days, 查封扣押
    30 days that stops.extend lengthens once by 30). On the spot: the approval is made up for within 24 hours.

    Raises NotAllowed, DomainError with the field, Conflict.
    """
    _check(kind, things, taken_at, approved_by, on_the_spot, upload)
    texts = {"things": things.strip(), "place": place.strip(), "approved_by": approved_by.strip()}
    number = number.strip()
    fit(Measure, texts | {"number": number})

    def make() -> Measure:
        guard_facts(case, by, RUNNING)
        row = Measure.objects.create(
            case=case,
            kind=kind,
            **texts,
            number=number or numbers.take_if_kept(case.holder, PAPERS[kind], local_date(taken_at)),
            taken_at=taken_at,
            on_the_spot=on_the_spot and kind != Kind.STOP,
            by=by,
            recorded_at=now(),
        )
        row.file = keep_file(case, by, upload)  # type: ignore[arg-type]
        row.save(update_fields=["file"])
        _owe(row)
        record("case.measure_taken", case, by)
        return row

    return once(token=token, verb="case.measure_taken", member=by, make=make)


def _check(
    kind: str,
    things: str,
    taken_at: dt.datetime,
    approved_by: str,
    on_the_spot: bool,
    upload: tuple[str, BinaryIO] | None,
) -> None:
    if kind not in Kind.values:
        raise DomainError("请选择措施。", field="kind")
    if not things.strip() or len(things.strip()) > 1000:
        raise DomainError("请写明对象和数量，不超过1000字。", field="things")
    plausible(taken_at, "taken_at")
    if taken_at > now():
        raise DomainError("采取时间不能晚于现在。", field="taken_at")
    if kind != Kind.STOP and not on_the_spot and not approved_by.strip():
        raise DomainError("请填写批准的负责人；当场采取的，勾选“当场采取”。", field="approved_by")
    if upload is None:
        raise DomainError("请上传文书（通知书、决定书和清单）。", field="file")


def key_of(row: Measure, step: str) -> str:
    """measure:<pk>:decide · measure:<pk>:report, under the case's key."""
    return owing.key_of(row.case, f"measure:{row.pk}:{step}")


def _owe(row: Measure) -> None:
    kept = {
        "kind": Duty.Kind.CASE,
        "agency": row.case.holder,
        "role": desk(row.case.holder),
        "member": owing.chief(row.case),
        "subject": row.case,
        "matter": row.case.matter,
        "track": row.case.track,
        "started_at": row.taken_at,
    }
    if row.kind in CLOCKS:
        title = f"{TITLES[Kind(row.kind)]} {row.case.serial}"
        steps.open_step(key=key_of(row, "decide"), title=title, clock=CLOCKS[Kind(row.kind)], **kept)
    if row.on_the_spot:
        title = f"补办当场采取措施的批准手续 {row.case.serial}"
        steps.open_step(key=key_of(row, "report"), title=title, clock="C7r", **kept)


def report_measure(
    *, measure: Measure, by: Member, approved_by: str, at: dt.datetime | None = None
) -> Measure:
    """补办批准 of what was done on the spot (强制法19: 24 hours), owed also when it has ended meanwhile.

    Raises NotAllowed, DomainError, Conflict.
    """
    at = at or now()
    if not measure.on_the_spot or measure.reported_at:
        raise DomainError("这项措施不用补办批准手续。")
    approved_by = words(approved_by, "批准的负责人", "approved_by", 40)
    _inside(measure, at)

    def make() -> Measure:
        guard_facts(measure.case, by, ENDING)
        _touch(measure, "reported_at", reported_at=at, approved_by=approved_by)
        steps.fulfil(key=key_of(measure, "report"), at=at, by=by)
        record("case.measure_reported", measure.case, by)
        return measure

    return once(token=None, verb="case.measure_reported", member=by, make=make)


def end_measure(
    *,
    measure: Measure,
    by: Member,
    end: str,
    note: str,
    at: dt.datetime | None = None,
    token: UUID | None = None,
) -> Measure:
    """处理决定: how the measure ended and where the things went. Raises NotAllowed, DomainError, Conflict."""
    at = at or now()
    if end not in ENDS[Kind(measure.kind)]:
        raise DomainError("请选择处理方式。", field="end")
    if not note.strip() or len(note.strip()) > 300:
        raise DomainError("请写明处理情况，不超过300字。", field="note")
    _inside(measure, at)

    def make() -> Measure:
        guard_facts(measure.case, by, ENDING)
        if measure.ended_at:
            raise DomainError("这项措施已经处理。")
        _touch(measure, "ended_at", ended_at=at, end=end, end_note=note.strip(), ended_by=by)
        steps.fulfil(key=key_of(measure, "decide"), at=at, by=by)
        record("case.measure_ended", measure.case, by)
        return measure

    return once(token=token, verb="case.measure_ended", member=by, make=make)


def _inside(measure: Measure, at: dt.datetime) -> None:
    plausible(at, "at")
    if not measure.taken_at <= at <= now():
        raise DomainError(
            f"时间应在采取时间（{instant_words(measure.taken_at)}）之后、现在之前。", field="at"
        )


def _touch(measure: Measure, empty: str, **values: object) -> None:
    """Write `values` into the version that was read, while its column `empty` has nothing yet."""
    rows = Measure.objects.filter(pk=measure.pk, version=measure.version, **{f"{empty}__isnull": True})
    if rows.update(version=F("version") + 1, **values) != 1:
        raise conflict(measure.case)
    measure.refresh_from_db()
