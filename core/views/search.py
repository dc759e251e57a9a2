"""One box over everything that exists: each kind of row searches itself, the registry only asks."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core.registry import SUBJECTS, Subject
from core.web import MemberRequest
from minewatch.lib.text import fold, normalise

LOOKED_AT = 30  # per kind, before the best are chosen
SHOWN = 5  # per kind
LONGEST = 60


@dataclass(frozen=True)
class Hit:
    """One row found; `score` 0 is the very words, 3 is a hit elsewhere than in the title."""

    title: str
    url: str
    score: int


@dataclass(frozen=True)
class Group:
    """The best hits of one kind. `more` says that the words fit others too, not how many."""

    label: str
    hits: list[Hit]
    more: bool

    @property
    def score(self) -> int:
        return min(hit.score for hit in self.hits)


def found(member: object, text: str) -> list[Group]:
    """Hits by kind, the kind with the best hit first; nothing the member may not see."""
    groups = []
    for subject in SUBJECTS.values():
        if subject.search is not None:
            hits = sorted(_hits(subject, member, text), key=lambda hit: hit.score)
            if hits:
                groups.append(Group(subject.label, hits[:SHOWN], len(hits) > SHOWN))
    return sorted(groups, key=lambda group: group.score)


def _hits(subject: Subject, member: object, text: str) -> list[Hit]:
    rows = list(subject.search(member, text)[:LOOKED_AT])
    if not rows:
        return []
    # asked again, so that a kind whose search forgets its scope shows nothing more
    seen = set(
        subject.visible_to(member).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
    )
    words = normalise(text)
    return [_hit(subject, row, words) for row in rows if row.pk in seen]


def _hit(subject: Subject, row: object, words: str) -> Hit:
    title = subject.title(row)
    plain = normalise(title)
    if plain == words or plain.split("(")[0] == words:
        score = 0
    elif plain.startswith(words):
        score = 1
    else:
        score = 2 if words in plain else 3
    return Hit(title, subject.url(row), score)


@require_GET
@login_required
def index(request: MemberRequest) -> HttpResponse:
    """?q=; the box again, and what was found."""
    text = fold(request.GET.get("q", ""))[:LONGEST]
    short = len(text) == 1
    groups = found(request.user, text) if text and not short else []
    context = {"title": "搜索", "q": text, "groups": groups, "short": short}
    return render(request, "search/index.html", context)
