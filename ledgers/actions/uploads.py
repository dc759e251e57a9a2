"""Uploads: a file taken in, its judgement kept, then applied as a whole or left alone.

Reading and judging happen outside any transaction; what is stored between is a receipt, not yet a ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import F

from agencies.models import Agency, AgencyKind
from core import audit, files, jobs
from core.errors import Conflict, DomainError, NotAllowed
from core.models import Run, StoredFile, Upload, UploadRow
from core.once import once
from core.workflow import conflict
from ledgers.actions import sites
from ledgers.actions.entries import FiledRows, file_rows
from ledgers.actions.filers import guard_filing, units_to_file_for
from ledgers.actions.refs import sites_for
from ledgers.actions.rows import EntryRow
from ledgers.inlets import GOOD, Judged, Remark, Verdict
from ledgers.models import Entry
from ledgers.receipts import facts_of
from minewatch.lib.clock import now
from minewatch.lib.xlsx import BadWorkbook, inspect
from minewatch.lib.xlsx.inspecting import FORM

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from agencies.models import Member

Status = Upload.Status
JUDGE = "upload.judge"
BATCH = 500
#: Versions of an upload: stored and not yet judged, then judged.
UNJUDGED, JUDGED = 1, 2


def read_upload(upload: UploadedFile) -> bytes:
    """The bytes of a form's file, looked at and not parsed. Raises DomainError in plain words."""
    if upload.size > FORM.size:
        raise DomainError(f"文件超过{FORM.size // 1024 // 1024}MB，请拆分成几个文件后上传。", field="file")
    data = upload.read()
    look_at(data)
    return data


def look_at(data: bytes) -> None:
    """Refuse what is no honest workbook before anything is stored. Raises DomainError."""
    try:
        inspect(data)
    except BadWorkbook as error:
        raise DomainError(str(error), field="file") from None


def receive(
    *,
    member: Member | None,
    agency: Agency,
    kind: str,
    data: bytes,
    name: str,
    params: dict[str, object] | None = None,
    judged: Judged | None = None,
    token: UUID | None = None,
) -> Upload:
    """Keep the file and its judgement as a receipt; without a judgement a job makes one.

    Nothing of it stands in a ledger before `confirm`. A file that holds nothing new is closed at once.
    Raises NotAllowed when the member may not file for `agency`.
    """
    guard(member, agency, kind)

    def make() -> Upload:
        upload = Upload.objects.create(kind=kind, agency=agency, member=member, params=params or {})
        upload.file = files.store(
            data=data,
            name=name,
            kind=StoredFile.Kind.UPLOAD,
            content_type=files.XLSX,
            member=member,
            agency=agency,
            subject=upload,
        )
        upload.save(update_fields=["file"])
        if judged is not None:
            _keep(upload, judged)
        else:
            jobs.start(
                kind=JUDGE,
                key=f"{JUDGE}:{upload.pk}",
                params={"upload": upload.pk},
                agency=agency,
                member=member,
                subject=upload,
            )
        return upload

    return once(token=token, verb="upload.judged", member=member, make=make)


def guard(member: Member | None, agency: Agency, kind: str) -> None:
    """Who may upload what for which unit. Raises Missing or NotAllowed."""
    GUARDS[kind](member, agency)


def units_for(member: Member, kind: str) -> list[Agency]:
    """Units for which the member may upload this kind, the own one first."""
    units = UNITS[kind](member).select_related("division")
    return sorted(units, key=lambda unit: (unit.pk != member.agency_id, unit.division.code, unit.code))


def run_of(upload: Upload) -> Run | None:
    """The job that judges a long file, if one does."""
    return Run.objects.filter(key=f"{JUDGE}:{upload.pk}").first()


# ---------------------------------------------------------------- the judgement


def keep_judgement(*, upload: Upload, judged: Judged) -> Upload:
    """Write the judgement of a stored upload, once: a second judge of the same file changes nothing."""
    with transaction.atomic():
        _keep(upload, judged)
    upload.refresh_from_db()
    return upload


def refuse(*, upload: Upload, reason: str) -> None:
    """A stored file that could not be read after all."""
    with transaction.atomic():
        problem = asdict(Remark("", 0, "", "", Verdict.REFUSED, reason))
        changed = Upload.objects.filter(pk=upload.pk, status=Status.JUDGED, version=UNJUDGED).update(
            status=Status.REFUSED, problems=[problem], version=JUDGED
        )
        if changed:
            _record_judged(upload)


