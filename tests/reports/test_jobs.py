"""Jobs of reports: killed between steps and run again, there is one set of papers."""

import hashlib

import pytest

from core import files, jobs
from core.models import Run, StoredFile
from minewatch.lib.clock import now
from reports import writers
from reports.actions import make_papers, open_draft, recompute, submit
from reports.actions.papers import content_of
from reports.actions.watch import start_draft
from reports.models import Report, ReportPaper
from tests.reports.factory import WEEK, entry


class Killed(RuntimeError):
    """A worker that died."""


@pytest.fixture
def report(county) -> Report:
    return recompute(report=open_draft(member=None, agency=county.town, kind="weekly", period=WEEK))


@pytest.fixture
def run(county, report) -> Run:
    submit(report=report, member=county.cast.qingshi_filler)
    return Run.objects.get(kind="report.papers")


def broken(monkeypatch, place: str) -> None:
    """Let the job die at a step: before, between or after the two papers."""
    dead = {"done": False}

    def once(real):
        def act(*args, **kwargs):
            if not dead["done"]:
                dead["done"] = True
                raise Killed
            return real(*args, **kwargs)

        return act

    if place == "reading":
        monkeypatch.setattr("reports.actions.papers.content_of", once(content_of))
    elif place == "storing":
        monkeypatch.setattr("reports.actions.papers.files.store", once(files.store))
    else:
        table = {
            ending: (once(write) if ending == place else write, kind, words)
            for ending, (write, kind, words) in writers.WRITERS.items()
        }
        monkeypatch.setattr("reports.actions.papers.WRITERS", table)


@pytest.mark.parametrize("place", ["reading", "xlsx", "docx", "storing"])
def test_killed_between_steps_and_run_again_makes_one_set(county, report, run, monkeypatch, place):
    broken(monkeypatch, place)
    jobs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == "queued" and run.attempts == 1
    assert ReportPaper.objects.count() < 2
    jobs.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.done, run.due) == ("done", 3, 3)
    assert sorted(ReportPaper.objects.values_list("format", flat=True)) == ["docx", "xlsx"]
    assert StoredFile.objects.filter(subject_id=str(report.pk)).count() == 2
    jobs.execute(run.pk)
    assert ReportPaper.objects.count() == 2


def test_progress_only_grows_and_is_never_full_before_the_end(county, report, run, monkeypatch):
    seen = []
    real = jobs.Progress.step

    def step(self, text, *, done, due):
        seen.append((done, due))
        return real(self, text, done=done, due=due)

    monkeypatch.setattr(jobs.Progress, "step", step)
    broken(monkeypatch, "docx")
    jobs.execute(run.pk)
    jobs.execute(run.pk)
    assert all(done < due for done, due in seen)
    assert {due for _, due in seen} == {3}


def test_a_cancelled_run_stops_at_its_next_step(county, report, run, monkeypatch):
    real = jobs.Progress.step

    def step(self, text, *, done, due):
        if done == 1:
            jobs.cancel(run=run, member=county.cast.qingshi_filler)
        return real(self, text, done=done, due=due)

    monkeypatch.setattr(jobs.Progress, "step", step)
    jobs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert not ReportPaper.objects.exists()


def test_papers_from_frozen_inputs_are_equal_however_often(county, report, run):
    first = make_papers(report=report)
    digests = {ending: paper.file.sha256 for ending, paper in first.items()}
    entry(county.town, people=9)
    ReportPaper.objects.all().delete()
    again = make_papers(report=Report.objects.get(pk=report.pk))
    assert {ending: paper.file.sha256 for ending, paper in again.items()} == digests
    for paper in again.values():
        assert hashlib.sha256(paper.file.path.open("rb").read()).hexdigest() == paper.file.sha256


def test_two_makers_at_once_keep_one_paper(county, report, run, monkeypatch):
    monkeypatch.setattr("reports.actions.papers._papers", lambda report, issue: ReportPaper.objects.none())
    make_papers(report=report)
    monkeypatch.undo()
    twin = make_papers(report=report)
    assert ReportPaper.objects.count() == 2
    assert {paper.issue for paper in twin.values()} == {1}


def test_each_draft_run_replaces_the_draft_papers(county, report):
    member = county.cast.qingshi_filler
    for _ in range(2):
        run = start_draft(report, member=member)
        jobs.execute(run.pk)
    assert Run.objects.filter(kind="report.draft").count() == 2
    assert ReportPaper.objects.filter(issue=0).count() == 2


def test_names_and_params_carry_ids_only(county, report, run):
    assert set(run.params) == {"report", "issue"}
    assert now() > run.created_at
    make_papers(report=report)
    assert {file.name for file in StoredFile.objects.all()} == {
        "weekly-qingshi-2022-W38.xlsx",
        "weekly-qingshi-2022-W38.docx",
    }
