"""Where a duty is done: the rooms above register a screen per proof kind (or per duty kind).

    duties.acts.register("patrol", lambda duty: reverse("ledgers:entry_new"), "去登记", of_task=fn)
    duties.acts.register_screen(Task.Kind.PLAN, Screen(...))    # a room that proves such tasks itself

The longest known beginning wins ("report.weekly" before "report" before the duty's kind). Without any,
a duty opens its subject, else its own page. A duty without a date has its task for its subject: there the
act comes first, or the task's page and the duty's page would only point at each other. A task that never
falls due by itself (不定期) opens no duty: its own page leads to the act, if the room says where (`of_task`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from agencies.models import Agency, Member
from duties.models import Duty, Task

UrlOf = Callable[[Duty], str]
#: the address where the member does the task for one of its units; "" for whoever does not
TaskUrlOf = Callable[[Task, Member], str]
#: subject of a duty that stands for its task as a whole (duties.task_rules.undated)
OF_TASK = "duties.task"
#: proofs that carry the number of their task and are the task's alone
OWN = "task."


@dataclass(frozen=True)
class Act:
    """A screen and the word on its button."""

    url_of: UrlOf
    label: str
    of_task: TaskUrlOf | None = None


@dataclass(frozen=True)
class Screen:
    """A room's own screen for campaign tasks of a kind: what is finished there proves the task.

    `serves(task, unit)` says for which; there no paper is uploaded. `url_of(task, duty)` begins it (the duty
    may be unknown). `name` is what the screen is called in a sentence.
    """

    serves: Callable[[Task, Agency], bool]
    url_of: Callable[[Task, Duty | None], str]
    label: str
    name: str


ACTS: dict[str, Act] = {}
SCREENS: dict[str, Screen] = {}
LABELS = {
    Duty.Kind.SIGN: "去签批",
    Duty.Kind.REVIEW: "去审核",
    Duty.Kind.PATROL: "去登记",
    Duty.Kind.REPORT: "去填报",
    Duty.Kind.LICENCE: "去核查",
}


def register(proof_kind: str, url_fn: UrlOf, label: str = "", *, of_task: TaskUrlOf | None = None) -> None:
    """Register the screen where `proof_kind` (or a duty kind) is done; `url_fn(duty)` gives its address.

    `of_task(task, member)` gives it for a task without dates, which has no duty.
    """
    ACTS[proof_kind] = Act(url_fn, label, of_task)


def register_screen(task_kind: str, screen: Screen) -> None:
    """Register the screen where campaign tasks of `task_kind` are done and proved."""
    SCREENS[task_kind] = screen


def screen_of(task: Task | None, unit: Agency) -> Screen | None:
    """The screen where `unit` does the task, if it is not closed by an uploaded paper."""
    screen = SCREENS.get(task.kind) if task and task.proof_kind.startswith(OWN) else None
    return screen if screen and screen.serves(task, unit) else None


def tasks_of(duties: Iterable[Duty]) -> dict[str, Task]:
    """proof kind → task, of those duties whose task may have a screen: one query for all."""
    kinds = {duty.proof_kind for duty in duties if duty.proof_kind.startswith(OWN)}
    numbers = [number for kind in kinds if (number := kind.removeprefix(OWN)).isdigit()]
    if not numbers:
        return {}
    rows = Task.objects.filter(pk__in=numbers, kind__in=SCREENS).select_related("campaign", "recipient")
    return {row.proof_kind: row for row in rows}


def act_of_kind(proof_kind: str) -> Act | None:
    """The registered act of a kind of proof, by its longest known beginning."""
    kind = proof_kind
    while kind:
        if kind in ACTS:
            return ACTS[kind]
        kind = kind.rpartition(".")[0]
    return None


def act_of(duty: Duty) -> Act | None:
    """The registered act of `duty`, if any."""
    return act_of_kind(duty.proof_kind) or ACTS.get(duty.kind)


def link(duty: Duty, subject_url: str = "", task: Task | None = None) -> tuple[str, str]:
    """(address, word) of the one tap that does it; `task` where `tasks_of` knows one."""
    word = LABELS.get(duty.kind, "去办理")
    if subject_url and duty.subject_kind != OF_TASK:
        return subject_url, word
    screen = screen_of(task, duty.agency) if task else None
    if screen is not None:
        return screen.url_of(task, duty), screen.label
    act = act_of(duty)
    if act is not None:
        return act.url_of(duty), act.label or word
    return (subject_url, word) if subject_url else (f"/duties/{duty.pk}/", "查看")
