"""经过 of a row from its audit: what was done to it, newest first, with the reason where one was given."""

from __future__ import annotations

from typing import Any

from django.db import models

from core import audit
from core.models import AuditEntry

ENDINGS = ("withdrawn", "ended", "refused")


def steps(row: models.Model) -> list[dict[str, Any]]:
    """Acts that changed `row`, newest first."""
    kind, key = audit.subject_of(row)
    shown = [name for name, verb in audit.VERBS.items() if verb.mutates]
    entries = AuditEntry.objects.filter(subject_kind=kind, subject_id=key, verb__in=shown).order_by("-id")
    return [
        {
            "at": entry.at,
            "who": entry.actor_label,
            "words": audit.sentence(entry),
            "text": entry.facts.get("reason", ""),
            "kind": "refused" if entry.verb.endswith(ENDINGS) else "",
        }
        for entry in entries[:50]
    ]
