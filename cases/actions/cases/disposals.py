"""没收物处置 (C17): to whom what was confiscated went, what it brought to the treasury, with its receipt."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from cases.actions.cases import owing
from cases.actions.cases.facts import fit, guard_facts, keep_file, record
from cases.disposing import CONFISCATED, PAID, TAKEN_OVER, WAYS
from cases.line_words import amount as sum_words
from cases.models import Case, Disposal, Penalty
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

DISPOSING = (S.SERVED, S.URGED, S.COURT, S.PERFORMED, S.CLOSING)


def dispose(
    *,
    penalty: Penalty,
    by: Member,
    way: str,
    disposed_on: dt.date,
    complete: bool,
    receiver: str = "",
    quantity: Decimal | None = None,
    amount: Decimal | None = None,
    receipt: str = "",
    note: str = "",
    upload: tuple[str, BinaryIO] | None = None,
    token: UUID | None = None,
) -> Disposal:
    """One 处置 of what `penalty` confiscated: `quantity` 吨, `amount` 元 to the treasury under `receipt`.

    With `complete` nothing is left, the duty is done and the penalty carried out. Raises NotAllowed,
    DomainError with the field, Conflict.
    """
    case = penalty.case
    values = {"way": way, "disposed_on": disposed_on, "complete": complete, "amount": amount}
    values |= {"receiver": receiver.strip(), "receipt": receipt.strip(), "note": note.strip()}
    values["quantity"] = quantity
    _check(penalty, values)
    if upload is None:
        raise DomainError("请上传移交清单、拍卖文书、缴款书等凭证。", field="file")
    fit(Disposal, values)

    def make() -> Disposal:
        guard_facts(case, by, DISPOSING)
        _on_a_day(case, disposed_on)
        _whole(penalty, values)
        row = Disposal.objects.create(penalty=penalty, by=by, recorded_at=now(), **values)
        row.file = keep_file(case, by, upload)
        row.save(update_fields=["file"])
        if complete:
            _finish(penalty, row, by)
        record("case.disposed", case, by)
        return row

    return once(token=token, verb="case.disposed", member=by, make=make)


def _check(penalty: Penalty, values: dict) -> None:
    way = values["way"]
    if penalty.kind not in CONFISCATED:
        raise DomainError("这项处罚没有没收物，不用登记处置。")
    if way not in WAYS[penalty.kind]:
        words = "、".join(row.label for row in WAYS[penalty.kind])
        raise DomainError(f"请选择处置方式（{penalty.get_kind_display()}：{words}）。", field="way")
    if way in TAKEN_OVER and not values["receiver"]:
        raise DomainError("请填写接收单位（拍卖机构）。", field="receiver")
    for name in ("quantity", "amount"):
        if values[name] is not None and not values[name] > 0:
            raise DomainError("请填写大于0的数，并核对单位。", field=name)
    if way in PAID and values["amount"] is None:
        raise DomainError("请填写上缴国库的金额（元）（行政处罚法第七十四条）。", field="amount")
    if values["amount"] is not None and not values["receipt"]:
        raise DomainError("请填写缴款书（票据）号。", field="receipt")
    if not values["receiver"] and not values["amount"] and not values["note"]:
        raise DomainError("请在说明中写明怎样处置。", field="note")


def _on_a_day(case: Case, day: dt.date) -> None:
    plausible(dt.datetime.combine(day, dt.time.min), "disposed_on")
    if case.served_on is None or not case.served_on <= day <= local_date(now()):
        since = f"送达日期（{day_words(case.served_on)}）" if case.served_on else "送达"
        raise DomainError(f"处置日期应在{since}之后、今天之前（含当日）。", field="disposed_on")


def _whole(penalty: Penalty, values: dict) -> None:
    """Not twice, and gains not less than what the decision says."""
    if Penalty.objects.filter(pk=penalty.pk, disposed_on__isnull=False).exists():
        raise conflict(penalty.case)
    if penalty.kind != Penalty.Kind.GAINS or not values["complete"]:
        return
    before = penalty.disposals.aggregate(paid=Sum("amount"))["paid"] or Decimal(0)
    paid = before + values["amount"]
    if paid < (penalty.fine or 0):
        raise DomainError(
            f"上缴合计{sum_words(paid)}元，少于没收的{sum_words(penalty.fine)}元；还没有缴清的，不选“全部处置完毕”。",
            field="complete",
        )


def _finish(penalty: Penalty, row: Disposal, by: Member) -> None:
    words = f"{row.get_way_display()} {row.receiver}".strip()
    Penalty.objects.filter(pk=penalty.pk).update(
        disposed_on=row.disposed_on,
        done_on=Coalesce(F("done_on"), row.disposed_on),
        done=penalty.done or words[:300],
    )
    penalty.refresh_from_db()
    # a day alone is known: it counts as in time to its end
    at = min(day_end(row.disposed_on), now())
    steps.fulfil(key=owing.disposal_key(penalty), at=at, by=by)
