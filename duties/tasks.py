"""duties' doorbells; their periods stand in minewatch/celery.py."""

import datetime as dt

from celery import shared_task

from core import jobs
from duties import watch
from duties.actions.dispatching import dispatch
from duties.actions.opening import open_ahead
from duties.actions.reminding import sweep
from minewatch.lib.clock import now

EVERY = dt.timedelta(minutes=10)
SWEEP = "duties.sweep"


@shared_task(name="duties.tick")
def tick() -> None:
    """Each minute; ten minutes apart it opens what is owed and reminds, once a day it makes the rounds."""
    jobs.beat("worker")
    at = now()
    if watch.claim(watch.GATE, at, at - EVERY):
        open_ahead(at)
        watch.daily(at)
    # a gate of its own: an opening that fails does not keep the reminders back
    if watch.claim(SWEEP, at, at - EVERY):
        sweep(at)


@shared_task(name="duties.dispatch")
def send_out() -> None:
    """Each minute, apart from the tick: a slow gateway holds up nothing else."""
    dispatch()
