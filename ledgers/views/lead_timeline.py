"""The one time line of a lead: its acts with what was said, who has 已阅, and what upper rooms add."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ledgers import lead_doors
from ledgers.views.pages import steps

if TYPE_CHECKING:
    from agencies.models import Member
    from ledgers.models import Lead

#: A move of the holder that belongs to one of these acts is told by the act.
TOLD = ("lead.dispatched", "lead.sent_back")
BAD = ("lead.sent_back", "lead.rechecked", "lead.withdrawn", "lead.split", "lead.reopened")
GOOD = ("lead.answered", "lead.confirmed")


def timeline(member: Member, lead: Lead, read: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Steps, oldest first."""
    acts = steps("ledgers.lead", lead.pk)
    said = _said(lead) | {"lead.answered": _answers(lead, acts)}
    shown = []
    for act, after in zip(acts, [*acts[1:], None], strict=True):
        if act["verb"] == "lead.handed" and after and after["verb"] in TOLD:
            continue
        words = said.get(act["verb"])
        text = next(words, "") if words else ""
        kind = "refused" if act["verb"] in BAD else "done" if act["verb"] in GOOD else ""
        shown.append(act | {"text": text, "kind": kind})
    return sorted([*shown, *read, *lead_doors.steps_of(member, lead)], key=lambda step: step["at"])


def _said(lead: Lead) -> dict[str, Iterator[str]]:
    """verb → its texts in the order of the acts."""
    sent = list(lead.dispatches.select_related("receiver"))
    checks = list(lead.checks.all())
    notes = list(lead.notes.all())
    back = [row.words for row in sent if row.returned_at and row.words and row.returned_by_id]
    return {
        "lead.dispatched": iter([_sent(row) for row in sent]),
        "lead.sent_back": iter(back),
        "lead.verified": iter([f"{check.get_finding_display()}：{check.text}" for check in checks]),
        "lead.confirmed": iter([check.words for check in checks if check.agreed]),
        "lead.rechecked": iter([check.words for check in checks if check.agreed is False]),
        **{
            verb: iter([note.text for note in notes if note.verb == verb])
            for verb in ("lead.merged", "lead.split", "lead.reopened")
        },
    }


def _answers(lead: Lead, acts: list[dict[str, Any]]) -> Iterator[str]:
    """Texts of 反馈. 同意核销 gave an answer too, but what is said there is the second person's word."""
    gave = [act["verb"] for act in acts if act["verb"] in GOOD]
    rows = lead.answers.all()
    return iter([row.text for verb, row in zip(gave, rows, strict=False) if verb == "lead.answered"])


def _sent(row: Any) -> str:
    basis = f"（依据：{row.basis}）" if row.basis else ""
    return f"分派给{row.receiver.label}{basis}：{row.reason}"
