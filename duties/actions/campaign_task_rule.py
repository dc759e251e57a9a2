"""The one DutyRule of a campaign's task: what proves it, whose desk it comes to, when it falls due."""

from __future__ import annotations

import datetime as dt

from agencies.models import Role
from duties.definitions.definition import TaskSpec
from duties.definitions.timing import Timing
from duties.models import DutyRule, Task
from duties.owners import DESKS, DUTY_KINDS
from duties.task_rules import basis_of, task_key
from duties.words import ONE_DAY

#: proofs that are the task's own, and those that any act of the kind gives
OWN = {"document": "task", "acceptance": "task", "meeting": "meeting", "items": "items"}
JOINT, SURVEY = "inspection.joint", "inspection.survey"


def desk_of(kind: str) -> str:
    """The role that such work comes to in a unit of `kind`."""
    return DESKS.get(kind, Role.OFFICER)


def proof_kind(spec: TaskSpec, task: Task) -> str:
    """What proves the task: its own papers, meetings and lists, or any patrol, inspection, visit, report."""
    if spec.proof in OWN:
        return f"{OWN[spec.proof]}.{task.pk}"
    if spec.proof == "inspection":
        return SURVEY if spec.kind == Task.Kind.SURVEY else JOINT
    return spec.proof


def rule_of(
    task: Task, when: Timing | None, at: dt.datetime, *, needed: int = 1, basis: str = ""
) -> DutyRule | None:
    """The task's rule brought in line with `when`; without dates a rule that is there owes nothing more.

    A new rule is loaded `at`: what was due before is 历史. One that is there keeps its own loading, and the
    basis of a day that a person set.
    """
    rule = DutyRule.objects.filter(task=task).first()
    if when is None:
        if rule:
            rule.valid_to = rule.valid_from - ONE_DAY
            rule.save(update_fields=["valid_to"])
        return None
    rule = rule or DutyRule(task=task, key=task_key(task), county=task.campaign.county, loaded_at=at)
    rule.name, rule.kind = task.name[:80], DUTY_KINDS.get(task.kind, DutyRule.Kind.TASK)
    rule.owner_role, rule.proof_kind, rule.needed = task.role, task.proof_kind, needed
    rule.schedule, rule.valid_from, rule.valid_to = when.schedule, when.valid_from, when.valid_to
    if basis or not (task.confirmed_at and rule.pk):
        rule.basis = (basis or basis_of(task))[:200]
    rule.save()
    return rule
