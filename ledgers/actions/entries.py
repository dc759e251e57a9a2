"""Entries 巡查记录: file one, file many, correct, withdraw. Page, grid, API and importer call these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from core import audit, notices
from core.audit import digest
from core.errors import Conflict, DomainError
from core.once import once
from duties.actions import prove, retract
from ledgers.actions import leads, tally
from ledgers.actions import photos as shots
from ledgers.actions.filers import guard_filing
from ledgers.actions.filing import PATROL, Filed, Filing, proved_at, write
from ledgers.actions.places import Paper, settled, take_sheet, touch
from ledgers.actions.refs import load_refs, unit_code
from ledgers.actions.rows import EntryRow, completed, is_late, judge, needs_measures, own_period, period_for
from ledgers.models import Entry
from ledgers.official.judge import identity
from minewatch.lib.clock import SHANGHAI, now

if TYPE_CHECKING:
    from agencies.models import Agency, Member
    from core.models import Upload
    from ledgers.columns import Refs

__all__ = ["EntryRow", "FiledRows", "correct", "file_entry", "file_rows", "withdraw"]

FiledRows = Filed


def file_entry(
    *,
    member: Member | None,
    agency: Agency,
    row: EntryRow,
    source: str = Entry.Source.PHONE,
    token: UUID | None = None,
    photos: Sequence[BinaryIO] = (),
    evidence: bool = False,
    on_behalf: bool = False,
    refs: Refs | None = None,
) -> Entry:
    """File one patrol row; every call is a patrol of its own, the same `token` again the same row.

    It goes to the unit's open sheet of its period, proves the patrol, and if it reports illegal digging
    raises a lead at once. Raises Missing, NotAllowed, or DomainError with the column as field.
    """
    filed_for = guard_filing(member, agency) or on_behalf
    row = completed(row)
    judge(row, agency, refs or load_refs(agency))
    needs_measures(row)
    looked = shots.look_at(photos)
    filing = Filing(member, agency, source, filed_for=filed_for, repeats=True)

    def make() -> Entry:
        entry = settled(lambda: write(filing, [row])).entries[0]
        shots.keep(looked, member=member, agency=agency, subject=entry, facts={"evidence": evidence})
        audit.record(
            "entry.filed",
            actor=member,
            agency=agency,
            subject=entry,
            facts={"sheet": entry.sheet_id, "source": source, "late": entry.late_entry, "for": filed_for},
        )
        return entry

    return once(token=token, verb="entry.filed", member=member, make=make)


def file_rows(
    *,
    member: Member | None,
    agency: Agency,
    rows: Sequence[EntryRow],
    source: str,
    upload: Upload | None = None,
    refs: Refs | None = None,
    judged: bool = False,
) -> FiledRows:
    """File many rows in one short set-based write: all of them or none.

    Rows whose unit, period, columns and occurrence are there already are known and not added. `judged`
    says that `rows` come from `parse_row` with refs of this very unit and were accepted. One audit entry
    holds the hash of the rows; each row has its Change.
    """
    filed_for = guard_filing(member, agency)
    if not judged:
        rows = _judged(rows, agency, refs)
    filing = Filing(member, agency, source, filed_for=filed_for, upload=upload)
    return settled(lambda: _file(filing, rows))


def _judged(rows: Sequence[EntryRow], agency: Agency, refs: Refs | None) -> list[EntryRow]:
    refs = refs or load_refs(agency)
    rows = [completed(row) for row in rows]
    for number, row in enumerate(rows, 1):
        try:
            judge(row, agency, refs)
        except DomainError as error:
            raise DomainError(f"第{number}行：{error.message}", field=error.field) from None
    return rows


def _file(filing: Filing, rows: Sequence[EntryRow]) -> Filed:
    filed = write(filing, rows)
    fresh = filed.added
    audit.record(
        "entries.imported",
        actor=filing.member,
        agency=filing.agency,
        subject=filing.upload or (filed.sheets[0] if filed.sheets else None),
        facts={
            "rows": len(rows),
            "added": len(fresh),
            "source": filing.source,
            "for": filing.filed_for,
            "sha256": digest([_print(entry) for entry in fresh]),
        },
    )
    audit.record_changes("entry.filed", fresh, agency=filing.agency)
    return filed


def _print(entry: Entry) -> list[object]:
    return [entry.identity, entry.nth, EntryRow.from_entry(entry).facts()]


def correct(
    *,
    entry: Entry,
    row: EntryRow,
    reason: str,
    member: Member | None,
    token: UUID | None = None,
    refs: Refs | None = None,
) -> Entry:
    """更正: a new row supersedes `entry`, which keeps its place on the paper that was signed.

    The new row goes to the open sheet of its period: the same sheet while that is being filled, else the
    next supplement, which is signed off by itself. Figures as of an earlier instant do not change.
    """
    filed_for = guard_filing(member, entry.agency)
    reason = _reason(reason, "更正")
    row = completed(replace(row, period=entry.period if _still_in(entry, row) else ""))
    if EntryRow.from_entry(entry) == row:
        raise DomainError("内容没有变化，不用更正。")
    judge(row, entry.agency, refs or load_refs(entry.agency))
    needs_measures(row)

    def make() -> Entry:
        new = settled(lambda: _supersede(entry, row, reason, member, filed_for))
        audit.record(
            "entry.corrected",
            actor=member,
            agency=entry.agency,
            subject=new,
            facts={"supersedes": entry.pk, "sheet": new.sheet_id},
        )
        return new

    return once(token=token, verb="entry.corrected", member=member, make=make)


def _still_in(entry: Entry, row: EntryRow) -> bool:
    """A row keeps its period while its day does, or while the period is still the day's own."""
    same_day = row.patrolled_on == entry.patrolled_on
    return same_day or own_period(entry.agency, row.patrolled_on).key == entry.period


