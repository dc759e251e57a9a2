"""A campaign with one task, made by hand: what the tests of rules, realigning and stability stand on."""

import datetime as dt

from duties.models import Campaign, Duty, DutyRule, Task, TaskParty
from duties.rules import binds_from, task_key
from minewatch.lib.clock import SHANGHAI

LOADED = dt.datetime(2022, 9, 19, 9, tzinfo=SHANGHAI)
FRIDAYS = {"kind": "weekly", "byday": ["FR"]}


def at(*parts):
    return dt.datetime(*parts, tzinfo=SHANGHAI)


def day(text):
    return dt.date.fromisoformat(text) if text else None


def campaign(cast, starts="2022-09-01", ends="2022-12-31", signed=None, **fields):
    """A running campaign of 示范县."""
    values = {"key": "sz", "name": "专项行动", "number": "示政办〔2022〕1号", "status": "running"} | fields
    return Campaign.objects.create(
        county=cast.county,
        starts_on=day(starts),
        ends_on=day(ends),
        signed_on=day(signed),
        loaded_at=LOADED,
        **values,
    )


def task(cast, to, code="SZ-R1", hosts=("qingshi", "baiyang"), **fields):
    """A task of the campaign `to` with its hosts, in that order."""
    values = {"kind": "report", "name": "工作情况", "deadline": "recurring", "paragraph": "五（一）"}
    values |= {"role": "filler", "recipient": cast.unit("office")} | fields
    made = Task.objects.create(campaign=to, code=code, **values)
    made.proof_kind = fields.get("proof_kind") or f"task.{made.pk}"
    made.save()
    for order, unit in enumerate(hosts):
        TaskParty.objects.create(task=made, agency=cast.unit(unit), side="host", order=order)
    return made


def rule(made, schedule=FRIDAYS, loaded=LOADED, own=None, until=None, **fields):
    """The rule of a task."""
    of = made.campaign
    values = {"needed": 1, "valid_from": binds_from(of, day(own)), "valid_to": day(until) or of.ends_on}
    return DutyRule.objects.create(
        key=task_key(made),
        name=made.name[:80],
        kind="task",
        county=of.county,
        task=made,
        owner_role=made.role,
        proof_kind=made.proof_kind,
        schedule=schedule,
        basis="示政办〔2022〕1号五（一）",
        loaded_at=loaded,
        **values | fields,
    )


def keys(made, **conditions):
    """Keys of the task's duties without the part they share."""
    stem = f"{task_key(made)}:"
    found = Duty.objects.filter(key__startswith=stem, **conditions).order_by("key")
    return [key.removeprefix(stem) for key in found.values_list("key", flat=True)]
