"""What the demo's people hand in: a page of paper and a picture that say only that they are samples."""

from __future__ import annotations

import datetime as dt
import io
from functools import cache

from PIL import Image, ImageDraw

from minewatch.lib import paper
from minewatch.lib.clock import SHANGHAI

Upload = tuple[str, io.BytesIO]


def document(title: str) -> Upload:
    """A Word document of that title (name, opened file)."""
    return f"{title}.docx", io.BytesIO(_page(title))


def photo() -> Upload:
    """A small picture (name, opened file)."""
    return "现场照片.jpg", io.BytesIO(_picture())


@cache
def _page(title: str) -> bytes:
    sheet = paper.new()
    paper.line(sheet, title, centred=True)
    paper.line(sheet, "本文件为示范数据，仅用于演示。")
    return paper.saved(sheet, dt.datetime(2026, 1, 1, tzinfo=SHANGHAI))


@cache
def _picture() -> bytes:
    image = Image.new("RGB", (480, 320), (186, 176, 158))
    ImageDraw.Draw(image).rectangle((150, 130, 330, 300), fill=(96, 92, 88))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()
