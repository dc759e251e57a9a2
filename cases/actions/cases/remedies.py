"""复议、诉讼 against a decision (C15): brought, decided, and what was varied put down."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db.models import F

from cases import remedies as reading
from cases.actions.cases import owing
from cases.actions.cases.facts import fit, guard_facts, keep_file, record
from cases.actions.cases.rows import put_down
from cases.case_states import DECIDED, PENDING, SERVED_ON
from cases.line_words import amount
from cases.models import Case, CaseStep, Party, Penalty, Remedy
from cases.states import CaseStatus as S
from core.errors import DomainError
from core.once import once
from core.workflow import conflict
from duties.actions import steps
from duties.moments import plausible
from duties.words import day_words
from minewatch.lib.clock import day_end, local_date, now

if TYPE_CHECKING:
    from agencies.models import Member

Upload = tuple[str, BinaryIO]
Result = Remedy.Result
#: The unit may have undone its decision while the 复议 or 诉讼 still went on.
ENDING = (*PENDING, *DECIDED, S.CLOSING, S.CLOSED, S.REVOKED)
#: 维持 is a 复议 decision only; a court dismisses the claim.
RESULTS = {
    Remedy.Kind.RECONSIDERATION: tuple(Result),
    Remedy.Kind.SUIT: tuple(row for row in Result if row != Result.UPHELD),
}


def save_remedy(
    *,
    case: Case,
    by: Member,
    kind: str,
    organ: str,
    filed_on: dt.date,
    party: Party | None = None,
    number: str = "",
    halted: bool = False,
    notified_on: dt.date | None = None,
    simple: bool = False,
    note: str = "",
    upload: Upload | None = None,
    remedy: Remedy | None = None,
    token: UUID | None = None,
) -> Remedy:
    """A 复议 or 诉讼 that was brought, new or changed while it has no result; `party` None means all of them.

    `halted` says that the organ or the court suspended the decision; `notified_on`, when the copy of the
    application or complaint came, from when the unit's own answer is owed. Raises NotAllowed, DomainError
    with the field, Conflict.
    """
    if kind not in Remedy.Kind.values:
        raise DomainError("请选择行政复议或者行政诉讼。", field="kind")
    if not organ.strip():
        raise DomainError("请填写复议机关或者法院。", field="organ")
    if party is not None and party.case_id != case.pk:
        raise DomainError("请选择本案的当事人。", field="party")
    _day(filed_on, "filed_on", case.served_on, "送达日期")
    _notified(kind, filed_on, notified_on, simple, remedy)
    values = {"kind": kind, "organ": organ.strip(), "number": number.strip(), "note": note.strip()}
    values |= {"party": party, "filed_on": filed_on, "halted": halted}
    values |= {"notified_on": notified_on, "simple": simple}
    fit(Remedy, values)

    def make() -> Remedy:
        guard_facts(case, by, SERVED_ON)
        decision = reading.decision_of(case)
        if decision is None or case.served_on is None:
            raise DomainError("决定送达以后才能登记复议、诉讼。")
        _one_at_a_time(case, party, remedy)
        if remedy is None:
            made = {"case": case, "decision": decision, "by": by, "recorded_at": now()}
            row = Remedy.objects.create(**made, **values)
        else:
            row = _touch(remedy, **values)
        if upload is not None:
            row.file = keep_file(case, by, upload)
            row.save(update_fields=["file"])
        owing.renew(case, by=by)
        record("case.remedy_saved", case, by)
        return row

    return once(token=token, verb="case.remedy_saved", member=by, make=make)


def _notified(
    kind: str, filed_on: dt.date, notified_on: dt.date | None, simple: bool, before: Remedy | None
) -> None:
    """What the unit's own answer is counted from."""
    if simple and kind != Remedy.Kind.RECONSIDERATION:
        raise DomainError("简易程序只用于行政复议（行政复议法第五十三条）。", field="simple")
    if notified_on is not None:
        _day(notified_on, "notified_on", filed_on, "提起日期")
    answered = before.answered_on if before else None
    if answered and (notified_on is None or notified_on > answered):
        raise DomainError(
            f"已登记{day_words(answered)}提交答复、答辩，收到副本的日期不能晚于这一天。", field="notified_on"
        )


def answer_remedy(
    *,
    remedy: Remedy,
    by: Member,
    answered_on: dt.date,
    upload: Upload | None = None,
    token: UUID | None = None,
) -> Remedy:
    """The unit's own 行政复议答复 or 答辩 with its evidence was handed in on `answered_on`, a Shanghai day.

    Raises NotAllowed, DomainError with the field, Conflict.
    """
    case = remedy.case
    if remedy.notified_on is None:
        raise DomainError("请先在“修改”中填写收到申请书、起诉状副本的日期。")
    if remedy.answered_on is not None:
        raise conflict(case)
    _day(answered_on, "answered_on", remedy.notified_on, "收到副本的日期")
    if upload is None:
        raise DomainError(f"请上传{reading.answer_words(remedy)}。", field="upload")

    def make() -> Remedy:
        guard_facts(case, by, ENDING)
        row = _touch(remedy, answered_on=answered_on, answered_by=by, answered_at=now())
        row.answer_file = keep_file(case, by, upload)
        row.save(update_fields=["answer_file"])
        # a day alone is known: it counts as in time to its end
        steps.fulfil(key=owing.answer_key(row), at=min(day_end(answered_on), now()), by=by)
        owing.renew(case, by=by)
        record("case.remedy_answered", case, by)
        return row

    return once(token=token, verb="case.remedy_answered", member=by, make=make)


