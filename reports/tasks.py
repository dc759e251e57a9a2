"""Job kinds of reports: a report id in, one call."""

from core import notices
from core.jobs import Progress, handler
from core.models import StoredFile
from reports import actions
from reports.actions.submission import PAPERS
from reports.actions.watch import DRAFT
from reports.models import Report


def _report(progress: Progress) -> Report:
    return Report.objects.select_related("agency__division", "recipient", "submitted_by").get(
        pk=progress.run.params["report"]
    )


@handler(DRAFT)
def draft(progress: Progress) -> StoredFile:
    """Compute the draft's words from live numbers, then its papers."""
    report = _report(progress)
    progress.step("计算数字和文字", done=0, due=4)
    report = actions.recompute(report=report)
    made = actions.make_papers(
        report=report,
        member=progress.run.member,
        step=lambda words, done, due: progress.step(words, done=done + 1, due=due + 1),
    )
    if progress.run.member:
        notices.send(
            members=[progress.run.member],
            kind="report.drafted",
            text="报表草稿已生成，请核对。",
            subject=report,
        )
    return made["xlsx"].file


@handler(PAPERS)
def papers(progress: Progress) -> StoredFile:
    """Write the papers of a submitted report."""
    made = actions.make_papers(
        report=_report(progress),
        member=progress.run.member,
        step=lambda words, done, due: progress.step(words, done=done, due=due),
    )
    return made["xlsx"].file
