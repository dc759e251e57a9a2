"""duties' doorbell; its period stands in minewatch/celery.py."""

import datetime as dt

from celery import shared_task

from core import jobs
from duties import watch
from duties.actions.opening import open_ahead
from minewatch.lib.clock import now

EVERY = dt.timedelta(minutes=10)


@shared_task(name="duties.tick")
def tick() -> None:
    """Each minute; ten minutes apart it opens what is owed, once a day it makes the rounds."""
    jobs.beat("worker")
    at = now()
    if not watch.claim(watch.GATE, at, at - EVERY):
        return
    open_ahead(at)
    watch.daily(at)
