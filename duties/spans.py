"""From which due day to which a rule is looked at, and when an occurrence is to be opened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from duties.models import Duty, DutyRule
from duties.rules import Rhythm, rhythm_of
from duties.words import ONE_DAY
from minewatch.lib.clock import local_date
from minewatch.lib.windows import Occurrence

AHEAD = dt.timedelta(days=14)
#: Occurrences before a rule was loaded are opened as 历史 this far back; older ones are computed when asked.
HISTORY = dt.timedelta(days=92)
#: The longest recurring window (a year, its report later) begins no earlier than this before its due day.
LONGEST = dt.timedelta(days=400)
#: A gap between two openings longer than this was an outage.
OUTAGE = dt.timedelta(hours=1)


def history_from(rule: DutyRule) -> dt.date:
    """The first due day that is opened: a campaign with an end has its whole history, others a quarter's."""
    if rule.task and rule.task.campaign.ends_on:
        return rule.valid_from
    return max(rule.valid_from, local_date(rule.loaded_at - HISTORY))


def scan_from(rule: DutyRule, last: dt.datetime | None) -> dt.date:
    """First due day to look at: a new rule from its history on, else from the last opening on."""
    if last is None or rule.loaded_at > last - OUTAGE:
        return history_from(rule)
    return max(rule.valid_from, local_date(last) - ONE_DAY)


def scan_to(rule: DutyRule, at: dt.datetime) -> dt.date:
    """Last due day whose window may have begun at `at`: a single deadline may lie years ahead."""
    rhythm: Rhythm = rhythm_of(rule)
    far = local_date(at + LONGEST)
    return max(far, rhythm.schedule.on + LONGEST) if rhythm.schedule.on else far


def opens_at(found: Occurrence) -> dt.datetime:
    """When it is to be opened: two weeks before its window begins, so that a short outage misses nothing."""
    return min(found.due_at, found.window.start) - AHEAD


class Covered:
    """The windows for which each unit has stored duties of each rule.

    A cut-off gone by that falls into one of them is not opened any more: after a change of schedule the old
    duties stand for their time, and the new ones would be born overdue beside them. What was missed in an
    outage falls into none.
    """

    def __init__(self, duties: Iterable[Duty] = ()):
        self.windows: dict[tuple, list[tuple[dt.datetime, dt.datetime]]] = {}
        for duty in duties:
            if duty.status != Duty.Status.CANCELLED and duty.window_start and duty.window_end:
                self._note(_whose(duty), duty.window_start, duty.window_end)

    @classmethod
    def of(cls, rules: Iterable[int]) -> Covered:
        """By the stored duties of those rules (ids)."""
        found = cls()
        rows = Duty.objects.filter(rule__in=set(rules), window_start__isnull=False, window_end__isnull=False)
        rows = rows.exclude(status=Duty.Status.CANCELLED).order_by()
        names = ("rule_id", "agency_id", "proof_kind", "window_start", "window_end")
        for *whose, start, end in rows.values_list(*names):
            found._note(tuple(whose), start, end)
        return found

    def has(self, duty: Duty, at: dt.datetime) -> bool:
        """Whether `duty` (unsaved) was due before `at`, and its cut-off falls into a stored window."""
        if duty.due_at is None or duty.due_at >= at or duty.rule.schedule.get("window") == "to_date":
            return False
        mine = self.windows.get(_whose(duty), ())
        return any(start < duty.window_end <= end for start, end in mine)

    def _note(self, whose: tuple, start: dt.datetime, end: dt.datetime) -> None:
        self.windows.setdefault(whose, []).append((start, end))


def _whose(duty: Duty) -> tuple:
    return duty.rule_id, duty.agency_id, duty.proof_kind