def _one_at_a_time(case: Case, party: Party | None, remedy: Remedy | None) -> None:
    """While the one has been taken up, the other is not open (行政复议法第二十九条)."""
    for row in reading.pending(case):
        if remedy is not None and row.pk == remedy.pk:
            continue
        if party is None or row.party_id in (None, party.pk):
            raise DomainError(
                f"已有一件{row.get_kind_display()}没有结果，其间不能再申请复议或者起诉（行政复议法第二十九条）；"
                "请先登记它的结果。",
                field="kind",
            )


def end_remedy(
    *,
    remedy: Remedy,
    by: Member,
    result: str,
    ended_on: dt.date,
    number: str = "",
    note: str = "",
    upload: Upload | None = None,
    token: UUID | None = None,
) -> Remedy:
    """The result with its paper; `ended_on`: the 复议 decision was received, the judgment took force.

    What undid or changed the decision is then owed: to deal with it, to withdraw what was published.
    Raises NotAllowed, DomainError with the field, Conflict.
    """
    case = remedy.case
    if result not in RESULTS[Remedy.Kind(remedy.kind)]:
        raise DomainError("请选择结果。", field="result")
    _day(ended_on, "ended_on", remedy.filed_on, "提起日期")
    if upload is None:
        raise DomainError("请上传复议决定书、裁判文书或者撤回、不予受理的文书。", field="file")
    values = {"result": result, "result_number": number.strip(), "result_note": note.strip()}
    fit(Remedy, values)

    def make() -> Remedy:
        guard_facts(case, by, ENDING)
        row = _touch(remedy, ended_on=ended_on, ended_by=by, ended_at=now(), **values)
        row.result_file = keep_file(case, by, upload)
        row.save(update_fields=["result_file"])
        owing.renew(case, by=by)
        record("case.remedy_ended", case, by)
        return row

    return once(token=token, verb="case.remedy_ended", member=by, make=make)


def vary_penalty(
    *,
    penalty: Penalty,
    by: Member,
    text: str,
    fine: Decimal | None = None,
    quantity: Decimal | None = None,
    token: UUID | None = None,
) -> Penalty:
    """A penalty as the 复议 decision or the judgment changed it; what it was stands in the step.

    `fine` in 元 (0: none is left), `quantity` in 吨. Raises NotAllowed, DomainError with the field, Conflict.
    """
    case = penalty.case
    if penalty.kind == Penalty.Kind.HELD:
        raise DomainError("追责结果不能变更。")
    if not text.strip() or len(text.strip()) > 1000:
        raise DomainError("请写明变更的内容和依据，不超过1000字。", field="text")
    for name, value in (("fine", fine), ("quantity", quantity)):
        if value is not None and not value >= 0:
            raise DomainError("请填写不小于0的数，并核对单位。", field=name)
    fit(Penalty, {"fine": fine, "quantity": quantity})
    if penalty.kind == Penalty.Kind.FINE and fine is None:
        raise DomainError("请填写变更后的金额（元），免除罚款的填0。", field="fine")

    def make() -> Penalty:
        guard_facts(case, by, SERVED_ON)
        row = reading.varied(case)
        if row is None:
            raise DomainError("没有变更原决定的复议决定或者裁判，不能变更处罚。")
        before = penalty.fine
        Penalty.objects.filter(pk=penalty.pk).update(
            fine=penalty.fine if fine is None else fine,
            quantity=penalty.quantity if quantity is None else quantity,
            # what is paid already may be all that is owed now
            done_on=penalty.done_on or (row.ended_on if fine is not None and penalty.paid >= fine else None),
        )
        penalty.refresh_from_db()
        step = _step(case, by, row, _changed(penalty, before, text.strip()))
        Remedy.objects.filter(case=case, result=Result.VARIED, applied_at=None).update(applied_at=now())
        steps.fulfil(key=owing.key_of(case, "unsettled"), at=step.happened_at, by=by)
        owing.renew(case, by=by)
        record("case.penalty_varied", case, by)
        return penalty

    return once(token=token, verb="case.penalty_varied", member=by, make=make)


def _changed(penalty: Penalty, before: Decimal | None, text: str) -> str:
    label = penalty.get_kind_display()
    if penalty.fine != before and penalty.fine is not None:
        return f"{label}由{amount(before or 0)}元变更为{amount(penalty.fine)}元。{text}"
    return f"{label}：{text}"


def _step(case: Case, by: Member, row: Remedy, text: str) -> CaseStep:
    return put_down(
        case,
        "vary",
        by=by,
        at=now(),
        label="按复议决定（裁判）变更处罚",
        number=row.result_number,
        text=text,
        basis="行政复议法、行政诉讼法",
    )


def _day(day: dt.date, field: str, after: dt.date | None, label: str) -> None:
    plausible(dt.datetime.combine(day, dt.time.min), field)
    if day > local_date(now()):
        raise DomainError("日期不能晚于今天。", field=field)
    if after is not None and day < after:
        raise DomainError(f"日期不能早于{label}（{day_words(after)}）。", field=field)


def _touch(remedy: Remedy, **values: object) -> Remedy:
    rows = Remedy.objects.filter(pk=remedy.pk, version=remedy.version, ended_on__isnull=True)
    if rows.update(version=F("version") + 1, **values) != 1:
        raise conflict(remedy.case)
    remedy.refresh_from_db()
    return remedy
