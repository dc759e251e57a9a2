"""Load 节假日安排; dates that were 暂定 are counted anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from core import audit
from core.errors import DomainError
from duties.calendars import store
from duties.models import CalendarDay
from duties.recompute import recompute_provisional
from minewatch.lib import workdays
from minewatch.lib.workdays import DATA


@dataclass(frozen=True)
class Loaded:
    """What a calendar file changed: days new, changed; duties whose date was counted anew."""

    added: int
    changed: int
    recomputed: int


def load_calendar(*, path: str | Path = DATA) -> Loaded:
    """Load a calendar file (date,kind,name,source), then count anew every duty that was 暂定.

    Days that are there already and equal are left alone; a changed day is replaced. Raises DomainError
    naming the bad line; nothing is stored then.
    """
    try:
        rows = workdays.read_calendar(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        raise DomainError(f"无法读取文件 {path}，请检查路径，文件应为 UTF-8 编码的 CSV。") from None
    except ValueError as error:
        raise DomainError(f"节假日文件有误：{error}") from None
    with transaction.atomic():
        added, changed = store(rows, CalendarDay)
        recomputed = recompute_provisional()
        if added or changed:
            audit.record(
                "calendar.loaded",
                actor=None,
                facts={
                    "added": added,
                    "changed": changed,
                    "recomputed": recomputed,
                },
            )
    return Loaded(added, changed, recomputed)
