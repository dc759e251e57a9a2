"""Tasks are doorbells: an id in, one call (style.md 1.11). Periods stand in minewatch/celery.py."""

from celery import shared_task

from core import audit, jobs
from core.files import sweep_orphans


@shared_task(name="core.run")
def run(run_id: int) -> None:
    """Do one run."""
    jobs.beat("worker")
    jobs.execute(run_id)


@shared_task(name="core.sweep")
def sweep() -> None:
    """Ring again what was lost; leave a sign of life."""
    jobs.beat("worker")
    jobs.sweep()


@shared_task(name="core.seal")
def seal() -> None:
    """Link committed audit entries."""
    audit.seal()


@shared_task(name="core.housekeeping")
def housekeeping() -> None:
    """Hourly: files on disk that no row names."""
    sweep_orphans()
