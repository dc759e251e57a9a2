"""Photos of entries and leads: looked at before the transaction, kept inside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from django.db import models

from core import files
from core.errors import DomainError
from core.models import StoredFile

if TYPE_CHECKING:
    from agencies.models import Agency, Member
    from core.models import Matter

MOST = 12


@dataclass(frozen=True)
class Photo:
    """A photo that opened: its bytes, its name, its view copy."""

    data: bytes
    name: str
    content_type: str
    copy: bytes


def look_at(uploads: Sequence[BinaryIO]) -> tuple[Photo, ...]:
    """Check every photo before anything is written. Raises DomainError naming the one that fails."""
    if len(uploads) > MOST:
        raise DomainError(f"一次最多{MOST}张照片，现有{len(uploads)}张，请减少后再传。", field="photos")
    return tuple(_look(upload) for upload in uploads)


def _look(upload: BinaryIO) -> Photo:
    name = files.clean_name(getattr(upload, "name", "") or "照片.jpg")
    data = upload.read(files.PHOTO_LIMIT + 1)
    if len(data) > files.PHOTO_LIMIT:
        limit = files.PHOTO_LIMIT // files.MEGABYTE
        raise DomainError(f"照片“{name}”超过{limit}MB，请缩小后再传。", field="photos")
    if not data:
        raise DomainError(f"照片“{name}”是空文件，请重新选择。", field="photos")
    copy, content_type = files.view_copy(data, name)
    return Photo(data, name, content_type, copy)


def keep(
    photos: Sequence[Photo],
    *,
    member: Member | None,
    agency: Agency,
    subject: models.Model,
    matter: Matter | None = None,
    facts: dict | None = None,
) -> list[StoredFile]:
    """Store looked-at photos for `subject`; the original bit for bit, the copy without EXIF."""
    return [
        files.store(
            data=photo.data,
            name=photo.name,
            kind=StoredFile.Kind.PHOTO,
            content_type=photo.content_type,
            member=member,
            agency=agency,
            subject=subject,
            matter=matter,
            facts=facts,
            copy=photo.copy,
        )
        for photo in photos
    ]
