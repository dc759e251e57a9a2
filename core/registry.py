"""Subject key → label, URL and `visible_to`: how the lower rooms speak of the upper ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.urls import reverse

if TYPE_CHECKING:
    from agencies.models import Member


@dataclass(frozen=True)
class Subject:
    """One kind of row: `visible_to(member)` gives the rows the member may see; `kept_from(member)` those of
    which the member may not even learn what is owed on them (duties leave them out)."""

    label: str
    visible_to: Callable[[Member], models.QuerySet]
    url: Callable[[models.Model], str]
    title: Callable[[models.Model], str]
    search: Callable[[Member, str], models.QuerySet] | None = None
    kept_from: Callable[[Member], models.QuerySet] | None = None


SUBJECTS: dict[str, Subject] = {}
#: room → (label, name of the address): buttons that an upper room hangs on a lower one's first page
DOORS: dict[str, list[tuple[str, str]]] = {}


def register(model: type[models.Model], subject: Subject) -> None:
    """Register the rows of `model`; called in `AppConfig.ready()`."""
    SUBJECTS[model._meta.label_lower] = subject


def hang(room: str, label: str, name: str) -> None:
    """Hang a button on the first page of `room`; called in `AppConfig.ready()`."""
    door = (label, name)
    if door not in DOORS.setdefault(room, []):
        DOORS[room].append(door)


def doors_of(room: str) -> list[dict[str, str]]:
    """The buttons that others hung on the first page of `room`: [{label, url}]."""
    return [{"label": label, "url": reverse(name)} for label, name in DOORS.get(room, [])]


def resolve(kind: str, key: str, member: Member) -> tuple[Subject, models.Model] | None:
    """The row behind a subject key if `member` may see it, else None."""
    subject = SUBJECTS.get(kind)
    if subject is None or not key:
        return None
    row = subject.visible_to(member).filter(pk=key).first()
    return None if row is None else (subject, row)


def url_of(kind: str, key: str, member: Member) -> str:
    """URL of the subject, or "" when the member may not see it."""
    found = resolve(kind, key, member)
    return "" if found is None else found[0].url(found[1])


def urls_of(keys: set[tuple[str, str]], member: Member) -> dict[tuple[str, str], str]:
    """URLs of many subjects with one query per kind; hidden ones are left out."""
    found: dict[tuple[str, str], str] = {}
    for kind in {kind for kind, _ in keys}:
        subject = SUBJECTS.get(kind)
        if subject is None:
            continue
        wanted = [key for k, key in keys if k == kind]
        for row in subject.visible_to(member).filter(pk__in=wanted):
            found[kind, str(row.pk)] = subject.url(row)
    return found
