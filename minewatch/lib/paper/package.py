"""An Office package without traces: no names, paths or clocks of the machine, the same bytes each time."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

CORE, APP = "docProps/core.xml", "docProps/app.xml"
EPOCH = (1980, 1, 1, 0, 0, 0)
PROPERTIES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    '<dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created>'
    '<dcterms:modified xsi:type="dcterms:W3CDTF">{at}</dcterms:modified></cp:coreProperties>'
)

PROGRAM = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
)


def settle(data: bytes, at: dt.datetime) -> bytes:
    """The package anew: entries in order with one fixed time, properties holding `at` and nothing else."""
    fixed = {
        CORE: PROPERTIES.format(at=at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")).encode(),
        APP: PROGRAM.encode(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            body = fixed.get(name) or old.read(name)
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, body)
    return out.getvalue()
