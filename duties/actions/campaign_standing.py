"""Standing rules of a county that a campaign's tasks stand for while it runs (`replaces`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet

from agencies.models import Division
from core import audit
from duties.actions.storing import BATCH
from duties.actions.telling import tell
from duties.models import Campaign, Duty, DutyRule
from duties.task_rules import binds_from
from duties.words import ONE_DAY
from minewatch.lib.clock import local_date, midnight

if TYPE_CHECKING:
    from agencies.models import Member

#: A rule that goes on after a campaign is a row of its own, so that the time between stays the campaign's.
AFTER = "+"


def family(key: str, county: Division) -> QuerySet[DutyRule]:
    """A standing rule of the county under its key, with the rows in which it went on after campaigns."""
    own = f"{key}@{county.code}"
    named = Q(key__in=(key, own)) | Q(key__startswith=f"{key}{AFTER}") | Q(key__startswith=f"{own}{AFTER}")
    return DutyRule.objects.filter(named, task__isnull=True, county__code=county.code)


def replaced_by(campaign: Campaign) -> set[str]:
    """Keys that the campaign's standing tasks replace."""
    return _keys(campaign.tasks.filter(dropped_at__isnull=True))


def _keys(tasks: Iterable) -> set[str]:
    return {key for task in tasks for key in task.spec.get("replaces", ())}


def give_way(campaign: Campaign, keys: Iterable[str], at: dt.datetime, by: Member | None) -> list[str]:
    """End the county's rules of `keys` before the campaign's tasks take over; their open duties due from
    then on are cancelled. What was due before stays owed. Gives the keys that the county has no rule for.
    """
    from_ = max(binds_from(campaign), local_date(at))
    unknown = []
    for key in sorted(keys):
        rules = family(key, campaign.county)
        if not rules.exists():
            unknown.append(key)
        for rule in rules.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=from_)):
            rule.valid_to = from_ - ONE_DAY
            rule.save(update_fields=["valid_to"])
            gone = _cancel_from(rule, from_, at)
            facts = {"key": rule.key, "until": rule.valid_to.isoformat(), "cancelled": gone}
            reason = f"由专项行动“{campaign.name}”的任务替代"
            audit.record("rule.saved", actor=by, subject=rule, facts={**facts, "reason": reason})
    return unknown


def _cancel_from(rule: DutyRule, day: dt.date, at: dt.datetime) -> int:
    """Cancel what the rule opened for `day` and later that nobody has begun; villages are hundreds."""
    later = Duty.objects.open().filter(rule=rule, due_at__gte=midnight(day), done=0)
    ids = list(later.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        part = Duty.objects.open().filter(pk__in=ids[start : start + BATCH], done=0)
        part.update(status=Duty.Status.CANCELLED, fulfilled_at=at, version=F("version") + 1)
    tell("duty.cancelled", ids)
    return len(ids)


def go_on(campaign: Campaign, keys: Iterable[str], on: dt.date, at: dt.datetime, by: Member | None) -> None:
    """The rules of `keys` stand again from the day after `on`, but for those another campaign replaces."""
    others = Campaign.objects.filter(
        county__code=campaign.county.code, status=Campaign.Status.RUNNING
    ).exclude(pk=campaign.pk)
    taken = set().union(*(replaced_by(other) for other in others))
    for key in sorted(set(keys) - taken):
        last = family(key, campaign.county).order_by("valid_from", "pk").last()
        if last is None or last.valid_to is None or last.valid_to < last.valid_from - ONE_DAY:
            continue
        rule = DutyRule.objects.get(pk=last.pk)
        rule.pk, rule._state.adding = None, True
        rule.valid_from, rule.valid_to = max(on, last.valid_to) + ONE_DAY, None
        rule.key = f"{last.key.split(AFTER)[0]}{AFTER}{rule.valid_from.isoformat()}"
        rule.loaded_at = at
        if DutyRule.objects.filter(key=rule.key).update(valid_to=None):
            continue  # it had given way again on the very day it was to begin
        rule.save()
        audit.record("rule.saved", actor=by, subject=rule, facts={"key": rule.key, "after": campaign.key})
