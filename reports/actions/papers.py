"""The papers of one issue: made once each, whoever asks and however often a job is run again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from core import audit, files
from core.models import StoredFile
from minewatch.lib.clock import now
from reports import reading
from reports.kinds import Content
from reports.models import Report, ReportPaper
from reports.snapshot import snapshot
from reports.writers import WRITERS

if TYPE_CHECKING:
    from agencies.models import Member

Step = Callable[[str, int, int], None]


def file_name(report: Report, ending: str) -> str:
    """weekly-qingshi-2022-W38.xlsx: it says nothing of the content."""
    return f"{report.kind}-{report.agency.code}-{report.period}.{ending}"


def content_of(report: Report) -> Content:
    """The content as it now stands: frozen once submitted, else live in one snapshot."""
    if reading.is_frozen(report):
        return reading.content(report, reading.frozen(report), report.frozen_at, narrative=report.narrative)
    with snapshot():
        as_of = now()
        numbers = reading.live(report)
        return reading.content(report, numbers, as_of, narrative=reading.written(report, numbers))


def make_papers(
    *, report: Report, member: Member | None = None, step: Step = lambda *_: None
) -> dict[str, ReportPaper]:
    """Format → paper of the current issue (0 for a draft, made anew each time).

    `step(words, done, due)` is told before each paper and may stop the work; what was made stays, and
    the next call makes the rest.
    """
    issue = report.issue if reading.is_frozen(report) else 0
    step("读取数据", 0, len(WRITERS) + 1)
    made = {} if issue == 0 else {row.format: row for row in _papers(report, issue)}
    if set(made) == set(WRITERS):
        return made
    content = content_of(report)
    for number, (ending, (write, kind, words)) in enumerate(WRITERS.items(), 1):
        if ending in made:
            continue
        step(f"生成{words}", number, len(WRITERS) + 1)
        made[ending] = _keep(report, issue, ending, kind, write(content), content.as_of, member)
    return made


def _papers(report: Report, issue: int):
    return ReportPaper.objects.filter(report=report, issue=issue).select_related("file")


def _keep(
    report: Report, issue: int, ending: str, kind: str, data: bytes, as_of: dt.datetime, member: Member | None
) -> ReportPaper:
    try:
        with transaction.atomic():
            if issue == 0:
                _papers(report, 0).filter(format=ending).delete()
            file = files.store(
                data=data,
                name=file_name(report, ending),
                kind=StoredFile.Kind.OUTPUT,
                content_type=kind,
                member=member,
                agency=report.agency,
                subject=report,
                facts={"as_of": as_of.isoformat()},
            )
            paper = ReportPaper.objects.create(report=report, issue=issue, format=ending, file=file)
            audit.record(
                "report.paper_made",
                actor=member,
                agency=report.agency,
                subject=report,
                facts={"issue": issue, "format": ending, "sha256": file.sha256},
            )
            return paper
    except IntegrityError:  # a twin was quicker
        return _papers(report, issue).get(format=ending)
