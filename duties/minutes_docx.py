"""会议纪要 as official paper (domain.md E.1 [K]: title ×××会议纪要, lists 出席/请假/列席)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.audit import subject_of
from core.models import AuditEntry
from duties import agenda
from duties.models import Attendance, Meeting
from duties.words import day_words, instant_words
from minewatch.lib.clock import SHANGHAI
from minewatch.lib.paper import BODY, HEAD1, HEAD2, TITLE, line, new, parts, saved, signed

if TYPE_CHECKING:
    import datetime as dt

    from agencies.models import Member

NUMERALS = "一二三"
COLUMNS = ("序号", "议定事项", "承办单位", "期限")
WIDTHS = (6, 33, 14, 17)
SEATS = (
    Attendance.Presence.PRESENT,
    Attendance.Presence.EXCUSED,
    Attendance.Presence.SITTING_IN,
    Attendance.Presence.ABSENT,
)


@dataclass(frozen=True)
class Paper:
    """The minutes as one reader may have them, in words."""

    title: str
    number: str
    unit: str
    day: str
    head: tuple[tuple[str, str], ...]
    agenda: tuple[str, ...]
    text: tuple[str, ...]
    decisions: tuple[tuple[str, str, str, str], ...]
    reports_to: str
    at: dt.datetime


def title_of(title: str) -> str:
    """联席会议 → 联席会议纪要; 调度会 → 调度会议纪要."""
    if title.endswith("纪要"):
        return title
    if title.endswith("会议"):
        return f"{title}纪要"
    return f"{title}议纪要" if title.endswith("会") else f"{title}会议纪要"


def paper_of(meeting: Meeting, reader: Member) -> Paper:
    """The minutes for `reader`: what a line is about is said only where the reader may see it."""
    lines = agenda.lines_for(meeting.agenda.all(), reader)
    rows = [
        (
            str(n),
            decision.text,
            decision.agency.label,
            day_words(decision.due_at.astimezone(SHANGHAI)) if decision.due_at else "未定",
        )
        for n, decision in enumerate(meeting.decisions.select_related("agency").order_by("id"), start=1)
    ]
    return Paper(
        title=title_of(meeting.title),
        number=meeting.number,
        unit=meeting.agency.name,
        day=day_words(_issued(meeting).astimezone(SHANGHAI)),
        head=tuple(_head(meeting)),
        agenda=tuple(f"{row.text}（{row.about}）" if row.about else row.text for row in lines),
        text=tuple(filter(None, (part.strip() for part in meeting.minutes.splitlines()))),
        decisions=tuple(rows),
        reports_to=meeting.reports_to.name if meeting.reports_to else "",
        at=meeting.held_at or meeting.planned_at,
    )


def _issued(meeting: Meeting) -> dt.datetime:
    """When the minutes went out."""
    kind, key = subject_of(meeting)
    entry = AuditEntry.objects.filter(verb="meeting.minuted", subject_kind=kind, subject_id=key).first()
    return entry.at if entry else meeting.held_at or meeting.planned_at


def _head(meeting: Meeting) -> list[tuple[str, str]]:
    seats: dict[str, list[str]] = {}
    for seat in meeting.attendances.select_related("agency").order_by("id"):
        name = f"{seat.agency.label}（{seat.person}）" if seat.person else seat.agency.label
        seats.setdefault(seat.presence, []).append(name)
    found = [
        ("时间", instant_words(meeting.held_at) if meeting.held_at else ""),
        ("地点", meeting.place),
        ("主持", meeting.chair),
        *((presence.label, "、".join(seats.get(presence, []))) for presence in SEATS),
    ]
    return [(label, value) for label, value in found if value]


def write_minutes(paper: Paper) -> bytes:
    """The Word document; the same paper gives the same bytes."""
    made = new()
    line(made, paper.title, TITLE, centred=True)
    if paper.number:
        line(made, paper.number, HEAD2, centred=True)
    line(made, "")
    for label, value in paper.head:
        row = line(made, f"{label}：", HEAD1, indent=True)
        parts.dress(row.add_run(value), BODY)
    numerals = iter(NUMERALS)
    if paper.agenda:
        line(made, f"{next(numerals)}、会议议题", HEAD1, indent=True)
        for n, text in enumerate(paper.agenda, start=1):
            line(made, f"{n}.{text}", indent=True)
    line(made, f"{next(numerals)}、会议情况", HEAD1, indent=True)
    for text in paper.text:
        line(made, text, indent=True)
    if paper.decisions:
        line(made, f"{next(numerals)}、议定事项", HEAD1, indent=True)
        parts.table(made, COLUMNS, paper.decisions, WIDTHS, left=(1,))
    line(made, "")
    if paper.reports_to:
        line(made, f"报送：{paper.reports_to}。", indent=True)
        line(made, "")
    signed(made, paper.unit, paper.day)
    parts.keep_together(made.paragraphs[-4:])
    return saved(made, paper.at)
