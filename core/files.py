"""StoredFile: received bytes are checked, hashed and kept; photos get a view copy without EXIF."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
import uuid
import warnings
import zipfile
from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from core import audit
from core.audit import subject_of
from core.errors import DomainError
from core.models import Matter, StoredFile
from minewatch.lib.clock import now
from minewatch.lib.hashing import sha256

if TYPE_CHECKING:
    from agencies.models import Agency, Member

MEGABYTE = 1024 * 1024
PHOTO_LIMIT = 15 * MEGABYTE
DOCUMENT_LIMIT = 20 * MEGABYTE
PIXEL_LIMIT = 50_000_000
VIEW_SIDE = 1600
PHOTO_FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: First bytes → type of the documents that may be kept as scans or attachments.
MAGIC = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n": "image/png",
    b"PK\x03\x04": XLSX,
}

OFFICE_PARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}


def clean_name(name: str) -> str:
    """A file name that cannot escape or confuse: no path, control, bidi or reserved characters."""
    name = unicodedata.normalize("NFC", name or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(ch for ch in name if unicodedata.category(ch)[0] != "C")
    name = re.sub(r'[<>:"|?*]', "_", name).strip(". ") or "file"
    stem, dot, ending = name.rpartition(".")
    return name if len(name) <= 120 else f"{(stem or name)[:100]}{dot}{ending[:10]}"


def store(
    *,
    data: bytes,
    name: str,
    kind: str,
    content_type: str,
    member: Member | None,
    agency: Agency | None,
    subject: models.Model | None = None,
    matter: Matter | None = None,
    facts: dict | None = None,
    copy: bytes = b"",
) -> StoredFile:
    """Keep `data` under its hash; the path says nothing of the content."""
    subject_kind, subject_id = subject_of(subject)
    token = uuid.uuid4().hex
    row = StoredFile(
        kind=kind,
        name=clean_name(name),
        content_type=content_type,
        size=len(data),
        sha256=sha256(data),
        facts=facts or {},
        agency=agency,
        matter=matter,
        subject_kind=subject_kind,
        subject_id=subject_id,
        created_by=member,
    )
    row.path.save(f"files/{token[:2]}/{token}", ContentFile(data), save=False)
    if copy:
        row.copy.save(f"files/{token[:2]}/{token}.view", ContentFile(copy), save=False)
    row.save()
    audit.record(
        "file.stored",
        actor=member,
        agency=agency,
        subject=row,
        matter=matter,
        facts={"sha256": row.sha256, "size": row.size},
    )
    return row


def reseal(row: StoredFile, *, data: bytes, facts: dict) -> None:
    """Put `data` in the place of what an encrypted file holds: the same content under another key.

    The new bytes lie under a name of their own before the row says so, the old ones go when that is certain:
    whatever happens between leaves a file that opens, and at most an orphan for `sweep_orphans`.
    """
    old, token = row.path.name, uuid.uuid4().hex
    row.path.save(f"files/{token[:2]}/{token}", ContentFile(data), save=False)
    row.size, row.sha256, row.facts = len(data), sha256(data), facts
    row.save(update_fields=["path", "size", "sha256", "facts"])
    audit.record(
        "file.resealed",
        actor=None,
        agency=row.agency,
        subject=row,
        matter=row.matter,
        facts={"sha256": row.sha256, "size": row.size},
    )
    transaction.on_commit(lambda: default_storage.delete(old))


def store_photo(
    *,
    upload: BinaryIO,
    name: str,
    member: Member,
    agency: Agency,
    subject: models.Model | None = None,
    matter: Matter | None = None,
    facts: dict | None = None,
) -> StoredFile:
    """Check and keep a photo: the original bit for bit, a view copy without EXIF beside it.

    Raises DomainError naming the photo when it is too large, damaged or not a
    JPEG, PNG or WebP.
    """
    data = _read(upload, PHOTO_LIMIT, name)
    copy, content_type = view_copy(data, name)
    return store(
        data=data,
        name=name,
        kind=StoredFile.Kind.PHOTO,
        content_type=content_type,
        member=member,
        agency=agency,
        subject=subject,
        matter=matter,
        facts=facts,
        copy=copy,
    )


def view_copy(data: bytes, name: str) -> tuple[bytes, str]:
    """(JPEG view copy without EXIF, detected type of the original). Raises DomainError."""
    shown = clean_name(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=list(PHOTO_FORMATS))
            if image.width * image.height > PIXEL_LIMIT:
                raise DomainError(f"照片“{shown}”超过5000万像素，请缩小后再传。", field="photos")
            content_type = PHOTO_FORMATS[image.format or ""]
            image = ImageOps.exif_transpose(image).convert("RGB")
            image.thumbnail((VIEW_SIDE, VIEW_SIDE))
            out = io.BytesIO()
            image.save(out, "JPEG", quality=82)
            return out.getvalue(), content_type
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DomainError(f"照片“{shown}”像素过大，请缩小后再传。", field="photos") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, KeyError):
        raise DomainError(
            f"“{shown}”不是能打开的照片，请用 JPG、PNG 或 WebP 格式重传。", field="photos"
        ) from None


def store_document(
    *,
    upload: BinaryIO,
    name: str,
    member: Member,
    agency: Agency,
    kind: str = StoredFile.Kind.DOCUMENT,
    subject: models.Model | None = None,
    matter: Matter | None = None,
) -> StoredFile:
    """Check and keep a PDF, a picture, a Word document or a workbook by its real type. Raises DomainError."""
    data = _read(upload, DOCUMENT_LIMIT, name)
    content_type = document_type(data)
    if content_type is None:
        raise DomainError(
            f"“{clean_name(name)}”不是 PDF、照片、docx 或 xlsx 文件，请转换后再传。", field="file"
        )
    return store(
        data=data,
        name=name,
        kind=kind,
        content_type=content_type,
        member=member,
        agency=agency,
        subject=subject,
        matter=matter,
    )


def document_type(data: bytes) -> str | None:
    """The type by the first bytes; of an Office package by its main part. None: not to be kept."""
    found = next((kind for magic, kind in MAGIC.items() if data.startswith(magic)), None)
    if found != XLSX:
        return found
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError):
        return None
    return next((kind for part, kind in OFFICE_PARTS.items() if part in names), None)


def files_of(subject: models.Model, kind: str | None = None) -> models.QuerySet[StoredFile]:
    """Files kept for `subject`, oldest first."""
    subject_kind, subject_id = subject_of(subject)
    rows = StoredFile.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("id")
    return rows.filter(kind=kind) if kind else rows


def sweep_orphans(older_than: dt.timedelta = dt.timedelta(hours=1)) -> int:
    """Delete stored bytes that no row names (a write that was rolled back). Returns how many."""
    removed = 0
    for folder in _folders():
        names = default_storage.listdir(f"files/{folder}")[1]
        paths = [f"files/{folder}/{name}" for name in names]
        known = set(StoredFile.objects.filter(path__in=paths).values_list("path", flat=True))
        known |= set(StoredFile.objects.filter(copy__in=paths).values_list("copy", flat=True))
        for path in set(paths) - known:
            if default_storage.get_modified_time(path) < now() - older_than:
                default_storage.delete(path)
                removed += 1
    return removed


def _folders() -> Iterable[str]:
    return default_storage.listdir("files")[0] if default_storage.exists("files") else ()


def _read(upload: BinaryIO, limit: int, name: str) -> bytes:
    data = upload.read(limit + 1)
    if len(data) > limit:
        raise DomainError(f"“{clean_name(name)}”超过{limit // MEGABYTE}MB，请缩小后再传。", field="file")
    if not data:
        raise DomainError(f"“{clean_name(name)}”是空文件，请重新选择。", field="file")
    return data
