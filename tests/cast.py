"""One cast of named roles: the demo county, opened once per test database.

`cast.qingshi_filler` is the member `qingshi.filler`; `cast.unit("qingshi")` the unit.
"""

from __future__ import annotations

from functools import cached_property

from django.test import Client

from agencies.actions.county import load_county
from agencies.demo import plan
from agencies.models import Agency, Division, Member


class Cast:
    """Named members and units of 示范县."""

    @classmethod
    def open(cls) -> Cast:
        """Load the county and return the cast."""
        load_county(plan=plan(), must_change_password=False)
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
        client = Client()
        client.force_login(self.member(username), backend="django.contrib.auth.backends.ModelBackend")
        return client

    def __getattr__(self, name: str) -> Member:
        username = name.replace("_", ".", 1) if not Member.objects.filter(username=name).exists() else name
        try:
            member = self.member(username)
        except Member.DoesNotExist:
            raise AttributeError(name) from None
        return member
