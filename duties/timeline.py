"""What happened to one duty, from its audit: opened, urged, done, reopened, waived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core import audit
from core.audit import subject_of
from core.models import AuditEntry
from duties.models import Duty

if TYPE_CHECKING:
    from agencies.models import Member

KINDS = {"duty.fulfilled": "done", "duty.reopened": "refused", "duty.urged": "late"}


def timeline(duty: Duty, member: Member) -> list[dict[str, Any]]:
    """Acts on `duty`, newest first; it was opened when its row was made."""
    kind, key = subject_of(duty)
    rows = AuditEntry.objects.filter(subject_kind=kind, subject_id=key, verb__startswith="duty.").order_by(
        "-id"
    )
    steps = [
        {
            "at": row.at,
            "who": row.actor_label,
            "words": audit.sentence(row),
            "text": row.facts.get("reason", ""),
            "kind": KINDS.get(row.verb, ""),
        }
        for row in rows[:50]
    ]
    if not any(row.verb == "duty.opened" for row in rows):
        words = "补生成任务" if duty.catch_up else "生成任务"
        steps.append({"at": duty.created_at, "who": "系统", "words": words})
    return steps
