"""What a meeting should speak of: the rooms propose lines, the organiser keeps or strikes them.

    duties.agenda.register(fn)      # in AppConfig.ready(); fn(member, agency) -> list[AgendaRow]

A line's text says nothing that a called unit may not read; what it is about is named beside it, when it is
read, for those who may see the subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Count

from agencies.models import Agency
from core.audit import subject_of
from core.registry import resolve
from duties.models import AgendaLine, Duty
from minewatch.lib.clock import now

if TYPE_CHECKING:
    from agencies.models import Member


@dataclass(frozen=True)
class AgendaRow:
    """One proposed point: words without case content, and what it opens."""

    text: str
    subject: models.Model | None = None
    subject_kind: str = ""
    subject_id: str = ""

    @property
    def about(self) -> tuple[str, str]:
        """("ledgers.lead", "12"), or two empty texts."""
        if self.subject is not None:
            return subject_of(self.subject)
        return self.subject_kind, self.subject_id

    @property
    def key(self) -> str:
        """What a form sends back for this line: the subject where there is one, else the words."""
        kind, pk = self.about
        return f"{kind}:{pk}" if kind else self.text


Provider = Callable[["Member", Agency], list[AgendaRow]]
PROVIDERS: list[Provider] = []


def register(fn: Provider) -> Provider:
    """Have `fn` propose lines for every new meeting; the same function stands once."""
    if fn not in PROVIDERS:
        PROVIDERS.append(fn)
    return fn


def proposed(member: Member, agency: Agency) -> list[AgendaRow]:
    """Lines that the rooms propose for a meeting of `agency`, each subject once."""
    found: dict[str, AgendaRow] = {}
    for fn in PROVIDERS:
        for row in fn(member, agency):
            found.setdefault(row.key, row)
    return list(found.values())


@register
def late_duties(member: Member, agency: Agency) -> list[AgendaRow]:
    """红灯: one line for each unit of the host's that is late, in the order of the divisions."""
    rows = Duty.objects.visible_to(member).open()
    # every called unit reads the line: what stands on a matter is left out
    rows = rows.filter(due_at__lt=now(), history=False, stopped=False, matter__isnull=True)
    rows = rows.filter(agency__in=Agency.objects.under(agency).values("pk"))
    counted = rows.values("agency").annotate(n=Count("pk")).values_list("agency", "n")
    late = dict(counted.order_by("agency"))
    units = Agency.objects.filter(pk__in=late).order_by("division__code", "pk")
    return [AgendaRow(f"{unit.label}逾期未完成事项{late[unit.pk]}项") for unit in units]


@dataclass(frozen=True)
class Shown:
    """A line as one reader sees it."""

    text: str
    about: str
    url: str


def lines_for(lines: Iterable[AgendaLine], member: Member) -> list[Shown]:
    """The agenda as `member` reads it: a line about something hidden is left out, so that nobody counts
    the leads of others."""
    found = (shown(line, member) for line in lines)
    return [one for one in found if one is not None]


def shown(line: AgendaLine, member: Member) -> Shown | None:
    """The line with what it is about; None where it is about something that `member` may not see."""
    if not line.subject_kind:
        return Shown(line.text, "", "")
    found = resolve(line.subject_kind, str(line.subject_id), member)
    if found is None:
        return None
    subject, row = found
    title = subject.title(row)
    return Shown(line.text, "" if title in line.text else title, subject.url(row))


def named(row: AgendaRow, member: Member) -> str:
    """A proposed line as the organiser sees it."""
    found = resolve(*row.about, member)
    return f"{row.text}（{found[0].title(found[1])}）" if found else row.text
