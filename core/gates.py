"""What must be answered before sealed content opens: an upper room registers, every record and form asks.

held = gates.held(request, lead, lead.matter)
if held is not None:
    return held

A form asks where it is shown, after what was sent was acted on: `held` never stands before what was typed.
Lists ask `opened`: of sealed rows they show content of those alone that the member has opened today.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpResponse

if TYPE_CHECKING:
    from django.db import models

    from agencies.models import Member
    from core.models import Matter
    from core.web import MemberRequest

Gate = Callable[["MemberRequest", "models.Model", "Matter | None"], "HttpResponse | None"]
GATES: list[Gate] = []
Opened = Callable[["Member", "type[models.Model]"], "set[int]"]
OPENED: list[Opened] = []


def register(fn: Gate) -> None:
    """Have `fn(request, subject, matter)` asked; called in `AppConfig.ready()`. It answers with the page that
    stands before the content, or with None where nothing does."""
    if fn not in GATES:
        GATES.append(fn)


def held(request: MemberRequest, subject: models.Model, matter: Matter | None) -> HttpResponse | None:
    """The page that must be answered first; None when the content may open."""
    answers = (fn(request, subject, matter) for fn in GATES)
    return next((answer for answer in answers if answer is not None), None)


def register_opened(fn: Opened) -> None:
    """Have `fn(member, model)` asked for the keys of the rows of `model` whose question the member answered
    today; called in `AppConfig.ready()`."""
    if fn not in OPENED:
        OPENED.append(fn)


def opened(member: Member, model: type[models.Model]) -> set[int]:
    """Keys of the rows of `model` that the member has opened today, having said why."""
    return {key for fn in OPENED for key in fn(member, model)}
