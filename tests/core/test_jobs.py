"""A job is neither lost nor doubled: the Run row is the truth."""

import datetime as dt

import pytest
import time_machine

from core import jobs
from core.errors import DomainError
from core.models import Run

calls: list[int] = []


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    """Three kinds of work: one that counts, one that fails, one that a user cancels."""
    calls.clear()

    def count(progress):
        for n in range(1, 4):
            progress.step("统计", done=n, due=3)
        calls.append(progress.run.pk)

    def fail(progress):
        raise ZeroDivisionError

    def explain(progress):
        raise DomainError("单位已停用，不能生成。")

    def stopped(progress):
        Run.objects.filter(pk=progress.run.pk).update(cancel_asked=True)
        progress.step("统计", done=1, due=3)

    def superseded(progress):
        Run.objects.filter(pk=progress.run.pk).update(fence=99)
        progress.step("统计", done=1, due=3)

    for name, function in {
        "count": count,
        "fail": fail,
        "explain": explain,
        "stop": stopped,
        "old": superseded,
    }.items():
        monkeypatch.setitem(jobs.HANDLERS, f"test.{name}", (function, "report"))


def start(kind: str, key: str = "k") -> Run:
    return jobs.start(kind=f"test.{kind}", key=key)


def test_double_click_is_one_run(cast):
    assert start("count").pk == start("count").pk


def test_a_run_is_done_once_however_often_it_is_rung(cast):
    run = start("count")
    for _ in range(3):
        jobs.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.done, run.due, calls) == ("done", 3, 3, [run.pk])


def test_a_lost_ring_is_rung_again(cast, monkeypatch):
    run = start("count")
    Run.objects.update(rung_at=None)
    rung = []
    monkeypatch.setattr(jobs, "ring", lambda row: rung.append(row.pk))
    jobs.sweep()
    assert rung == [run.pk]


def test_a_killed_worker_loses_its_lease_and_the_run_goes_on(cast):
    run = start("count")
    assert jobs._claim(run.pk) is not None  # the worker that is then killed
    jobs.execute(run.pk)
    assert calls == []
    with time_machine.travel(dt.datetime.now(dt.UTC) + jobs.LEASE + dt.timedelta(seconds=1)):
        jobs.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.fence, calls) == ("done", 2, [run.pk])


def test_a_poison_job_waits_for_a_person_after_three_tries(cast):
    run = start("fail")
    for _ in range(5):
        jobs.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempts) == ("failed", jobs.MAX_ATTEMPTS)
    assert "ZeroDivisionError" in run.error


def test_a_refusal_is_told_at_once(cast):
    run = start("explain")
    jobs.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.error) == ("failed", "单位已停用，不能生成。")


def test_cancel_stops_at_the_next_step(cast):
    run = start("stop")
    jobs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == "cancelled"


def test_a_worker_that_lost_its_lease_publishes_nothing(cast):
    run = start("old")
    jobs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == "running"


def test_a_dead_broker_does_not_stop_the_request(cast, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("core.jobs.current_app.send_task", refuse)
    run = start("count")
    jobs.ring(run)
    run.refresh_from_db()
    assert run.status == "queued"


def test_retry_puts_a_failed_run_back(cast):
    run = start("explain")
    jobs.execute(run.pk)
    run.refresh_from_db()
    assert jobs.retry(run=run, member=cast.office).status == "queued"
    with pytest.raises(DomainError):
        jobs.retry(run=run, member=cast.office)
