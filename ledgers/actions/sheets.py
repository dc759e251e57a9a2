"""Sheets 巡查台账: open, submit, review, sign, return, countersign; comments, zero report, sealed scan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from core import audit, files
from core.errors import DomainError, NotAllowed
from core.models import StoredFile
from core.once import once
from core.workflow import Transition, conflict, move
from ledgers.actions import steps
from ledgers.actions.filers import guard_filing, may_file
from ledgers.actions.places import OPEN, new_sheet, newest_open, settled
from ledgers.actions.signing import STEPS, SUBMITS, short_chain, stands_in, why_not
from ledgers.models import Entry, Sheet, SheetComment, Signature
from ledgers.states import SHEET_MOVES, SheetStatus
from minewatch.lib.clock import now
from minewatch.lib.periods import Period, parse_period

if TYPE_CHECKING:
    from agencies.models import Agency, Member

TEXT = 300


def open_sheet(*, agency: Agency, period: str | Period, member: Member | None = None) -> Sheet:
    """The sheet of the unit and period that takes rows now: open already, or opened (a supplement)."""
    guard_filing(member, agency)
    span = _period(period)

    def act() -> Sheet:
        sheet, next_number = newest_open(agency, span)
        return sheet or new_sheet(agency, span, member, next_number)

    return settled(act)


def _period(period: str | Period) -> Period:
    if isinstance(period, Period):
        return period
    try:
        return parse_period(period)
    except ValueError as error:
        raise DomainError(str(error), field="period") from None


def rows_of(sheet: Sheet) -> QuerySet[Entry]:
    """The rows that stand on the paper: live ones while it is open, then those that were submitted."""
    rows = Entry.objects.filter(sheet=sheet).select_related("site", "filed_by")
    if sheet.status in OPEN or sheet.submitted_at is None:
        rows = rows.filter(voided_at__isnull=True)
    else:
        rows = rows.filter(recorded_at__lte=sheet.submitted_at).filter(
            Q(voided_at__isnull=True) | Q(voided_at__gt=sheet.submitted_at)
        )
    return rows.order_by(F("seq").asc(nulls_last=True), "patrolled_on", "pk")


def submit(
    *, sheet: Sheet, member: Member, expected_version: int | None = None, token: UUID | None = None
) -> Sheet:
    """报送: to the deputy, or straight to the head where the chain is short."""
    name = "submit_short" if short_chain(sheet.agency) else "submit"
    if not rows_of(sheet).exists() and not sheet.zero_report:
        raise DomainError("台账里还没有记录。本期没有发现问题的，请用“零报告”。")
    return _act(name, sheet, member, "sheet.submitted", expected_version=expected_version, token=token)


def zero_report(
    *, sheet: Sheet, member: Member, expected_version: int | None = None, token: UUID | None = None
) -> Sheet:
    """零报告: submit an empty sheet and say that it is meant to be empty."""
    name = "submit_short" if short_chain(sheet.agency) else "submit"
    if rows_of(sheet).exists():
        raise DomainError("台账里已有记录，不能作零报告。请直接提交。")
    return _act(
        name,
        sheet,
        member,
        "sheet.zero_reported",
        expected_version=expected_version,
        token=token,
        zero_report=True,
    )


def review(
    *,
    sheet: Sheet,
    member: Member,
    text: str = "",
    expected_version: int | None = None,
    token: UUID | None = None,
) -> Sheet:
    """审核通过: the deputy passes the sheet on to the head."""
    return _act(
        "review", sheet, member, "sheet.reviewed", text, expected_version=expected_version, token=token
    )


def sign(
    *,
    sheet: Sheet,
    member: Member,
    text: str = "",
    expected_version: int | None = None,
    token: UUID | None = None,
) -> Sheet:
    """签批: the head signs; from here on the sheet does not change."""
    return _act("sign", sheet, member, "sheet.signed", text, expected_version=expected_version, token=token)


def countersign(
    *,
    sheet: Sheet,
    member: Member,
    text: str = "",
    expected_version: int | None = None,
    token: UUID | None = None,
) -> Sheet:
    """乡镇会签: the township signs for a village that has no head who may."""
    return _act(
        "countersign",
        sheet,
        member,
        "sheet.countersigned",
        text,
        expected_version=expected_version,
        token=token,
    )


def return_sheet(
    *,
    sheet: Sheet,
    member: Member,
    reason: str,
    comments: Mapping[int, str] | None = None,
    expected_version: int | None = None,
    token: UUID | None = None,
) -> Sheet:
    """退回: back to the filler with a reason and remarks on rows (entry id → text)."""
    name = "return_by_head" if sheet.status == SheetStatus.REVIEWED else "return_by_deputy"
    reason = _short(SHEET_MOVES[name].require_reason(reason), "reason")
    remarks = {pk: _short(text.strip(), f"row-{pk}") for pk, text in (comments or {}).items() if text.strip()}
    return _act(
        name,
        sheet,
        member,
        "sheet.returned",
        reason,
        remarks=remarks,
        expected_version=expected_version,
        token=token,
        return_reason=reason,
    )


def _act(
    name: str,
    sheet: Sheet,
    member: Member,
    verb: str,
    text: str = "",
    *,
    remarks: Mapping[int, str] | None = None,
    expected_version: int | None,
    token: UUID | None,
    **stamps: object,
) -> Sheet:
    """One move of the table: guard, conditional UPDATE, signature, remarks, audit, the next step."""
    transition, text = SHEET_MOVES[name], _short(text.strip(), "reason")

    def make() -> Sheet:
        _guard(sheet, member, transition, expected_version)
        signs_in = stands_in(member, sheet, transition.roles)
        moved = move(
            sheet, transition, expected_version=expected_version, **stamps, **_stamps(transition, sheet)
        )
        if name in STEPS:
            _sign(moved, STEPS[name], member, acting=signs_in and name != "countersign")
        _remark(moved, member, text if name not in SUBMITS else "", remarks or {})
        audit.record(
            verb,
            actor=member,
            agency=moved.agency,
            subject=moved,
            facts={"status": moved.status, "round": moved.round, "number": moved.number},
        )
        steps.after(moved, name)
        return moved

    return once(token=token, verb=verb, member=member, make=make)


def _guard(sheet: Sheet, member: Member, transition: Transition, expected_version: int | None) -> None:
    """Raises Conflict when the sheet has moved on since it was read, NotAllowed with the reason otherwise."""
    sheet.refresh_from_db()
    if sheet.status not in transition.source or expected_version not in (None, sheet.version):
        raise conflict(sheet)
    reason = why_not(member, sheet, transition)
    if reason:
        raise NotAllowed(f"{reason}。")


def _stamps(transition: Transition, sheet: Sheet) -> dict[str, object]:
    at = now()
    if transition.name in SUBMITS:
        return {
            "round": F("round") + 1,
            "submitted_at": at,
            "filled_on": sheet.filled_on or at.date(),
            "return_reason": "",
        }
    return {"signed_at": at} if transition.target == SheetStatus.SIGNED else {}


def _sign(sheet: Sheet, step: str, member: Member, *, acting: bool) -> None:
    Signature.objects.create(
        sheet=sheet, step=step, round=sheet.round, member=member, name=member.name, acting=acting, at=now()
    )


def _remark(sheet: Sheet, member: Member, text: str, remarks: Mapping[int, str]) -> None:
    """A remark on the sheet and on rows that are on it."""
    on_paper = set(rows_of(sheet).filter(pk__in=remarks).values_list("pk", flat=True))
    at = now()
    rows = [SheetComment(sheet=sheet, member=member, text=text, round=sheet.round, at=at)] if text else []
    rows += [
        SheetComment(sheet=sheet, entry_id=pk, member=member, text=said, round=sheet.round, at=at)
        for pk, said in remarks.items()
        if pk in on_paper
    ]
    SheetComment.objects.bulk_create(rows)


def comment(
    *, sheet: Sheet, member: Member, text: str, entry: Entry | None = None, token: UUID | None = None
) -> SheetComment:
    """A remark on the sheet or one of its rows, by whoever fills, reviews or signs it."""
    text = _short(text.strip(), "text")
    if not text:
        raise DomainError("请填写意见。", field="text")
    if entry is not None and entry.sheet_id != sheet.pk:
        raise DomainError("这条记录不在这份台账上。")
    concerned = may_file(member, sheet.agency) or any(
        not why_not(member, sheet, transition) for transition in SHEET_MOVES.values()
    )
    if not concerned:
        raise NotAllowed("只有填表人和当前审核、签批的人可以填写意见。")

    def make() -> SheetComment:
        row = SheetComment.objects.create(
            sheet=sheet, entry=entry, member=member, text=text, round=sheet.round, at=now()
        )
        audit.record(
            "sheet.commented",
            actor=member,
            agency=sheet.agency,
            subject=sheet,
            facts={"entry": entry.pk if entry else None},
        )
        return row

    return once(token=token, verb="sheet.commented", member=member, make=make)


def attach_scan(*, sheet: Sheet, member: Member, upload: BinaryIO, token: UUID | None = None) -> Sheet:
    """Keep the scan of the sealed paper with a signed sheet; an earlier scan stays among its files."""
    if not may_file(member, sheet.agency):
        raise NotAllowed(f"由{sheet.agency.label}填表人上传盖章扫描件。")
    if sheet.status != SheetStatus.SIGNED:
        raise DomainError("签批以后才能上传盖章扫描件。", field="file")

    def make() -> Sheet:
        with transaction.atomic():
            scan = files.store_document(
                upload=upload,
                name=getattr(upload, "name", "") or "扫描件",
                member=member,
                agency=sheet.agency,
                kind=StoredFile.Kind.SCAN,
                subject=sheet,
            )
            Sheet.objects.filter(pk=sheet.pk, status=SheetStatus.SIGNED).update(
                scan=scan, version=F("version") + 1
            )
            audit.record(
                "sheet.scanned",
                actor=member,
                agency=sheet.agency,
                subject=sheet,
                facts={"sha256": scan.sha256},
            )
        sheet.refresh_from_db()
        return sheet

    return once(token=token, verb="sheet.scanned", member=member, make=make)


def _short(text: str, field: str) -> str:
    if len(text) > TEXT:
        raise DomainError(f"意见有{len(text)}个字，请缩短到{TEXT}字以内。", field=field)
    return text


__all__ = [
    "attach_scan",
    "comment",
    "countersign",
    "open_sheet",
    "return_sheet",
    "review",
    "rows_of",
    "sign",
    "submit",
    "zero_report",
]
