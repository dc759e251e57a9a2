"""Where a duty is done: the rooms above register a screen per proof kind (or per duty kind).

    duties.acts.register("patrol", lambda duty: reverse("ledgers:entry_new"), "去登记")

The longest known beginning wins ("report.weekly" before "report" before the duty's kind). Without any,
a duty opens its subject, else its own page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from duties.models import Duty

UrlOf = Callable[[Duty], str]


@dataclass(frozen=True)
class Act:
    """A screen and the word on its button."""

    url_of: UrlOf
    label: str


ACTS: dict[str, Act] = {}
LABELS = {
    Duty.Kind.SIGN: "去签批",
    Duty.Kind.REVIEW: "去审核",
    Duty.Kind.PATROL: "去登记",
    Duty.Kind.REPORT: "去填报",
    Duty.Kind.LICENCE: "去核查",
}


def register(proof_kind: str, url_fn: UrlOf, label: str = "") -> None:
    """Register the screen where `proof_kind` (or a duty kind) is done; `url_fn(duty)` gives its address."""
    ACTS[proof_kind] = Act(url_fn, label)


def act_of(duty: Duty) -> Act | None:
    """The registered act of `duty`, if any."""
    kind = duty.proof_kind
    while kind:
        if kind in ACTS:
            return ACTS[kind]
        kind = kind.rpartition(".")[0]
    return ACTS.get(duty.kind)


def link(duty: Duty, subject_url: str = "") -> tuple[str, str]:
    """(address, word) of the one tap that does it."""
    word = LABELS.get(duty.kind, "去办理")
    if subject_url:
        return subject_url, word
    act = act_of(duty)
    if act is not None:
        return act.url_of(duty), act.label or word
    return f"/duties/{duty.pk}/", "查看"
