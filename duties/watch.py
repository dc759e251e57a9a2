"""The daily round: the rooms above register what they look at once a day (licences at 90/30/0 days …).

    duties.watch.register(fn)      # in AppConfig.ready(); fn(today: date) -> None, idempotent

A round that fails is tried again at the next tick.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from core.models import Heartbeat
from minewatch.lib.clock import local_date, midnight

logger = logging.getLogger(__name__)

Round = Callable[[dt.date], object]
ROUNDS: list[Round] = []
DAILY = "duties.daily"
GATE = "duties.gate"


def register(fn: Round) -> Round:
    """Have `fn(today)` called once a day; the same function stands once."""
    if fn not in ROUNDS:
        ROUNDS.append(fn)
    return fn


def claim(name: str, at: dt.datetime, before: dt.datetime) -> bool:
    """Whether this process may go: one UPDATE on "last time before `before`" lets exactly one through."""
    _, made = Heartbeat.objects.get_or_create(name=name, defaults={"at": at})
    return made or Heartbeat.objects.filter(name=name, at__lt=before).update(at=at) == 1


def release(name: str, before: dt.datetime) -> None:
    """Let the next tick try again."""
    Heartbeat.objects.filter(name=name).update(at=before - dt.timedelta(seconds=1))


def daily(at: dt.datetime) -> int:
    """Call every registered round once today. Returns how many were called."""
    today = local_date(at)
    if not claim(DAILY, at, midnight(today)):
        return 0
    for fn in ROUNDS:
        try:
            fn(today)
        except Exception:  # noqa: BLE001 – one round's fault must not stop the others
            logger.exception("daily round %s failed", getattr(fn, "__qualname__", fn))
            release(DAILY, midnight(today))
    return len(ROUNDS)
