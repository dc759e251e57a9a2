"""The job that judges a long file; short ones are judged in the request."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from core import jobs
from core.models import Upload
from ledgers.actions import uploads
from ledgers.inlets import INLETS
from minewatch.lib.xlsx import BadWorkbook

if TYPE_CHECKING:
    from core.jobs import Progress

LONG_FILE = 2000  # rows; more are judged by a job
BLOCK = 1 << 20


def is_long(data: bytes) -> bool:
    """Whether an inspected workbook has more rows than one likes to wait for."""
    rows = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                with archive.open(part) as stream:
                    while block := stream.read(BLOCK):
                        rows += block.count(b"<row ")
                        if rows > LONG_FILE:
                            return True
    return False


@jobs.handler(uploads.JUDGE)
def judge_upload(progress: Progress) -> None:
    """Judge a stored upload; done twice it is judged once."""
    upload = Upload.objects.select_related("agency__division", "member__agency", "file").get(
        pk=progress.run.params["upload"]
    )
    if upload.version >= uploads.JUDGED:
        return
    progress.step("读取并检查表格", done=0, due=1)
    inlet = INLETS[upload.kind]
    with upload.file.path.open("rb") as stream:
        data = stream.read()
    try:
        judged = inlet.judge(data, member=upload.member, agency=upload.agency, params=upload.params)
    except (BadWorkbook, ValueError) as error:
        if not isinstance(error, BadWorkbook) and not str(error):
            raise
        uploads.refuse(upload=upload, reason=str(error))
        return
    progress.check()
    uploads.keep_judgement(upload=upload, judged=judged)
    progress.step("检查完成，等待确认", done=1, due=1)