def _supersede(entry: Entry, row: EntryRow, reason: str, member: Member | None, filed_for: bool) -> Entry:
    agency, at = entry.agency, now()
    period = period_for(agency, row)
    sheet = take_sheet(agency, period, member)
    _void(entry, reason, member, at)
    mark = identity(unit_code(agency), period.key, row.facts())
    same_day = row.patrolled_on == entry.patrolled_on
    new = Entry.objects.create(
        agency=agency,
        sheet=sheet,
        site=row.site,
        period=period.key,
        identity=mark,
        nth=Paper(agency, period.key, [mark]).nth(mark),
        **row.facts(),
        source=entry.source,
        late_entry=entry.late_entry if same_day else is_late(row.patrolled_on, at.date()),
        filed_by=member,
        filed_for=filed_for,
        recorded_at=at,
        supersedes=entry,
    )
    tally.apply(new=[new], old=[entry])
    retract(subject=entry)
    prove(kind=PATROL, agency=agency, at=proved_at(new), subject=new)
    leads.follow(old=entry, new=new, member=member)
    return new


def withdraw(*, entry: Entry, reason: str, member: Member | None, token: UUID | None = None) -> Entry:
    """撤回: the row counts no more. On a signed sheet it stays, marked, and the signers are told."""
    guard_filing(member, entry.agency)
    reason = _reason(reason, "撤回")

    def make() -> Entry:
        left_open = touch(entry.sheet)
        _void(entry, reason, member, now())
        tally.apply(old=[entry])
        retract(subject=entry)
        leads.follow(old=entry, new=None, member=member)
        if not left_open:
            _tell_signers(entry)
        audit.record(
            "entry.withdrawn",
            actor=member,
            agency=entry.agency,
            subject=entry,
            facts={"sheet": entry.sheet_id},
        )
        return entry

    return once(token=token, verb="entry.withdrawn", member=member, make=make)


def _void(entry: Entry, reason: str, member: Member | None, at: dt.datetime) -> None:
    """Take a live row out of the count; of two at once one wins, the other hears who and when."""
    changed = Entry.objects.filter(pk=entry.pk, voided_at__isnull=True).update(
        voided_at=at, void_reason=reason, voided_by=member
    )
    entry.refresh_from_db()
    if changed != 1:
        who = entry.voided_by.label if entry.voided_by else "系统"
        when = entry.voided_at.astimezone(SHANGHAI)
        act = "更正" if Entry.objects.filter(supersedes=entry).exists() else "撤回"
        raise Conflict(
            f"{who}已于{when:%Y年%-m月%-d日 %H:%M}{act}这条记录。您填写的内容仍保留在页面上，请刷新后再办。"
        )


def _reason(reason: str, act: str) -> str:
    reason = reason.strip()
    if not reason:
        raise DomainError(f"{act}必须写明原因。", field="reason")
    if len(reason) > 300:
        raise DomainError(f"{act}原因有{len(reason)}个字，请缩短到300字以内。", field="reason")
    return reason


def _tell_signers(entry: Entry) -> None:
    signatures = entry.sheet.signatures.select_related("member")
    notices.send(
        members=[signature.member for signature in signatures if signature.member.is_active],
        kind="entry.withdrawn",
        text="您签过的台账中有记录被撤回，请查看。",
        subject=entry.sheet,
    )
