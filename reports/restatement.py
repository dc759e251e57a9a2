"""数据有变动: what a submitted report would say today, beside what it said. Never silent, never a rewrite."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from ledgers.models import Entry
from reports import reading
from reports.figures import Scope
from reports.figures.windows import patrolled_in
from reports.models import Report
from reports.snapshot import snapshot


@dataclass(frozen=True)
class Changed:
    """One number of the window, as submitted and as it is now."""

    key: str
    label: str
    unit: str
    frozen: int
    now: int

    @property
    def by(self) -> str:
        """+3 or −2."""
        return f"{self.now - self.frozen:+d}".replace("-", "−")


@dataclass(frozen=True)
class Restatement:
    """`lines`: numbers that differ; `changed`: patrol rows filed, corrected or withdrawn since."""

    lines: tuple[Changed, ...]
    changed: int


def restatement(report: Report) -> Restatement | None:
    """What has changed in the report's window since it was frozen; None when nothing has."""
    if not reading.is_frozen(report):
        return None
    frozen = reading.frozen(report)
    with snapshot():
        live = reading.live(report)
        changed = _changed(report).count()
    lines = tuple(
        Changed(figure.key, figure.label, figure.unit, frozen.now.get(figure.key, 0), live[figure.key])
        for figure in reading.figures_of(report)
        if frozen.now.get(figure.key, 0) != live[figure.key]
    )
    return Restatement(lines, changed) if lines or changed else None


def _changed(report: Report):
    """Rows of the window that came, or went, after the data instant (not those that did both)."""
    at = report.frozen_at
    rows = Scope.of_unit(report.agency).rows(Entry).filter(patrolled_in(reading.window_of(report)))
    return rows.filter(
        Q(recorded_at__gt=at, voided_at__isnull=True) | Q(recorded_at__lte=at, voided_at__gt=at)
    )
