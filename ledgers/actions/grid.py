"""批量填报: the grid goes in by the bulk door, with a receipt that makes a resend harmless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from core.audit import subject_of
from core.errors import DomainError
from core.models import Upload, UploadRow
from core.once import once
from ledgers.actions.entries import FiledRows, file_rows
from ledgers.actions.filers import guard_filing
from ledgers.actions.rows import EntryRow
from ledgers.columns import Refs
from ledgers.models import Entry
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

KIND = "grid"
MOST = 1000


@dataclass(frozen=True)
class GridRow:
    """One line of the grid: its number there, its texts by column key, and the row they make."""

    number: int
    texts: Mapping[str, str]
    row: EntryRow


def file_grid(
    *,
    member: Member,
    agency: Agency,
    rows: Sequence[GridRow],
    refs: Refs | None = None,
    refused: int = 0,
    token: UUID | None = None,
) -> Upload:
    """File the rows of a grid as one batch; the same `token` again gives the same receipt.

    `refused` counts lines that were left out because the member chose to keep the good ones only.
    """
    guard_filing(member, agency)
    if not rows:
        raise DomainError("表里还没有内容，请至少填写一行。")
    if len(rows) > MOST:
        raise DomainError(f"一次最多{MOST}行，现有{len(rows)}行。行数更多请用表格导入。")

    def make() -> Upload:
        at = now()
        upload = Upload.objects.create(
            kind=KIND, agency=agency, member=member, status=Upload.Status.APPLIED, applied_at=at
        )
        filed = file_rows(
            member=member,
            agency=agency,
            rows=[line.row for line in rows],
            source=Entry.Source.GRID,
            upload=upload,
            refs=refs,
        )
        upload.rows_read = len(rows) + refused
        upload.rows_added, upload.rows_known, upload.rows_refused = (
            len(filed.added),
            len(filed.known),
            refused,
        )
        upload.save(update_fields=["rows_read", "rows_added", "rows_known", "rows_refused"])
        UploadRow.objects.bulk_create(_receipt(upload, rows, filed), batch_size=1000)
        return upload

    return once(token=token, verb="entries.imported", member=member, make=make)


def _receipt(upload: Upload, rows: Sequence[GridRow], filed: FiledRows) -> list[UploadRow]:
    found = []
    for place, (line, entry) in enumerate(zip(rows, filed.entries, strict=True)):
        kind, key = subject_of(entry)
        verdict = UploadRow.Verdict.KNOWN if place in filed.known else UploadRow.Verdict.ACCEPTED
        found.append(
            UploadRow(
                upload=upload,
                sheet="批量填报",
                number=line.number,
                verdict=verdict,
                values={"texts": dict(line.texts)},
                identity=entry.identity,
                subject_kind=kind,
                subject_id=key,
            )
        )
    return found
