"""A definition as rows: stages, tasks with their parties and rules, catalogue, routes, bodies."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agencies.actions.bodies import form_from
from agencies.bodies import OF_CAMPAIGN
from agencies.models import Role
from duties.actions.campaign_task_rule import desk_of, proof_kind, rule_of
from duties.definitions.binding import Bound
from duties.definitions.definition import Definition, TaskSpec
from duties.definitions.shape import day
from duties.definitions.timing import Timing, on_day, timing
from duties.models import Campaign, DutyRule, Route, Stage, Task, TaskParty, Violation
from minewatch.lib.clock import local_date

if TYPE_CHECKING:
    from agencies.models import Member


@dataclass(frozen=True)
class Writing:
    """One loading of a definition into its campaign's rows. `again`: the campaign was in force before."""

    campaign: Campaign
    definition: Definition
    bound: Bound
    at: dt.datetime
    again: bool

    @property
    def today(self) -> dt.date:
        """Shanghai day of the loading."""
        return local_date(self.at)

    def write(self, by: Member | None) -> None:
        """Bring every row in line with the definition."""
        stages = self._stages()
        for order, spec in enumerate(self.definition.tasks.values()):
            self._task(spec, order, stages)
        first = len(self.definition.tasks)
        for order, row in enumerate(self.definition["milestones"], start=first):
            self._milestone(row, order)
        self._drop(stages)
        self._violations()
        self._routes()
        self._bodies(by)

    def _stages(self) -> dict[str, Stage]:
        stages = {}
        for code, spec in self.definition.stages.items():
            stages[code], _ = Stage.objects.update_or_create(
                campaign=self.campaign,
                code=code,
                defaults={
                    "name": spec.name,
                    "starts_on": spec.starts_on,
                    "ends_on": spec.ends_on,
                    "paragraph": spec.paragraph,
                },
            )
        return stages

    def _task(self, spec: TaskSpec, order: int, stages: dict[str, Stage]) -> None:
        there = Task.objects.filter(campaign=self.campaign, code=spec.code).first()
        task = there or Task(campaign=self.campaign, code=spec.code)
        if there and there.spec.get("deadline") != spec.deadline:
            task.confirmed_on = task.confirmed_by = task.confirmed_at = None
        if there and (there.spec != spec.data or there.dropped_at):
            task.version += 1  # a page of before does not act on what it did not show
        hosts = self.bound.of(spec.hosts)
        task.stage = stages.get(spec.stage)
        task.order, task.kind, task.name = order, spec.kind, spec.name
        task.text, task.paragraph = spec.data.get("text", ""), spec.data.get("paragraph", "")
        task.deadline = spec.deadline["kind"]
        task.raw_date = spec.deadline.get("raw", "")
        task.suggested_on = day(spec.deadline.get("suggested"))
        task.role = spec.data.get("role") or desk_of(hosts[0].kind if hosts else "")
        task.recipient = self.bound.one(spec.to)
        task.joint = bool(spec.data.get("joint"))
        task.spec, task.dropped_at = spec.data, None
        task.save()
        task.proof_kind = proof_kind(spec, task)
        task.save(update_fields=["proof_kind"])
        self._parties(task, spec, known=self.again and there is not None)
        rule_of(task, self.timing(task, spec), self.at, needed=spec.needed)

    def timing(self, task: Task, spec: TaskSpec) -> Timing | None:
        """When the task falls due: by its deadline, by a confirmed day, or as the organ has set it."""
        if task.deadline == Task.Deadline.IMPOSSIBLE and task.confirmed_on:
            return on_day(self.definition, task.confirmed_on)
        rule = DutyRule.objects.filter(task=task).first()
        if task.deadline == Task.Deadline.OPEN and task.confirmed_at and rule:
            return Timing(rule.schedule, rule.valid_from, self.definition.ends_on)
        return timing(self.definition, spec)

    def _parties(self, task: Task, spec: TaskSpec, *, known: bool) -> None:
        """Units that join a running task owe from today; those that left the file owe until today."""
        hosts = self.bound.of(spec.hosts)
        cooperating = [unit for unit in self.bound.of(spec.cooperating) if unit not in hosts]
        sides = {TaskParty.Side.HOST: hosts, TaskParty.Side.COOPERATING: cooperating}
        wanted = {(unit.pk, side): n for side, units in sides.items() for n, unit in enumerate(units)}
        joined = self.today if known else None
        for party in task.parties.all():
            order = wanted.pop((party.agency_id, party.side), None)
            if party.by_hand:
                continue
            was = (party.order, party.joined_on, party.left_on)
            if order is None:
                party.left_on = party.left_on or self.today
            elif party.left_on:
                party.joined_on, party.left_on = self.today, None
            party.order = party.order if order is None else order
            if was != (party.order, party.joined_on, party.left_on):
                party.save()
        TaskParty.objects.bulk_create(
            TaskParty(task=task, agency_id=pk, side=side, order=n, joined_on=joined)
            for (pk, side), n in wanted.items()
        )

    def _milestone(self, row: dict[str, Any], order: int) -> None:
        """A goal with its day: shown on the campaign's page, owed by nobody."""
        Task.objects.update_or_create(
            campaign=self.campaign,
            code=row["code"],
            defaults={
                "stage": None,
                "order": order,
                "kind": Task.Kind.MILESTONE,
                "name": row["text"],
                "paragraph": row.get("paragraph", ""),
                "deadline": Task.Deadline.FIXED,
                "role": Role.OFFICE,
                "spec": {**row, "deadline": {"kind": "fixed", "on": row["on"]}},
                "dropped_at": None,
            },
        )

    def _drop(self, stages: dict[str, Stage]) -> None:
        """Tasks that have left the file stay as dropped: what was done for them is kept."""
        codes = [*self.definition.tasks, *(row["code"] for row in self.definition["milestones"])]
        gone = self.campaign.tasks.exclude(code__in=codes).filter(dropped_at__isnull=True)
        gone.update(dropped_at=self.at)
        self.campaign.stages.exclude(code__in=stages).filter(tasks__isnull=True).delete()

    def _violations(self) -> None:
        rows = self.definition["violations"]
        self.campaign.violations.exclude(code__in=[row["code"] for row in rows]).delete()
        for order, row in enumerate(rows):
            Violation.objects.update_or_create(
                campaign=self.campaign,
                code=row["code"],
                defaults={"name": row["name"], "paragraph": row.get("paragraph", ""), "order": order},
            )

    def _routes(self) -> None:
        self.campaign.routes.all().delete()
        Route.objects.bulk_create(
            self._route(row, order) for order, row in enumerate(self.definition["routes"])
        )

    def _route(self, row: dict[str, Any], order: int) -> Route:
        sender, receiver = row.get("from", ""), row.get("to", "")
        named = self.definition.units[receiver].name if receiver else row["to_name"]
        return Route(
            campaign=self.campaign,
            matter=row["matter"],
            violation=row.get("violation", ""),
            type=row["type"],
            sender=self.bound.one(sender),
            receiver=self.bound.one(receiver),
            sender_key=sender,
            receiver_key=receiver,
            receiver_name=named,
            paragraph=row.get("paragraph", ""),
            order=order,
        )

    def _bodies(self, by: Member | None) -> None:
        """Bodies of the notice, parents first. Keys carry the campaign's: two notices have an `office`."""
        rows = [
            {
                **row,
                "key": self._body_key(row["key"]),
                "parent": self._body_key(row["parent"]) if row.get("parent") else None,
                "seat": self.bound.one(row.get("seat", "")),
                "posts": [
                    {"title": post["title"], "agency": unit, "duty": post.get("duty", "")}
                    for post in row.get("posts", ())
                    for unit in self.bound.of([post["unit"]])
                ],
            }
            for row in _parents_first(self.definition["bodies"])
        ]
        if rows:
            basis = self.campaign.number or self.campaign.name
            form_from(county=self.campaign.county, bodies=rows, basis=basis, by=by)

    def _body_key(self, key: str) -> str:
        return f"{self.definition.key}{OF_CAMPAIGN}{key}"


def _parents_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    done: list[dict[str, Any]] = []
    keys: set[str] = set()
    waiting = list(rows)
    while waiting:
        ready = [row for row in waiting if row.get("parent") is None or row["parent"] in keys]
        done += ready
        keys |= {row["key"] for row in ready}
        waiting = [row for row in waiting if row not in ready]
    return done
