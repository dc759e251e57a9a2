"""Files in: real type, pixel cap, kept bit for bit, names that cannot escape."""

import datetime as dt
import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from core import files
from core.errors import DomainError
from minewatch.lib.hashing import sha256


def photo(form: str = "JPEG", size: tuple[int, int] = (40, 30), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, form, **options)
    return out.getvalue()


def gps_photo() -> bytes:
    exif = Image.Exif()
    exif[0x9286] = "secret place"
    exif[0x8825] = {1: "N", 2: (39.0, 27.0, 0.0)}
    return photo(exif=exif)


def store(cast, data: bytes, name: str = "a.jpg"):
    return files.store_photo(
        upload=io.BytesIO(data), name=name, member=cast.qingshi_filler, agency=cast.unit("qingshi")
    )


def test_the_original_is_kept_bit_for_bit_and_the_copy_has_no_exif(cast):
    data = gps_photo()
    row = store(cast, data)
    assert row.path.read() == data
    assert row.sha256 == sha256(data)
    assert not Image.open(io.BytesIO(row.copy.read())).getexif()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + b"0" * 50,
        photo()[:200],
        b"PK\x03\x04zip",
        b"<html><script>alert(1)</script>",
    ],
)
def test_what_is_no_photo_is_refused_by_name(cast, data):
    with pytest.raises(DomainError) as refusal:
        store(cast, data, "坑口.jpg")
    assert "坑口.jpg" in refusal.value.message


def test_a_pixel_bomb_is_refused(cast):
    with pytest.raises(DomainError, match="像素"):
        store(cast, photo("PNG", (8000, 7000)))


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\x00b.jpg", "CON<>.jpg", "\u202egpj.exe", "x" * 300 + ".jpg", "", "///"]
)
def test_names_cannot_escape_or_confuse(name):
    clean = files.clean_name(name)
    assert clean and len(clean) <= 120
    assert not set(clean) & set('/\\<>:"|?*\x00\u202e')


def test_documents_are_kept_by_their_real_type(cast):
    row = files.store_document(
        upload=io.BytesIO(b"%PDF-1.7 x"),
        name="扫描件.png",
        member=cast.qingshi_filler,
        agency=cast.unit("qingshi"),
    )
    assert row.content_type == "application/pdf"
    with pytest.raises(DomainError):
        files.store_document(
            upload=io.BytesIO(b"MZ\x90 program"),
            name="扫描件.pdf",
            member=cast.qingshi_filler,
            agency=cast.unit("qingshi"),
        )


def test_bytes_that_no_row_names_are_swept(cast):
    kept = store(cast, photo())
    default_storage.save("files/zz/orphan", ContentFile(b"x"))
    assert files.sweep_orphans(older_than=dt.timedelta(seconds=-1)) == 1
    assert kept.path.storage.exists(kept.path.name)
