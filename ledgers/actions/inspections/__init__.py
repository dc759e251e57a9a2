"""One door per mutation of inspections 检查: draw up, answer, measure, findings, file, release."""

from ledgers.actions.inspections.answering import answer, measure
from ledgers.actions.inspections.closing import cancel, file, release, unfile
from ledgers.actions.inspections.drafting import draft, edit
from ledgers.actions.inspections.findings import add_finding
from ledgers.actions.inspections.scope import (
    add_sites,
    add_subjects,
    call_units,
    drop_site,
    drop_subject,
    drop_unit,
    judge,
    set_unit,
)

__all__ = [
    "add_finding",
    "add_sites",
    "add_subjects",
    "answer",
    "call_units",
    "cancel",
    "draft",
    "drop_site",
    "drop_subject",
    "drop_unit",
    "edit",
    "file",
    "judge",
    "measure",
    "release",
    "set_unit",
    "unfile",
]