def _keep(upload: Upload, judged: Judged) -> None:
    fresh, known = judged.count(*GOOD), judged.count(Verdict.KNOWN)
    status = Status.JUDGED if fresh else Status.APPLIED if known and not judged.refused else Status.REFUSED
    values = {
        "status": status,
        "rows_read": judged.rows_read,
        "rows_known": known,
        "rows_refused": judged.count(Verdict.REFUSED),
        "problems": [asdict(remark) for remark in judged.remarks],
        "applied_at": now() if status == Status.APPLIED else None,
    }
    if not Upload.objects.filter(pk=upload.pk, version=UNJUDGED).update(**values, version=JUDGED):
        return
    UploadRow.objects.bulk_create(
        [
            UploadRow(
                upload=upload,
                sheet=line.sheet[:40],
                number=line.number,
                verdict=line.verdict,
                values=dict(line.values),
                problems=[asdict(remark) for remark in line.remarks],
                identity=line.identity,
            )
            for line in judged.lines
        ],
        batch_size=BATCH,
    )
    upload.refresh_from_db()
    _record_judged(upload)


def _record_judged(upload: Upload) -> None:
    upload.refresh_from_db()
    audit.record(
        "upload.judged",
        actor=upload.member,
        agency=upload.agency,
        subject=upload,
        facts={
            "kind": upload.kind,
            "sha256": upload.file.sha256 if upload.file else "",
            "read": upload.rows_read,
            "known": upload.rows_known,
            "refused": upload.rows_refused,
        },
    )


# ---------------------------------------------------------------- confirm or abandon


def confirm(*, upload: Upload, member: Member | None) -> Upload:
    """Apply the accepted rows in one short write: all of them or none, and once only.

    The second of two confirmations – double click, two tabs – gives the same applied receipt. Raises
    Conflict when the upload was abandoned, DomainError while it is still being judged.
    """
    guard(member, upload.agency, upload.kind)
    if upload.status == Status.JUDGED and upload.version < JUDGED:
        raise DomainError("文件还在检查，请稍候再确认。")
    apply = APPLY[upload.kind](upload)  # rows are read back before the write begins
    with transaction.atomic():
        if not _take(upload, Status.APPLIED):
            return _applied_or_conflict(upload)
        added, known = apply(member)
        Upload.objects.filter(pk=upload.pk).update(rows_added=added, rows_known=F("rows_known") + known)
        audit.record(
            "upload.applied",
            actor=member,
            agency=upload.agency,
            subject=upload,
            facts={"kind": upload.kind, "added": added, "known": known, "refused": upload.rows_refused},
        )
    upload.refresh_from_db()
    return upload


def abandon(*, upload: Upload, member: Member) -> Upload:
    """放弃: the receipt stays, nothing goes in. Abandoned twice is abandoned once."""
    guard(member, upload.agency, upload.kind)
    with transaction.atomic():
        if not _take(upload, Status.CANCELLED):
            upload.refresh_from_db()
            if upload.status != Status.CANCELLED:
                raise conflict(upload)
            return upload
        audit.record("upload.cancelled", actor=member, agency=upload.agency, subject=upload)
    upload.refresh_from_db()
    return upload


def _take(upload: Upload, status: str) -> bool:
    """The conditional update that lets one of several decide."""
    changed = Upload.objects.filter(pk=upload.pk, status=Status.JUDGED).update(
        status=status, version=F("version") + 1, applied_at=now() if status == Status.APPLIED else None
    )
    return changed == 1


def _applied_or_conflict(upload: Upload) -> Upload:
    upload.refresh_from_db()
    if upload.status == Status.APPLIED:
        return upload
    if upload.status == Status.REFUSED:
        raise Conflict("这份文件没有可以导入的内容。")
    raise conflict(upload)


Applied = Callable[["Member | None"], tuple[int, int]]


