"""A draft: opened once per unit, kind and period; its words are kept, its numbers are live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from core import audit
from core.errors import DomainError
from core.workflow import conflict
from duties.models import Duty
from duties.rules import asked_of
from minewatch.lib.clock import now
from minewatch.lib.periods import Window
from reports import reading
from reports.kinds import KINDS, Kind
from reports.kinds.base import HEADINGS
from reports.models import Report
from reports.recipients import recipient_of
from reports.rights import EDITABLE, require_editable, require_maker
from reports.snapshot import snapshot

if TYPE_CHECKING:
    from agencies.models import Agency, Member

TEXT_LIMIT = 4000


def kind_named(key: str) -> Kind:
    """The kind of that key. Raises DomainError."""
    if key not in KINDS:
        raise DomainError("没有这种报表，请选择周报（weekly）或月报（monthly）。", field="kind")
    return KINDS[key]


def open_draft(
    *, member: Member | None, agency: Agency, kind: str, period: str, catch_up: bool = False
) -> Report:
    """The report of that unit, kind and period, opened if it was not there; its duty is tied to it.

    `member` is None for jobs and commands. Raises DomainError (period), NotAllowed (role).
    """
    if member is not None:
        require_maker(member, agency)
    about = kind_named(kind)
    key, duty, window = _asked(agency, about, period)
    with transaction.atomic():
        report, made = Report.objects.get_or_create(
            agency=agency,
            kind=kind,
            period=key,
            form_version=about.version,
            defaults={
                "recipient": duty.recipient if duty else recipient_of(agency),
                "catch_up": catch_up,
                "window_start": window.start,
                "window_end": window.end,
                "duty": duty,
            },
        )
        if made:
            audit.record("report.opened", actor=member, agency=agency, subject=report, facts={"period": key})
        elif duty and report.duty_id is None:
            Report.objects.filter(pk=report.pk, duty__isnull=True).update(duty=duty)
            report.refresh_from_db()
    return report


def unregistered(*, agency: Agency, kind: str, period: str) -> Report | None:
    """That report for reading only, not stored, where no rule asks the unit for it; None where one does
    or where it stands already. Raises DomainError (kind, period).
    """
    about = kind_named(kind)
    key, duty, window = _asked(agency, about, period)
    report = Report(
        agency=agency,
        kind=kind,
        period=key,
        form_version=about.version,
        recipient=recipient_of(agency),
        window_start=window.start,
        window_end=window.end,
    )
    there = Report.objects.filter(agency=agency, kind=kind, period=key, form_version=about.version)
    return None if duty or asked_of(agency, about.proof) or there.exists() else report


def _asked(agency: Agency, kind: Kind, period: str) -> tuple[str, Duty | None, Window]:
    """Key, duty and window of what is asked for. Raises DomainError (period)."""
    key = kind.read_period(period).key
    duty = _duty(agency, kind, key)
    window = _window(kind, key, duty)
    if window.start > now():
        raise DomainError("这一期还没有开始，不能生成报表。", field="period")
    return key, duty, window


def _duty(agency: Agency, kind: Kind, period: str) -> Duty | None:
    """The duty that this report fulfils, when one is owed."""
    rows = Duty.objects.filter(agency=agency, proof_kind=kind.proof, period=period, kind=Duty.Kind.REPORT)
    return (
        rows.exclude(status=Duty.Status.CANCELLED)
        .filter(window_start__isnull=False, rule__isnull=False)
        .select_related("recipient")
        .order_by("pk")
        .first()
    )


def _window(kind: Kind, period: str, duty: Duty | None) -> Window:
    if duty is not None:
        return Window(duty.window_start, duty.window_end)
    return kind.window(kind.read_period(period))


def recompute(*, report: Report, member: Member | None = None) -> Report:
    """Write the paragraphs anew from live numbers; those that a person has edited stay."""
    if member is not None:
        require_maker(member, report.agency)
    require_editable(report)
    with snapshot():
        narrative = reading.written(report, reading.live(report))
    if narrative == report.narrative:
        return report
    with transaction.atomic():
        _write(report, report.version, narrative=narrative)
        audit.record("report.recomputed", actor=member, agency=report.agency, subject=report)
    return report


def edit_narrative(
    *, report: Report, member: Member, texts: dict[str, str], expected_version: int | None = None
) -> Report:
    """Keep the member's words; an emptied paragraph is computed again. Raises Conflict for a stale page."""
    require_maker(member, report.agency)
    require_editable(report)
    texts = {key: _clean(text) for key, text in texts.items() if key in HEADINGS}
    emptied = {key for key, text in texts.items() if not text}
    changed = {key for key, text in texts.items() if text and text != report.narrative.get(key, "")}
    version = report.version if expected_version is None else expected_version
    report.edited = sorted((set(report.edited) | changed) - emptied)
    report.narrative = {**report.narrative, **{key: texts[key] for key in changed}}
    with snapshot():
        narrative = reading.written(report, reading.live(report)) if emptied else report.narrative
    with transaction.atomic():
        _write(report, version, narrative=narrative, edited=report.edited)
        audit.record(
            "report.edited",
            actor=member,
            agency=report.agency,
            subject=report,
            facts={"paragraphs": sorted(changed | emptied)},
        )
    return report


def _clean(text: str) -> str:
    """Lines without trailing blanks and without empty ones at the ends."""
    text = "\n".join(line.strip() for line in text.replace("\r\n", "\n").split("\n")).strip("\n")
    if len(text) > TEXT_LIMIT:
        raise DomainError(f"这一段有{len(text)}个字，超过{TEXT_LIMIT}字，请缩短。")
    return text


def _write(report: Report, version: int, **values: object) -> None:
    """A conditional UPDATE while the report is a draft of that version, else Conflict."""
    changed = Report.objects.filter(pk=report.pk, status__in=EDITABLE, version=version).update(
        version=F("version") + 1, **values
    )
    if changed != 1:
        raise conflict(report)
    report.refresh_from_db()
