"""What a scenario is given: the loaded database, a folder, signed-in clients."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.test import Client

from agencies.models import Agency, Member

BACKEND = "django.contrib.auth.backends.ModelBackend"


class Unverified(AssertionError):
    """The answer is not what it must be; the time does not count."""


def must(holds: bool, what: str) -> None:
    """Raise Unverified with `what` unless it holds."""
    if not holds:
        raise Unverified(what)


@dataclass(frozen=True)
class Bench:
    """One loaded database."""

    database: str
    rows: int
    folder: Path

    @cached_property
    def office(self) -> Member:
        """The county office's member: reads everything."""
        return self._member("bench.office")

    @cached_property
    def filler(self) -> Member:
        """A township's filler: files for the township and its villages."""
        return self._member("bench.filler")

    @property
    def county(self) -> Agency:
        """The county office."""
        return self.office.agency

    def client(self, member: Member) -> Client:
        """A signed-in browser."""
        client = Client(SERVER_NAME="localhost")
        client.force_login(member, backend=BACKEND)
        return client

    def _member(self, username: str) -> Member:
        return Member.objects.select_related("agency__division").get(username=username)
