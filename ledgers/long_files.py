"""Which workbooks are too long to be judged while somebody waits for the page."""

from __future__ import annotations

import io
import zipfile

LONG_FILE = 2000  # rows
BLOCK = 1 << 20


def is_long(data: bytes) -> bool:
    """Whether an inspected workbook has more rows than that."""
    rows = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            if not (part.startswith("xl/worksheets/") and part.endswith(".xml")):
                continue
            with archive.open(part) as stream:
                while block := stream.read(BLOCK):
                    rows += block.count(b"<row ")
                    if rows > LONG_FILE:
                        return True
    return False
