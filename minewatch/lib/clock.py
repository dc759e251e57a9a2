"""The one clock: every day, period and deadline of minewatch is counted in Asia/Shanghai.

Only `now()` looks at the real clock; everything else in `minewatch.lib` is handed its dates.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_stage: ContextVar[datetime | None] = ContextVar("stage", default=None)


def now() -> datetime:
    """The present instant, aware, in Shanghai."""
    return _stage.get() or datetime.now(SHANGHAI)


@contextmanager
def staged(instant: datetime) -> Iterator[None]:
    """Inside, `now()` is `instant`: the demo county acts its last quarter through the ordinary doors.

    For the demo loader only; nothing that serves a request calls it.
    """
    token = _stage.set(instant)
    try:
        yield
    finally:
        _stage.reset(token)


def local_date(dt: datetime) -> date:
    """The Shanghai calendar day of an aware instant; ValueError if `dt` is naive."""
    if dt.tzinfo is None or dt.utcoffset() is None:
        raise ValueError("a naive datetime has no Shanghai date")
    return dt.astimezone(SHANGHAI).date()


def midnight(d: date) -> datetime:
    """00:00:00 of `d` in Shanghai, aware; the internal bound of every day-long period."""
    return datetime.combine(d, time.min, tzinfo=SHANGHAI)


def day_end(d: date) -> datetime:
    """23:59:59 of `d` in Shanghai, aware: how a day-long deadline is stored and printed (…日24时前)."""
    return datetime.combine(d, time(23, 59, 59), tzinfo=SHANGHAI)
