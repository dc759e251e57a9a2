"""One cast of named roles: the demo county, opened once per test database.

`cast.qingshi_filler` is the member `qingshi.filler`; `cast.unit("qingshi")` the unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.http.response import HttpResponseBase
from django.test import Client

from agencies.actions.county import load_county
from agencies.demo import plan
from agencies.models import Agency, Division, Member, RoleGrant
from core import audit


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Asker(Client):
    """A browser without the test client's copies of every template context, which cost half the time."""

    def request(self, **request: Any) -> HttpResponseBase:
        """The answer; a fault is a 500."""
        return self.handler(self._base_environ(**request))


#: What `load_county` writes beside its audit entry, in an order that keys allow; and the rows it wrote first.
LOADED: tuple[type[Model], ...] = (Division, Agency, Member, RoleGrant)
KEPT: dict[type[Model], list[Model]] = {}


class Cast:
    """Named members and units of 示范县."""

    @classmethod
    def open(cls) -> Cast:
        """Load the county and return the cast; from the second time on its rows are put back."""
        empty = not Division.objects.exists()
        if not KEPT or not empty:
            load_county(plan=plan(), must_change_password=False)
            if empty:
                KEPT.update({model: list(model._default_manager.order_by("pk")) for model in LOADED})
        else:
            for model, rows in KEPT.items():
                model._default_manager.bulk_create(rows)
            audit.record("county.loaded", actor=None, facts={"agencies": len(KEPT[Agency])})
        return cls()

    def member(self, username: str) -> Member:
        """A fresh copy of the member, without cached roles."""
        return Member.objects.select_related("agency__division").get(username=username)

    def unit(self, code: str) -> Agency:
        """The unit of that code."""
        return Agency.objects.select_related("division").get(code=code)

    @cached_property
    def county(self) -> Division:
        """示范县."""
        return Division.objects.get(code="999921")

    def client(self, username: str) -> Client:
        """A signed-in browser of that member."""
        return self._signed_in(Client(), username)

    def asker(self, username: str) -> Client:
        """The same for those who ask hundreds of pages and look at no context; of nobody for ""."""
        return self._signed_in(Asker(), username) if username else Asker()

    def _signed_in(self, client: Client, username: str) -> Client:
        client.force_login(self.member(username), backend="django.contrib.auth.backends.ModelBackend")
        return client

    def __getattr__(self, name: str) -> Member:
        username = name.replace("_", ".", 1) if not Member.objects.filter(username=name).exists() else name
        try:
            member = self.member(username)
        except Member.DoesNotExist:
            raise AttributeError(name) from None
        return member
