"""Jobs: Celery carries a run id only, the Run row is the truth (design.md 4).

start → ring (on commit, never raises) → execute under a lease and a fence →
finish once. The sweeper rings again whatever was lost on the way.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from celery import current_app
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from core import audit
from core.audit import subject_of
from core.errors import DomainError
from core.models import Heartbeat, Run, StoredFile
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Agency, Member

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=60)
RENEW_SECONDS = 10
RING_AGAIN = dt.timedelta(seconds=20)
MAX_ATTEMPTS = 3

Handler = Callable[["Progress"], StoredFile | None]
HANDLERS: dict[str, tuple[Handler, str]] = {}


class Cancelled(Exception):
    """The owner asked the job to stop."""


class LostLease(Exception):
    """Another worker took the run over; this one must not publish."""


def handler(kind: str, queue: str = "report") -> Callable[[Handler], Handler]:
    """Register the function that does the runs of `kind` on `queue` (notice | report)."""

    def add(function: Handler) -> Handler:
        HANDLERS[kind] = (function, queue)
        return function

    return add


class Progress:
    """What a handler sees of its run: parameters in, real counts out."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def _held(self) -> models.QuerySet[Run]:
        return Run.objects.filter(pk=self.run.pk, fence=self.run.fence, status=Run.Status.RUNNING)

    def step(self, text: str, *, done: int, due: int) -> None:
        """Report a step in words with real counts; stops here when cancelled or superseded."""
        changed = (
            self._held()
            .filter(cancel_asked=False)
            .update(
                step=text,
                done=Greatest(F("done"), done),
                due=due,
                lease_until=now() + LEASE,
            )
        )
        if changed != 1:
            self._stop()

    def check(self) -> None:
        """Stop here when cancelled or superseded."""
        if not self._held().filter(cancel_asked=False).exists():
            self._stop()

    def _stop(self) -> None:
        row = Run.objects.get(pk=self.run.pk)
        raise Cancelled if row.fence == self.run.fence and row.cancel_asked else LostLease


def start(
    *,
    kind: str,
    key: str,
    params: dict | None = None,
    agency: Agency | None = None,
    member: Member | None = None,
    subject: models.Model | None = None,
    catch_up: bool = False,
) -> Run:
    """The run under `key`, made and rung if it was not there: a double click is one job.

    `params` holds ids and scalars only. Raises KeyError for an unknown kind.
    """
    _handler, _queue = HANDLERS[kind]
    subject_kind, subject_id = subject_of(subject)
    run, made = Run.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "params": params or {},
            "agency": agency,
            "member": member,
            "catch_up": catch_up,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
        },
    )
    if made:
        audit.record("run.started", actor=member, agency=agency, subject=run, facts={"kind": kind})
        transaction.on_commit(lambda: ring(run))
    return run


