"""The job that judges a long file; short ones are judged in the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import jobs
from core.models import Upload
from ledgers.actions import uploads
from ledgers.inlets import INLETS
from minewatch.lib.periods import BadPeriod
from minewatch.lib.xlsx import BadWorkbook

if TYPE_CHECKING:
    from core.jobs import Progress


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
    except (BadWorkbook, BadPeriod) as error:
        uploads.refuse(upload=upload, reason=str(error))
        return
    progress.check()
    uploads.keep_judgement(upload=upload, judged=judged)
    progress.step("检查完成，等待确认", done=1, due=1)
