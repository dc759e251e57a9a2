"""Celery: the wire that carries a run id. The database is the truth (design: core.jobs, core.Run)."""

import os

from celery import Celery
from celery.signals import worker_ready
from kombu import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minewatch.settings")

from django.conf import settings  # noqa: E402

NOTICE, REPORT = "notice", "report"

app = Celery("minewatch")
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    result_serializer="json",
    event_serializer="json",
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_time_limit=settings.JOB_HARD_SECONDS,
    task_soft_time_limit=settings.JOB_HARD_SECONDS - 30,
    worker_soft_shutdown_timeout=10,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_hijack_root_logger=False,
    worker_max_tasks_per_child=500,
    broker_connection_retry_on_startup=True,
    task_publish_retry=False,  # an action never waits for the broker; the sweeper rings again
    timezone="Asia/Shanghai",
    enable_utc=True,
    # short work does not wait behind a long report
    task_queues=[Queue(name, Exchange(name), routing_key=name) for name in (NOTICE, REPORT)],
    task_default_queue=NOTICE,
    task_default_exchange=NOTICE,
    task_default_routing_key=NOTICE,
    task_routes={"core.run": {"queue": REPORT}},
    # Fixed ticks only; every schedule that people may change is a DutyRule in the database. A tick
    # that nobody took before the next one is dropped, so that a stopped worker finds no heap.
    beat_schedule={
        name: {"task": name, "schedule": seconds, "options": {"queue": NOTICE, "expires": max(seconds, 10)}}
        for name, seconds in {
            "core.seal": 5.0,
            "core.sweep": 10.0,
            "duties.tick": 60.0,
            "duties.dispatch": 60.0,
            "core.housekeeping": 3600.0,
        }.items()
    },
    beat_schedule_filename=str(settings.HOME / "beat"),
)
app.autodiscover_tasks()


@worker_ready.connect
def first_sign_of_life(**kwargs: object) -> None:
    """A worker that has just come up sweeps at once: its heartbeat shows, what was lost is rung."""
    app.send_task("core.sweep", queue=NOTICE, expires=10)