def ring(run: Run) -> None:
    """Tell a worker there is work; never raises, never waits long. The sweeper rings again."""
    queue = HANDLERS[run.kind][1] if run.kind in HANDLERS else "report"
    Run.objects.filter(pk=run.pk).update(rung_at=now())
    try:
        current_app.send_task("core.run", args=[run.pk], queue=queue, retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 – any broker fault must leave the request alone
        logger.warning("could not ring run %s: %s", run.pk, type(error).__name__)


def retry(*, run: Run, member: Member) -> Run:
    """Put a failed or cancelled run back in the queue."""
    changed = Run.objects.filter(pk=run.pk, status__in=[Run.Status.FAILED, Run.Status.CANCELLED]).update(
        status=Run.Status.QUEUED,
        attempts=0,
        error="",
        cancel_asked=False,
        done=0,
        due=0,
        step="",
        finished_at=None,
    )
    if changed != 1:
        raise DomainError("这项任务不在失败或取消状态，不用重试。")
    run.refresh_from_db()
    audit.record(
        "run.started", actor=member, agency=run.agency, subject=run, facts={"kind": run.kind, "retry": True}
    )
    transaction.on_commit(lambda: ring(run))
    return run


def cancel(*, run: Run, member: Member) -> None:
    """Ask a run to stop; a queued one stops at once, a running one at its next step."""
    stopped = Run.objects.filter(pk=run.pk, status=Run.Status.QUEUED).update(
        status=Run.Status.CANCELLED,
        finished_at=now(),
        cancel_asked=True,
    )
    if not stopped:
        Run.objects.filter(pk=run.pk, status=Run.Status.RUNNING).update(cancel_asked=True)
    audit.record("run.cancelled", actor=member, agency=run.agency, subject=run)


def execute(run_id: int) -> None:
    """Do the run if it is free; a second worker, a stale message or a finished run does nothing."""
    run = _claim(run_id)
    if run is None:
        return
    stop = threading.Event()
    renewer = threading.Thread(target=_renew, args=(run, stop), daemon=True)
    renewer.start()
    try:
        output = HANDLERS[run.kind][0](Progress(run))
        _finish(run, Run.Status.DONE, output=output)
    except Cancelled:
        _finish(run, Run.Status.CANCELLED)
    except LostLease:
        logger.warning("run %s was taken over", run.pk)
    except DomainError as error:
        _finish(run, Run.Status.FAILED, error=error.message[:300])
    except Exception as error:  # noqa: BLE001 – a poison job must not stop the worker
        logger.exception("run %s failed", run.pk)
        again = run.attempts < MAX_ATTEMPTS
        _finish(
            run,
            Run.Status.QUEUED if again else Run.Status.FAILED,
            error=f"处理时出错（{type(error).__name__}），"
            + ("稍后自动重试。" if again else "请联系系统管理员。"),
        )
    finally:
        stop.set()
        renewer.join()


def _claim(run_id: int) -> Run | None:
    at = now()
    free = Q(status=Run.Status.QUEUED) | Q(status=Run.Status.RUNNING, lease_until__lt=at)
    claimed = Run.objects.filter(free, pk=run_id, attempts__lt=MAX_ATTEMPTS).update(
        status=Run.Status.RUNNING,
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        lease_until=at + LEASE,
        error="",
    )
    return Run.objects.get(pk=run_id) if claimed == 1 else None


def _renew(run: Run, stop: threading.Event) -> None:
    """Keep the lease while the handler works; from its own connection, closed at the end."""
    while not stop.wait(RENEW_SECONDS):
        Run.objects.filter(pk=run.pk, fence=run.fence, status=Run.Status.RUNNING).update(
            lease_until=now() + LEASE
        )
    connection.close()


def _finish(run: Run, status: str, *, output: StoredFile | None = None, error: str = "") -> None:
    """Publish once, only while the fence is ours; a queued again run is left to the sweeper."""
    ended = None if status == Run.Status.QUEUED else now()
    values: dict[str, object] = {"status": status, "error": error, "finished_at": ended, "lease_until": None}
    if output is not None:
        values["output"] = output
    if status == Run.Status.DONE:
        values["done"] = F("due")
    Run.objects.filter(pk=run.pk, fence=run.fence, status=Run.Status.RUNNING).update(**values)


def sweep() -> int:
    """Ring whatever waits too long or lost its worker; give up after three tries. Returns rings."""
    at = now()
    Run.objects.filter(status=Run.Status.RUNNING, lease_until__lt=at, attempts__gte=MAX_ATTEMPTS).update(
        status=Run.Status.FAILED,
        error="多次处理未完成，请联系系统管理员。",
        finished_at=at,
    )
    quiet = Q(rung_at__isnull=True) | Q(rung_at__lt=at - RING_AGAIN)
    waiting = Q(status=Run.Status.QUEUED) | Q(status=Run.Status.RUNNING, lease_until__lt=at)
    rung = 0
    for run in Run.objects.filter(waiting & quiet).order_by("created_at")[:500]:
        ring(run)
        rung += 1
    return rung


def beat(name: str) -> None:
    """Leave a sign of life of `name` (worker, beat)."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now()})


def alive(name: str = "worker", within: dt.timedelta = dt.timedelta(seconds=60)) -> bool:
    """Whether `name` gave a sign of life lately."""
    return Heartbeat.objects.filter(name=name, at__gte=now() - within).exists()