def _apply_patrol(upload: Upload) -> Applied:
    """Rows of each unit to its ledger, units in one order so that two uploads never wait for each other."""
    groups: list[tuple[Agency, list[UploadRow], list[EntryRow]]] = []
    rows = list(upload.rows.filter(verdict__in=GOOD))
    codes = sorted({row.values["agency"] for row in rows})
    for unit in Agency.objects.filter(code__in=codes).select_related("division", "parent").order_by("code"):
        own = [row for row in rows if row.values["agency"] == unit.code]
        groups.append((unit, own, entry_rows(own, unit)))

    def apply(member: Member | None) -> tuple[int, int]:
        added = known = 0
        for unit, own, entries in groups:
            filed = file_rows(
                member=member,
                agency=unit,
                rows=entries,
                source=Entry.Source.UPLOAD,
                upload=upload,
                judged=True,
            )
            _keep_results(own, filed)
            added += len(filed.added)
            known += len(filed.known)
        return added, known

    return apply


def _keep_results(rows: Sequence[UploadRow], filed: FiledRows) -> None:
    """What became of each row, on the receipt."""
    values = [
        (row.pk, *audit.subject_of(entry), Verdict.KNOWN if place in filed.known else row.verdict)
        for place, (row, entry) in enumerate(zip(rows, filed.entries, strict=True))
    ]
    for start in range(0, len(values), BATCH):
        _update_results(values[start : start + BATCH])


def _update_results(values: list[tuple]) -> None:
    """One statement on PostgreSQL and SQLite alike; Django's bulk_update builds a CASE per row and column."""
    table = connection.ops.quote_name(UploadRow._meta.db_table)
    sql = (
        f"UPDATE {table} SET subject_kind = v.column2, subject_id = v.column3, verdict = v.column4 "  # noqa: S608
        f"FROM (VALUES {', '.join(['(%s, %s, %s, %s)'] * len(values))}) AS v WHERE {table}.id = v.column1"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [str(v) if isinstance(v, Verdict) else v for row in values for v in row])


def entry_rows(rows: Sequence[UploadRow], unit: Agency) -> list[EntryRow]:
    """Judged rows of a receipt as they are filed, with the sites that their places name."""
    allowed = sites_for(unit)
    if unit.kind == AgencyKind.VILLAGE:
        allowed = allowed.filter(village_id=unit.pk) | allowed.filter(village__isnull=True)
    sites = allowed.in_bulk({row.values["site"] for row in rows if row.values.get("site")})
    return [EntryRow.of(facts_of(row.values), site=sites.get(row.values.get("site"))) for row in rows]


def _apply_sites(upload: Upload) -> Applied:
    """Rows of the register, each to its township."""
    rows = list(upload.rows.filter(verdict__in=GOOD))
    codes = {row.values[key] for row in rows for key in ("agency", "village")}
    units = {unit.code: unit for unit in Agency.objects.filter(code__in=codes).select_related("division")}
    facts = [
        (units[row.values["agency"]], units.get(row.values["village"]), facts_of(row.values)) for row in rows
    ]

    def apply(member: Member | None) -> tuple[int, int]:
        made = sites.add_sites(member=member, rows=facts, agency=upload.agency)
        for row, site in zip(rows, made, strict=True):
            if site is None:
                row.verdict = Verdict.KNOWN
            else:
                row.subject_kind, row.subject_id = audit.subject_of(site)
        UploadRow.objects.bulk_update(rows, ["subject_kind", "subject_id", "verdict"], batch_size=BATCH)
        added = sum(site is not None for site in made)
        return added, len(made) - added

    return apply


def _guard_sites(member: Member | None, agency: Agency) -> None:
    """Townships upload their own register; natural resources and the office the county's."""
    if member is not None and agency not in units_for(member, "sites"):
        raise NotAllowed("监管对象由乡镇填表人、分管领导或自然资源局导入。")


def _site_units(member: Member) -> QuerySet[Agency]:
    """The unit in whose name the member uploads a register."""
    townships = sites.kept_townships(member)
    own = Agency.objects.filter(pk=member.agency_id) if townships.exists() else Agency.objects.none()
    if member.agency.kind in sites.BUREAU_ROLES:
        return own
    return townships


GUARDS: dict[str, Callable[[Member | None, Agency], object]] = {
    "patrol": guard_filing,
    "sites": _guard_sites,
}
UNITS: dict[str, Callable[[Member], QuerySet[Agency]]] = {
    "patrol": units_to_file_for,
    "sites": _site_units,
}
APPLY: dict[str, Callable[[Upload], Applied]] = {"patrol": _apply_patrol, "sites": _apply_sites}
